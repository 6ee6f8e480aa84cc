"""When a recurring reminder occurs.

Two kinds of rule are told apart:

- by the clock ("every day at 9"): occurrences are times on the wall clock. In a gap, when the clock jumps
  over the time, the occurrence comes as much later as the gap is long; of a time shown twice, the first
  counts. Two that fall on the same instant because of this are one. So a daily reminder comes each day,
  once, at its time of day, whatever the clock does.
- by time that goes by: a rule of hours, minutes or seconds without BY parts ("every 2 hours"). Its
  occurrences lie exactly that far apart, also across a change of the clock.

Every occurrence is counted from the start of the rule, never from when one was delivered, so nothing
drifts; and the next one is the first after the last one delivered, so nothing is skipped: what passed
while nobody was there is counted by :func:`catch_up`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush, merge
from itertools import islice, pairwise

from scheduling.errors import RecurrenceError, TooOftenError
from scheduling.rules import Rule, clock_rules, parse_rule
from scheduling.walltime import WallTime, zone_named

HORIZON = timedelta(days=12 * 366)
"""A rule by weeks or shorter with no occurrence in this time has none: two leap days are 8 years apart at most.

It bounds the search, which looks at each day, for a rule such as "every day that is 30 February".
"""

FAR_HORIZON = timedelta(days=60 * 366)
"""The same for rules by months or years: a leap day on a certain weekday comes after 40 years at most."""


@dataclass(frozen=True, slots=True)
class CatchUp:
    """What is due now.

    Attributes:
        due: the latest occurrence that has come.
        missed: occurrences before it that were not delivered.
    """

    due: WallTime
    missed: int


def next_occurrence(start: WallTime, rrule: str, after: datetime) -> WallTime | None:
    """Return the first occurrence later than the instant ``after``, or None when there is none left.

    Args:
        start: where the rule counts from; the first occurrence is the first match at or after it.
        rrule: RFC 5545 recurrence rule.
        after: aware datetime.

    Raises:
        RecurrenceError: the rule cannot be used.
    """
    return next(occurrences(start, rrule, after=after), None)


def catch_up(start: WallTime, rrule: str, due: WallTime, now: datetime) -> CatchUp:
    """Return the latest occurrence at or before ``now``, and how many undelivered ones came before it.

    Args:
        start: where the rule counts from.
        rrule: RFC 5545 recurrence rule.
        due: the first occurrence that was not delivered; at or before ``now``.
        now: aware datetime.

    Raises:
        RecurrenceError: the rule cannot be used.
    """
    latest, missed = due, 0
    for one in occurrences(start, rrule, after=due.instant):
        if one.instant > now:
            break
        latest, missed = one, missed + 1
    return CatchUp(latest, missed)


def check_recurrence(start: WallTime, rrule: str, *, shortest_s: float) -> None:
    """Make sure that a rule can be used from ``start`` on.

    Args:
        start: where the rule counts from.
        rrule: RFC 5545 recurrence rule.
        shortest_s: least time between two occurrences, in seconds; the first 50 are looked at.

    Raises:
        RecurrenceError: it cannot be read, or has no occurrence.
        TooOftenError: two occurrences are too close to each other.
    """
    first = list(islice(occurrences(start, rrule), 50))
    if not first:
        raise RecurrenceError(rrule, "it has no occurrence")
    for one, other in pairwise(first):
        if (other.instant - one.instant).total_seconds() < shortest_s:
            raise TooOftenError(shortest_s)


def occurrences(start: WallTime, rrule: str, *, after: datetime | None = None) -> Iterator[WallTime]:
    """Yield the occurrences in the order of their instants, each instant once.

    Args:
        start: where the rule counts from.
        rrule: RFC 5545 recurrence rule.
        after: only those later than this instant (aware); all, when left out.

    Raises:
        RecurrenceError: the rule cannot be used.
    """
    rule = parse_rule(rrule, start.zone)
    try:
        if rule.elapsed:
            yield from _elapsed(rule, start, after)
        else:
            yield from _by_instant(_on_the_clock(rule, start, after), start, after)
    except (ValueError, KeyError, TypeError, IndexError, OverflowError) as error:
        raise RecurrenceError(rrule, "it is not a rule that can be followed") from error


def _elapsed(rule: Rule, start: WallTime, after: datetime | None) -> Iterator[WallTime]:
    begin, step, zone = start.instant, rule.step, zone_named(start.zone)
    assert step is not None
    until = None if rule.until is None else WallTime(rule.until, start.zone).instant
    index = 0 if after is None or after < begin else (after - begin) // step + 1
    while rule.count is None or index < rule.count:
        instant = begin + index * step
        if until is not None and instant > until:
            return
        yield WallTime.of(instant.astimezone(zone))
        index += 1


def _on_the_clock(rule: Rule, start: WallTime, after: datetime | None) -> Iterator[datetime]:
    """Yield wall times in order, from a little before ``after`` on."""
    from dateutil.rrule import rrulestr

    local = start.local.replace(microsecond=0)
    since, origin = local, local
    if after is not None:
        since = max(local, _wall_before(after, start.zone))
        # With COUNT the occurrences have to be counted from the first.
        origin = local if rule.count is not None else _fast_forward(rule, local, since)
    end = since + (FAR_HORIZON if rule.step is None else HORIZON)
    if rule.until is not None:
        end = min(end, rule.until)
    # dateutil looks for an occurrence until the year 9999, whatever UNTIL says. The calendar repeats every
    # 400 years to the day of the week, so it is made to look from a place shortly before that end.
    shift = (9999 - end.year) // 400 * 400
    until = f"{end.year + shift}{end:%m%dT%H%M%S}"
    origin = origin.replace(year=origin.year + shift)
    each = [iter(rrulestr(f"{text};UNTIL={until}", dtstart=origin)) for text in clock_rules(rule, start)]
    previous: datetime | None = None
    distinct = 0
    for found in merge(*each):
        if found == previous:
            continue
        previous = found
        wall = found.replace(year=found.year - shift)
        distinct += 1
        if rule.count is not None and distinct > rule.count:
            return
        if wall >= since:
            yield wall.replace(microsecond=start.local.microsecond)


def _wall_before(after: datetime, zone: str) -> datetime:
    """Return a wall time before which no occurrence can be later than ``after``."""
    here = after.astimezone(zone_named(zone))
    before = (after - timedelta(hours=25)).astimezone(zone_named(zone))
    offset, earlier = here.utcoffset(), before.utcoffset()
    assert offset is not None
    assert earlier is not None
    # A time in a gap comes later than the clock says, by the length of the gap.
    return here.replace(tzinfo=None, microsecond=0) - max(timedelta(0), offset - earlier)


def _fast_forward(rule: Rule, local: datetime, since: datetime) -> datetime:
    """Return a start that has the same phase and lies shortly before ``since``, or ``local`` itself."""
    if rule.step is not None:
        periods = (since - local) // rule.step - 1
        return local + periods * rule.step if periods > 0 else local
    months = rule.interval * (12 if rule.frequency == "YEARLY" else 1)
    apart = (since.year - local.year) * 12 + since.month - local.month
    periods = apart // months - 1
    if periods <= 0:
        return local
    years, month = divmod(local.month - 1 + periods * months, 12)
    if rule.frequency == "YEARLY":
        month = 0
    return local.replace(year=local.year + years, month=month + 1, day=1)


def _by_instant(walls: Iterator[datetime], start: WallTime, after: datetime | None) -> Iterator[WallTime]:
    """Put wall times into the order of their instants; drop equal ones and those up to ``after``.

    Only a time in a gap can come after one that is later on the clock. It is held back until a time that
    is not in a gap shows that nothing earlier follows.
    """
    held: list[tuple[datetime, datetime, WallTime]] = []
    last = after

    def ready(limit: datetime | None) -> Iterator[WallTime]:
        nonlocal last
        while held and (limit is None or held[0][0] <= limit):
            instant, _, one = heappop(held)
            if last is None or instant > last:
                last = instant
                yield one

    for wall in walls:
        one = WallTime(wall, start.zone, start.fold if wall == start.local else 0)
        heappush(held, (one.instant, wall, one))
        if not one.in_gap:
            yield from ready(one.instant)
    yield from ready(None)
