"""What a reminder must be like before it is kept."""

import unicodedata
from datetime import datetime, timedelta

from scheduling.errors import EmptyTextError, PastTimeError, TextTooLongError, TimeTooFarError
from scheduling.phrases import moment
from scheduling.recurrence import check_recurrence, next_occurrence
from scheduling.settings import SchedulingSettings
from scheduling.walltime import WallTime


def clean_text(text: str, settings: SchedulingSettings) -> str:
    """Return the text without control characters, lone surrogates and space around it.

    Raises:
        EmptyTextError: nothing is left.
        TextTooLongError: more is left than the settings allow.
    """
    kept = "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in {"Cc", "Cs"}).strip()
    if not kept:
        raise EmptyTextError
    if len(kept) > settings.max_text:
        raise TextTooLongError(len(kept), settings.max_text)
    return kept


def first_due(due: WallTime, rrule: str | None, now: datetime, settings: SchedulingSettings) -> WallTime:
    """Return the first occurrence of a reminder that is set at ``now``.

    A time that went by a moment ago is kept: it took that moment to get here. A recurring reminder whose
    start has gone by begins with its next occurrence.

    Args:
        due: when it is due, or where its recurrence starts.
        rrule: RFC 5545 recurrence rule, or None.
        now: aware datetime.
        settings: the limits.

    Raises:
        PastTimeError: the time, or the last occurrence, has gone by.
        TimeTooFarError: it is further ahead than the settings allow.
        RecurrenceError: the rule cannot be used.
        TooOftenError: it repeats more often than the settings allow.
    """
    earliest = now - timedelta(seconds=settings.past_grace_s)
    try:
        first: WallTime | None = due
        too_far = due.instant - now > timedelta(days=366 * settings.furthest_years)
    except OverflowError:
        too_far = True
    if too_far:
        raise TimeTooFarError(settings.furthest_years)
    if rrule is not None:
        check_recurrence(due, rrule, shortest_s=settings.shortest_repeat_s)
        first = next_occurrence(due, rrule, earliest - timedelta(microseconds=1))
    if first is None or first.instant < earliest:
        raise PastTimeError(moment(due.instant, now=now, zone=due.zone, hour12=settings.hour12))
    return first
