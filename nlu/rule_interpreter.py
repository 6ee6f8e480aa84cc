"""The interpreter that works by rules alone: conversations with many people, each with a state of its own.

It keeps what is half said for each person in memory, for a while and for a bounded number of people, and takes
each step (see ``rule_dialogue``) in a thread. Messages of one person are taken one after the other.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from nlu.readings import Turn
from nlu.rule_dialogue import Dialogue, State
from nlu.rule_sentences import sentences
from nlu.rules import RuleReader


@dataclass
class _Talk:
    state: State = field(default_factory=State)
    until: float = 0.0
    lock: asyncio.Lock = field(default_factory=asyncio.Lock)


class RuleInterpreter:
    """An interpreter as ``nlu.readings`` describes it, without a trained model.

    Example:
        >>> interpreter = RuleInterpreter()
        >>> turn = await interpreter.turn("ann@example.org", "remind me", now=now, zone=zone)
        >>> turn.say, turn.asking
        (('What shall I remind you of?',), True)
    """

    def __init__(
        self,
        *,
        reader: RuleReader | None = None,
        clock: Callable[[], float] = time.monotonic,
        expiry_s: float = 600.0,
        most_people: int = 1000,
    ) -> None:
        """Start without any conversation.

        Args:
            reader: reads the messages; one of its own where none is given.
            clock: seconds that only grow; by it a question expires.
            expiry_s: how long a question waits for its answer, in seconds.
            most_people: of how many people an open question is kept; the longest silent are dropped first.
        """
        self._dialogue = Dialogue(reader or RuleReader(), sentences())
        self._clock = clock
        self._expiry = expiry_s
        self._most = most_people
        self._talks: OrderedDict[str, _Talk] = OrderedDict()

    async def turn(self, person: str, text: str, *, now: datetime, zone: ZoneInfo) -> Turn:
        """Take one message of ``person`` (a bare JID) said at ``now`` in ``zone``; return what it comes to."""
        talk = self._talk_with(person)
        async with talk.lock:
            state = talk.state if self._clock() < talk.until else State()
            turn, talk.state = await asyncio.to_thread(self._dialogue.step, state, text, now=now, zone=zone)
            talk.until = self._clock() + self._expiry
        if not talk.state.questions and self._talks.get(person) is talk and not talk.lock.locked():
            del self._talks[person]
        return turn

    async def forget(self, person: str) -> None:
        """Drop what is half said in the conversation with ``person``."""
        self._talks.pop(person, None)

    def _talk_with(self, person: str) -> _Talk:
        talk = self._talks.setdefault(person, _Talk())
        self._talks.move_to_end(person)
        while len(self._talks) > self._most:
            self._talks.popitem(last=False)
        return talk
