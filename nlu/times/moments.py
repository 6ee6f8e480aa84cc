"""Moments: a day, a time of day, or both; and what "at 5" means.

An hour from 1 to 12 without am, pm or part of the day stands for two times. Both become ``candidates``; which
one is the ``value`` is decided by these rules and no others (waking hours are 07:00 to 21:59):

==========================  =======================================================================
said                        value
==========================  =======================================================================
with a day that is not      7 to 11 the morning, 12 noon, 1 to 6 the afternoon
today ("tomorrow at 9")
"at 1" ... "at 6"           the next one in the afternoon; none where it is not yet 7 in the morning
                            and both are still ahead today
"at 7" ... "at 9"           the next one; none where both are still ahead today
"at 10", "at 11"            the next one
"at 12"                     noon where it is ahead today, else none
"today at ..."              as without a day, of those still ahead today
==========================  =======================================================================

Where there is no value, the person is to be asked. In a sentence about the past the value is the last time of
the two that lies in waking hours.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from typing import Literal

from nlu.times.base import Amount, Answer, Context, Grain, move, on_clock, start_of
from nlu.times.days import Day, Relative, Weekday, may_be_today

_WAKING = range(7, 22)
_PART_NIGHT = "night"
_PART_TONIGHT = "tonight"


@dataclass(frozen=True)
class Clock:
    """A time of day. ``half`` None: of an hour up to 12 it is not said which half of the day is meant.

    ``offset`` is that of a zone that was named beside it, in minutes.
    """

    hour: int
    minute: int = 0
    second: int = 0
    half: Literal["am", "pm", "24"] | None = None
    offset: int | None = None
    grain: Grain = "hour"

    @property
    def valid(self) -> bool:
        """Whether there is such a time; 24:00 is the midnight at the end of the day."""
        if self.half in {"am", "pm"} and not 1 <= self.hour <= 12:
            return False
        if self.hour == 24:
            return self.minute == 0 and self.second == 0
        return 0 <= self.hour < 24 and 0 <= self.minute < 60 and 0 <= self.second < 60

    @property
    def is_midnight(self) -> bool:
        """Whether it is twelve at night by name."""
        return self.half == "24" and self.hour in {0, 24} and not self.minute

    def hours(self, part: str | None) -> tuple[int, ...]:
        """Return the hours (past 24 on the next day) that may be meant; the morning one first."""
        small = self.hour % 12
        late = part in {_PART_NIGHT, _PART_TONIGHT}
        if self.half == "24":
            return (self.hour + 24 if late and self.hour < 6 else self.hour,)
        if self.half is not None:
            hour = small + (12 if self.half == "pm" else 0)
            return (hour + 24 if late and hour < 6 else hour,)
        if part is None:
            return (small, small + 12)
        if late:
            return (small + 24,) if small < 6 else (small + 12,)
        if part == "evening" and small == 0:
            return (24,)
        return (small,) if part == "morning" else (small + 12,)

    def on(self, day: date, hour: int, context: Context) -> datetime:
        """Return the instant on ``day`` at ``hour`` (from :meth:`hours`) and this clock's minutes."""
        day += timedelta(days=hour // 24)
        clock = time(hour % 24, self.minute, self.second)
        if self.offset is not None:
            named = timezone(timedelta(minutes=self.offset))
            return datetime.combine(day, clock, tzinfo=named).astimezone(context.zone)
        return on_clock(day, clock, context.zone, after=context.now)


@dataclass(frozen=True)
class Moment:
    """A day, a time of day, a part of the day, or what there is of them."""

    day: Day | None = None
    clock: Clock | None = None
    part: str | None = None

    @property
    def has_day(self) -> bool:
        """Whether it says which day."""
        return self.day is not None

    @property
    def has_clock(self) -> bool:
        """Whether it says at what time of the day."""
        return self.clock is not None

    def answer(self, context: Context) -> Answer | None:
        """Resolve by the rules of this module."""
        if self.clock is not None and not self.clock.valid:
            return None
        if self.clock is None:
            return self._whole_day(context) if self.part is None else self._part(context, self.part)
        if self.day is None:
            return self._by_clock(context, self.clock)
        return self._by_both(context, self.day, self.clock)

    def _whole_day(self, context: Context) -> Answer | None:
        assert self.day is not None
        day = self.day.resolve(context)
        if day is None:
            return None
        others = (self.day.other(context),) if isinstance(self.day, Weekday) else ()
        days = (day, *(other for other in others if other is not None))
        if context.day_clock is not None:
            values = [on_clock(each, context.day_clock, context.zone, after=context.now) for each in days]
            if values[0] > context.now:
                return Answer(values[0], "hour", candidates=tuple(values) if len(values) > 1 else ())
        starts = tuple(start_of(each, context.zone) for each in days)
        end = start_of(day + timedelta(days=1), context.zone)
        return Answer(starts[0], "day", end, candidates=starts if len(starts) > 1 else ())

    def _part(self, context: Context, name: str) -> Answer | None:
        part = context.parts[name]
        day = (self.day or Relative(0)).resolve(context)
        if day is None:
            return None

        def at(each: date, hour: int) -> datetime:
            return on_clock(each + timedelta(days=hour // 24), time(hour % 24), context.zone)

        if self.day is None and at(day, part.at) <= context.now and not context.past:
            day += timedelta(days=1)
        if context.past or at(day, part.at) <= context.now:
            if self.day is None and context.past and at(day, part.start) > context.now:
                day -= timedelta(days=1)
            return Answer(at(day, part.start), "hour", at(day, part.end))
        return Answer(at(day, part.at), "hour")

    def _by_clock(self, context: Context, clock: Clock) -> Answer:
        today = context.today
        values = []
        for hour in clock.hours(self.part):
            value = clock.on(today, hour, context)
            if context.past and value > context.now:
                value = clock.on(today - timedelta(days=1), hour, context)
            if not context.past and value <= context.now:
                value = clock.on(today + timedelta(days=1), hour, context)
            values.append(value)
        if len(values) == 1:
            return Answer(values[0], clock.grain)
        if context.past:
            return _chosen(sorted(values, reverse=True), _last_waking(values), clock.grain)
        return _chosen(sorted(values), _next_meant(context, clock, *values), clock.grain)

    def _by_both(self, context: Context, day: Day, clock: Clock) -> Answer | None:
        found = day.resolve(context)
        if found is None:
            return None
        hours = clock.hours(self.part)
        if may_be_today(day) and not context.past and (found - context.today).days == 7:
            meant_hour = hours[0] if len(hours) == 1 or 7 <= clock.hour <= 11 else hours[-1]
            if clock.on(context.today, meant_hour, context) > context.now:
                found = context.today
        if clock.is_midnight and found == context.today and hours == (0,):
            hours = (24,)
        values = [clock.on(found, hour, context) for hour in hours]
        if len(values) == 1:
            return Answer(values[0], clock.grain)
        if found == context.today and not context.past:
            ahead = [value for value in values if value > context.now]
            if len(ahead) == 1:
                return Answer(ahead[0], clock.grain)
            if ahead:
                return _chosen(values, _next_meant(context, clock, *values), clock.grain)
        morning, evening = values
        meant = morning if 7 <= clock.hour <= 11 else evening
        return _chosen(values, meant, clock.grain)


def _next_meant(context: Context, clock: Clock, morning: datetime, evening: datetime) -> datetime | None:
    both_today = morning.date() == evening.date() == context.today
    if clock.hour == 12:
        return evening if evening.date() == context.today else None
    if clock.hour <= 6:
        return None if both_today and context.now.hour < _WAKING.start else evening
    if both_today and evening.hour in _WAKING:
        return None
    return min(morning, evening)


def _last_waking(values: list[datetime]) -> datetime:
    return max((value for value in values if value.hour in _WAKING), default=max(values))


def _chosen(ordered: list[datetime], value: datetime | None, grain: Grain) -> Answer:
    rest = [each for each in ordered if each != value]
    return Answer(value, grain, candidates=tuple([value, *rest] if value is not None else rest))


@dataclass(frozen=True)
class Shift:
    """So long from now, or ago: days keep the clock on the wall, hours and less are elapsed time."""

    amount: Amount
    sign: int
    clock: Clock | None = None
    part: str | None = None

    @property
    def has_day(self) -> bool:
        """Whether it says which day: it says even the time."""
        return True

    @property
    def has_clock(self) -> bool:
        """Whether it says at what time of the day: always, if only by the present clock."""
        return True

    def answer(self, context: Context) -> Answer | None:
        """Resolve against now; "3 days ago" is that whole day."""
        value = move(context.now, self.amount, self.sign, context.zone)
        if self.clock is not None or self.part is not None:
            days = (value.date() - context.today).days
            return Moment(Relative(days), self.clock, self.part).answer(context)
        if self.sign < 0 and not self.amount.seconds:
            day = value.date()
            return Answer(start_of(day, context.zone), "day", start_of(day + timedelta(days=1), context.zone))
        grain: Grain = self.amount.grain if self.amount.grain in {"second", "minute"} else "minute"
        return Answer(value, grain if self.amount.seconds else "day")
