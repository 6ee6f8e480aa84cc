"""What the rules of the grammar build: captures in, a meaning (or a part of one) out, None to reject."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, timezone
from itertools import pairwise
from operator import itemgetter
from typing import Any

from nlu.times.base import Amount, Answer, Context, Grain, Meaning
from nlu.times.clocks import (
    Caught,
    as_clock,
    build_clock,
    clock_after,
    clock_before,
    clock_list,
    four_digits,
    number,
    whole,
    zoned_clock,
)
from nlu.times.days import (
    Calendar,
    Edge,
    Feast,
    MonthDay,
    Moved,
    NthWeekday,
    Relative,
    Slashed,
    Weekday,
)
from nlu.times.grammar import Builder
from nlu.times.moments import Clock, Moment, Shift
from nlu.times.repeats import Repeat, repeated_moment
from nlu.times.spans import (
    After,
    Before,
    BetweenClocks,
    BetweenDays,
    BetweenTimes,
    LastNight,
    Length,
    MonthSpan,
    Period,
    Rolling,
    Since,
    Until,
    YearSpan,
)

_UNITS: dict[str, tuple[float, float, float, Grain]] = {
    "second": (0, 0, 1, "second"),
    "minute": (0, 0, 60, "minute"),
    "hour": (0, 0, 3600, "hour"),
    "day": (0, 1, 0, "day"),
    "week": (0, 7, 0, "week"),
    "fortnight": (0, 14, 0, "week"),
    "weekend": (0, 7, 0, "week"),
    "month": (1, 0, 0, "month"),
    "quarter": (3, 0, 0, "quarter"),
    "year": (12, 0, 0, "year"),
    "decade": (120, 0, 0, "year"),
}
_SIZES = {name: index for index, name in enumerate(("second", "minute", "hour", "day", "week", "month", "year"))}
_FREQUENCIES = {
    "second": ("SECONDLY", 1),
    "minute": ("MINUTELY", 1),
    "hour": ("HOURLY", 1),
    "day": ("DAILY", 1),
    "week": ("WEEKLY", 1),
    "fortnight": ("WEEKLY", 2),
    "month": ("MONTHLY", 1),
    "quarter": ("MONTHLY", 3),
    "year": ("YEARLY", 1),
    "decade": ("YEARLY", 10),
}
_MOST = 100_000_000
_YEARS = range(1000, 3000)


def _year(caught: Caught) -> int | None:
    if "short" in caught:
        return 2000 + whole(caught["short"])
    return whole(caught["year"]) if "year" in caught else None


def _sum(caught: Caught) -> int:
    return int(sum(caught.get(name, 0) for name in ("small", "tens", "ones")))


def _bounded_year(caught: Caught) -> int | None:
    year = 2000 + whole(caught["short"]) if "short" in caught else whole(caught["n4"])
    return year if year in _YEARS else None


def _amount_of(count: float, unit: str) -> Amount | None:
    months, days, seconds, grain = _UNITS[unit]
    if count > _MOST:
        return None
    months, days = months * count, days * count
    whole = int(months)
    days += (months - whole) * 30
    full = int(days)
    return Amount(whole, full, seconds * count + (days - full) * 86_400, grain)


def _amount(caught: Caught) -> Amount | None:
    return _amount_of(number(caught["n"]) + caught.get("more", 0), caught["unit"])


def _amounts(caught: Caught) -> Amount | None:
    parts = [caught[name] for name in ("a", "b", "c") if name in caught]
    sizes = [_SIZES.get(part.grain, 9) for part in parts]
    if any(later >= earlier for earlier, later in pairwise(sizes)):
        return None
    total: Amount = parts[0]
    for part in parts[1:]:
        total = total + part
    return total


def _hours_minutes(caught: Caught) -> Amount:
    seconds = whole(caught["hours"]) * 3600 + whole(caught["minutes"]) * 60
    return Amount(seconds=seconds, grain="minute")


def _calendar(caught: Caught) -> Calendar:
    return Calendar(whole(caught["month"]), whole(caught["day"]), _year(caught))


def _slashed(caught: Caught) -> Slashed:
    return Slashed(whole(caught["left"]), whole(caught["right"]), _year(caught))


def _bare_slashed(caught: Caught) -> Slashed | None:
    found = _slashed(caught)
    small, big = sorted((found.left, found.right))
    possible = 1 <= small <= 12 and big <= 31
    return found if possible and big >= 10 else None


def _named_weekday(caught: Caught) -> Calendar | None:
    day = caught["day"]
    return replace(day, weekday=caught["weekday"]) if isinstance(day, Calendar) else None


def _moment(caught: Caught) -> Moment | None:
    day = caught.get("day")
    if "relative" in caught:
        day = Relative(caught["relative"])
    clock = Clock(caught["hour"], half="24") if "hour" in caught else caught.get("clock")
    return Moment(day, clock, caught.get("part"))


def _merge(caught: Caught) -> Moment:
    moment: Moment = caught["moment"]
    return replace(moment, clock=caught["clock"]) if "clock" in caught else moment


def _clock_part(caught: Caught) -> Moment | None:
    clock: Clock = caught["clock"]
    part: str = caught["part"]
    if clock.half == "24" and clock.hour not in range(25):
        return None
    return Moment(caught.get("day"), clock, part)


def _hour_part(caught: Caught) -> Moment | None:
    clock = build_clock(caught)
    return Moment(None, clock, caught["part"]) if clock is not None and clock.half is None else None


@dataclass(frozen=True)
class Instant:
    """A date and time with the offset that was written beside it."""

    day: Calendar
    clock: Clock
    offset: timedelta
    has_day: bool = True
    has_clock: bool = True

    def answer(self, context: Context) -> Answer | None:
        """Resolve to that instant on the person's clock."""
        day = self.day.resolve(context)
        if day is None or not self.clock.valid or self.clock.hour == 24:
            return None
        clock = time(self.clock.hour, self.clock.minute, self.clock.second)
        value = datetime.combine(day, clock, tzinfo=timezone(self.offset))
        return Answer(value.astimezone(context.zone), self.clock.grain)


def _instant(caught: Caught) -> Instant | None:
    if not isinstance(caught["day"], Calendar):
        return None
    clock: Clock = caught["clock"]
    half = clock.half or "24"
    return Instant(caught["day"], replace(clock, half=half), caught.get("offset", timedelta()))


def _offset(caught: Caught) -> timedelta | None:
    if "both" in caught:
        hours, minutes = divmod(whole(caught["both"]), 100)
    else:
        hours = whole(caught["hours"])
        minutes = whole(caught["minutes"]) if "minutes" in caught else 0
    if hours > 14 or minutes > 59:
        return None
    return caught["sign"] * timedelta(hours=hours, minutes=minutes)  # type: ignore[no-any-return]


def _shift(caught: Caught) -> Shift:
    return Shift(caught["amount"], caught.get("sign", 1))


def _shift_at(caught: Caught) -> Shift | None:
    shift: Shift = caught["shift"]
    if shift.amount.seconds:
        return None
    return replace(shift, clock=caught.get("clock"), part=caught.get("part"))


def _month_span(caught: Caught) -> MonthSpan | None:
    return MonthSpan(caught["month"], _year(caught), caught.get("which", "any"))


def _year_span(caught: Caught) -> YearSpan | None:
    year = whole(caught["year"])
    return YearSpan(year) if 1900 <= year < 2200 else None


def _rolling(caught: Caught) -> Rolling | None:
    amount = _amount(caught)
    return None if amount is None else Rolling(amount, caught["sign"])


def _between_clocks(caught: Caught) -> BetweenClocks | None:
    first, second = as_clock(caught["first"]), as_clock(caught["second"])
    if first is None or second is None:
        return None
    return BetweenClocks(first, second, part=caught.get("part"))


def _span_on(caught: Caught) -> BetweenClocks:
    span: BetweenClocks = caught["span"]
    return replace(span, day=caught["day"])


def _month_days(caught: Caught) -> BetweenDays:
    month = caught["start"]
    return BetweenDays(Calendar(month, whole(caught["first"])), Calendar(month, whole(caught["second"])))


def _every(caught: Caught) -> Repeat | None:
    freq, scale = (caught["freq"], 1) if "freq" in caught else _FREQUENCIES.get(caught["unit"], ("", 0))
    count = number(caught["n"])
    if caught.get("unit") == "weekend" and count == 1:
        return Repeat("WEEKLY", weekdays=(5, 6))
    if not scale or count != int(count) or not 0 < count <= 10_000:
        return None
    return Repeat(freq, int(count) * scale, part=caught.get("part"))


def _weekly(caught: Caught) -> Repeat | None:
    interval = int(number(caught.get("n", 1)))
    if not 0 < interval <= 1000:
        return None
    return Repeat("WEEKLY", interval, weekdays=tuple(caught["weekdays"]), part=caught.get("part"))


def _weekday_list(caught: Caught) -> tuple[int, ...] | None:
    days = [caught[name] for name in "abcdef" if name in caught]
    return tuple(sorted(days)) if len(set(days)) == len(days) else None


def _monthly_day(caught: Caught) -> Repeat | None:
    day = whole(caught["day"])
    return Repeat("MONTHLY", month_days=(day,)) if day == -1 or 1 <= day <= 31 else None


def _monthly_weekday(caught: Caught) -> Repeat:
    return Repeat("MONTHLY", nth=caught["nth"], weekdays=(caught["weekday"],))


def _tail(caught: Caught) -> Mapping[str, Any] | None:
    if "weekday" in caught:
        return {"start": Weekday(caught["weekday"])}
    if "count" in caught:
        count = int(number(caught["count"]))
        return {"count": count} if 0 < count <= 10_000 else None
    return caught


def _tail_next(caught: Caught) -> Mapping[str, Any]:
    return {"start": Edge("start", caught["unit"], 1)}


def _repeat(caught: Caught) -> Repeat | None:
    found: Repeat = caught["every"]
    changes: dict[str, Any] = {}
    for tail in (caught.get("x", {}), caught.get("y", {})):
        if set(tail) & set(changes):
            return None
        changes.update(tail)
    if "ats" in caught:
        changes["clocks"] = caught["ats"]
    if "part" in caught:
        changes["part"] = caught["part"]
    return replace(found, **changes)


def _older(caught: Caught) -> Before:
    return Before(Shift(caught["amount"], -1), of_past=True)


def _meaning(name: str) -> Builder:
    """Return a builder that hands on what was captured as ``name``."""
    return itemgetter(name)


def _weekday_moment(caught: Caught) -> Meaning:
    return Moment(Weekday(caught["weekday"]))


BUILDERS: Mapping[str, Builder] = {
    "after": lambda caught: After(caught["start"]),
    "amount": _amount,
    "amounts": _amounts,
    "bare_slashed": _bare_slashed,
    "before": lambda caught: Before(caught["end"]),
    "between_clocks": _between_clocks,
    "between_days": lambda caught: BetweenDays(caught["first"], caught["last"]),
    "between_times": lambda caught: BetweenTimes(caught["first"], caught["last"]),
    "calendar": _calendar,
    "clock": build_clock,
    "clock_after": clock_after,
    "clock_before": clock_before,
    "clock_list": clock_list,
    "clock_part": _clock_part,
    "constant": _meaning("value"),
    "decimal": lambda caught: float(f"{caught['n'].text}.{caught['tenths'].text}"),
    "edge": lambda caught: Edge(
        caught["edge"], caught.get("unit", "month"), caught.get("shift", 0), caught.get("month")
    ),
    "every": _every,
    "feast": lambda caught: Feast(caught["offset"]),
    "four_digits": four_digits,
    "hour_part": _hour_part,
    "hours_minutes": _hours_minutes,
    "instant": _instant,
    "last_night": lambda _: LastNight(),
    "length": lambda caught: Length(caught["amount"]),
    "merge": _merge,
    "moment": _moment,
    "month_day": lambda caught: MonthDay(whole(caught["day"]), caught.get("shift")),
    "month_days": _month_days,
    "month_span": _month_span,
    "monthly_day": _monthly_day,
    "monthly_weekday": _monthly_weekday,
    "moved": lambda caught: Moved(caught["amount"], caught["sign"], caught["day"]),
    "named_weekday": _named_weekday,
    "nth_weekday": lambda caught: NthWeekday(
        caught["nth"], caught["weekday"], caught.get("month"), caught.get("shift", 0)
    ),
    "number": lambda caught: whole(caught.get("n", caught.get("n12"))),
    "offset": _offset,
    "older": _older,
    "period": lambda caught: Period(caught["unit"], caught["shift"]),
    "relative": lambda caught: Relative(caught["days"]),
    "repeat": _repeat,
    "rolling": _rolling,
    "same": _meaning("n"),
    "same_clock": _meaning("clock"),
    "same_day": _meaning("day"),
    "same_meaning": _meaning("meaning"),
    "same_part": _meaning("part"),
    "same_shift": _meaning("shift"),
    "same_span": _meaning("span"),
    "shift": _shift,
    "shift_at": _shift_at,
    "since": lambda caught: Since(caught["start"]),
    "slashed": _slashed,
    "span_on": _span_on,
    "sum": _sum,
    "tail": _tail,
    "tail_next": _tail_next,
    "until": lambda caught: Until(caught["end"]),
    "weekday": lambda caught: Weekday(caught["weekday"], caught.get("which", "any"), caught.get("weeks", 0)),
    "weekday_list": _weekday_list,
    "weekday_moment": _weekday_moment,
    "weekly": _weekly,
    "year": _bounded_year,
    "year_span": _year_span,
    "zoned_clock": zoned_clock,
    "yearly": lambda caught: repeated_moment(Moment(caught["day"])),
}
"""Builders by the name that a rule's ``is`` gives."""
