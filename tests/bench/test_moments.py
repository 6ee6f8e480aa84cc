from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from bench.eval_tasks.moments import filled, length, moment, next_minute, occurrences

SAID = datetime(2026, 11, 20, 14, 3, 55, tzinfo=ZoneInfo("Europe/Berlin"))  # a Friday


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("+3s", "2026-11-20 14:03:58"),
        ("+1h30m", "2026-11-20 15:33:55"),
        ("+1d 09:00", "2026-11-21 09:00:00"),
        ("+40d 10:15", "2026-12-30 10:15:00"),
        ("wednesday 15:00", "2026-11-25 15:00:00"),
        ("friday 15:00", "2026-11-20 15:00:00"),
        ("friday 09:00", "2026-11-27 09:00:00"),
    ],
)
def test_expected_times(written: str, expected: str) -> None:
    assert f"{moment(written, said=SAID):%Y-%m-%d %H:%M:%S}" == expected


@pytest.mark.parametrize("written", ["", "soon", "3", "+3x", "tuesday"])
def test_what_is_no_time(written: str) -> None:
    with pytest.raises(ValueError, match="no length of time"):
        moment(written, said=SAID)


def test_lengths() -> None:
    assert length("20m") == timedelta(minutes=20)


def test_the_next_minute_is_not_too_near() -> None:
    assert next_minute(SAID) == SAID.replace(minute=5, second=0)
    assert next_minute(SAID.replace(second=30)) == SAID.replace(minute=4, second=0)


def test_occurrences_of_the_same_meaning_are_the_same() -> None:
    first = SAID.replace(hour=18, minute=0, second=0)
    written = occurrences("FREQ=WEEKLY;BYDAY=MO,TH", first, after=SAID)
    assert [f"{time:%a %H:%M}" for time in written[:3]] == ["Mon 18:00", "Thu 18:00", "Mon 18:00"]
    assert written == occurrences("RRULE:FREQ=WEEKLY;INTERVAL=1;BYDAY=TH,MO", written_at(written[0]), after=SAID)


def written_at(wall: datetime) -> datetime:
    return wall.replace(tzinfo=SAID.tzinfo)


def test_texts_are_filled_in() -> None:
    values = {"home": "/home/ann", "minute": "14:05"}
    assert filled("read {home}/a at {minute} {else}", now=SAID, values=values) == "read /home/ann/a at 14:05 {else}"
    assert filled("on {+40d|%-d %B}, a {now|%A}", now=SAID, values={}) == "on 30 December, a Friday"
