"""One dispatcher per agent: it routes messages to conversations in constant time.

A conversation that this agent began is found by its conversation-id; one that another agent began by the
conversation-id and that agent's name, so that two agents that happen to choose the same identifier do not meet in
one conversation. A message without conversation-id is found by what it answers: the reply-with of whatever is said
here holds the conversation-id. Only those who take part in a conversation are heard in it.

==========================================================  ==============================================
a message                                                   goes to
==========================================================  ==============================================
of a conversation that is open, from a member               that conversation
of none, that can begin a protocol that is served           a new conversation of that protocol
of none, that begins one that has ended (sent twice)        nobody; it is late, and is dropped
of none, in a protocol that is not served                   nobody; *not-understood* goes back
of a conversation that has ended                            nobody; it is late, and is dropped
of a conversation that there never was                      nobody; *not-understood* goes back
that begins one, where as many are open as may be           nobody; *refuse* goes back (*overloaded*)
==========================================================  ==============================================
"""

import asyncio
import itertools
import logging
import secrets
from collections import OrderedDict
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Protocol

from behaviours.roles import Initiator, Participant, Role
from behaviours.tracing import Tracer
from behaviours.transport import Transport
from ontology.acl import ACLMessage, Performative
from ontology.content import Element
from ontology.expressions import Overloaded, Reason, UnexpectedAct, UnsupportedAct, UnsupportedValue
from ontology.manager import ContentManager

logger = logging.getLogger(__name__)

Begin = Callable[["Conversations", ACLMessage], Participant]
"""Makes the role that takes part in a conversation that another agent began with the given message."""

BEGINNINGS: Final = frozenset(
    {
        Performative.REQUEST, Performative.CFP, Performative.PROPOSE, Performative.QUERY_IF,
        Performative.QUERY_REF, Performative.SUBSCRIBE, Performative.REQUEST_WHEN,
        Performative.REQUEST_WHENEVER, Performative.PROXY, Performative.PROPAGATE,
        Performative.INFORM_IF, Performative.INFORM_REF,
    }
)  # fmt: skip
"""Performatives that can begin a conversation."""

_ENDED: Final = 4096
"""How many conversations that have ended are remembered, to tell what is late from what never was."""


def instant(seconds: float) -> datetime:
    """Return the instant that lies so many seconds ahead, for a message's reply-by."""
    return datetime.now(UTC) + timedelta(seconds=seconds)


class Observer(Protocol):
    """Sees what an agent says and hears; it must be quick, and must not raise."""

    def said(self, message: ACLMessage, role: Role | None) -> None:
        """See a message that was handed over for delivery, by a role or by the dispatcher itself."""

    def heard(self, message: ACLMessage, role: Role | None, state: str, after: str | None) -> None:
        """See a message that arrived for a role in a state; ``after`` is None where it does not fit there.

        Without a role, ``state`` says what became of it: ``late``, ``unknown``, ``unserved`` or ``overloaded``; or,
        before it came to the conversations, ``unauthorised`` or taken by another ``behaviour`` of the agent.
        """


class Conversations:
    """Every conversation of one agent.

    Args:
        transport: carries the messages.
        content: reads and writes their content.
        limit: how many conversations that others began may be open; further ones are refused.
        inbox_limit: how many messages may wait in one conversation.
        name_is_shared: whether others speak under the same name; then what belongs to no conversation here may be for
            them, and is dropped without a word.

    Attributes:
        observer: sees every message, if there is one.
        tracer: follows every conversation, if there is one.
        begun_by_others: how many conversations others have begun so far.
    """

    def __init__(
        self,
        transport: Transport,
        content: ContentManager,
        *,
        limit: int = 1000,
        inbox_limit: int = 64,
        name_is_shared: bool = False,
    ) -> None:
        self.transport = transport
        self.content = content
        self.inbox_limit = inbox_limit
        self.observer: Observer | None = None
        self.tracer: Tracer | None = None
        self.begun_by_others = 0
        self._limit = limit
        self._name_is_shared = name_is_shared
        self._begun: dict[str, Role] = {}
        self._joined: dict[tuple[str, str], Role] = {}
        self._ended: OrderedDict[str | tuple[str, str], str | None] = OrderedDict()
        self._protocols: dict[str, tuple[Begin, frozenset[Performative]]] = {}
        self._tasks: set[asyncio.Task[Any]] = set()
        self._prefix = secrets.token_hex(12)
        self._numbers = itertools.count(1)

    # -- conversations

    def serve(self, protocol: str, begin: Begin, *, opens: frozenset[Performative] = BEGINNINGS) -> None:
        """Serve conversations of that protocol that others begin, with a message of one of these performatives."""
        self._protocols[protocol] = (begin, opens)

    def begin(self, role: Initiator[Any]) -> None:
        """Begin a conversation in a role."""
        role.conversations = self
        role.id = f"{self._prefix}-{next(self._numbers)}"
        self._begun[role.id] = role

    def drop(self, role: Role) -> None:
        """Forget a conversation; what arrives for it from now on is late."""
        key: str | tuple[str, str] = role.id
        first = None
        if isinstance(role, Participant):
            key = (role.id, role.initiator.name)
            first = role.first.reply_with
            self._joined.pop(key, None)
        else:
            self._begun.pop(role.id, None)
        self._ended[key] = first
        if len(self._ended) > _ENDED:
            self._ended.popitem(last=False)
        if self.tracer is not None:
            self.tracer.ended(role)

    @property
    def open_count(self) -> int:
        """How many conversations are open."""
        return len(self._begun) + len(self._joined)

    @property
    def open(self) -> tuple[Role, ...]:
        """The roles in the conversations that are open."""
        return (*self._begun.values(), *self._joined.values())

    async def close(self) -> None:
        """End every conversation; work that is under way is cancelled, and says so."""
        for role in list(self._joined.values()):
            if isinstance(role, Participant):
                role.stop()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        for role in (*self._joined.values(), *self._begun.values()):
            role.close()

    # -- messages

    def deliver(self, message: ACLMessage, *, otherwise: Callable[[], bool] | None = None) -> None:
        """Take a message that arrived. Its sender must have been checked. Never raises, never blocks.

        Args:
            message: the message.
            otherwise: called where the message is of no conversation and begins none that is served; tells whether
                somebody else has taken it.
        """
        role = self._find(message)
        if role is not None:
            self._hear(message, role)
        elif self._is_late(message):
            logger.info("late %s from %s dropped", message.performative, message.sender)
            self.heard(message, None, "late", None)
        elif (begin := self._opened_by(message)) is None:
            if otherwise is not None and otherwise():
                self.heard(message, None, "behaviour", None)
            else:
                self._reject(message)
        elif len(self._joined) >= self._limit:
            self.heard(message, None, "overloaded", None)
            self.refuse(message, "I have too much to do at the moment.")
        else:
            self._begin(message, begin)

    def send(self, message: ACLMessage, role: Role | None = None) -> None:
        """Hand a message over for delivery.

        Raises:
            OSError: it could not be handed over.
        """
        if self.tracer is not None and role is not None:
            message = self.tracer.saying(message, role)
        self.transport.send(message)
        if self.observer is not None:
            self.observer.said(message, role)

    def heard(self, message: ACLMessage, role: Role | None, state: str, after: str | None) -> None:
        """Tell the observer, if there is one, what was heard."""
        if self.observer is not None:
            self.observer.heard(message, role, state, after)

    def not_understood(self, message: ACLMessage, reason: Reason) -> None:
        """Say *not-understood*; never in answer to itself (FIPA 00037).

        Nor to a failure: the wire says it for an agent that is not there, and would say so again, without end.
        """
        if message.performative not in {Performative.NOT_UNDERSTOOD, Performative.FAILURE}:
            self._excuse(message, Performative.NOT_UNDERSTOOD, reason)

    def refuse(self, message: ACLMessage, explanation: str) -> None:
        """Refuse a message because there is too much to do; only what wants an answer gets one."""
        logger.warning("%s from %s refused: %s", message.performative, message.sender, explanation)
        if message.performative in BEGINNINGS:
            self._excuse(message, Performative.REFUSE, Overloaded(explanation=explanation))

    def spawn(self, work: Coroutine[Any, Any, None]) -> "asyncio.Task[None]":
        """Run something beside, until it ends or the agent stops; what it raises is logged."""
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._done)
        return task

    # -- inside

    def _done(self, task: "asyncio.Task[None]") -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("a conversation ended with an error", exc_info=error)

    def _find(self, message: ACLMessage) -> Role | None:
        conversation_id, mark = _place(message)
        if conversation_id is None:
            return None
        sender = message.sender.name
        # An agent that asks itself has both roles; whose words a message answers tells which of them it is for.
        to_itself = sender == self.transport.identifier.name
        joined = self._joined.get((conversation_id, sender)) if not to_itself or mark != "i" else None
        if joined is not None or (to_itself and mark != "i"):
            return joined
        begun = self._begun.get(conversation_id)
        return begun if begun is not None and begun.admits(sender) else None

    def _opened_by(self, message: ACLMessage) -> Begin | None:
        begin, opens = self._protocols.get(message.protocol or "", (None, BEGINNINGS))
        return begin if message.performative in opens else None

    def _is_late(self, message: ACLMessage) -> bool:
        conversation_id, _ = _place(message)
        if conversation_id is None:
            return False
        key = (conversation_id, message.sender.name)
        if self._opened_by(message) is None:
            return conversation_id in self._ended or key in self._ended
        # Some use a conversation-id again for what they ask next; what was sent twice says the same reply-with.
        begun_before = key in self._ended and self._ended[key] == message.reply_with and message.reply_with is not None
        return begun_before or (message.in_reply_to is not None and conversation_id in self._ended)

    def _begin(self, message: ACLMessage, begin: Begin) -> None:
        self.begun_by_others += 1
        role = begin(self, message)
        role.id = message.conversation_id or f"{self._prefix}-{next(self._numbers)}"
        self._joined[role.id, message.sender.name] = role
        self._hear(message, role)
        if not role.closed and role.state == role.machine.start:  # it was no beginning after all
            role.close()

    def _hear(self, message: ACLMessage, role: Role) -> None:
        if self.tracer is None:
            role.hear(message)
            return
        with self.tracer.hearing(message, role):
            role.hear(message)

    def _reject(self, message: ACLMessage) -> None:
        act = message.performative
        if act not in BEGINNINGS and self._name_is_shared:
            return
        reason: Reason
        if act not in BEGINNINGS:
            reason = UnexpectedAct(act=act, explanation="I know of no conversation to which this belongs.")
        elif message.protocol:
            reason = UnsupportedValue(parameter="protocol", explanation=f"I do not take part in {message.protocol}.")
        else:
            reason = UnsupportedAct(act=act, explanation="The message does not say its interaction protocol.")
        self.heard(message, None, "unknown" if act not in BEGINNINGS else "unserved", None)
        self.not_understood(message, reason)

    def _excuse(self, message: ACLMessage, performative: Performative, reason: Element) -> None:
        """Answer a message that is not served, in a language that we speak."""
        spoken = self.content.encode(reason, ontology=message.ontology, language=message.language)
        answer = message.reply(
            performative,
            sender=self.transport.identifier,
            content=spoken.content,
            language=spoken.language,
            ontology=spoken.ontology,
            user_defined=spoken.parameters,
        )
        try:
            self.send(answer)
        except OSError as error:
            logger.info("could not answer %s: %s", message.sender, error)


def _place(message: ACLMessage) -> tuple[str | None, str]:
    """Return the conversation to which a message says that it belongs, and whose words it answers (i, p or neither)."""
    answered, _, number = (message.in_reply_to or "").rpartition("~")
    return message.conversation_id or answered or None, number[:1]
