"""A role in a conversation: a state machine that hears and says ACL messages.

A role is written as handlers, in JADE's words: ``handle_agree`` is called when an agree was heard in a state in which
the protocol's machine (``behaviours.machine``) allows it. What is heard in another state never reaches a handler; it
is out of sequence and answered *not-understood* (``handle_out_of_sequence``). What is said is checked likewise.

Handlers are plain functions, and run when the message arrives; one that is a coroutine function runs beside, and
further messages of its conversation wait for it, a bounded number of them. An exception in a handler ends the
conversation, never the agent.

=============  ========================================================================================
role           what it keeps
=============  ========================================================================================
`Initiator`    a state for each participant, and the outcome, which can be awaited
`Participant`  a state towards the initiator, and the work, which is a task that a cancel reaches
=============  ========================================================================================
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable, Coroutine, Iterable, Mapping
from datetime import UTC, datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, ClassVar, Final, Generic, TypeVar

from behaviours.machine import HEARS, PARTIAL, SENDS, Machine, MachineError
from behaviours.outcomes import ConversationFailed, DeadlinePassed, Fail, Refuse
from ontology.acl import ACLMessage, AgentIdentifier, Performative
from ontology.content import Element
from ontology.expressions import Action, Cancelled, InternalError, Reason, UnexpectedAct
from ontology.manager import ContentManager, NotUnderstandable

if TYPE_CHECKING:
    from behaviours.conversations import Conversations

logger = logging.getLogger(__name__)

R = TypeVar("R")

PARTIAL_PARAMETER: Final = "X-Partial"
"""The parameter of an inform that says how far the work is; also of a request that wants such informs."""
_PARTIAL: Final[Mapping[str, str]] = MappingProxyType({PARTIAL_PARAMETER: "true"})
_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})
_HANDLERS: Final = {kind: "handle_" + kind.replace("-", "_") for kind in HEARS}
_NO_MOVES: Final[Mapping[str, str]] = MappingProxyType({})
CANCELLING: Final = "cancelling"
"""The state of every machine in which a cancel has been sent, and its answer is waited for."""
_LONGEST_WORK: Final = 24 * 3600.0
"""Seconds that a piece of work may take where the initiator names no time."""
_CANCEL_GRACE: Final = 10.0
"""Seconds for which the answer to a cancel is waited for, in the background."""


def kind_of(message: ACLMessage) -> str:
    """Return which kind of message this is to a machine: its performative, or ``partial``."""
    if (
        message.user_defined
        and message.performative is Performative.INFORM
        and PARTIAL_PARAMETER in message.user_defined
    ):
        return PARTIAL
    return message.performative.value


class Role:
    """One side of one conversation; see the module's text.

    Attributes:
        protocol: the interaction protocol's name.
        machine: what this role may say and hear.
        id: the conversation-id.
        states: the state towards each other member, by name.
    """

    protocol: ClassVar[str]
    machine: ClassVar[Machine]
    _mark: ClassVar[str] = ""

    conversations: "Conversations"
    id: str

    def __init__(self) -> None:
        self.states: dict[str, str] = {}
        self.closed = False
        self._said = 0
        self._handling: asyncio.Task[None] | None = None
        self._waiting: deque[ACLMessage] = deque()
        self._timer: asyncio.TimerHandle | None = None

    @property
    def content(self) -> ContentManager:
        """The content manager of the agent."""
        return self.conversations.content

    # -- hearing

    def admits(self, peer: str) -> bool:
        """Tell whether an agent takes part in this conversation, by its name."""
        return peer in self.states

    def hear(self, message: ACLMessage) -> None:
        """Take a message of this conversation. Never raises, never blocks."""
        if self._handling is None:
            self._take(message)
        elif len(self._waiting) < self.conversations.inbox_limit:
            self._waiting.append(message)
        else:
            self.conversations.refuse(message, "I have too many messages of this conversation waiting.")

    def _take(self, message: ACLMessage) -> None:
        kind = kind_of(message)
        peer = message.sender.name
        state = self.states.get(peer, self.machine.start)
        after = self.machine.moves.get(state, _NO_MOVES).get(HEARS[kind])
        self.conversations.heard(message, self, state, after)
        if after is None:
            if state in self.machine.finals:
                logger.info("late %s from %s dropped", message.performative, message.sender)
            else:
                self.handle_out_of_sequence(message)
            return
        self.states[peer] = after
        if after == state == CANCELLING:
            return  # it crossed the cancel, and asks for nothing any more
        handler = getattr(self, _HANDLERS[kind], None)
        try:
            handling = handler(message) if handler is not None else None
            if handling is not None:
                self._handling = self.conversations.spawn(self._handle(handling))
                return
        except Exception as error:
            self.handler_failed(error, message)
        self._settle()

    async def _handle(self, handling: Coroutine[Any, Any, None]) -> None:
        try:
            await handling
        except Exception as error:
            self.handler_failed(error, None)
        finally:
            self._handling = None
            while self._waiting and self._handling is None:
                self._take(self._waiting.popleft())
            self._settle()

    def handle_out_of_sequence(self, message: ACLMessage) -> None:
        """Answer a message that does not fit the state of the conversation: *not-understood*."""
        reason = UnexpectedAct(
            act=message.performative, explanation=f"{message.performative} does not fit here in {self.protocol}."
        )
        self.conversations.not_understood(message, reason)

    def handler_failed(self, error: Exception, message: ACLMessage | None) -> None:
        """Take note that a handler raised; roles turn it into an outcome or an answer."""
        del message
        logger.error("a handler of %s failed", self.protocol, exc_info=error)
        self.close()

    # -- saying

    def say(
        self,
        performative: Performative,
        receivers: Iterable[AgentIdentifier],
        *elements: Element,
        reply_by: datetime | None = None,
        user_defined: Mapping[str, str] = _NOTHING,
    ) -> None:
        """Send a message that answers none to members of the conversation.

        Raises:
            OSError: it could not be handed over.
            MachineError: the protocol does not allow it now.
        """
        receivers = tuple(receivers)
        for receiver in receivers:
            self._move(receiver.name, SENDS[performative.value])
        spoken = self.content.encode(*elements)
        self._send(
            ACLMessage(
                performative=performative,
                sender=self.conversations.transport.identifier,
                receivers=receivers,
                content=spoken.content,
                language=spoken.language,
                ontology=spoken.ontology,
                protocol=self.protocol,
                conversation_id=self.id,
                reply_with=self._reply_with(),
                reply_by=reply_by,
                user_defined={**spoken.parameters, **user_defined},
            )
        )

    def answer(
        self,
        message: ACLMessage,
        performative: Performative,
        *elements: Element,
        reply_by: datetime | None = None,
        partial: bool = False,
    ) -> None:
        """Answer a message of the conversation, in its language and ontology.

        Raises:
            OSError: it could not be handed over.
            MachineError: the protocol does not allow it now.
        """
        self._move(message.sender.name, SENDS[PARTIAL if partial else performative.value])
        spoken = self.content.encode(*elements, ontology=message.ontology, language=message.language)
        self._send(
            message.reply(
                performative,
                sender=self.conversations.transport.identifier,
                content=spoken.content,
                language=spoken.language,
                ontology=spoken.ontology,
                reply_with=self._reply_with(),
                reply_by=reply_by,
                user_defined={**spoken.parameters, **(_PARTIAL if partial else _NOTHING)},
            )
        )

    def may(self, peer: str, event: str) -> bool:
        """Tell whether the machine allows an event now."""
        return event in self.machine.moves.get(self.states.get(peer, self.machine.start), _NO_MOVES)

    def _move(self, peer: str, event: str) -> None:
        state = self.states.get(peer, self.machine.start)
        after = self.machine.moves.get(state, _NO_MOVES).get(event)
        if after is None:
            raise MachineError(f"{self.protocol}, {self.machine.role}: {event} is not possible when {state}")
        self.states[peer] = after

    def _move_all(self, members: Iterable[AgentIdentifier], event: str) -> None:
        """Have an event happen towards those members for whom it is possible now."""
        for member in members:
            if self.may(member.name, event):
                self._move(member.name, event)

    def _send(self, message: ACLMessage) -> None:
        self.conversations.send(message, self)
        self._settle()

    def _reply_with(self) -> str:
        self._said += 1
        return f"{self.id}~{self._mark}{self._said}"

    # -- time and end

    def after(self, seconds: float, call: Callable[[], None]) -> None:
        """Have something called later, in place of what was to be called before; dropped when the role closes."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = asyncio.get_running_loop().call_later(seconds, self._on_time, call)

    def _on_time(self, call: Callable[[], None]) -> None:
        try:
            call()
        except Exception as error:
            self.handler_failed(error, None)

    def close(self) -> None:
        """End this side of the conversation: what still arrives for it is late."""
        if self.closed:
            return
        self.closed = True
        if self._timer is not None:
            self._timer.cancel()
        self._waiting.clear()
        self.conversations.drop(self)

    def _settle(self) -> None:
        """Close where every member has come to an end."""
        if self._handling is not None or self.closed:
            return
        finals = self.machine.finals
        for state in self.states.values():
            if state not in finals:
                return
        self.close()


class Initiator(Role, Generic[R]):
    """The role that begins a conversation with one or several participants.

    Args:
        receivers: the participants.
        timeout: seconds until the conversation is given up and cancelled.

    Attributes:
        outcome: what the conversation comes to; set once.
    """

    _mark: ClassVar[str] = "i"

    def __init__(self, receivers: Iterable[AgentIdentifier], *, timeout: float) -> None:
        super().__init__()
        self.receivers = tuple(receivers)
        self.timeout = timeout
        self.outcome: asyncio.Future[R] = asyncio.get_running_loop().create_future()

    async def run(self, conversations: "Conversations") -> R:
        """Hold the conversation, and return what it comes to.

        Where whoever awaits it is cancelled, the participants are told so.

        Raises:
            ConversationFailed: it did not come to what it was for.
            OSError: the first message could not be handed over.
        """
        self.start(conversations)
        try:
            return await self.outcome
        except asyncio.CancelledError:
            self.cancel()
            raise

    def start(self, conversations: "Conversations") -> None:
        """Begin the conversation.

        Raises:
            OSError: the first message could not be handed over.
        """
        conversations.begin(self)
        self.states = dict.fromkeys((receiver.name for receiver in self.receivers), self.machine.start)
        try:
            self.open()
            if self._timer is None:
                self.after(self.timeout, self.deadline)
        except BaseException:
            self.outcome.cancel()
            self.close()
            raise

    def open(self) -> None:
        """Say the first message."""
        raise NotImplementedError

    def deadline(self) -> None:
        """Give the conversation up, because its time is over."""
        self.fail(DeadlinePassed())
        self.cancel()

    def cancel(self) -> None:
        """Tell every participant that has not come to an end that it is no longer wanted (FIPA's cancel).

        Their answers are waited for in the background; where it cannot be told to them, their own deadline will do.
        """
        event = SENDS[Performative.CANCEL.value]
        for receiver in self.receivers:
            if self.may(receiver.name, event):
                try:
                    self.say(Performative.CANCEL, (receiver,), *self.cancelled())
                except OSError:
                    self.close()
                    return
        if not self.closed:
            self.after(_CANCEL_GRACE, self.close)

    def cancelled(self) -> tuple[Element, ...]:
        """Return the content of a cancel: what is no longer wanted."""
        return ()

    def succeed(self, value: R) -> None:
        """Set the outcome, unless there is one."""
        if not self.outcome.done():
            self.outcome.set_result(value)

    def fail(self, error: Exception) -> None:
        """Let the outcome be an error, unless there is an outcome."""
        if not self.outcome.done():
            self.outcome.set_exception(error)
            # Whether somebody awaits it is theirs to decide: handlers may have told them already.
            self.outcome.exception()

    def handler_failed(self, error: Exception, message: ACLMessage | None) -> None:
        """Let an exception of a handler be the outcome."""
        del message
        if not isinstance(error, ConversationFailed):
            logger.error("a handler of %s failed", self.protocol, exc_info=error)
        self.fail(error)
        self.cancel()

    def close(self) -> None:
        """End the conversation; an outcome that is not there yet never comes."""
        super().close()
        self.fail(ConversationFailed(InternalError(explanation="The conversation was ended.")))


class Participant(Role):
    """The role that takes part in a conversation that another agent began.

    Args:
        conversations: those of the agent.
        first: the message that begins the conversation.

    Attributes:
        initiator: who began it.
        first: the message with which it began.
        about: what answers begin with; the action that was asked for, where there is one.
    """

    _mark: ClassVar[str] = "p"

    def __init__(self, conversations: "Conversations", first: ACLMessage) -> None:
        super().__init__()
        self.conversations = conversations
        self.initiator = first.sender
        self.first = first
        self.about: tuple[Element, ...] = ()
        self.states[first.sender.name] = self.machine.start
        self._work: asyncio.Task[None] | None = None
        self._cancel: ACLMessage | None = None

    @property
    def state(self) -> str:
        """The state towards the initiator."""
        return self.states[self.initiator.name]

    def may_say(self, performative: Performative) -> bool:
        """Tell whether the machine allows saying this now."""
        return self.may(self.initiator.name, SENDS[performative.value])

    def may_report(self) -> bool:
        """Tell whether it may be said now how far the work is."""
        return self.may(self.initiator.name, SENDS[PARTIAL])

    def reason(self, error: Exception) -> Reason:
        """Return the reason to give for an exception of a handler. What was not foreseen is logged."""
        return reason_for(error)

    def give_up(self, error: Exception, *, answering: ACLMessage | None = None) -> None:
        """Say that it will not, or could not, be done, as far as the protocol allows to say so now.

        Args:
            error: why not.
            answering: the message to answer; None: the one that began the conversation.
        """
        wanted: tuple[Performative, ...] = (Performative.FAILURE, Performative.REFUSE)
        if isinstance(error, NotUnderstandable):
            wanted = (Performative.NOT_UNDERSTOOD, *wanted)
            about: tuple[Element, ...] = ()
            reason = error.reason
        else:
            about, reason = self.about, self.reason(error)
            if isinstance(error, Refuse):
                wanted = (Performative.REFUSE, Performative.FAILURE)
        chosen = next((performative for performative in wanted if self.may_say(performative)), None)
        if chosen is None:
            self.close()
            return
        try:
            self.answer(answering or self.first, chosen, *about, reason)
        except OSError as failure:  # the initiator finds out by its deadline
            logger.info("could not answer %s: %s", self.initiator, failure)
            self.close()

    def handler_failed(self, error: Exception, message: ACLMessage | None) -> None:
        """Answer an exception of a handler with the reason."""
        self.stop_work()
        self.give_up(error, answering=message)

    # -- the work

    def work(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Do something beside, which a cancel ends; there is one work at a time, and this takes its place."""
        before, self._work = self._work, self.conversations.spawn(self._do(work))
        self._work.add_done_callback(self._worked)
        if before is not None:
            before.cancel()

    async def _do(self, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        try:
            await work()
        except Exception as error:
            self.give_up(error)

    def _worked(self, task: "asyncio.Task[None]") -> None:
        if task is not self._work:
            return
        self._work = None
        if task.cancelled() and not self.closed:
            self.work_cancelled()

    def stop_work(self) -> bool:
        """Cancel the work, if there is any; tell whether there was."""
        return self._work is not None and self._work.cancel()

    def work_cancelled(self) -> None:
        """Answer the cancel, or say that the work was ended before it was done."""
        if self._cancel is None:
            self.give_up(Fail(InternalError(explanation="It was cancelled, or its time was over.")))
            return
        try:
            self.answer(
                self._cancel, Performative.INFORM, *(Cancelled(action=a) for a in self.about if isinstance(a, Action))
            )
        except OSError as error:
            logger.info("could not answer %s: %s", self.initiator, error)
            self.close()

    def handle_cancel(self, message: ACLMessage) -> None:
        """End the work, and say so when it has ended."""
        self._cancel = message
        if not self.stop_work():
            self.work_cancelled()

    def handle_not_understood(self, message: ACLMessage) -> None:
        """End the work: the initiator does not understand what it is told."""
        del message
        self.stop_work()

    def handle_failure(self, message: ACLMessage) -> None:
        """End the work: the initiator is not there any more; the wire says so in its name."""
        del message
        self.stop_work()

    def stop(self) -> None:
        """Leave the conversation, because the agent stops; work that is under way says so when it has ended."""
        if not self.stop_work():
            self.close()

    def within(self, message: ACLMessage, *, grace: float = 0.0) -> None:
        """Be :meth:`overdue` when the time by which a message wants its answer has passed, and a day at most.

        Args:
            message: the message with the time.
            grace: seconds to add.
        """
        self.after(self.time_left(message) + grace, self.overdue)

    def time_left(self, message: ACLMessage) -> float:
        """Return the seconds until a message wants its answer; a day at most, and not less than none."""
        left = _LONGEST_WORK
        if message.reply_by is not None:
            left = min(left, (message.reply_by - datetime.now(UTC)).total_seconds())
        return max(0.0, left)

    def overdue(self) -> None:
        """End the work, because its time is over."""
        if not self.stop_work():
            self.close()


def reason_for(error: Exception) -> Reason:
    """Return the reason that an exception of a handler gives; what was not foreseen is logged, and said generally."""
    if isinstance(error, Refuse | Fail | ConversationFailed | NotUnderstandable):
        return error.reason
    logger.error("a handler failed", exc_info=error)
    return InternalError(explanation="Something went wrong inside; the log says more.")
