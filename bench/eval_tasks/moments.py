"""Times in tasks: what stands in a message, and when something must happen.

In texts, ``{...}`` is put in when the message is sent:

==================  ================================================================================
``{home}``          the person's home folder
``{page_port}``     the port of the small web server
``{long}``          many words
``{minute}``        the next full minute that is not too near, as 14:05
``{after_restart}``  seconds after which the assistant certainly runs again
``{now|%A}``        the present time in a format of ``strftime``
``{+40d|%-d %B}``   the same, so many days ahead
==================  ================================================================================

Expected times are ``+3s``, ``+1h30m`` (that long after the message), ``+1d 09:00`` (so many days ahead, at that time
of the clock) or ``friday 15:00`` (the next such day that is still to come).
"""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

from dateutil.rrule import rrulestr

DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
OCCURRENCES: Final = 6
"""How many occurrences of a recurring reminder are compared."""

_LENGTH = re.compile(r"\+?(?:(?P<hours>\d+)h)?(?:(?P<minutes>\d+)m)?(?:(?P<seconds>\d+)s)?")
_AHEAD = re.compile(r"\+(\d+)d (\d\d):(\d\d)")
_WEEKDAY = re.compile(rf"({'|'.join(DAYS)}) (\d\d):(\d\d)")
_MOMENT = re.compile(r"\{(?:now|\+(\d+)d)\|([^}]+)\}")


def length(written: str) -> timedelta:
    """Return a length of time such as 3s, 20m or 1h30m."""
    match = _LENGTH.fullmatch(written)
    if match is None or not any(match.groups()):
        raise ValueError(f"{written!r} is no length of time")
    return timedelta(**{unit: int(value) for unit, value in match.groupdict().items() if value})


def moment(written: str, *, said: datetime) -> datetime:
    """Return the instant that is expected.

    Args:
        written: as described above.
        said: when the message was sent, in the person's zone.
    """
    if match := _AHEAD.fullmatch(written):
        days, hour, minute = map(int, match.groups())
        return _at(said + timedelta(days=days), hour, minute)
    if match := _WEEKDAY.fullmatch(written):
        day = said + timedelta(days=(DAYS.index(match[1]) - said.weekday()) % 7)
        found = _at(day, int(match[2]), int(match[3]))
        return found if found > said else _at(day + timedelta(days=7), int(match[2]), int(match[3]))
    return said + length(written)


def next_minute(said: datetime) -> datetime:
    """Return the next full minute that is at least ten seconds away."""
    return (said + timedelta(seconds=70)).replace(second=0, microsecond=0)


def occurrences(rule: str, first: datetime, *, after: datetime) -> list[datetime]:
    """Return the wall times of the next occurrences of a recurrence rule.

    Args:
        rule: an RFC 5545 recurrence rule.
        first: from where it is counted.
        after: only occurrences after this instant.
    """
    wall = after.astimezone(first.tzinfo).replace(tzinfo=None)
    rules = rrulestr(rule.removeprefix("RRULE:"), dtstart=first.replace(tzinfo=None, microsecond=0))
    return list(rules.xafter(wall, count=OCCURRENCES))


def filled(text: str, *, now: datetime, values: Mapping[str, str]) -> str:
    """Put the values in where a text has ``{...}``; other braces stay."""
    text = _MOMENT.sub(lambda match: (now + timedelta(days=int(match[1] or 0))).strftime(match[2]), text)
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", value)
    return text


def _at(day: datetime, hour: int, minute: int) -> datetime:
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)
