"""Builders of times of day; see ``builders``."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from nlu.times.base import Grain
from nlu.times.moments import Clock
from nlu.times.nodes import Digits

Caught = Mapping[str, Any]
Half = Literal["am", "pm", "24"] | None


def whole(value: Digits | int) -> int:
    """Return a captured number, in digits or already read, as a whole number."""
    return value.value if isinstance(value, Digits) else int(value)


def number(value: Digits | float) -> float:
    """Return a captured number, in digits or already read."""
    return value.value if isinstance(value, Digits) else value


def build_clock(caught: Caught) -> Clock | None:
    """Return a clock; an hour up to 12 without am, pm or a leading zero is open."""
    written = caught["hour"]
    hour = whole(written)
    half: Half = caught.get("meridiem")
    minute, second = (whole(caught[name]) if name in caught else None for name in ("minute", "second"))
    if half is None:
        padded = isinstance(written, Digits) and written.text.startswith("0")
        half = "24" if padded or hour > 12 or hour == 0 else None
    elif half == "pm" and 12 < hour < 24 and minute is not None:
        half = "24"
    if minute is None and hour > 24 and "meridiem" not in caught:
        return None
    grain: Grain = "hour" if minute is None else "minute" if second is None else "second"
    return Clock(hour, minute or 0, second or 0, half, grain=grain)


def clock_after(caught: Caught) -> Clock | None:
    """Return the clock of "twenty past three"."""
    minute = int(number(caught["n"]))
    found = build_clock({**caught, "minute": minute})
    return found if 1 <= minute <= 59 and found is not None and found.hour <= 24 else None


def clock_before(caught: Caught) -> Clock | None:
    """Return the clock of "a quarter to nine"."""
    minutes = int(number(caught["n"]))
    found = build_clock(caught)
    if found is None or not 1 <= minutes <= 59 or not found.valid:
        return None
    hour = found.hour - 1
    half = found.half
    if half in {None, "am", "pm"}:
        if hour == 11 and half is not None:  # a quarter to twelve pm is in the morning
            half = "am" if half == "pm" else "pm"
        return Clock(hour or 12, 60 - minutes, 0, half, grain="minute")
    return Clock(hour % 24, 60 - minutes, 0, half, grain="minute")


def zoned_clock(caught: Caught) -> Clock | None:
    """Return a clock with the zone that is named beside it."""
    found: Clock | None = caught["clock"] if "clock" in caught else build_clock(caught)
    return None if found is None else replace(found, offset=caught["zone"])


def four_digits(caught: Caught) -> Clock | None:
    """Return the clock of "at 0900" or "at 1730", but of no number that looks like a year."""
    written: Digits = caught["both"]
    hour, minute = divmod(written.value, 100)
    if minute > 59 or hour > 23 or not (hour >= 13 or written.text.startswith("0")):
        return None
    if hour in {19, 20} and minute % 15:
        return None
    return Clock(hour, minute, 0, "24", grain="minute")


def as_clock(found: Any) -> Clock | None:
    """Return a clock as it is, and one of a bare hour."""
    return found if isinstance(found, Clock) else build_clock({"hour": found})


def clock_list(caught: Caught) -> tuple[Clock, ...] | None:
    """Return the clocks of "at 8 and 20"; one rule can hold them only where their minutes agree."""
    found = [as_clock(caught[name]) for name in "abc" if name in caught]
    clocks = tuple(clock for clock in found if clock is not None)
    same = len({(clock.minute, clock.second, clock.offset) for clock in clocks}) == 1
    return clocks if len(clocks) == len(found) and same else None
