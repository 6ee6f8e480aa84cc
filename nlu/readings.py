"""The contract of understanding: what any reader makes of a person's words.

A *reader* (Rasa, the rule parser, a language model) turns one text into a :class:`Reading`; an
*interpreter* keeps a conversation with one person and turns each message into a :class:`Turn`: readings
that are complete enough to act on, things to say, or a question that waits for an answer.

Slots are plain strings, as the person said them; points in time are resolved by ``nlu.times`` and travel
in :attr:`Reading.times`. The slots an intent may carry are in :data:`SLOTS`, those it cannot do without in
:data:`REQUIRED`.
"""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Field


class Intent(StrEnum):
    """What a person can want. The values are the intent names of the Rasa domain."""

    SET_REMINDER = "set_reminder"
    LIST_REMINDERS = "list_reminders"
    CANCEL_REMINDER = "cancel_reminder"
    REMEMBER_FACT = "remember_fact"
    FORGET_FACT = "forget_fact"
    ASK_FACT = "ask_fact"
    ASK_DOCUMENTS = "ask_documents"
    INGEST = "ingest"
    CALCULATE = "calculate"
    RUN_CODE = "run_code"
    FIND_FILES = "find_files"
    READ_SCREEN = "read_screen"
    READ_PAGE = "read_page"
    ASK_TIME = "ask_time"
    OPEN_GOAL = "open_goal"
    STATUS = "status"
    STOP = "stop"
    AFFIRM = "affirm"
    DENY = "deny"
    GREET = "greet"
    THANK = "thank"
    GOODBYE = "goodbye"
    HELP = "help"
    OUT_OF_SCOPE = "out_of_scope"


SLOTS: Mapping[Intent, tuple[str, ...]] = {
    Intent.SET_REMINDER: ("what", "when", "instead_of"),  # the last: the id of the reminder that is corrected
    Intent.CANCEL_REMINDER: ("which",),  # its words, a number in the last list, or "all"
    Intent.REMEMBER_FACT: ("fact",),  # "my sister's name is Mia"
    Intent.FORGET_FACT: ("fact",),
    Intent.ASK_FACT: ("question",),  # about the person: "what is my sister's name"
    Intent.ASK_DOCUMENTS: ("question",),  # about their documents: "what do my notes say about the budget"
    Intent.INGEST: ("path",),
    Intent.CALCULATE: ("expression",),  # "17% of 2340"
    Intent.RUN_CODE: ("code",),
    Intent.FIND_FILES: ("kind", "name", "folder", "when"),  # "pdf", "budget", "documents", "last week"
    Intent.READ_SCREEN: ("region",),  # "window", "error", "top left"; absent: all of it
    Intent.READ_PAGE: ("url", "question"),
    Intent.ASK_TIME: ("place",),
    Intent.OPEN_GOAL: ("goal", "question"),  # a question where it may be looked up: "who repairs the boiler"
}
"""Slots each intent may carry; an intent that is not listed carries none."""

REQUIRED: Mapping[Intent, tuple[str, ...]] = {
    Intent.SET_REMINDER: ("what", "when"),
    Intent.CANCEL_REMINDER: ("which",),
    Intent.REMEMBER_FACT: ("fact",),
    Intent.FORGET_FACT: ("fact",),
    Intent.INGEST: ("path",),
    Intent.CALCULATE: ("expression",),
    Intent.RUN_CODE: ("code",),
    Intent.READ_PAGE: ("url",),
}
"""Slots that must be filled, by asking, before the intent is acted on."""


class Value(BaseModel):
    """Base of the immutable values of this package."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class TimeReading(Value):
    """One expression of time found in a text.

    ``value`` is the start (ISO 8601 with offset), ``to`` the exclusive end of an interval, ``rrule`` the RFC
    5545 recurrence rule. An ambiguous expression ("at 5", no part of the day) has ``candidates``: the
    values it may have, likeliest first; ``value`` is then the first of them only where one is clearly meant.
    """

    text: str
    start: int = Field(description="offset of the expression in the text, in characters")
    end: int = Field(description="offset behind the expression, in characters")
    value: datetime | None = None
    grain: Literal["second", "minute", "hour", "day", "week", "month", "quarter", "year"] = "minute"
    to: datetime | None = None
    rrule: str | None = None
    seconds: float | None = Field(default=None, description="length of a bare duration, in seconds")
    candidates: tuple[datetime, ...] = ()


class Alternative(Value):
    """A reading that was thought less likely."""

    intent: Intent
    confidence: float


class Reading(Value):
    """What one text (or one clause of it) asks for."""

    text: str
    intent: Intent
    confidence: float = Field(ge=0, le=1)
    slots: Mapping[str, str] = Field(default_factory=dict)
    source: Literal["rasa", "rules", "llm"]
    alternatives: tuple[Alternative, ...] = ()
    times: tuple[TimeReading, ...] = ()

    def missing(self) -> tuple[str, ...]:
        """Return the required slots that are not filled yet, in the order in which to ask for them."""
        return tuple(name for name in REQUIRED.get(self.intent, ()) if not self.slots.get(name))


class Turn(Value):
    """What one message of a person comes to.

    ``readings`` are complete and are to be acted on, in order. ``say`` are sentences to show. ``asking``
    tells that the last of them is a question whose answer the interpreter waits for. ``intent`` is what the message was
    read as, where there is nothing to act on.
    """

    readings: tuple[Reading, ...] = ()
    say: tuple[str, ...] = ()
    asking: bool = False
    intent: Intent | None = None


class Reader(Protocol):
    """Reads one text on its own, without side effects."""

    async def read(self, text: str, *, now: datetime, zone: ZoneInfo) -> Reading:
        """Return the likeliest reading of ``text`` said at ``now`` (aware) in ``zone``."""


class Interpreter(Protocol):
    """Keeps a conversation with each person and finds out what they want, asking for what is missing."""

    async def turn(self, person: str, text: str, *, now: datetime, zone: ZoneInfo) -> Turn:
        """Take one message of ``person`` (a bare JID) and return what it comes to."""

    async def forget(self, person: str) -> None:
        """Drop what is half said in the conversation with ``person``."""
