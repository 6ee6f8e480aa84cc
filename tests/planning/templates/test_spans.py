"""When a reminder is due and when a file was changed, from what understanding found in the words."""

from datetime import datetime

import pytest

from ontology.assistant import FindFiles, SetReminder, TimeSpan
from planning.errors import ImpossibleWish
from planning.templates import make_plan
from tests.planning.goals import NOW, ZONE, at, goal, span, wish


def reminder(when: str | None, *times: TimeSpan, now: datetime = NOW) -> SetReminder:
    slots = {"what": "stretch"} | ({"when": when} if when else {})
    said = goal(wish("set_reminder", f"remind me {when} to stretch", slots, times)).model_copy(update={"now": now})
    action = make_plan(said).steps[0].action
    assert isinstance(action, SetReminder)
    return action


def files(text: str, when: str | None, *times: TimeSpan) -> tuple[datetime | None, datetime | None]:
    action = make_plan(goal(wish("find_files", text, {"when": when} if when else {}, times))).steps[0].action
    assert isinstance(action, FindFiles)
    return action.changed_after, action.changed_before


def test_the_time_that_the_slot_speaks_of_counts() -> None:
    action = reminder(
        "tomorrow at 9", span("last week", "2026-11-09", "2026-11-16"), span("tomorrow at 9", "2026-11-21T09:00")
    )
    assert action.due == at("2026-11-21T09:00")


def test_a_time_may_be_given_in_another_zone() -> None:
    value = datetime.fromisoformat("2026-11-21T08:00:00+00:00")
    due = reminder("tomorrow at 9", TimeSpan(text="tomorrow at 9", value=value)).due
    assert (due, due.hour, due.tzinfo) == (value, 9, ZONE)


@pytest.mark.parametrize(
    ("when", "time", "now", "due"),
    [
        ("tomorrow", span("tomorrow", "2026-11-21"), NOW, "2026-11-21T09:00"),
        ("tomorrow", span("tomorrow", "2026-11-21", "2026-11-22"), NOW, "2026-11-21T09:00"),
        ("tomorrow at midnight", span("tomorrow at midnight", "2026-11-21"), NOW, "2026-11-21T00:00"),
        ("tomorrow at 0:00", span("tomorrow at 0:00", "2026-11-21"), NOW, "2026-11-21T00:00"),
        ("tomorrow at 12 am", span("tomorrow at 12 am", "2026-11-21"), NOW, "2026-11-21T00:00"),
        ("today", span("today", "2026-11-20"), NOW, "2026-11-20T13:00"),
        ("today", span("today", "2026-11-20"), at("2026-11-20T07:30"), "2026-11-20T09:00"),
        ("now", span("now", "2026-11-20T12:00"), NOW, "2026-11-20T12:00"),
        ("every day", span("every day", "2026-11-20", rrule="FREQ=DAILY"), NOW, "2026-11-20T09:00"),
        (
            "every midnight",
            span("every day at 0", "2026-11-21", rrule="FREQ=DAILY;BYHOUR=0"),
            NOW,
            "2026-11-21T00:00",
        ),
    ],
)
def test_a_whole_day_means_its_morning(when: str, time: TimeSpan, now: datetime, due: str) -> None:
    assert reminder(when, time, now=now).due == at(due)


@pytest.mark.parametrize(
    ("when", "times", "sentence"),
    [
        ("on 30 February", [], "There is no 30 February. Please name another day."),
        ("on 30 february at 9", [span("at 9", "2026-11-21T09:00")], "There is no 30 February."),
        ("February 30th", [], "There is no 30 February."),
        ("the 31st of June", [], "There is no 31 June."),
        ("feb 29, 2027", [], "There is no 29 February 2027."),
        ("29 Feb 2027", [], "There is no 29 February 2027."),
        ("2027-02-29", [], "There is no 29 February 2027."),
        ("2027-13-01", [], "There is no date 2027-13-1."),
        ("tomorrow at 25:00", [], "There is no 25:00 on the clock."),
        ("tomorrow at 10:61", [], "There is no 10:61 on the clock."),
        ("blursday", [], "I do not know when that is: blursday."),
        ("29 february", [], "I do not know when that is: 29 february."),
        ("yesterday at 9", [span("yesterday at 9", "2026-11-19T09:00")], "Thursday 19 November 2026 at 09:00"),
    ],
)
def test_a_time_that_cannot_be_is_refused(when: str, times: list[TimeSpan], sentence: str) -> None:
    with pytest.raises(ImpossibleWish) as caught:
        reminder(when, *times)

    assert sentence in str(caught.value)


def test_what_is_to_be_reminded_of_may_name_an_impossible_date() -> None:
    said = wish(
        "set_reminder",
        "remind me tomorrow at 9 to fix the 30 february bug",
        {"what": "fix the 30 february bug", "when": "tomorrow at 9"},
        [span("tomorrow at 9", "2026-11-21T09:00")],
    )
    assert make_plan(goal(said)).steps


def test_an_impossible_date_outside_any_slot_is_named() -> None:
    with pytest.raises(ImpossibleWish, match="There is no 30 February"):
        make_plan(goal(wish("set_reminder", "remind me on 30 february to x", {"what": "x"})))


def test_a_day_that_is_nearly_over_asks_for_a_time() -> None:
    with pytest.raises(ImpossibleWish, match="nearly over"):
        reminder("today", span("today", "2026-11-20"), now=at("2026-11-20T23:30"))


def test_an_unknown_zone_is_said() -> None:
    said = wish("set_reminder", "x", {"what": "x", "when": "tomorrow"}, [span("tomorrow", "2026-11-21")])
    with pytest.raises(ImpossibleWish, match="time zone Mars/Base"):
        make_plan(goal(said, zone="Mars/Base"))


LAST_WEEK = span("last week", "2026-11-09", "2026-11-16")


@pytest.mark.parametrize(
    ("text", "when", "time", "after", "before"),
    [
        ("PDFs I changed last week", "last week", LAST_WEEK, "2026-11-09", "2026-11-16"),
        ("PDFs I changed last week", None, LAST_WEEK, "2026-11-09", "2026-11-16"),
        ("changed since last week", "last week", LAST_WEEK, "2026-11-09", None),
        ("changed since last week", "since last week", LAST_WEEK, "2026-11-09", None),
        ("changed after last week", "last week", LAST_WEEK, "2026-11-16", None),
        ("changed before last week", "last week", LAST_WEEK, None, "2026-11-09"),
        ("changed until last week", "until last week", LAST_WEEK, None, "2026-11-16"),
        ("changed yesterday", "yesterday", span("yesterday", "2026-11-19"), "2026-11-19", "2026-11-20"),
        ("since monday", "since monday", span("since monday", "2026-11-16"), "2026-11-16", None),
        (
            "from monday to wednesday",
            "from monday to wednesday",
            span("from monday to wednesday", "2026-11-16", "2026-11-19"),
            "2026-11-16",
            "2026-11-19",
        ),
        ("before 2024", "before 2024", span("before 2024", "1970-01-01", "2024-01-01"), "1970-01-01", "2024-01-01"),
        ("in the last hour", "last hour", span("last hour", "2026-11-20T11:00"), "2026-11-20T11:00", None),
        ("changed on monday", "monday", span("monday", "2026-11-23"), "2026-11-16", "2026-11-17"),
        ("changed in march", "march", span("march", "2027-03-01", "2027-04-01"), "2026-03-01", "2026-04-01"),
    ],
)
def test_files_were_changed_in_a_time(
    text: str, when: str | None, time: TimeSpan, after: str | None, before: str | None
) -> None:
    assert files(text, when, time) == (at(after) if after else None, at(before) if before else None)


def test_no_time_leaves_it_open() -> None:
    assert files("find my notes", None) == (None, None)


@pytest.mark.parametrize(
    ("when", "times", "sentence"),
    [
        ("flurbday", [], "I do not know which time that is: flurbday."),
        ("next year", [span("next year", "2027-01-01", "2028-01-01")], "it is still to come: next year."),
        ("31 april", [], "There is no 31 April."),
    ],
)
def test_a_time_in_which_no_file_was_changed_is_refused(when: str, times: list[TimeSpan], sentence: str) -> None:
    with pytest.raises(ImpossibleWish) as caught:
        files("find files", when, *times)

    assert sentence in str(caught.value)
