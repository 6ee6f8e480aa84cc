from dataclasses import dataclass
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.readings import Intent, Reading, TimeReading
from nlu.times import fill_times, find, find_times, is_impossible, is_only_time
from tests.nlu.support import BERLIN, NOW, table


@dataclass(frozen=True)
class Case:
    now: datetime
    zone: ZoneInfo
    locale: str
    say: str
    expect: list[dict[str, Any]]

    def found(self) -> tuple[TimeReading, ...]:
        return find_times(self.say, now=self.now, zone=self.zone, locale=self.locale)


def _cases() -> list[Any]:
    cases = []
    for group in table("times.yaml")["groups"]:
        zone = ZoneInfo(group["zone"])
        now = datetime.fromisoformat(group["now"]).replace(tzinfo=zone)
        for raw in group["cases"]:
            case = Case(now, zone, group["locale"], raw["say"], raw["expect"])
            cases.append(pytest.param(case, id=f"{group['name']}: {raw['say']}"))
    return cases


def _as_written(reading: TimeReading) -> dict[str, Any]:
    written: dict[str, Any] = {"text": reading.text}
    if reading.value is not None:
        written["value"] = reading.value.isoformat()
    if reading.grain != "minute":
        written["grain"] = reading.grain
    if reading.to is not None:
        written["to"] = reading.to.isoformat()
    if reading.rrule is not None:
        written["rrule"] = reading.rrule
    if reading.seconds is not None:
        written["seconds"] = reading.seconds
    if reading.candidates:
        written["candidates"] = [each.isoformat() for each in reading.candidates]
    return written


def test_there_are_many_cases() -> None:
    assert len(_cases()) >= 150


@pytest.mark.parametrize("case", _cases())
def test_table(case: Case) -> None:
    found = case.found()
    assert [_as_written(each) for each in found] == case.expect
    for each in found:
        assert case.say[each.start : each.end] == each.text


@pytest.mark.parametrize("case", [case for case in _cases() if "rrule" in str(case.values[0].expect)])
def test_rules_begin_with_their_value(case: Case) -> None:
    for each in case.found():
        if each.rrule is None or "2:30am" in case.say:  # a wall time that summer time skips
            continue
        assert each.value is not None
        first = each.value.astimezone(case.zone)
        assert first > case.now
        assert next(iter(rrulestr(each.rrule, dtstart=first))) == first


@pytest.mark.parametrize(
    "text", ["February 30", "25:00", "at 13pm", "31 April", "in 99999999 years", "Friday 14 March"]
)
def test_times_that_are_not_can_be_told(text: str) -> None:
    (found,) = find_times(text, now=NOW, zone=BERLIN)
    assert is_impossible(found)


@pytest.mark.parametrize("text", ["at 5", "for 20 minutes", "every day", "yesterday", "until Friday"])
def test_times_that_are_can_be_told(text: str) -> None:
    assert not any(is_impossible(each) for each in find_times(text, now=NOW, zone=BERLIN))


def test_a_wall_time_that_comes_twice() -> None:
    first = datetime(2026, 10, 25, 2, 45, tzinfo=BERLIN, fold=0)
    ahead, again = (
        find_times(text, now=first, zone=BERLIN)[0].value for text in ("today at 2:50am", "today at 2:40am")
    )
    assert ahead is not None
    assert again is not None
    assert ahead.astimezone(UTC) == datetime(2026, 10, 25, 0, 50, tzinfo=UTC)
    assert again.astimezone(UTC) == datetime(2026, 10, 25, 1, 40, tzinfo=UTC)


def test_facing_decides_what_is_open() -> None:
    past, future = (find_times("on Friday", now=NOW, zone=BERLIN, facing=way)[0].value for way in ("past", "future"))
    assert past is not None
    assert future is not None
    assert past < NOW < future


def test_a_day_can_stand_for_a_time_of_day() -> None:
    (found,) = find_times("on Friday", now=NOW, zone=BERLIN, day_clock=time(8, 30))
    assert found.value == datetime(2026, 3, 13, 8, 30, tzinfo=BERLIN)
    assert found.to is None


def test_a_naive_now_is_in_the_zone() -> None:
    (found,) = find_times("in an hour", now=NOW.replace(tzinfo=None), zone=BERLIN)
    assert found.value == NOW.replace(hour=11)


def test_now_may_be_in_another_zone() -> None:
    (found,) = find_times("at 17:30", now=NOW.astimezone(UTC), zone=BERLIN)
    assert found.value == NOW.replace(hour=17, minute=30)


def test_an_unknown_locale_is_english() -> None:
    assert find_times("tomorrow", now=NOW, zone=BERLIN, locale="../xx")[0].value is not None


def test_only_time() -> None:
    for text, only in (("tomorrow, at 9am!", True), ("tomorrow I sleep", False), ("sleep", False)):
        assert is_only_time(text, find(text, now=NOW, zone=BERLIN)) is only


_WORDS = st.sampled_from(
    [
        "at",
        "in",
        "on",
        "every",
        "last",
        "next",
        "the",
        "a",
        "of",
        "to",
        "5",
        "9",
        "31",
        "2026",
        "12:30",
        "/",
        "-",
        ":",
        ".",
        ",",
        "am",
        "pm",
        "monday",
        "friday",
        "march",
        "may",
        "second",
        "week",
        "month",
        "days",
        "hours",
        "until",
        "since",
        "between",
        "and",
        "from",
        "half",
        "quarter",
        "past",
        "noon",
        "morning",
        "night",
        "tomorrow",
        "99999",
        "30",
        "feb",
        "é",
        "🎉",
        "\u2028",
        "\x00",
        "first",
        "each",
        "other",
        "other",
        "for",
        "ago",
    ]
)


@given(st.one_of(st.text(max_size=200), st.lists(_WORDS, max_size=25).map(" ".join), st.lists(_WORDS).map("".join)))
@settings(max_examples=300, deadline=None)
def test_any_text_is_safe(text: str) -> None:
    last = 0
    for each in find_times(text, now=NOW, zone=BERLIN):
        assert last <= each.start < each.end <= len(text)
        assert text[each.start : each.end] == each.text
        assert each.to is None or each.value is None or each.value <= each.to
        last = each.end


@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(2100, 1, 1)), st.lists(_WORDS, max_size=8))  # noqa: DTZ001
@settings(max_examples=100, deadline=None)
def test_any_moment_is_safe(now: datetime, words: list[str]) -> None:
    for zone in (BERLIN, ZoneInfo("America/St_Johns"), ZoneInfo("Pacific/Apia")):
        find_times(" ".join(words), now=now.replace(tzinfo=zone), zone=zone)


@pytest.mark.parametrize(
    "piece",
    [
        "at 5 ",
        "5 ",
        "the ",
        "1/",
        "1:",
        "x",
        "a week from ",
        "every monday and ",
        "every year on feb 30 ",
        "5-Nov-2027 ",
    ],
)
@pytest.mark.timeout(30)
def test_long_texts_are_read_to_their_end(piece: str) -> None:
    find_times((piece * 10_000)[:10_000], now=NOW, zone=BERLIN)


def _reading(text: str, intent: Intent, **slots: str) -> Reading:
    return Reading(text=text, intent=intent, confidence=1, slots=slots, source="rasa")


def test_fill_times_takes_the_time_of_the_slot() -> None:
    text = "remind me tomorrow at 9 to read the report of last week"
    filled = fill_times(_reading(text, Intent.SET_REMINDER, when="tomorrow at 9", what="x"), NOW, BERLIN)
    (found,) = filled.times
    assert found.value == datetime(2026, 3, 12, 9, tzinfo=BERLIN)
    assert text[found.start : found.end] == "tomorrow at 9"


def test_fill_times_gives_a_day_an_hour_for_reminders_only() -> None:
    reminder = fill_times(_reading("x", Intent.SET_REMINDER, when="tomorrow"), NOW, BERLIN).times[0]
    question = fill_times(_reading("what happens tomorrow", Intent.ASK_DOCUMENTS), NOW, BERLIN).times[0]
    assert (reminder.value, reminder.to) == (datetime(2026, 3, 12, 9, tzinfo=BERLIN), None)
    assert (question.value, question.grain) == (datetime(2026, 3, 12, tzinfo=BERLIN), "day")


def test_fill_times_makes_a_timer_of_a_length() -> None:
    (found,) = fill_times(_reading("timer", Intent.SET_REMINDER, when="for 20 minutes"), NOW, BERLIN).times
    assert found.value == NOW.replace(minute=20)
    (endless,) = fill_times(_reading("timer", Intent.SET_REMINDER, when="for 99999999 years"), NOW, BERLIN).times
    assert is_impossible(endless)


def test_fill_times_looks_back_for_files() -> None:
    (found,) = fill_times(_reading("files from Friday", Intent.FIND_FILES, when="Friday"), NOW, BERLIN).times
    assert found.value is not None
    assert found.value < NOW


def test_fill_times_leaves_code_alone() -> None:
    assert fill_times(_reading("run x at 5", Intent.RUN_CODE, code="x at 5"), NOW, BERLIN).times == ()
