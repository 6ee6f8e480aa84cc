"""A conversation in which the participants go on telling: taking what they tell, one value after another.

What was told and not yet taken waits in a queue of bounded length; who does not keep up loses the conversation, and
is told so.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Final, Generic, Self, TypeVar

from behaviours.achieve import ANSWERED_WITHIN
from behaviours.conversations import Conversations
from behaviours.outcomes import ConversationFailed, DeadlinePassed
from behaviours.reading import failure_of
from behaviours.roles import Initiator
from ontology.acl import ACLMessage, AgentIdentifier
from ontology.expressions import Overloaded

DAY: Final = 24 * 3600.0
"""Seconds for which a subscription lasts where nothing else is said."""

T = TypeVar("T")


class FellBehind(ConversationFailed):
    """More was told than was taken; the conversation has been cancelled."""

    def __init__(self, limit: int) -> None:
        super().__init__(Overloaded(explanation=f"More than {limit} values were waiting to be taken."))


@dataclass(frozen=True, slots=True)
class Told(Generic[T]):
    """A value, and who told it."""

    teller: AgentIdentifier
    value: T


class StreamInitiator(Initiator[None]):
    """Has agents tell; subclass it for a protocol. The outcome is how it ends, always an error.

    Args:
        receivers: the agents that are to tell.
        lasting: seconds until it is cancelled.
        queue: how many values may wait to be taken.
    """

    def __init__(self, receivers: Iterable[AgentIdentifier], *, lasting: float, queue: int) -> None:
        super().__init__(receivers, timeout=lasting)
        self._limit = queue
        self._waiting_values: deque[Told[Any]] = deque()
        self._news = asyncio.Event()
        self._responded: set[str] = set()
        self._failures: dict[str, ConversationFailed] = {}
        self._is_told = False
        self.outcome.add_done_callback(lambda _: self._news.set())

    def value(self, message: ACLMessage) -> Any:
        """Return the value that an inform tells.

        Raises:
            Failed: it tells none.
        """
        raise NotImplementedError

    async def begin(self, conversations: Conversations) -> None:
        """Begin, and wait until every participant has agreed or said why not; one that says nothing is left out.

        Raises:
            ConversationFailed: none agreed.
            OSError: the first message could not be handed over.
        """
        self.start(conversations)
        self.after(min(ANSWERED_WITHIN, self.timeout), self._unanswered)
        while not self._is_told and not self.outcome.done():
            await self._next()
        if self.outcome.done():
            await self.outcome

    async def take(self) -> Told[Any]:
        """Return the next value; wait for it.

        Raises:
            ConversationFailed: there are no more.
        """
        while not self._waiting_values:
            if self.outcome.done():
                await self.outcome
            await self._next()
        return self._waiting_values.popleft()

    async def _next(self) -> None:
        self._news.clear()
        await self._news.wait()

    def deadline(self) -> None:
        """Come to the end of what was agreed on."""
        self.fail(DeadlinePassed("The time for which it was to last is over."))
        self.cancel()

    def _unanswered(self) -> None:
        if len(self._failures) < len(self._responded):  # somebody tells
            self._begun()
        else:
            self.fail(next(iter(self._failures.values()), DeadlinePassed()))
            self.cancel()

    def _begun(self) -> None:
        self._is_told = True
        self._news.set()
        self.after(self.timeout, self.deadline)

    # -- handlers

    def handle_agree(self, message: ACLMessage) -> None:
        """Hear that a participant will tell."""
        self._answered(message)

    def handle_inform(self, message: ACLMessage) -> None:
        """Take what is told."""
        if self.states[message.sender.name] in self.machine.finals:
            return  # it answers the cancel
        value = self.value(message)
        if len(self._waiting_values) >= self._limit:
            self.fail(FellBehind(self._limit))
            self.cancel()
            return
        self._waiting_values.append(Told(message.sender, value))
        self._news.set()
        self._answered(message)

    def handle_refuse(self, message: ACLMessage) -> None:
        """Hear that a participant will not tell."""
        self._failed(message)

    def handle_failure(self, message: ACLMessage) -> None:
        """Hear that a participant tells no more."""
        self._failed(message)

    def handle_not_understood(self, message: ACLMessage) -> None:
        """Hear that a participant does not understand what it is to tell."""
        self._failed(message)

    def _answered(self, message: ACLMessage) -> None:
        self._responded.add(message.sender.name)
        if not self._is_told and len(self._responded) == len(self.receivers):
            self._begun()

    def _failed(self, message: ACLMessage) -> None:
        failure = failure_of(self.content, message)
        assert failure is not None
        self._failures[message.sender.name] = failure
        if len(self._failures) == len(self.receivers):
            self.fail(failure)
        else:
            self._answered(message)


class Stream(Generic[T]):
    """The values that are told: ``async with`` begins and cancels it, ``async for`` takes them.

    Args:
        conversations: those of the agent that is told.
        role: makes the role under it.
        pick: what is taken of each value.
    """

    def __init__(
        self, conversations: Conversations, role: Callable[[], StreamInitiator], pick: Callable[[Told[Any]], T]
    ) -> None:
        self._conversations = conversations
        self._make = role
        self._pick = pick
        self._role: StreamInitiator | None = None

    async def __aenter__(self) -> Self:
        self._role = self._make()
        try:
            await self._role.begin(self._conversations)
        except asyncio.CancelledError:
            self._role.cancel()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._role is not None and not self._role.outcome.done():
            self._role.outcome.cancel()
            self._role.cancel()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> T:
        if self._role is None:
            raise RuntimeError("The stream has not begun: take its values within `async with`.")
        return self._pick(await self._role.take())
