"""What the meanings of time expressions share: the moment of speaking, amounts of time, wall clocks."""

import calendar
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

Grain = Literal["second", "minute", "hour", "day", "week", "month", "quarter", "year"]

_DAYS_A_MONTH = 30
_DAYS_A_YEAR = 365


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the day: from and to in hours (to may pass 24), and the hour meant by its bare name."""

    start: int
    end: int
    at: int


@dataclass(frozen=True)
class Context:
    """The moment of speaking, and what an ambiguous expression leans on.

    ``past`` tells that the sentence speaks of what has been ("files I changed on Friday"). ``day_clock`` is
    the time of day that a bare day stands for; without it a bare day is the whole day.
    """

    now: datetime
    zone: ZoneInfo
    parts: Mapping[str, Part]
    past: bool = False
    month_first: bool = True
    day_clock: time | None = None

    @property
    def today(self) -> date:
        """The date at the person's place."""
        return self.now.date()


@dataclass(frozen=True)
class Answer:
    """What an expression comes to; the fields are those of ``TimeReading``."""

    value: datetime | None = None
    grain: Grain = "minute"
    to: datetime | None = None
    rrule: str | None = None
    seconds: float | None = None
    candidates: tuple[datetime, ...] = ()


class Meaning(Protocol):
    """What an expression of time says, before it is known when it is said."""

    def answer(self, context: Context) -> Answer | None:
        """Resolve the meaning, or return None where there is no such time."""


@dataclass(frozen=True)
class Amount:
    """A length of time: months and days go by the calendar, seconds by the clock."""

    months: int = 0
    days: int = 0
    seconds: float = 0.0
    grain: Grain = field(default="second")

    def __add__(self, other: "Amount") -> "Amount":
        return Amount(self.months + other.months, self.days + other.days, self.seconds + other.seconds, other.grain)

    @property
    def total(self) -> float:
        """The length in seconds, a month taken as 30 days and a year as 365."""
        years, months = divmod(self.months, 12)
        days = years * _DAYS_A_YEAR + months * _DAYS_A_MONTH + self.days
        return days * 86_400 + self.seconds


def add_months(day: date, months: int) -> date:
    """Return the same day of a month ``months`` later, or that month's last day where it is shorter.

    Raises:
        ValueError: where the year leaves 1 to 9999.
    """
    years, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if not 1 <= years <= 9999:
        raise ValueError("year out of range")
    return date(years, month + 1, min(day.day, calendar.monthrange(years, month + 1)[1]))


def on_clock(day: date, clock: time, zone: ZoneInfo, *, after: datetime | None = None) -> datetime:
    """Return the instant at which the clock on the wall shows ``clock`` on ``day`` in ``zone``.

    A wall time that the start of summer time skips moves forward by what was skipped (02:30 becomes 03:30),
    as in RFC 5545, 3.3.5. One that the end of summer time brings twice is the first of the two, unless that
    is not later than ``after`` while the second one is.
    """
    wall = datetime.combine(day, clock)
    first = wall.replace(tzinfo=zone, fold=0)
    shown = first.astimezone(UTC).astimezone(zone)
    if shown.replace(tzinfo=None) != wall:
        return shown
    second = wall.replace(tzinfo=zone, fold=1)
    if after is None or second.utcoffset() == first.utcoffset():
        return first
    passed = first.astimezone(UTC) <= after.astimezone(UTC) < second.astimezone(UTC)
    return second if passed else first


def start_of(day: date, zone: ZoneInfo) -> datetime:
    """Return the instant at which ``day`` begins in ``zone``."""
    return on_clock(day, time(), zone)


def move(moment: datetime, amount: Amount, sign: int, zone: ZoneInfo) -> datetime:
    """Return ``moment`` moved by ``amount``: days and months keep the wall clock, seconds are elapsed time."""
    local = moment.astimezone(zone)
    if amount.months or amount.days:
        day = add_months(local.date(), sign * amount.months) + timedelta(days=sign * amount.days)
        local = on_clock(day, local.time(), zone)
    if amount.seconds:
        local = (local.astimezone(UTC) + timedelta(seconds=sign * amount.seconds)).astimezone(zone)
    return local
