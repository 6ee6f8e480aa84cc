from datetime import datetime, timedelta

import pytest

from scheduling.phrases import late_notice, moment, when_due
from tests.scheduling.helpers import BERLIN, NOW, reminder, wall

MOMENTS = [
    # local time in Berlin (now is Friday 2026-11-20 13:00), 24 hours, 12 hours
    ("2026-11-20T13:00:00", "now", "now"),
    ("2026-11-20T13:00:01", "in 1 second", None),
    ("2026-11-20T13:00:10", "in 10 seconds", None),
    ("2026-11-20T13:01:00", "in 1 minute", None),
    ("2026-11-20T13:01:25", "in 85 seconds", None),
    ("2026-11-20T13:04:59", "in 5 minutes", None),
    ("2026-11-20T13:45:00", "in 45 minutes", None),
    ("2026-11-20T14:00:00", "in 1 hour", None),
    ("2026-11-20T13:20:30", "today at 13:20", "today at 1:20 pm"),
    ("2026-11-20T17:00:00", "today at 17:00", "today at 5:00 pm"),
    ("2026-11-21T09:00:00", "tomorrow at 9:00", "tomorrow at 9:00 am"),
    ("2026-11-21T00:05:00", "tomorrow at 0:05", "tomorrow at 12:05 am"),
    ("2026-11-27T09:00:00", "on Friday 27 November at 9:00", "on Friday 27 November at 9:00 am"),
    ("2027-01-01T12:00:00", "on Friday 1 January 2027 at 12:00", "on Friday 1 January 2027 at 12:00 pm"),
    ("2026-11-20T09:00:00", "today at 9:00", "today at 9:00 am"),
    ("2026-11-19T21:30:00", "yesterday at 21:30", "yesterday at 9:30 pm"),
    ("2026-11-16T09:00:00", "on Monday 16 November at 9:00", "on Monday 16 November at 9:00 am"),
]


@pytest.mark.parametrize(("local", "h24", "h12"), MOMENTS)
def test_moment(local: str, h24: str, h12: str | None) -> None:
    when = wall(local).instant
    assert moment(when, now=NOW, zone=BERLIN) == h24
    assert moment(when, now=NOW, zone=BERLIN, hour12=True) == (h12 or h24)


def test_a_gone_second_is_not_said_to_come() -> None:
    assert moment(NOW - timedelta(seconds=30), now=NOW, zone=BERLIN) == "today at 12:59"


def test_the_day_is_that_of_the_person() -> None:
    when = datetime.fromisoformat("2026-11-20T23:30:00+00:00")
    assert moment(when, now=NOW, zone="Europe/London") == "today at 23:30"
    assert moment(when, now=NOW, zone=BERLIN) == "tomorrow at 0:30"


def test_when_due() -> None:
    assert when_due(reminder("x"), now=NOW) == "tomorrow at 9:00"
    assert when_due(reminder("x"), now=NOW, zone="Europe/London") == "tomorrow at 8:00"
    weekly = reminder("x", "2026-11-24T07:00", "FREQ=WEEKLY;BYDAY=TU")
    assert when_due(weekly, now=NOW) == "every Tuesday at 7:00, next on Tuesday 24 November at 7:00"


@pytest.mark.parametrize(
    ("due", "missed", "attempt", "said"),
    [
        ("2026-11-20T13:00:00", 0, 1, ""),
        ("2026-11-20T12:59:57", 0, 1, ""),
        ("2026-11-20T12:59:00", 0, 1, "This was due at 12:59, I was not running then."),
        ("2026-11-20T12:05:00", 0, 1, "This was due at 12:05, I was not running then."),
        ("2026-11-20T12:05:00", 0, 2, "This was due at 12:05, I could not deliver it then."),
        ("2026-11-19T12:05:00", 0, 1, "This was due yesterday at 12:05, I was not running then."),
        (
            "2026-11-16T12:05:00",
            1,
            1,
            "This was due on Monday 16 November at 12:05, I was not running then. One time before it was missed too.",
        ),
        ("2026-11-20T13:00:00", 3, 1, "3 times before it were missed too."),
    ],
)
def test_late_notice(due: str, missed: int, attempt: int, said: str) -> None:
    assert late_notice(wall(due).instant, now=NOW, zone=BERLIN, missed=missed, attempt=attempt) == said


def test_late_notice_on_a_12_hour_clock() -> None:
    assert "at 9:05 am," in late_notice(wall("2026-11-20T09:05").instant, now=NOW, zone=BERLIN, hour12=True)
