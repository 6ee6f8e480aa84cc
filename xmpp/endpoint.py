"""Where an agent's ACL messages leave and arrive: stanzas on one side, conversations on the other.

What arrives passes three checks, in this order: is it an ACL message (else it is not ours to answer); is it well
formed (else *not-understood*); is its sender an agent of the platform (else *refuse*, and a line in the log).
Messages of one sender stay in their order while the AMS is asked about it.
"""

import asyncio
import logging
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from typing import Any, Final

from behaviours.conversations import BEGINNINGS, Conversations
from ontology.acl import ACLMessage, AgentIdentifier, InvalidMessage, Performative
from ontology.expressions import InternalError, Reason, Unauthorised, UnrecognisedValue
from ontology.manager import ContentManager
from xmpp import stanza as acl_stanza
from xmpp.connection import Connection
from xmpp.guard import Guard

logger = logging.getLogger(__name__)

_SENT: Final = 2048
"""How many messages sent last are remembered, for the errors that the server may return for them."""
_LOGGED_EVERY: Final = 60.0
"""Seconds for which the same stranger is not logged again."""


class Endpoint:
    """The ACL side of a connection; a ``behaviours.transport.Transport``.

    Args:
        connection: the connection, open or not yet.
        content: reads and writes contents.
        guard: decides who is heard.

    Attributes:
        fallback: offered the stanzas of admitted messages that are of no conversation; tells whether it took one.
    """

    def __init__(self, connection: Connection, content: ContentManager, guard: Guard) -> None:
        self.connection = connection
        self.content = content
        self.conversations = Conversations(self, content)
        self._guard = guard
        self._identifier = AgentIdentifier(name=connection.boundjid.bare)
        self._waiting: dict[str, deque[tuple[ACLMessage, Any]]] = {}
        self._sent: OrderedDict[str, ACLMessage] = OrderedDict()
        self._logged: dict[str, float] = {}
        self.fallback: Callable[[Any], bool] | None = None
        connection.add_event_handler("message", self._on_stanza)
        connection.add_event_handler("message_error", self._on_error)

    @property
    def identifier(self) -> AgentIdentifier:
        """The agent at this end."""
        return self._identifier

    def send(self, message: ACLMessage) -> None:
        """Send a message to each of its receivers.

        Raises:
            InvalidMessage: it has no receivers, or a parameter that no stanza can carry.
            ConnectionError: there is no connection to the server at present.
        """
        if not message.receivers:
            raise InvalidMessage("receiver", "a message that is sent needs at least one receiver")
        if not self.connection.is_online:
            raise ConnectionError("there is no connection to the XMPP server at present")
        for receiver in message.receivers:
            outgoing = self.connection.Message()
            outgoing["to"] = receiver.name
            outgoing["id"] = self.connection.new_id()
            acl_stanza.fill(outgoing, message)
            self._sent[outgoing["id"]] = message
            if len(self._sent) > _SENT:
                self._sent.popitem(last=False)
            try:
                outgoing.send()
            except Exception as error:
                raise ConnectionError("the connection to the XMPP server is lost") from error

    async def close(self) -> None:
        """End the conversations and the connection."""
        await self.conversations.close()
        await self.connection.close()

    def refuse_foreign(self, sender: str) -> None:
        """Log, once in a while, that somebody was refused who is no agent of this platform."""
        now = time.monotonic()
        if now - self._logged.get(sender, -_LOGGED_EVERY) < _LOGGED_EVERY:
            return
        if len(self._logged) > _SENT:
            self._logged.clear()
        self._logged[sender] = now
        logger.warning("%s refused a message of %s, which is no agent that the AMS knows", self._identifier, sender)

    def _on_stanza(self, incoming: Any) -> None:
        if incoming["type"] == "error" or not incoming["from"].bare or not acl_stanza.is_acl(incoming):
            return
        try:
            message = acl_stanza.read(incoming)
        except acl_stanza.MalformedStanza as error:
            self._malformed(incoming, error)
            return
        verdict = self._guard.verdict(message.sender)
        queue = self._waiting.get(message.sender.name)
        if queue is not None:
            queue.append((message, incoming))
        elif verdict is None:
            self._waiting[message.sender.name] = deque([(message, incoming)])
            self.conversations.spawn(self._judge(message.sender))
        else:
            self._judged(message, incoming, admitted=verdict)

    async def _judge(self, sender: AgentIdentifier) -> None:
        admitted = False
        try:
            admitted = await self._guard.admits(sender)
        except asyncio.CancelledError:  # the agent stops, and judges nobody any more
            del self._waiting[sender.name]
            raise
        except Exception:
            logger.exception("%s could not find out whether %s is an agent", self._identifier, sender)
        for message, incoming in self._waiting.pop(sender.name):
            self._judged(message, incoming, admitted=admitted)

    def _judged(self, message: ACLMessage, incoming: Any, *, admitted: bool) -> None:
        if admitted:
            taken = self.fallback is not None and not self.conversations.claims(message) and self.fallback(incoming)
            if taken:
                self.conversations.heard(message, None, "behaviour", None)
            else:
                self.conversations.deliver(message)
            return
        self.refuse_foreign(message.sender.name)
        self.conversations.heard(message, None, "unauthorised", None)
        if message.performative in BEGINNINGS:
            reason = Unauthorised(explanation="I only listen to agents of this platform.")
            self._answer(message, Performative.REFUSE, reason)

    def _malformed(self, incoming: Any, error: acl_stanza.MalformedStanza) -> None:
        sender = AgentIdentifier(name=incoming["from"].bare)

        async def answer() -> None:
            if not await self._guard.admits(sender):
                self.refuse_foreign(sender.name)
            if error.fields.get("performative", "").lower() == Performative.NOT_UNDERSTOOD:
                return
            about = ACLMessage(
                performative=Performative.INFORM,
                sender=sender,
                receivers=(self._identifier,),
                language="json",
                ontology=error.fields.get("ontology"),
                protocol=error.fields.get("protocol"),
                conversation_id=error.fields.get("conversation-id"),
                reply_with=error.fields.get("reply-with"),
            )
            reason = UnrecognisedValue(parameter=error.parameter, explanation=str(error))
            self._answer(about, Performative.NOT_UNDERSTOOD, reason)

        self.conversations.spawn(answer())

    def _answer(self, message: ACLMessage, performative: Performative, reason: Reason) -> None:
        spoken = self.content.encode(reason, ontology=message.ontology, language=message.language)
        answer = message.reply(
            performative,
            sender=self._identifier,
            content=spoken.content,
            language=spoken.language,
            ontology=spoken.ontology,
        )
        try:
            self.send(answer)
        except ConnectionError as error:
            logger.info("could not answer %s: %s", message.sender, error)

    def _on_error(self, incoming: Any) -> None:
        """Turn an error of the server (there is no such agent, or it is offline) into a failure."""
        message = self._sent.pop(incoming["id"], None)
        if message is None:
            return
        unreachable = AgentIdentifier(name=incoming["from"].bare)
        spoken = self.content.encode(
            InternalError(explanation=f"{unreachable.name.partition('@')[0]} cannot be reached at the moment.")
        )
        self.conversations.deliver(
            ACLMessage(
                performative=Performative.FAILURE,
                sender=unreachable,
                receivers=(self._identifier,),
                content=spoken.content,
                language=spoken.language,
                ontology=spoken.ontology,
                protocol=message.protocol,
                conversation_id=message.conversation_id,
                in_reply_to=message.reply_with,
            )
        )
