"""Days: what names a date, and how it is found from the moment of speaking."""

import calendar
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Literal, Protocol

from dateutil.easter import easter

from nlu.times.base import Amount, Context, add_months

_YEARS_TO_LOOK = 9  # a 29 February is at most eight years away

Unit = Literal["day", "week", "month", "quarter", "year", "weekend"]


class Day(Protocol):
    """Something that names one day."""

    def resolve(self, context: Context) -> date | None:
        """Return the day, or None where there is no such day."""


def may_be_today(day: Day) -> bool:
    """Tell whether the day is a weekday without more, which may be today where its hour is still ahead."""
    return isinstance(day, Weekday) and day.which == "any" and not day.weeks


@dataclass(frozen=True)
class Relative:
    """Today, or so many days from it."""

    days: int

    def resolve(self, context: Context) -> date | None:
        """Return the day."""
        return context.today + timedelta(days=self.days)


@dataclass(frozen=True)
class Weekday:
    """A day of the week (0 is Monday).

    ``any`` is the next one behind today (where the sentence speaks of the past, the last one before), ``this``
    may be today, ``next`` is the one of next week (weeks start on Monday), ``last`` the last before today,
    ``in_week`` the one of the week ``weeks`` from this. Else ``weeks`` are added ("Friday week").
    """

    weekday: int
    which: Literal["any", "this", "next", "last", "in_week"] = "any"
    weeks: int = 0

    def resolve(self, context: Context) -> date | None:
        """Return the day."""
        today = context.today
        monday = today - timedelta(days=today.weekday())
        ahead = (self.weekday - today.weekday()) % 7
        back = (today.weekday() - self.weekday) % 7 or 7
        if self.which == "in_week":
            return monday + timedelta(days=7 * self.weeks + self.weekday)
        if self.which == "last" or (self.which == "any" and context.past):
            found = today - timedelta(days=back)
        elif self.which == "next":
            found = monday + timedelta(days=7 + self.weekday)
        elif self.which == "this":
            found = monday + timedelta(days=self.weekday) if context.past else today + timedelta(days=ahead)
        else:
            found = today + timedelta(days=ahead or 7)
        return found + timedelta(weeks=self.weeks)

    def other(self, context: Context) -> date | None:
        """Return the other day that "next Friday" is said for (the very next one), where they differ."""
        if self.which != "next" or self.weeks:
            return None
        nearest = Weekday(self.weekday).resolve(replace(context, past=False))
        return nearest if nearest != self.resolve(context) else None


@dataclass(frozen=True)
class Calendar:
    """A day of a month, with or without a year; a weekday that is named too must agree."""

    month: int
    day: int
    year: int | None = None
    weekday: int | None = None

    def resolve(self, context: Context) -> date | None:
        """Return the day; without a year the nearest one, today included, ahead or (in the past) behind."""
        if self.year is not None:
            return self._agreeing(self._in(self.year))
        today = context.today
        step = -1 if context.past else 1
        for years in range(_YEARS_TO_LOOK):
            found = self._in(today.year + step * years)
            if found is not None and (found <= today if context.past else found >= today):
                return self._agreeing(found)
        return None

    def _in(self, year: int) -> date | None:
        try:
            return date(year, self.month, self.day)
        except ValueError:
            return None

    def _agreeing(self, found: date | None) -> date | None:
        if found is None or self.weekday in {None, found.weekday()}:
            return found
        return None


@dataclass(frozen=True)
class Slashed:
    """Two numbers of which the locale says which is the month; the other way where only that is possible."""

    left: int
    right: int
    year: int | None = None

    def resolve(self, context: Context) -> date | None:
        """Return the day."""
        month, day = (self.left, self.right) if context.month_first else (self.right, self.left)
        if month > 12 >= day:
            month, day = day, month
        return Calendar(month, day, self.year).resolve(context)


@dataclass(frozen=True)
class MonthDay:
    """The 15th: of this month, of the one ``shift`` months from it, or the nearest one there is."""

    day: int
    shift: int | None = None

    def resolve(self, context: Context) -> date | None:
        """Return the day."""
        first = context.today.replace(day=1)
        shifts = (self.shift,) if self.shift is not None else range(_YEARS_TO_LOOK)
        for shift in shifts:
            month = add_months(first, -shift if context.past and self.shift is None else shift)
            if 1 <= self.day <= calendar.monthrange(month.year, month.month)[1]:
                found = month.replace(day=self.day)
                behind = found > context.today if context.past else found < context.today
                if self.shift is not None or not behind:
                    return found
        return None


@dataclass(frozen=True)
class NthWeekday:
    """The first Monday of a month; ``nth`` -1 is the last one."""

    nth: int
    weekday: int
    month: int | None = None
    shift: int = 0

    def resolve(self, context: Context) -> date | None:
        """Return the day; of a named month the nearest one that is still ahead (or behind, in the past)."""
        if self.month is None:
            return self._in(add_months(context.today.replace(day=1), self.shift))
        for years in (0, 1):
            year = context.today.year + (-years if context.past else years)
            found = self._in(date(year, self.month, 1))
            if found and (found <= context.today if context.past else found >= context.today):
                return found
        return None

    def _in(self, first: date) -> date | None:
        last = calendar.monthrange(first.year, first.month)[1]
        if self.nth < 0:
            end = first.replace(day=last)
            return end - timedelta(days=(end.weekday() - self.weekday) % 7)
        day = 1 + (self.weekday - first.weekday()) % 7 + 7 * (self.nth - 1)
        return first.replace(day=day) if day <= last else None


def bounds(context: Context, unit: Unit, shift: int) -> tuple[date, date]:
    """Return the first day of a period and the first day behind it; ``shift`` 0 is the present one.

    Weeks start on Monday. The present weekend is the one that runs or comes, in the past too.
    """
    today = context.today
    monday = today - timedelta(days=today.weekday()) + timedelta(weeks=shift)
    first = today.replace(day=1)
    if unit == "day":
        return today + timedelta(days=shift), today + timedelta(days=shift + 1)
    if unit == "week":
        return monday, monday + timedelta(days=7)
    if unit == "weekend":
        return monday + timedelta(days=5), monday + timedelta(days=7)
    if unit == "month":
        return add_months(first, shift), add_months(first, shift + 1)
    if unit == "quarter":
        start = add_months(first, -((first.month - 1) % 3) + 3 * shift)
        return start, add_months(start, 3)
    start = add_months(first.replace(month=1), 12 * shift)
    return start, add_months(start, 12)


@dataclass(frozen=True)
class Edge:
    """The beginning, middle or end of a week (its Friday), month, quarter or year, or of a named month."""

    which: Literal["start", "middle", "end"]
    unit: Unit = "month"
    shift: int = 0
    month: int | None = None

    def resolve(self, context: Context) -> date | None:
        """Return the day."""
        if self.month is None:
            start, behind = bounds(context, self.unit, self.shift)
        else:
            year = context.today.year
            if not context.past and (self.month, 31) < (context.today.month, 0):
                year += 1
            if context.past and self.month > context.today.month:
                year -= 1
            start = date(year, self.month, 1)
            behind = add_months(start, 1)
        if self.which == "start":
            return start
        if self.which == "middle":
            return start + timedelta(days=(behind - start).days // 2 - (self.unit != "week"))
        return behind - timedelta(days=3 if self.unit == "week" and self.month is None else 1)


@dataclass(frozen=True)
class Moved:
    """So long before or after another day: "a week from Friday"."""

    amount: Amount
    sign: int
    day: Day

    def resolve(self, context: Context) -> date | None:
        """Return the day; hours and minutes do not move a day."""
        found = self.day.resolve(context)
        if found is None:
            return None
        moved = add_months(found, self.sign * self.amount.months)
        return moved + timedelta(days=self.sign * self.amount.days)


@dataclass(frozen=True)
class Feast:
    """A feast with a date of its own, by rule: "easter", or the nth weekday of a month."""

    offset: int

    def resolve(self, context: Context) -> date | None:
        """Return the nearest day that is ``offset`` days from Easter Sunday, ahead or (in the past) behind."""
        for years in (0, 1):
            year = context.today.year + (-years if context.past else years)
            found = easter(year) + timedelta(days=self.offset)
            if found <= context.today if context.past else found >= context.today:
                return found
        return None
