"""Where an agent's ACL messages leave and arrive: stanzas on one side, conversations on the other.

What arrives passes three checks, in this order: is it an ACL message (else it is not ours to answer); is it well
formed (else *not-understood*); is its sender an agent of the platform (else *refuse*, and a line in the log).
Messages of one sender stay in their order while the AMS is asked about it.
"""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable
from functools import partial
from typing import Any, Final

from behaviours.conversations import BEGINNINGS, Conversations
from ontology.acl import ACLMessage, AgentIdentifier, InvalidMessage, Performative
from ontology.expressions import InternalError, Reason, Unauthorised, UnrecognisedValue
from ontology.manager import ContentManager
from xmpp import stanza as acl_stanza
from xmpp.connection import Connection
from xmpp.delivery import Delivery
from xmpp.guard import Guard
from xmpp.local import Neighbour, Neighbours
from xmpp.parts import Assembly, check_size, read_part

logger = logging.getLogger(__name__)

_WAITING: Final = 1000
"""How many messages of one sender may wait while the AMS is asked about it."""
_STRANGERS: Final = 2048
_LOGGED_EVERY: Final = 60.0
"""Seconds for which the same stranger is not logged again."""


class Endpoint:
    """The ACL side of a connection; a ``behaviours.transport.Transport``.

    Args:
        connection: the connection, open or not yet.
        content: reads and writes contents.
        guard: decides who is heard.
        name_is_shared: whether others speak under the same name. Then messages are neither numbered nor acknowledged
            (``xmpp/receipts.py``), and what is of no conversation here is left to them.

    Attributes:
        fallback: offered admitted messages that are of no conversation, with their stanza where they came as one;
            tells whether it took one.
    """

    def __init__(
        self, connection: Connection, content: ContentManager, guard: Guard, *, name_is_shared: bool = False
    ) -> None:
        self.connection = connection
        self.content = content
        self.conversations = Conversations(self, content, name_is_shared=name_is_shared)
        self._guard = guard
        self._identifier = AgentIdentifier(name=connection.boundjid.bare)
        self._waiting: dict[str, deque[tuple[ACLMessage, Any | None]]] = {}
        self._delivery = Delivery(connection, self._on_given_up, numbers=not name_is_shared)
        self._assembly = Assembly(clock=time.monotonic)
        self._neighbours: Neighbours | None = None
        self._neighbour = Neighbour(self._identifier, self._take, self._on_given_up)
        self._logged: dict[str, float] = {}
        self.fallback: Callable[[ACLMessage, Any | None], bool] | None = None
        connection.add_event_handler("message", self._on_stanza)

    @property
    def identifier(self) -> AgentIdentifier:
        """The agent at this end."""
        return self._identifier

    def join(self, neighbours: Neighbours) -> None:
        """Exchange messages with others of this process without the server, from now on.

        Raises:
            ConnectionError: the server has not let this endpoint in, so nobody vouches for its name.
        """
        if not self.connection.is_online:
            raise ConnectionError(f"{self._identifier} is not logged in")
        self._neighbours = neighbours
        neighbours.join(self._neighbour)

    def send(self, message: ACLMessage) -> None:
        """Send a message to each of its receivers, now or as soon as there is a connection.

        Raises:
            ConnectionError: the connection has been closed for good.
            OutboxFullError: too much waits to be delivered already.
            MessageTooLargeError: its content is larger than what is taken.
            InvalidMessage: it has no receivers, or a parameter has characters that XML cannot carry.
        """
        if not message.receivers:
            raise InvalidMessage("receiver", "a message that is sent needs at least one receiver")
        acl_stanza.check(message)
        check_size(message)
        for receiver in message.receivers:
            near = None if self._neighbours is None else self._neighbours.find(receiver.name)
            # What went over the server and may still be under way comes first.
            if near is None or self._neighbours is None or self._delivery.waiting(receiver.name):
                self._delivery.send(message, receiver.name)
            else:
                self._neighbours.hand_over(self._neighbour, near, message)

    async def close(self) -> None:
        """End the conversations and the connection."""
        await self.conversations.close()
        if self._neighbours is not None:
            self._neighbours.leave(self._neighbour)
        await self._delivery.close()
        await self.connection.close()

    def refuse_foreign(self, sender: str) -> None:
        """Log, once in a while, that somebody was refused who is no agent of this platform."""
        now = time.monotonic()
        if now - self._logged.get(sender, -_LOGGED_EVERY) < _LOGGED_EVERY:
            return
        if len(self._logged) > _STRANGERS:
            self._logged.clear()
        self._logged[sender] = now
        logger.warning("%s refused a message of %s, which is no agent that the AMS knows", self._identifier, sender)

    def _on_stanza(self, incoming: Any) -> None:
        if incoming["type"] == "error" or not incoming["from"].bare or not acl_stanza.is_acl(incoming):
            return
        sender = AgentIdentifier(name=incoming["from"].bare)
        if len(self._waiting.get(sender.name, ())) >= _WAITING:
            return  # it comes again, unless its sender is of those who number nothing
        if self._guard.verdict(sender) is not False and not self._delivery.takes(incoming):
            return
        try:
            message = acl_stanza.read(incoming)
        except acl_stanza.MalformedStanza as error:
            self._malformed(incoming, error)
            return
        part = read_part(incoming)
        if part is None:
            self._take(message, incoming)
        elif self._guard.verdict(sender) is not False:
            whole = self._assembly.add(message, part)
            if whole is not None:
                self._take(whole)

    def _take(self, message: ACLMessage, incoming: Any | None = None) -> None:
        """Take a message whose sender is vouched for; ``incoming`` is its stanza, where it came as one."""
        sender = message.sender
        verdict = self._guard.verdict(sender)
        queue = self._waiting.get(sender.name) if self._waiting else None
        if queue is not None:
            queue.append((message, incoming))
        elif verdict is None:
            self._waiting[sender.name] = deque([(message, incoming)])
            self.conversations.spawn(self._judge(sender))
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

    def _judged(self, message: ACLMessage, incoming: Any | None, *, admitted: bool) -> None:
        if admitted:
            fallback = self.fallback
            otherwise = None if fallback is None else partial(fallback, message, incoming)
            self.conversations.deliver(message, otherwise=otherwise)
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
        except OSError as error:
            logger.info("could not answer %s: %s", message.sender, error)

    def _on_given_up(self, message: ACLMessage, receiver: str, problem: str) -> None:
        """Turn a message that could not be delivered into a failure."""
        unreachable = AgentIdentifier(name=receiver)
        spoken = self.content.encode(InternalError(explanation=f"{receiver.partition('@')[0]} {problem}."))
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
