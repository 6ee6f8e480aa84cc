"""Recurrences: RFC 5545 rules with their first occurrence.

The rule holds the time of day too (BYHOUR, BYMINUTE, BYSECOND), so that it stands without its start; those are
times on the wall of the person's zone. UNTIL is in UTC, as RFC 5545, 3.3.10 asks where the start has a zone.
"""

import calendar
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta

from nlu.times.base import Amount, Answer, Context, Grain, Meaning, add_months, move, on_clock, start_of
from nlu.times.days import Day
from nlu.times.moments import Clock, Moment
from nlu.times.spans import Until

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_ELAPSED = {"SECONDLY": 1, "MINUTELY": 60, "HOURLY": 3600}
_GRAINS: dict[str, Grain] = {
    "SECONDLY": "second",
    "MINUTELY": "minute",
    "HOURLY": "hour",
    "DAILY": "day",
    "WEEKLY": "week",
    "MONTHLY": "month",
    "YEARLY": "year",
}
_MOST_DAYS_AHEAD = 366 * 9


@dataclass(frozen=True)
class Repeat:
    """Something that comes again and again.

    ``nth`` picks of ``weekdays`` the so-manieth in the month (-1: the last); ``month_days`` are days of the
    month (-1: the last), with ``month`` of that month only.
    """

    freq: str
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    nth: int | None = None
    month_days: tuple[int, ...] = ()
    month: int | None = None
    clocks: tuple[Clock, ...] = ()
    part: str | None = None
    start: Day | None = None
    until: Meaning | None = None
    length: Amount | None = None
    count: int | None = None

    @property
    def has_day(self) -> bool:
        """Whether it says on which days."""
        return True

    @property
    def has_clock(self) -> bool:
        """Whether it says at what time of the day."""
        return bool(self.clocks) or self.part is not None or self.freq in _ELAPSED

    def at(self, *clocks: Clock) -> "Repeat":
        """Return the same at these times of the day."""
        return replace(self, clocks=tuple(clocks))

    def answer(self, context: Context) -> Answer | None:
        """Resolve to the rule and its first occurrence, or to None where it never occurs."""
        if any(not clock.valid for clock in self.clocks) or not self._ever:
            return None
        if self.freq in _ELAPSED and not self.clocks:
            return self._elapsed(context)
        times, other = self._times(context)
        first = self._first(context, times or [time()])
        if first is None:
            return None
        limit = self._limit(context, first)
        if limit is not None and limit <= first:
            return None
        grain: Grain = "day" if not times else self.clocks[0].grain if self.clocks else "hour"
        to = None if times else start_of(first.date() + timedelta(days=1), context.zone)
        candidates: tuple[datetime, ...] = ()
        if other is not None:
            second = self._first(context, [other])
            candidates = (first, second) if second is not None else ()
        return Answer(first, grain, to, self._rule(times, limit), candidates=candidates)

    @property
    def _ever(self) -> bool:
        """Whether there is such a day in any year (2024 has a 29 February)."""
        if self.month is None:
            return True
        return all(day <= calendar.monthrange(2024, self.month)[1] for day in self.month_days)

    def _elapsed(self, context: Context) -> Answer | None:
        if self.start is not None:
            day = self.start.resolve(context)
            if day is None:
                return None
            first = start_of(day, context.zone)
        else:
            seconds = _ELAPSED[self.freq] * self.interval
            first = move(context.now, Amount(seconds=seconds), 1, context.zone)
        limit = self._limit(context, context.now)
        if limit is not None and limit < first:
            return None
        return Answer(first, _GRAINS[self.freq], rrule=self._rule([], limit))

    def _times(self, context: Context) -> tuple[list[time], time | None]:
        """Return the times of day that are meant, and the other one that a single bare hour may mean."""
        if not self.clocks:
            if self.part is not None:
                return [time(context.parts[self.part].at % 24)], None
            return ([context.day_clock] if context.day_clock is not None else []), None
        times = []
        other = None
        for clock in self.clocks:
            hours = clock.hours(self.part)
            chosen = hours[0] if len(hours) == 1 or 7 <= clock.hour <= 11 else hours[1]
            times.append(time(chosen % 24, clock.minute, clock.second))
            if len(hours) == 2 and len(self.clocks) == 1:
                rest = hours[0] if chosen == hours[1] else hours[1]
                other = time(rest % 24, clock.minute, clock.second)
        return sorted(times), other

    def _first(self, context: Context, times: list[time]) -> datetime | None:
        day = context.today
        if self.start is not None:
            begin = self.start.resolve(context)
            if begin is None:
                return None
            day = max(day, begin)
        elif self._floats:
            return self._first_floating(context, times)
        for _ in range(_MOST_DAYS_AHEAD):
            if self._on(day):
                for each in times:
                    value = on_clock(day, each, context.zone, after=context.now)
                    if value > context.now:
                        return value
            day += timedelta(days=1)
        return None

    @property
    def _floats(self) -> bool:
        """Whether nothing but the start says on which day it falls: "every two weeks"."""
        anchored = self.weekdays or self.month_days or self.month
        return not anchored and (self.freq != "DAILY" or self.interval > 1)

    def _first_floating(self, context: Context, times: list[time]) -> datetime:
        today = on_clock(context.today, times[0], context.zone, after=context.now)
        if today > context.now and times != [time()]:
            return today
        return on_clock(self._step(context.today), times[0], context.zone)

    def _step(self, day: date) -> date:
        if self.freq == "DAILY":
            return day + timedelta(days=self.interval)
        if self.freq == "WEEKLY":
            return day + timedelta(weeks=self.interval)
        return add_months(day, self.interval * (12 if self.freq == "YEARLY" else 1))

    def _on(self, day: date) -> bool:
        if self.month is not None and day.month != self.month:
            return False
        if not self.month_days and self.nth is None:
            return not self.weekdays or day.weekday() in self.weekdays
        last = calendar.monthrange(day.year, day.month)[1]
        if self.month_days and day.day not in self.month_days and day.day - last - 1 not in self.month_days:
            return False
        if self.weekdays and day.weekday() not in self.weekdays:
            return False
        if self.nth is None:
            return True
        nth = -((last - day.day) // 7 + 1) if self.nth < 0 else (day.day - 1) // 7 + 1
        return nth == self.nth

    def _limit(self, context: Context, first: datetime) -> datetime | None:
        if self.until is not None:
            return Until(self.until).limit(context)
        if self.length is not None:
            return move(first, self.length, 1, context.zone)
        return None

    def _rule(self, times: list[time], limit: datetime | None) -> str:
        fields = [f"FREQ={self.freq}"]
        if self.interval > 1:
            fields.append(f"INTERVAL={self.interval}")
        if self.month is not None:
            fields.append(f"BYMONTH={self.month}")
        if self.month_days:
            fields.append("BYMONTHDAY=" + ",".join(map(str, self.month_days)))
        if self.weekdays:
            nth = "" if self.nth is None else str(self.nth)
            fields.append("BYDAY=" + ",".join(nth + WEEKDAYS[day] for day in self.weekdays))
        if times:
            fields.append("BYHOUR=" + ",".join(str(hour) for hour in sorted({each.hour for each in times})))
            fields.append(f"BYMINUTE={times[0].minute};BYSECOND={times[0].second}")
        if limit is not None:
            last = limit.astimezone(UTC) - timedelta(seconds=1)
            fields.append(f"UNTIL={last:%Y%m%dT%H%M%SZ}")
        elif self.count is not None:
            fields.append(f"COUNT={self.count}")
        return ";".join(fields)


def repeated_moment(moment: Moment) -> Repeat | None:
    """Return the yearly repetition of a moment with a date of the calendar, else None."""
    from nlu.times.days import Calendar

    day = moment.day
    if not isinstance(day, Calendar) or day.year is not None:
        return None
    clocks = (moment.clock,) if moment.clock else ()
    return Repeat("YEARLY", month_days=(day.day,), month=day.month, clocks=clocks, part=moment.part)
