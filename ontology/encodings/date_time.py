"""DateTime tokens (FIPA 00070), in which both FIPA encodings say times.

An absolute time is ``20261124T150000000Z``: date, ``T``, time and milliseconds, and the type designator ``Z`` for
UTC. Without it the time is local. A relative time begins with a sign, ``+00000000T000010000``, and is a span of
years, months, days, hours, minutes, seconds and milliseconds. Both are read in either case, and without the
milliseconds, as some platforms write them.
"""

import calendar
import re
from datetime import MAXYEAR, MINYEAR, UTC, datetime, timedelta, tzinfo
from typing import Final

_TOKEN: Final = re.compile(r"([+-]?)(\d{4})(\d\d)(\d\d)[Tt](\d\d)(\d\d)(\d\d)(\d{3})?([A-Za-z]?)", re.ASCII)


def write(moment: datetime) -> str:
    """Return an instant as an absolute time in UTC, cut to milliseconds."""
    utc = moment.astimezone(UTC)
    return f"{utc.year:04}{utc:%m%dT%H%M%S}{utc.microsecond // 1000:03}Z"


def read(token: str, *, zone: tzinfo = UTC, now: datetime | None = None) -> datetime:
    """Return the instant that a DateTime token says.

    Args:
        token: the token.
        zone: the zone of local times.
        now: what relative times count from; None: the present.

    Raises:
        ValueError: it is no such token, or the calendar has no such time.
    """
    found = _TOKEN.fullmatch(token)
    if found is None:
        raise ValueError("it is not of the form 20261124T150000000Z")
    sign, designator = found[1], found[9]
    if designator not in {"", "Z", "z"}:
        raise ValueError(f"the only type designator is Z, and it has {designator}")
    year, month, day, hour, minute, second = (int(part) for part in found.groups()[1:7])
    milliseconds = int(found[8] or 0)
    try:
        if sign:
            span = timedelta(days=day, hours=hour, minutes=minute, seconds=second, milliseconds=milliseconds)
            begin = datetime.now(UTC) if now is None else now
            factor = -1 if sign == "-" else 1
            moment = _months_later(begin, factor * (12 * year + month)) + factor * span
        else:
            moment = datetime(
                year, month, day, hour, minute, second, 1000 * milliseconds, tzinfo=UTC if designator else zone
            )
        moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("the calendar has no such time") from None
    return moment


def _months_later(moment: datetime, months: int) -> datetime:
    """Return the same day of another month, or that month's last day where it is shorter."""
    year, month = divmod(12 * moment.year + moment.month - 1 + months, 12)
    if not MINYEAR <= year <= MAXYEAR:
        raise OverflowError
    return moment.replace(year=year, month=month + 1, day=min(moment.day, calendar.monthrange(year, month + 1)[1]))
