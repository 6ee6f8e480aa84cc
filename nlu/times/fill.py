"""Giving a reading its times: which expressions count for which intent."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from nlu.readings import Intent, Reading, TimeReading
from nlu.times.base import Amount, move
from nlu.times.finder import Facing, Found, find

REMINDER_CLOCK = time(9)
"""When a reminder for a day without a time of day is due."""

_TIMELESS = frozenset({Intent.RUN_CODE, Intent.CALCULATE, Intent.INGEST})
_FACING: dict[Intent, Facing] = {Intent.SET_REMINDER: "future", Intent.FIND_FILES: "past"}


def fill_times(reading: Reading, now: datetime, zone: ZoneInfo, locale: str = "en") -> Reading:
    """Return ``reading`` with the times its words name.

    Where the intent has a slot ``when`` that is filled, only the times in that slot count. A reminder looks
    ahead, its bare days are at :data:`REMINDER_CLOCK` (if that is still ahead), and a bare length ("20
    minutes", a timer) in the slot is the time after so long. A search for files looks back. Code has no times.

    This blocks for a millisecond, and for most of a second at a first unusual date (dateparser is loaded then):
    call it in a thread from an event loop.
    """
    intent = reading.intent
    if intent in _TIMELESS:
        return reading
    when = reading.slots.get("when")
    found = find(
        when if when else reading.text,
        now=now,
        zone=zone,
        locale=locale,
        facing=_FACING.get(intent),
        day_clock=REMINDER_CLOCK if intent is Intent.SET_REMINDER else None,
    )
    times = [each.reading for each in found]
    if intent is Intent.SET_REMINDER:
        times = [_due(each, now, zone) for each in found if when or not each.is_length]
    if when:
        times = [_placed(each, when, reading.text) for each in times]
    return reading.model_copy(update={"times": tuple(times)})


def _due(found: Found, now: datetime, zone: ZoneInfo) -> TimeReading:
    reading = found.reading
    if not found.is_length or reading.seconds is None:
        return reading
    try:
        value = move(now, Amount(seconds=reading.seconds), 1, zone)
    except (OverflowError, ValueError):
        return reading.model_copy(update={"seconds": None})
    return reading.model_copy(update={"value": value})


def _placed(time_reading: TimeReading, slot: str, text: str) -> TimeReading:
    """Return the reading with offsets in ``text`` where the slot stands in it as it is, else as it was."""
    at = text.find(slot)
    if at < 0:
        return time_reading
    return time_reading.model_copy(update={"start": time_reading.start + at, "end": time_reading.end + at})
