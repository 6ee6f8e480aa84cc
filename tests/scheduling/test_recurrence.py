# ruff: noqa: DTZ001 - wall times have no zone on purpose
"""Occurrences: tables of cases, and properties that hold for every rule, zone and start."""

from datetime import UTC, datetime, timedelta
from itertools import islice, pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from scheduling.errors import RecurrenceError, TooOftenError
from scheduling.recurrence import catch_up, check_recurrence, next_occurrence, occurrences
from scheduling.walltime import WallTime
from tests.scheduling.helpers import BERLIN, wall

NEW_YORK = "America/New_York"
ZONES = [
    BERLIN,
    NEW_YORK,
    "Australia/Lord_Howe",  # half an hour
    "America/Santiago",  # the gap is at midnight
    "Africa/Casablanca",
    "Asia/Kathmandu",
    "Pacific/Apia",
    "UTC",
]

TABLE = [
    # start, zone, rule, local times of the first occurrences (as a clock there shows them)
    ("2026-03-28T09:00", BERLIN, "FREQ=DAILY", ["03-28 09:00", "03-29 09:00", "03-30 09:00"]),
    ("2026-03-28T02:30", BERLIN, "FREQ=DAILY", ["03-28 02:30", "03-29 03:30", "03-30 02:30"]),
    ("2026-10-24T02:30", BERLIN, "FREQ=DAILY", ["10-24 02:30", "10-25 02:30", "10-26 02:30"]),
    ("2026-03-29T00:00", BERLIN, "FREQ=HOURLY", ["03-29 00:00", "03-29 01:00", "03-29 03:00", "03-29 04:00"]),
    ("2026-10-25T01:00", BERLIN, "FREQ=HOURLY", ["10-25 01:00", "10-25 02:00", "10-25 02:00", "10-25 03:00"]),
    (
        "2026-03-29T01:30",
        BERLIN,
        "FREQ=MINUTELY;INTERVAL=30;BYHOUR=1,2,3",
        ["03-29 01:30", "03-29 03:00", "03-29 03:30", "03-30 01:00"],
    ),
    ("2026-09-05T23:30", "America/Santiago", "FREQ=HOURLY;BYHOUR=0,23", ["09-05 23:30", "09-06 01:30", "09-06 23:30"]),
    ("2026-01-31T09:00", BERLIN, "FREQ=MONTHLY", ["01-31 09:00", "02-28 09:00", "03-31 09:00", "04-30 09:00"]),
    (
        "2024-02-29T09:00",
        BERLIN,
        "FREQ=YEARLY",
        ["02-29 09:00", "02-28 09:00", "02-28 09:00", "02-28 09:00", "02-29 09:00"],
    ),
    (
        "2026-01-15T09:00",
        BERLIN,
        "FREQ=MONTHLY;BYMONTHDAY=15,30",
        ["01-15 09:00", "01-30 09:00", "02-15 09:00", "02-28 09:00"],
    ),
    ("2026-11-20T09:00", BERLIN, "FREQ=MONTHLY;BYDAY=-1FR", ["11-27 09:00", "12-25 09:00", "01-29 09:00"]),
    ("2026-11-20T07:00", BERLIN, "FREQ=WEEKLY;BYDAY=TU", ["11-24 07:00", "12-01 07:00"]),
    ("2026-11-20T07:00", BERLIN, "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR", ["11-20 07:00", "11-30 07:00", "12-04 07:00"]),
    ("2026-11-20T07:00", BERLIN, "FREQ=DAILY;COUNT=2", ["11-20 07:00", "11-21 07:00"]),
    ("2026-11-20T07:00", BERLIN, "FREQ=DAILY;UNTIL=20261121", ["11-20 07:00", "11-21 07:00"]),
    ("2026-11-20T07:00", BERLIN, "FREQ=DAILY;UNTIL=20261121T060000Z", ["11-20 07:00", "11-21 07:00"]),
    ("2026-11-20T07:00", BERLIN, "FREQ=MINUTELY;INTERVAL=10;COUNT=3", ["11-20 07:00", "11-20 07:10", "11-20 07:20"]),
    ("2026-11-20T07:00", BERLIN, "FREQ=MINUTELY;INTERVAL=10;UNTIL=20261120T061000Z", ["11-20 07:00", "11-20 07:10"]),
    ("2011-12-28T09:00", "Pacific/Apia", "FREQ=DAILY", ["12-28 09:00", "12-29 09:00", "12-31 09:00", "01-01 09:00"]),
]


@pytest.mark.parametrize(("start", "zone", "rule", "shown"), TABLE)
def test_occurrences(start: str, zone: str, rule: str, shown: list[str]) -> None:
    found = islice(occurrences(wall(start, zone), rule), 5)
    clocks = [f"{one.instant.astimezone(ZoneInfo(zone)):%m-%d %H:%M}" for one in found]
    ends = "COUNT" in rule or "UNTIL" in rule
    assert (clocks if ends else clocks[: len(shown)]) == shown


def test_a_start_in_the_second_of_two_equal_hours_is_kept() -> None:
    start = WallTime(datetime(2026, 10, 25, 2, 30), BERLIN, fold=1)
    first, second = islice(occurrences(start, "FREQ=DAILY"), 2)
    assert first.instant == start.instant
    assert second == wall("2026-10-26T02:30")


@st.composite
def rules(draw: st.DrawFn) -> str:
    frequency = draw(st.sampled_from(["HOURLY", "DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={frequency}", f"INTERVAL={draw(st.integers(1, 5))}"]
    if draw(st.booleans()):
        days = draw(st.lists(st.sampled_from(["MO", "TU", "WE", "TH", "FR", "SA", "SU"]), min_size=1))
        parts.append("BYDAY=" + ",".join(dict.fromkeys(days)))
    elif frequency in {"MONTHLY", "YEARLY"} and draw(st.booleans()):
        parts.append("BYMONTHDAY=" + ",".join(map(str, draw(st.sets(st.integers(1, 31), min_size=1)))))
    if draw(st.booleans()):
        parts.append("BYHOUR=" + ",".join(map(str, draw(st.sets(st.integers(0, 23), min_size=1, max_size=3)))))
    if draw(st.booleans()):
        parts.append(f"COUNT={draw(st.integers(1, 200))}")
    return ";".join(parts)


starts = st.builds(
    lambda local, zone: WallTime(local.replace(microsecond=0), zone),
    st.datetimes(datetime(2010, 1, 1), datetime(2030, 1, 1)),
    st.sampled_from(ZONES),
)


@settings(max_examples=150, deadline=None)
@given(start=starts, rule=rules(), data=st.data())
def test_next_agrees_with_the_whole_list(start: WallTime, rule: str, data: st.DataObject) -> None:
    """However far the search jumps ahead, it finds what counting from the start finds."""
    try:
        everything = list(islice(occurrences(start, rule), 120))
    except RecurrenceError:  # "every 2 hours from 1:00, at 0" has none
        assume(condition=False)
    instants = [one.instant for one in everything]
    assert all(a < b for a, b in pairwise(instants))
    assume(len(everything) > 1)
    index = data.draw(st.integers(0, len(everything) - 2))
    assert next_occurrence(start, rule, instants[index]) == everything[index + 1]
    just_before = instants[index + 1] - timedelta(seconds=1)
    assert next_occurrence(start, rule, just_before) == everything[index + 1]
    caught = catch_up(start, rule, everything[0], just_before)
    assert caught.due == everything[index]
    assert caught.missed == index


@settings(max_examples=100, deadline=None)
@given(start=starts)
def test_daily_comes_each_day_at_its_time(start: WallTime) -> None:
    zone = ZoneInfo(start.zone)
    for one in islice(occurrences(start, "FREQ=DAILY"), 400):
        shown = one.instant.astimezone(zone).replace(tzinfo=None)
        if one.in_gap:
            assert timedelta(0) < shown - one.local <= timedelta(days=1)
        else:
            assert shown == one.local
            assert shown.time() == start.local.time()
    apart = [b.local.date() - a.local.date() for a, b in pairwise(islice(occurrences(start, "FREQ=DAILY"), 400))]
    # Samoa left out a whole day; everywhere else no day is missing.
    assert all(days == timedelta(days=1) for days in apart) or start.zone == "Pacific/Apia"


@settings(max_examples=100, deadline=None)
@given(start=starts, minutes=st.integers(1, 3000), far=st.integers(0, 10**6))
def test_elapsed_rules_never_drift(start: WallTime, minutes: int, far: int) -> None:
    rule = f"FREQ=MINUTELY;INTERVAL={minutes}"
    after = start.instant + timedelta(minutes=minutes) * far
    assume(after.year < 9000)
    found = next_occurrence(start, rule, after)
    assert found is not None
    assert found.instant == after + timedelta(minutes=minutes)


@settings(max_examples=300, deadline=2000)
@given(st.text(alphabet="FREQ=DAILYWKMONTHSBCU;,:+-0123456789 \n", max_size=60))
def test_no_text_does_worse_than_an_error_of_ours(text: str) -> None:
    try:
        next_occurrence(wall("2026-11-20T09:00"), text, datetime(2026, 11, 20, tzinfo=UTC))
    except RecurrenceError:
        return


@pytest.mark.parametrize(
    "rule",
    ["FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYWEEKNO=53;BYMONTH=6", "FREQ=MINUTELY;INTERVAL=1440;BYHOUR=4"],
)
def test_a_rule_without_occurrences_is_refused(rule: str) -> None:
    with pytest.raises(RecurrenceError):
        check_recurrence(wall("2026-11-20T09:00"), rule, shortest_s=10)


@pytest.mark.parametrize(
    ("rule", "fine"),
    [("FREQ=SECONDLY;INTERVAL=9", False), ("FREQ=SECONDLY;INTERVAL=10", True), ("FREQ=DAILY;BYSECOND=0,5", False)],
)
def test_too_often(rule: str, *, fine: bool) -> None:
    start = wall("2026-11-20T09:00")
    if fine:
        check_recurrence(start, rule, shortest_s=10)
    else:
        with pytest.raises(TooOftenError, match="10 seconds"):
            check_recurrence(start, rule, shortest_s=10)


@pytest.mark.parametrize(
    "rule",
    ["FREQ=MINUTELY;BYHOUR=9", "FREQ=DAILY", "FREQ=WEEKLY;BYDAY=MO", "FREQ=MONTHLY", "FREQ=SECONDLY;INTERVAL=10"],
)
@pytest.mark.timeout(20)
def test_old_rules_are_not_walked_from_their_beginning(rule: str) -> None:
    assert next_occurrence(wall("1990-01-01T09:00"), rule, datetime(2026, 1, 1, tzinfo=UTC)) is not None


def test_catch_up_over_a_change_of_the_clock() -> None:
    start = wall("2026-03-27T02:30")
    caught = catch_up(start, "FREQ=DAILY", start, datetime(2026, 3, 31, 12, tzinfo=UTC))
    assert caught.due == wall("2026-03-31T02:30")
    assert caught.missed == 4
