"""Spans: periods of the calendar, stretches up to now or from now, and what lies between two times."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from typing import Literal

from nlu.times.base import Amount, Answer, Context, Grain, Meaning, add_months, move, on_clock, start_of
from nlu.times.days import Day, Unit, bounds
from nlu.times.moments import Clock, Moment

_NO_BEGINNING = date(1970, 1, 1)


def _days(context: Context, start: date, end: date, grain: Grain) -> Answer:
    """Return the answer for whole days; where a bare day stands for an hour, the first one still ahead."""
    if context.day_clock is not None:
        value = on_clock(start, context.day_clock, context.zone)
        if value > context.now:
            return Answer(value, "hour")
    return Answer(start_of(start, context.zone), grain, start_of(end, context.zone))


@dataclass(frozen=True)
class Period:
    """The present, last or next week, month, quarter, year or weekend."""

    unit: Unit
    shift: int = 0

    def answer(self, context: Context) -> Answer | None:
        """Resolve to the whole period."""
        start, end = bounds(context, self.unit, self.shift)
        return _days(context, start, end, "day" if self.unit == "weekend" else self.unit)


@dataclass(frozen=True)
class MonthSpan:
    """A month: the nearest that runs or comes (in the past: that runs or went), or of a year, last or next."""

    month: int
    year: int | None = None
    which: Literal["any", "last", "next", "this"] = "any"

    def answer(self, context: Context) -> Answer | None:
        """Resolve to the whole month."""
        today = context.today
        year = self.year or today.year
        if self.year is None:
            past = self.which == "last" or (self.which == "any" and context.past)
            if past and (self.month > today.month or (self.which == "last" and self.month == today.month)):
                year -= 1
            future = self.which == "next" or (self.which == "any" and not context.past)
            if future and (self.month < today.month or (self.which == "next" and self.month == today.month)):
                year += 1
        start = date(year, self.month, 1)
        return _days(context, start, add_months(start, 1), "month")


@dataclass(frozen=True)
class YearSpan:
    """A year by its number."""

    year: int

    def answer(self, context: Context) -> Answer | None:
        """Resolve to the whole year."""
        return _days(context, date(self.year, 1, 1), date(self.year + 1, 1, 1), "year")


@dataclass(frozen=True)
class Rolling:
    """The time of this length up to now, or from now."""

    amount: Amount
    sign: int

    def answer(self, context: Context) -> Answer | None:
        """Resolve to the stretch between now and then."""
        other = move(context.now, self.amount, self.sign, context.zone)
        start, end = sorted((context.now, other))
        return Answer(start, self.amount.grain, end)


@dataclass(frozen=True)
class LastNight:
    """The night that began yesterday."""

    def answer(self, context: Context) -> Answer | None:
        """Resolve to the hours of the night."""
        night = context.parts["night"]
        moment = start_of(context.today - timedelta(days=1), context.zone)
        day = moment.date()
        end = day + timedelta(days=night.end // 24)
        return Answer(
            on_clock(day, moment.time().replace(hour=night.start), context.zone),
            "hour",
            on_clock(end, moment.time().replace(hour=night.end % 24), context.zone),
        )


@dataclass(frozen=True)
class BetweenClocks:
    """From one time of day to another; the first takes the half of the day from the second where need be."""

    first: Clock
    second: Clock
    day: Day | None = None
    part: str | None = None

    def answer(self, context: Context) -> Answer | None:
        """Resolve to the stretch; where the second is not later than the first it is on the next day."""
        if not (self.first.valid and self.second.valid):
            return None
        closing = self._closing(context)
        best: tuple[datetime, datetime] | None = None
        for hour in self.first.hours(self.part):
            start = self._start(context, hour)
            if start is None:
                return None
            for other in closing:
                end = self.second.on(start.date(), other, context)
                if end <= start:
                    end = self.second.on(start.date() + timedelta(days=1), other, context)
                if best is None or end - start < best[1] - best[0]:
                    best = (start, end)
        return None if best is None else Answer(best[0], self.first.grain, best[1])

    def _closing(self, context: Context) -> tuple[int, ...]:
        if self.second.half is None and self.first.half is None and self.part is None:
            meant = Moment(self.day, self.second).answer(context)
            if meant is not None and meant.value is not None:
                return (meant.value.hour,)
        return tuple(hour % 24 for hour in self.second.hours(self.part))

    def _start(self, context: Context, hour: int) -> datetime | None:
        if self.day is not None:
            day = self.day.resolve(context)
            return None if day is None else self.first.on(day, hour, context)
        start = self.first.on(context.today, hour, context)
        step = -1 if context.past else 1
        if (start > context.now) == context.past and start != context.now:
            start = self.first.on(context.today + timedelta(days=step), hour, context)
        return start


@dataclass(frozen=True)
class BetweenDays:
    """From one day to another, both included."""

    first: Day
    last: Day

    def answer(self, context: Context) -> Answer | None:
        """Resolve to the days; where the last comes out before the first, it is the one behind it."""
        start, last = self.first.resolve(context), self.last.resolve(context)
        if start is None or last is None:
            return None
        if last < start:
            if context.past:
                start -= timedelta(weeks=-(-(start - last).days // 7))
            else:
                last += timedelta(weeks=-(-(start - last).days // 7))
        end = last + timedelta(days=1)
        return Answer(start_of(start, context.zone), "day", start_of(end, context.zone))


@dataclass(frozen=True)
class BetweenTimes:
    """From one moment or period to another; the end of a period is its end."""

    first: Meaning
    last: Meaning

    def answer(self, context: Context) -> Answer | None:
        """Resolve to the stretch, or to nothing where it would end before it begins."""
        last = self.last.answer(context)
        end = None if last is None else last.to or last.value
        if end is None:
            return None
        for past in dict.fromkeys((context.past, True)):  # in March, "from January" is the last one
            start = self.first.answer(replace(context, past=past))
            if start is not None and start.value is not None and start.value < end:
                return Answer(start.value, start.grain, end)
        return None


@dataclass(frozen=True)
class Since:
    """From then, which is past, up to now."""

    start: Meaning

    def answer(self, context: Context) -> Answer | None:
        """Resolve with the beginning in the past."""
        found = self.start.answer(replace(context, past=True, day_clock=None))
        if found is None or found.value is None:
            return None
        start = min(found.value, context.now)
        return Answer(start, found.grain, context.now)


@dataclass(frozen=True)
class Until:
    """From now up to then, a day or a time included, a longer period not."""

    end: Meaning

    def answer(self, context: Context) -> Answer | None:
        """Resolve to the stretch, or to nothing where the end is past."""
        limit = self.limit(context)
        if limit is None or limit <= context.now:
            return None
        return Answer(context.now, "minute", limit)

    def limit(self, context: Context) -> datetime | None:
        """Return the first instant that is no longer in it."""
        found = self.end.answer(replace(context, past=False, day_clock=None))
        if found is None:
            return None
        return found.to if found.grain == "day" and found.to is not None else found.value


@dataclass(frozen=True)
class Before:
    """Of what has been: all up to then. Of what is to come: then, as the last moment."""

    end: Meaning
    of_past: bool = False

    def answer(self, context: Context) -> Answer | None:
        """Resolve; an open beginning is 1970-01-01."""
        found = self.end.answer(context)
        if found is None or not (context.past or self.of_past) or found.value is None:
            return found
        return Answer(start_of(_NO_BEGINNING, context.zone), found.grain, found.value)


@dataclass(frozen=True)
class After:
    """Of what has been: all from then to now. Of what is to come: then."""

    start: Meaning

    def answer(self, context: Context) -> Answer | None:
        """Resolve; what comes after a period begins at its end."""
        found = self.start.answer(context)
        if found is None or not context.past or found.value is None:
            return found
        start = found.to or found.value
        return Answer(start, found.grain, context.now) if start < context.now else None


@dataclass(frozen=True)
class Length:
    """A length of time with no place on the calendar: "for 20 minutes"."""

    amount: Amount

    def answer(self, context: Context) -> Answer | None:
        """Resolve to seconds alone."""
        return Answer(None, self.amount.grain, seconds=self.amount.total)
