"""Reading an RFC 5545 recurrence rule, and putting it into the form the occurrences are counted in.

Differences from the RFC, each so that nothing is skipped without a word:

- a day of the month that a month does not have becomes the month's last day ("every month on the 31st" comes
  on 30 April, 29 February every year on the 28th): ``SKIP=BACKWARD`` of RFC 7529, 4.1;
- an ``UNTIL`` that is a date alone holds until that day is over.
"""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import product

from scheduling.errors import RecurrenceError
from scheduling.walltime import WallTime, zone_named

LONGEST_RULE = 500
MOST_OCCURRENCES = 5000  # a rule with COUNT is counted from its start at every look

_UNITS = {
    "SECONDLY": timedelta(seconds=1),
    "MINUTELY": timedelta(minutes=1),
    "HOURLY": timedelta(hours=1),
    "DAILY": timedelta(days=1),
    "WEEKLY": timedelta(weeks=1),
}
_FREQUENCIES = (*_UNITS, "MONTHLY", "YEARLY")
_SUB_DAILY = frozenset({"SECONDLY", "MINUTELY", "HOURLY"})
_BY = frozenset(
    {
        "BYSECOND",
        "BYMINUTE",
        "BYHOUR",
        "BYDAY",
        "BYMONTHDAY",
        "BYYEARDAY",
        "BYWEEKNO",
        "BYMONTH",
        "BYSETPOS",
    }
)
_DAY_PARTS = frozenset({"BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO"})
_KNOWN = _BY | {"FREQ", "INTERVAL", "COUNT", "UNTIL", "WKST"}
_WEEKDAYS = "MO|TU|WE|TH|FR|SA|SU"
_RANGES: Mapping[str, tuple[int, int, bool]] = {  # least, most, whether it may count from the end
    "BYSECOND": (0, 59, False),
    "BYMINUTE": (0, 59, False),
    "BYHOUR": (0, 23, False),
    "BYMONTHDAY": (1, 31, True),
    "BYYEARDAY": (1, 366, True),
    "BYWEEKNO": (1, 53, True),
    "BYMONTH": (1, 12, False),
    "BYSETPOS": (1, 366, True),
}
_UNTIL = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")


@dataclass(frozen=True, slots=True)
class Rule:
    """A recurrence rule that was checked.

    Attributes:
        frequency: value of FREQ.
        interval: value of INTERVAL, 1 or more.
        count: value of COUNT, or None.
        until: last wall time that may occur, without zone, or None.
        parts: the BY parts and WKST, as they were written.
    """

    frequency: str
    interval: int
    count: int | None
    until: datetime | None
    parts: tuple[tuple[str, str], ...]

    @property
    def elapsed(self) -> bool:
        """Whether the rule counts time that goes by ("every 2 hours"), not times on the clock."""
        return self.frequency in _SUB_DAILY and not any(name in _BY for name, _ in self.parts)

    @property
    def step(self) -> timedelta | None:
        """Time between two periods, where that is always the same; None for months and years."""
        unit = _UNITS.get(self.frequency)
        return None if unit is None else unit * self.interval


def parse_rule(text: str, zone: str) -> Rule:
    """Read a rule such as ``FREQ=WEEKLY;BYDAY=TU`` (with or without ``RRULE:`` before it).

    Args:
        text: the rule.
        zone: IANA zone in which an UNTIL in UTC is understood.

    Raises:
        RecurrenceError: it cannot be read, or has no occurrence at all.
    """
    fields = _fields(text)
    frequency = fields.get("FREQ", "")
    if frequency not in _FREQUENCIES:
        raise RecurrenceError(text, "FREQ must be one of " + ", ".join(_FREQUENCIES))
    if frequency in _SUB_DAILY and "BYSETPOS" in fields:
        raise RecurrenceError(text, "BYSETPOS goes with days, weeks, months and years only")
    if "COUNT" in fields and "UNTIL" in fields:
        raise RecurrenceError(text, "COUNT and UNTIL exclude each other")
    for name, value in fields.items():
        if name in _BY or name == "WKST":
            _check_values(text, frequency, name, value)
    return Rule(
        frequency=frequency,
        interval=_number(text, fields, "INTERVAL", 100_000) or 1,
        count=_number(text, fields, "COUNT", MOST_OCCURRENCES),
        until=_until(text, fields["UNTIL"], zone) if "UNTIL" in fields else None,
        parts=tuple((name, value) for name, value in fields.items() if name in _BY or name == "WKST"),
    )


def _fields(text: str) -> dict[str, str]:
    body = text.strip().upper().removeprefix("RRULE:").rstrip(";")
    if len(body) > LONGEST_RULE:
        raise RecurrenceError(text, f"it is longer than {LONGEST_RULE} characters")
    fields: dict[str, str] = {}
    for part in body.split(";"):
        name, equals, value = part.partition("=")
        if not equals or not value or name not in _KNOWN:
            raise RecurrenceError(text, f"{part[:40]!r} is no part of a recurrence rule")
        if name in fields:
            raise RecurrenceError(text, f"{name} stands in it twice")
        fields[name] = value
    return fields


def _check_values(text: str, frequency: str, name: str, value: str) -> None:
    if name == "WKST":
        good = re.fullmatch(_WEEKDAYS, value) is not None
    elif name == "BYDAY":
        ordinal = r"([+-]?[1-9]\d?)?" if frequency in {"MONTHLY", "YEARLY"} else ""
        good = all(re.fullmatch(f"{ordinal}({_WEEKDAYS})", one) for one in value.split(","))
    else:
        least, most, backwards = _RANGES[name]
        sign = "[+-]?" if backwards else ""
        good = all(
            re.fullmatch(sign + "[0-9]{1,3}", one) and least <= abs(int(one)) <= most for one in value.split(",")
        )
    if not good:
        raise RecurrenceError(text, f"{name}={value[:40]} is not a value it can have")


def _number(text: str, fields: Mapping[str, str], name: str, most: int) -> int | None:
    if name not in fields:
        return None
    value = fields[name]
    if not re.fullmatch(r"[0-9]{1,9}", value) or not 1 <= int(value) <= most:
        raise RecurrenceError(text, f"{name} must be a number from 1 to {most}")
    return int(value)


def _until(text: str, value: str, zone: str) -> datetime:
    found = _UNTIL.fullmatch(value)
    try:
        if found is None:
            raise ValueError(value)
        day, time, utc = found.groups()
        if time is None:
            return datetime.strptime(day + "235959", "%Y%m%d%H%M%S")  # noqa: DTZ007 - wall time on purpose
        until = datetime.strptime(day + time, "%Y%m%d%H%M%S")  # noqa: DTZ007 - wall time on purpose
        if utc:
            until = until.replace(tzinfo=UTC).astimezone(zone_named(zone)).replace(tzinfo=None)
    except (ValueError, OverflowError) as error:
        raise RecurrenceError(text, "UNTIL must look like 20261231 or 20261231T235959Z") from error
    return until


def clock_rules(rule: Rule, start: WallTime) -> tuple[str, ...]:
    """Return RFC 5545 rules whose union has the occurrences of ``rule`` on the clock, without COUNT and UNTIL.

    What the RFC takes from the start (the day of the month of a monthly rule) is written out, so that the
    rules may be counted from a later start. A day that not every month has becomes a rule that takes the
    last day there is.
    """
    parts = dict(rule.parts)
    days = _month_days(rule, parts, start.local)
    base = {"FREQ": rule.frequency, "INTERVAL": str(rule.interval), **parts}
    late = sorted(day for day in days if day > 28) if "BYSETPOS" not in parts and "BYDAY" not in parts else []
    if not late or "BYYEARDAY" in parts or "BYWEEKNO" in parts:
        if days:
            base["BYMONTHDAY"] = ",".join(map(str, sorted(days)))
        return (_written(base),)
    early = sorted(days - set(late))
    rules = [_written(base | {"BYMONTHDAY": ",".join(map(str, early))})] if early else []
    # A rule gives as many occurrences on its last day as it has times of the day.
    times = 1
    for name in ("BYHOUR", "BYMINUTE", "BYSECOND"):
        times *= len(set(parts[name].split(","))) if name in parts else 1
    last = ",".join(str(-n) for n in range(1, times + 1))
    months = parts.get("BYMONTH", "1,2,3,4,5,6,7,8,9,10,11,12").split(",")
    for day, month in product(late, months if rule.frequency == "YEARLY" else [""]):
        longest = monthrange(2024, int(month))[1] if month else 31  # 2024: the longest February
        candidates = ",".join(str(n) for n in range(28, min(day, longest) + 1))
        own = base | {"BYMONTHDAY": candidates, "BYSETPOS": last}
        rules.append(_written(own | {"BYMONTH": month} if month else own))
    return tuple(rules)


def _month_days(rule: Rule, parts: dict[str, str], start: datetime) -> set[int]:
    """Return the days of the month of a rule by months or years; fill in the month that the start implies."""
    if rule.frequency not in {"MONTHLY", "YEARLY"}:
        return set()
    if "BYMONTHDAY" in parts:
        return {int(day) for day in parts.pop("BYMONTHDAY").split(",")}
    if _DAY_PARTS & parts.keys():
        return set()
    if rule.frequency == "YEARLY":
        parts.setdefault("BYMONTH", str(start.month))
    return {start.day}


def _written(fields: Mapping[str, str]) -> str:
    return ";".join(f"{name}={value}" for name, value in fields.items())
