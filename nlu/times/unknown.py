"""Shapes of dates that the grammar does not know, read by dateparser."""

import logging
import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from nlu.readings import TimeReading
from nlu.times.base import Context, on_clock
from nlu.times.days import Calendar
from nlu.times.moments import Moment

_LOG = logging.getLogger(__name__)
_MOST = 4
_COMPACT = re.compile(r"\d{8}t\d{4}(?:\d{2})?z?", re.IGNORECASE)


def read_unknown(
    text: str, shapes: Sequence[str], taken: Sequence[tuple[int, int]], context: Context
) -> Iterator[TimeReading]:
    """Yield readings of the first few pieces of ``text`` that have one of the ``shapes``.

    Args:
        text: the text.
        shapes: regular expressions of what to hand to dateparser; they bound how long a piece is.
        taken: (start, end) of what the grammar has read; a piece that lies in one of them is left alone.
        context: the moment of speaking.
    """
    count = 0
    for shape in shapes:
        for match in re.finditer(shape, text, re.IGNORECASE | re.ASCII):
            start, end = match.span()
            if any(left <= start and end <= right for left, right in taken):
                continue
            count += 1
            if count > _MOST:
                return
            yield _read(match.group(), start, end, context)


def _read(piece: str, start: int, end: int, context: Context) -> TimeReading:
    value = _compact(piece, context) or _parsed(piece, context)
    if value is None:
        return TimeReading(text=piece, start=start, end=end)
    if ":" in piece or _COMPACT.fullmatch(piece):
        local = value.astimezone(context.zone)
        return TimeReading(text=piece, start=start, end=end, value=local, grain="minute")
    whole = Moment(Calendar(value.month, value.day, value.year)).answer(context)
    if whole is None:
        return TimeReading(text=piece, start=start, end=end)
    return TimeReading(text=piece, start=start, end=end, value=whole.value, to=whole.to, grain=whole.grain)


def _compact(piece: str, context: Context) -> datetime | None:
    """Read the basic format of ISO 8601 ("20270105T140000"), which dateparser takes for other things."""
    if not _COMPACT.fullmatch(piece):
        return None
    try:
        value = datetime.fromisoformat(piece.upper())
    except ValueError:
        return None
    if value.tzinfo is not None:
        return value
    return on_clock(value.date(), value.time(), context.zone)


def _parsed(piece: str, context: Context) -> datetime | None:
    import dateparser  # takes most of a second, and most texts have no such piece

    try:
        found: datetime | None = dateparser.parse(
            piece,
            languages=["en"],
            settings={
                "RELATIVE_BASE": context.now.replace(tzinfo=None),
                "PREFER_DATES_FROM": "past" if context.past else "future",
                "DATE_ORDER": "MDY" if context.month_first else "DMY",
                "TIMEZONE": context.zone.key,
                "RETURN_AS_TIMEZONE_AWARE": True,
                "STRICT_PARSING": True,
            },
        )
    except Exception as error:
        _LOG.debug("dateparser failed: %s", type(error).__name__)
        return None
    return found
