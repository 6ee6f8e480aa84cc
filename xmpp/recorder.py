"""What an agent has said and heard lately, kept in memory within bounds.

The recorder is the observer of an agent's conversations (``behaviours.conversations.Observer``). It keeps references
to the messages, which are immutable, and renders nothing: that is left to whoever looks. The oldest messages go when
there are too many, or when they take too much memory; of a long content only the beginning is kept.

What the operator and the agent say to each other about these very messages is left out: otherwise each look would be
something new to see.
"""

import asyncio
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import Final, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from behaviours.roles import Participant, Role
from ontology.acl import ACLMessage
from ontology.observation import OBSERVATION, Taken

_CONVERSATIONS: Final = 500
_OVERHEAD: Final = 1024
"""Bytes that a message takes beside its texts, about."""
_STRANGE: Final[dict[str, Taken]] = {
    "late": "late",
    "unknown": "unknown",
    "unserved": "unserved",
    "overloaded": "overloaded",
    "unauthorised": "unauthorised",
    "behaviour": "behaviour",
}


class RecordingSettings(BaseModel):
    """How much of what an agent says and hears is kept for looking at, in memory alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    enabled: bool = Field(default=True, description="whether messages are kept for `sniff` and the dashboard")
    messages: int = Field(default=1000, ge=1, le=1_000_000, description="how many messages each agent keeps")
    bytes: int = Field(
        default=2_000_000, ge=10_000, description="how much memory they may take, in bytes; the oldest go first"
    )
    content: int = Field(
        default=8000, ge=0, le=10_000, description="how many characters of each content are kept; the rest is cut off"
    )


class Record(NamedTuple):
    """One message that was said or heard.

    Attributes:
        number: its place among all that were recorded.
        wall: when, in seconds since 1970.
        monotonic: when, by the monotonic clock, in seconds.
        said: whether it was said; else it was heard.
        message: the message; a long content is cut off.
        size: length of the whole content, in characters.
        role: the role in the conversation: ``initiator`` or ``participant``; empty where there is none.
        before: the role's state before it.
        after: the role's state after it.
        taken: what became of it.
        bytes: how much memory it takes, about.
    """

    number: int
    wall: float
    monotonic: float
    said: bool
    message: ACLMessage
    size: int
    role: str
    before: str
    after: str
    taken: Taken
    bytes: int


@dataclass(slots=True)
class ConversationRecord:
    """One conversation, as one of its roles sees it.

    Attributes:
        id: the conversation-id.
        protocol: its protocol.
        role: the agent's role in it.
        initiator: who began it, where another agent did.
        finals: the states in which it has ended.
        began: when, by the monotonic clock, in seconds.
        latest: when its latest message was seen, by the same clock.
        messages: how many messages were seen.
        states: the state towards each other member, by name.
    """

    id: str
    protocol: str
    role: str
    initiator: str
    finals: frozenset[str]
    began: float
    latest: float
    messages: int = 0
    states: dict[str, str] = field(default_factory=dict)

    @property
    def ended(self) -> bool:
        """Whether it has come to its end with every member."""
        return all(state in self.finals for state in self.states.values())


class Recorder:
    """Records the messages of one agent; an ``Observer``.

    Args:
        settings: how much is kept.
        operator: the name of the platform's operator.
        wall: the time in seconds since 1970.
        clock: the time in seconds, monotonic.
    """

    def __init__(
        self,
        settings: RecordingSettings,
        operator: str,
        *,
        wall: Callable[[], float] = time.time,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._settings = settings
        self._operator = operator
        self._wall = wall
        self._clock = clock
        self._records: deque[Record] = deque()
        self._bytes = 0
        self._last = 0
        self._conversations: OrderedDict[tuple[str, str], ConversationRecord] = OrderedDict()
        self._watchers: set[asyncio.Event] = set()

    # -- what is seen

    def said(self, message: ACLMessage, role: Role | None) -> None:
        """Record a message that was handed over for delivery."""
        if message.ontology == OBSERVATION.name and self._is_look(message):
            return
        if role is None:
            self._record(message, said=True)
            return
        conversation = self._conversation(role)
        before = after = role.machine.start
        for receiver in message.receivers:
            before = conversation.states.get(receiver.name, before)
            after = conversation.states[receiver.name] = role.states.get(receiver.name, after)
        self._record(message, said=True, conversation=conversation, before=before, after=after)

    def heard(self, message: ACLMessage, role: Role | None, state: str, after: str | None) -> None:
        """Record a message that arrived, and what became of it."""
        if message.ontology == OBSERVATION.name and self._is_look(message):
            return
        if role is None:
            self._record(message, said=False, taken=_STRANGE[state])
            return
        conversation = self._conversation(role)
        if after is not None:
            conversation.states[message.sender.name] = after
            taken: Taken = "fits"
        else:
            taken = "late" if state in role.machine.finals else "out-of-sequence"
        self._record(message, said=False, conversation=conversation, before=state, after=after or state, taken=taken)

    # -- what is told

    @property
    def last(self) -> int:
        """The number of the latest record; 0 where there is none."""
        return self._last

    @property
    def bytes(self) -> int:
        """How much memory the records take, about."""
        return self._bytes

    def __len__(self) -> int:
        return len(self._records)

    def since(self, number: int) -> Iterator[Record]:
        """Return the records after a number, the oldest first; all of them where that number is yet to come."""
        new = self._last - number
        kept = len(self._records)
        return islice(self._records, 0 if new < 0 else max(0, kept - new), None)

    @property
    def conversations(self) -> tuple[ConversationRecord, ...]:
        """The conversations that were seen lately, the latest last."""
        return tuple(self._conversations.values())

    async def news(self, number: int, *, timeout: float) -> None:
        """Wait until something is recorded after a number, ``timeout`` seconds at most."""
        if self._last != number:
            return
        recorded = asyncio.Event()
        self._watchers.add(recorded)
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(timeout):
                    await recorded.wait()
        finally:
            self._watchers.discard(recorded)

    # -- inside

    def _is_look(self, message: ACLMessage) -> bool:
        return message.sender.name == self._operator or message.receivers[0].name == self._operator

    def _conversation(self, role: Role) -> ConversationRecord:
        initiator = role.initiator.name if isinstance(role, Participant) else ""
        key = (role.id, initiator)
        conversation = self._conversations.get(key)
        if conversation is None:
            machine = role.machine
            now = self._clock()
            conversation = ConversationRecord(role.id, role.protocol, machine.role, initiator, machine.finals, now, now)
            self._conversations[key] = conversation
            if len(self._conversations) > _CONVERSATIONS:
                self._conversations.popitem(last=False)
        return conversation

    def _record(
        self,
        message: ACLMessage,
        *,
        said: bool,
        conversation: ConversationRecord | None = None,
        before: str = "",
        after: str = "",
        taken: Taken = "fits",
    ) -> None:
        now = self._clock()
        size = len(message.content or "")
        if size > self._settings.content:
            message = replace(message, content=(message.content or "")[: self._settings.content])
        role = ""
        if conversation is not None:
            role = conversation.role
            conversation.latest = now
            conversation.messages += 1
        self._last += 1
        taking = _bytes(message)
        self._records.append(
            Record(self._last, self._wall(), now, said, message, size, role, before, after, taken, taking)
        )
        self._bytes += taking
        while self._bytes > self._settings.bytes or len(self._records) > self._settings.messages:
            self._bytes -= self._records.popleft().bytes
        for recorded in self._watchers:
            recorded.set()


def _bytes(message: ACLMessage) -> int:
    """Return how much memory a message takes, about: a peer may make any of its texts long."""
    taking = _OVERHEAD
    for text in (
        *(message.content, message.conversation_id, message.reply_with, message.in_reply_to),
        *(message.protocol, message.ontology, message.language, message.encoding),
    ):
        if text is not None:
            taking += text.__sizeof__()
    for name, value in message.user_defined.items():
        taking += len(name) + value.__sizeof__()
    return taking + 200 * (len(message.receivers) + len(message.reply_to) - 1)
