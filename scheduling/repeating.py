"""Recurrence rules in words: "every Tuesday at 7:00"."""

from collections.abc import Sequence
from datetime import datetime

from scheduling.errors import RecurrenceError
from scheduling.rules import Rule, parse_rule
from scheduling.walltime import WallTime

_CODES = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MONTHS = (
    "January", "February", "March", "April", "May", "June",
    "July", "August", "September", "October", "November", "December",
)  # fmt: skip
_UNITS = {
    "SECONDLY": "second",
    "MINUTELY": "minute",
    "HOURLY": "hour",
    "DAILY": "day",
    "WEEKLY": "week",
    "MONTHLY": "month",
    "YEARLY": "year",
}
_POSITIONS = {"1": "first", "2": "second", "3": "third", "4": "fourth", "5": "fifth", "-1": "last"}
_UNSAID = "repeatedly"


def repeating(rrule: str, start: WallTime, *, hour12: bool = False) -> str:
    """Say a recurrence rule; "repeatedly" where it is one that people have no words for.

    Args:
        rrule: RFC 5545 recurrence rule.
        start: where it counts from; gives the time of day and whatever else the rule leaves open.
        hour12: say 5:00 pm instead of 17:00.
    """
    try:
        rule = parse_rule(rrule, start.zone)
    except RecurrenceError:
        return _UNSAID
    parts = {name: value for name, value in rule.parts if name != "WKST"}
    times = _times(parts, start.local, hour12=hour12)
    days = _days(rule, parts, start.local) if times is not None else None
    if rule.elapsed:
        said = _every(rule)
    elif times is None or days is None:
        return _UNSAID
    else:
        said = f"{days} at {times}"
    if rule.until is not None:
        said += f" until {rule.until.day} {MONTHS[rule.until.month - 1]} {rule.until.year}"
    if rule.count is not None:
        said += ", once" if rule.count == 1 else f", {rule.count} times"
    return said


def clock_time(when: datetime, *, hour12: bool = False) -> str:
    """Return the time of day of ``when`` as it stands: ``9:00``, ``17:05``, or ``5:05 pm``."""
    if not hour12:
        return f"{when.hour}:{when:%M}"
    return f"{when.hour % 12 or 12}:{when:%M} {'am' if when.hour < 12 else 'pm'}"


def joined(words: Sequence[str]) -> str:
    """Return ``a``, ``a and b``, or ``a, b and c``."""
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def ordinal(number: int) -> str:
    """Return ``1st``, ``2nd``, ``3rd``, ``4th``."""
    teen = 11 <= number % 100 <= 13
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def _every(rule: Rule) -> str:
    unit = _UNITS[rule.frequency]
    return f"every {unit}" if rule.interval == 1 else f"every {rule.interval} {unit}s"


def _times(parts: dict[str, str], start: datetime, *, hour12: bool) -> str | None:
    """Take the parts of the time of day out of ``parts`` and say them."""
    hours = [int(hour) for hour in parts.pop("BYHOUR", str(start.hour)).split(",")]
    minutes = [int(minute) for minute in parts.pop("BYMINUTE", str(start.minute)).split(",")]
    parts.pop("BYSECOND", None)
    if len(hours) * len(minutes) > 6:
        return None
    return joined(
        [
            clock_time(start.replace(hour=hour, minute=minute), hour12=hour12)
            for hour in sorted(hours)
            for minute in sorted(minutes)
        ]
    )


def _days(rule: Rule, parts: dict[str, str], start: datetime) -> str | None:
    """Say on which days a rule falls; None when there are no plain words for it."""
    names = frozenset(parts)
    if rule.frequency == "DAILY" and not names:
        return _every(rule)
    if rule.frequency == "WEEKLY" or (rule.frequency == "DAILY" and rule.interval == 1):
        return _weekly(rule, parts, start) if names <= {"BYDAY"} else None
    if rule.frequency == "MONTHLY":
        return _monthly(rule, parts, start)
    if rule.frequency == "YEARLY" and names <= {"BYMONTH", "BYMONTHDAY"}:
        return _yearly(rule, parts, start)
    return None


def _weekly(rule: Rule, parts: dict[str, str], start: datetime) -> str:
    codes = set(parts.get("BYDAY", _CODES[start.weekday()]).split(","))
    days = joined([day for code, day in zip(_CODES, WEEKDAYS, strict=True) if code in codes])
    weekdays = codes == set(_CODES[:5])
    if rule.interval > 1:
        return f"{_every(rule)} on {'weekdays' if weekdays else days}"
    if weekdays:
        return "every weekday"
    return "every day" if len(codes) == 7 else f"every {days}"


def _monthly(rule: Rule, parts: dict[str, str], start: datetime) -> str | None:
    names = frozenset(parts)
    if names <= {"BYMONTHDAY"}:
        days = sorted(int(day) for day in parts.get("BYMONTHDAY", str(start.day)).split(","))
        if days == [-1]:
            which = "last day"
        elif days[0] < 0:
            return None
        else:
            which = joined([ordinal(day) for day in days])
    elif names == {"BYDAY"}:
        position, code = parts["BYDAY"][:-2].lstrip("+"), parts["BYDAY"][-2:]
        if "," in parts["BYDAY"] or position not in _POSITIONS:
            return None
        which = f"{_POSITIONS[position]} {WEEKDAYS[_CODES.index(code)]}"
    elif names == {"BYDAY", "BYSETPOS"} and set(parts["BYDAY"].split(",")) == set(_CODES[:5]):
        position = parts["BYSETPOS"].lstrip("+")
        if position not in _POSITIONS:
            return None
        which = f"{_POSITIONS[position]} weekday"
    else:
        return None
    if rule.interval == 1:
        return f"on the {which} of every month"
    return f"{_every(rule)} on the {which}"


def _yearly(rule: Rule, parts: dict[str, str], start: datetime) -> str | None:
    if "BYMONTHDAY" in parts and "BYMONTH" not in parts:
        return None
    days = [int(day) for day in parts.get("BYMONTHDAY", str(start.day)).split(",")]
    months = [int(month) for month in parts.get("BYMONTH", str(start.month)).split(",")]
    if len(days) * len(months) > 6 or min(days) < 0:
        return None
    dates = [f"{day} {MONTHS[month - 1]}" for month in sorted(months) for day in sorted(days)]
    return f"{_every(rule)} on {joined(dates)}"
