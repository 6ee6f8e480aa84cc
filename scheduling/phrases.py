"""Times in words, as one says them to a person."""

from datetime import datetime, timedelta

from scheduling.reminder import Reminder
from scheduling.repeating import MONTHS, WEEKDAYS, clock_time, repeating
from scheduling.walltime import zone_named

_SECONDS_UP_TO = 90
_EXACT_S = 2  # a duration is told as whole minutes when it is off by no more


def moment(when: datetime, *, now: datetime, zone: str, hour12: bool = False) -> str:
    """Say an instant: "in 10 seconds", "today at 17:00", "tomorrow at 9:00", "on Friday 27 November at 9:00".

    Args:
        when: the instant (aware).
        now: the present instant (aware).
        zone: IANA zone of the person.
        hour12: say 5:00 pm instead of 17:00.
    """
    here = zone_named(zone)
    ahead = (when - now).total_seconds()
    if -1 < ahead < 0.5:
        return "now"
    minutes = round(ahead / 60)
    if 1 <= minutes <= 60 and abs(ahead - minutes * 60) <= _EXACT_S:
        return "in 1 hour" if minutes == 60 else f"in {minutes} minute{'s' * (minutes != 1)}"
    if 0 < ahead <= _SECONDS_UP_TO:
        return f"in {round(ahead)} second{'s' * (round(ahead) != 1)}"
    local, today = when.astimezone(here), now.astimezone(here)
    return f"{_day(local, today)} at {clock_time(local, hour12=hour12)}"


def _day(when: datetime, today: datetime) -> str:
    days = (when.date() - today.date()) // timedelta(days=1)
    if days in {-1, 0, 1}:
        return ("today", "tomorrow", "yesterday")[days]
    year = f" {when.year}" if when.year != today.year else ""
    return f"on {WEEKDAYS[when.weekday()]} {when.day} {MONTHS[when.month - 1]}{year}"


def when_due(reminder: Reminder, *, now: datetime, zone: str | None = None, hour12: bool = False) -> str:
    """Say when a reminder comes: "tomorrow at 9:00", or "every Tuesday at 7:00, next tomorrow at 7:00".

    Args:
        reminder: the reminder.
        now: the present instant (aware).
        zone: IANA zone of the person; the reminder's own when left out.
        hour12: say 5:00 pm instead of 17:00.
    """
    next_one = moment(reminder.due_at, now=now, zone=zone or reminder.due.zone, hour12=hour12)
    if reminder.rrule is None:
        return next_one
    return f"{repeating(reminder.rrule, reminder.start, hour12=hour12)}, next {next_one}"


def late_notice(
    due_at: datetime,
    *,
    now: datetime,
    zone: str,
    missed: int = 0,
    attempt: int = 1,
    late_after_s: float = 5,
    hour12: bool = False,
) -> str:
    """Return the sentence that owns up to a late delivery; empty when it is in time and nothing was missed.

    Args:
        due_at: when it was due (aware).
        now: when it is delivered (aware).
        zone: IANA zone of the person.
        missed: earlier occurrences that were not delivered.
        attempt: number of this attempt; from 2 on the program ran, but could not deliver.
        late_after_s: from this lateness on it is late.
        hour12: say 5:00 pm instead of 17:00.
    """
    parts = []
    if (now - due_at).total_seconds() >= late_after_s:
        here = zone_named(zone)
        local, today = due_at.astimezone(here), now.astimezone(here)
        day = "" if local.date() == today.date() else _day(local, today) + " "
        why = "I was not running then" if attempt < 2 else "I could not deliver it then"
        parts.append(f"This was due {day}at {clock_time(local, hour12=hour12)}, {why}.")
    if missed == 1:
        parts.append("One time before it was missed too.")
    elif missed > 1:
        parts.append(f"{missed} times before it were missed too.")
    return " ".join(parts)
