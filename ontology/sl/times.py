"""Times in SL (FIPA 00008, section 2.1.2, *DateTime*): ``20261124T150000000Z``.

``Z`` says UTC; without it the time is local. A sign before it makes it a span: years, months, days, hours, minutes,
seconds and milliseconds, of which a year here is 365 days and a month 30.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Final

TOKEN: Final = re.compile(r"([+-]?)(\d{4})(\d\d)(\d\d)[Tt](\d\d)(\d\d)(\d\d)(\d{3})?([A-Za-z]?)", re.ASCII)
"""A time; the milliseconds are left out by some platforms."""

_MILLISECOND: Final = timedelta(milliseconds=1)
_LONGEST: Final = timedelta(days=365 * 10_000)


def read(token: str) -> datetime | timedelta:
    """Return the time that a token says.

    Raises:
        ValueError: there is no such time.
    """
    found = TOKEN.fullmatch(token)
    if found is None:
        raise ValueError("it is not of the form 20261124T150000000Z")
    sign, zone = found[1], found[9].upper()
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[1:7])
    milliseconds = int(found[8] or 0)
    if sign:
        days = 365 * year + 30 * month + day
        span = timedelta(days=days, hours=hour, minutes=minute, seconds=second, milliseconds=milliseconds)
        return -span if sign == "-" else span
    if zone not in {"", "Z"}:
        raise ValueError(f"the only zone is Z, and it has {zone}")
    try:
        return datetime(year, month, day, hour, minute, second, 1000 * milliseconds, tzinfo=UTC if zone else None)
    except ValueError:
        raise ValueError("the calendar has no such time") from None


def write(time: datetime | timedelta) -> str | None:
    """Return the token for a time; None where it would lose something, as it knows no microseconds."""
    if isinstance(time, timedelta):
        if time % _MILLISECOND or abs(time) >= _LONGEST:
            return None
        span = abs(time)
        years, days = divmod(span.days, 365)
        months, days = (11, days - 330) if days >= 330 else divmod(days, 30)
        minutes, seconds = divmod(span.seconds, 60)
        clock = f"{minutes // 60:02}{minutes % 60:02}{seconds:02}{span.microseconds // 1000:03}"
        return f"{'-' if time < timedelta() else '+'}{years:04}{months:02}{days:02}T{clock}"
    if time.microsecond % 1000:
        return None
    try:
        utc = time if time.tzinfo is None else time.astimezone(UTC)
    except OverflowError:  # within a day of the calendar's ends
        return None
    return f"{utc.year:04}{utc:%m%dT%H%M%S}{utc.microsecond // 1000:03}{'Z' if time.tzinfo else ''}"
