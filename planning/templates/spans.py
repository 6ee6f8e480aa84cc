"""The times in a wish: when a reminder is due, and in which time a file was changed.

Understanding gives the times it found in a wish with the words for each; the slot ``when`` holds the words
that matter. A time is often a whole day ("tomorrow"): its value is then midnight, which nobody means.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from ontology.assistant.goals import Goal, Wish
from planning.errors import ImpossibleWish
from planning.templates import dates
from planning.templates.registry import optional

MORNING = time(9)
"""When a reminder for a whole day comes."""

_MIDNIGHT = re.compile(r"\bmidnight\b|\b0?0[:.]00\b|\b12(?:[:.]00)?\s*a\.?m\b|T00:00|\b0\s*h", re.IGNORECASE)
_WEEKDAY = re.compile(r"\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b", re.IGNORECASE)
_MONTH_WITHOUT_YEAR = re.compile(rf"\b{dates.MONTH}(?!.*\d{{4}})", re.IGNORECASE)
_SINCE = re.compile(r"\b(?:since|from)\s*(?:the\s+)?$", re.IGNORECASE)
_AFTER = re.compile(r"\b(?:after|newer than|later than)\s*(?:the\s+)?$", re.IGNORECASE)
_BEFORE = re.compile(r"\b(?:before|older than|earlier than)\s*(?:the\s+)?$", re.IGNORECASE)
_UNTIL = re.compile(r"\b(?:until|till|up to|by)\s*(?:the\s+)?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time in the person's zone, and the rule by which it recurs."""

    at: datetime
    rrule: str | None


@dataclass(frozen=True, slots=True)
class Window:
    """A time from ``start`` up to but not including ``end``; None is open."""

    start: datetime | None = None
    end: datetime | None = None


@dataclass(frozen=True, slots=True)
class _Span:
    """A time that was understood, in the person's zone."""

    text: str
    start: datetime
    end: datetime | None
    rrule: str | None

    @property
    def is_whole_day(self) -> bool:
        hour = "BYHOUR" in (self.rrule or "").upper() or _MIDNIGHT.search(self.text)
        return self.start.time() == time(0) and not hour


def moment(wish: Wish, goal: Goal) -> Moment:
    """Return when a wish is to happen.

    A whole day stands for its morning, or for an hour from now where the morning is over.

    Raises:
        ImpossibleWish: the wish has no time, or one that does not exist or is past.
    """
    zone = _zone(goal)
    words = optional(wish, "when")
    dates.check(words or "")
    span = _pick(wish, words, zone)
    if span is None:
        dates.check(wish.text)
        raise ImpossibleWish(
            f"I do not know when that is: {words}. Please say it like 'tomorrow at 9' or 'in 10 minutes'."
            if words
            else "Please say when, for example 'tomorrow at 9' or 'in 10 minutes'."
        )
    now = goal.now.astimezone(zone)
    at = span.start
    if span.is_whole_day:
        at = datetime.combine(at, MORNING, tzinfo=zone)
        if span.rrule is None and at < now and at.date() == now.date():
            at = _soon(now)
    if at < now and span.rrule is None:
        day = f"{dates.DAYS[at.weekday()]} {at.day} {dates.MONTHS[at.month - 1]} {at.year}"
        raise ImpossibleWish(f"That time is past: {day} at {at:%H:%M}. Please name a time to come.")
    return Moment(at=at, rrule=span.rrule)


def window(wish: Wish, goal: Goal) -> Window:
    """Return the time in the past of which a wish speaks; open on both sides where it speaks of none.

    Raises:
        ImpossibleWish: its time does not exist, is not understood or is still to come.
    """
    zone = _zone(goal)
    words = optional(wish, "when")
    dates.check(words or "")
    span = _pick(wish, words, zone)
    if span is None:
        if words is None:
            return Window()
        raise ImpossibleWish(f"I do not know which time that is: {words}. Please say it like 'last week'.")
    open_ended = span.end is None
    if open_ended and span.is_whole_day:
        span = replace(span, end=datetime.combine(span.start + timedelta(days=1), time(0), tzinfo=zone))
    if span.start > goal.now:
        span = _last_of_its_name(span)
    if span.start > goal.now:
        raise ImpossibleWish(f"No file can have been changed then, it is still to come: {span.text}.")
    # An interval whose own words begin with "since" or the like has that in its bounds already.
    heads = [" ".join(span.text.split()[:count]) for count in (1, 2)] if open_ended else []
    return _related(span, [*heads, *(_before(text, span.text) for text in (words or "", wish.text))])


def _pick(wish: Wish, words: str | None, zone: ZoneInfo) -> _Span | None:
    """Return the time that the words speak of, or the first one."""
    spans = [
        _Span(span.text, _local(span.value, zone), _local(span.to, zone) if span.to else None, span.rrule)
        for span in wish.times
        if span.value is not None
    ]
    said = (words or "").casefold()
    fitting = [span for span in spans if span.text.casefold() in said or (said and said in span.text.casefold())]
    if fitting:
        return max(fitting, key=lambda span: (span.text.casefold() == said, len(span.text)))
    return spans[0] if spans else None


def _related(span: _Span, heads: Sequence[str]) -> Window:
    """Apply a word such as "since" with which one of ``heads``, the words before the time, ends."""
    for head in heads:
        if _SINCE.search(head):
            return Window(start=span.start)
        if _AFTER.search(head):
            return Window(start=span.end or span.start)
        if _BEFORE.search(head):
            return Window(end=span.start)
        if _UNTIL.search(head):
            return Window(end=span.end or span.start)
    return Window(start=span.start, end=span.end)


def _before(text: str, words: str) -> str:
    return text[: max(text.casefold().find(words.casefold()), 0)]


def _last_of_its_name(span: _Span) -> _Span:
    """Return the last Monday or March where understanding took the next one."""
    if _WEEKDAY.search(span.text):
        week = timedelta(days=7)
        return replace(span, start=span.start - week, end=span.end - week if span.end else None)
    if _MONTH_WITHOUT_YEAR.search(span.text):
        return replace(span, start=_year_before(span.start), end=_year_before(span.end) if span.end else None)
    return span


def _year_before(day: datetime) -> datetime:
    leap = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year - 1, day=28 if leap else day.day)


def _soon(now: datetime) -> datetime:
    soon = now.replace(second=0, microsecond=0) + timedelta(hours=1)
    if soon.date() != now.date():
        raise ImpossibleWish("Today is nearly over; please say at what time.")
    return soon


def _zone(goal: Goal) -> ZoneInfo:
    try:
        return ZoneInfo(goal.zone)
    except (KeyError, ValueError, OSError) as error:
        raise ImpossibleWish(f"I do not know the time zone {goal.zone}; please set another one.") from error


def _local(value: datetime, zone: ZoneInfo) -> datetime:
    return value.replace(tzinfo=zone) if value.tzinfo is None else value.astimezone(zone)
