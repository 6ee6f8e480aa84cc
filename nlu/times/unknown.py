"""Shapes of dates that the grammar does not know, read by dateparser."""

import logging
import re
from collections.abc import Iterator, Sequence

from nlu.readings import TimeReading
from nlu.times.base import Context

_LOG = logging.getLogger(__name__)
_MOST = 4


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
    import dateparser  # takes most of a second, and most texts have no such piece

    try:
        value = dateparser.parse(
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
    except Exception as error:  # noqa: BLE001 - whatever it stumbles over, the piece is no date to us
        _LOG.debug("dateparser failed: %s", type(error).__name__)
        value = None
    if value is None:
        return TimeReading(text=piece, start=start, end=end)
    has_clock = ":" in piece or re.fullmatch(r"\d{8}t\d+z?", piece, re.IGNORECASE) is not None
    local = value.astimezone(context.zone)
    return TimeReading(
        text=piece, start=start, end=end, value=local, grain="minute" if has_clock else "day"
    )
