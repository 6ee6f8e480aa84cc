from datetime import timedelta

import pytest

from scheduling.admission import clean_text, first_due
from scheduling.errors import PastTimeError
from scheduling.settings import SchedulingSettings
from scheduling.walltime import WallTime
from tests.scheduling.helpers import NOW, in_seconds, wall

SETTINGS = SchedulingSettings()


@pytest.mark.parametrize(
    ("text", "kept"), [("  call John\n", "call John"), ("a\x00b\x1b", "ab"), ("one\ntwo", "one\ntwo"), ("\ud800x", "x")]
)
def test_clean_text(text: str, kept: str) -> None:
    assert clean_text(text, SETTINGS) == kept


@pytest.mark.parametrize(
    ("due", "rrule", "first"),
    [
        (in_seconds(30), None, in_seconds(30)),
        (in_seconds(-30), None, in_seconds(-30)),  # a moment ago
        (wall("2026-03-29T02:30"), "FREQ=DAILY", wall("2026-11-21T02:30")),  # starts in a gap, long ago
        (wall("2026-11-19T13:00"), "FREQ=DAILY", wall("2026-11-20T13:00")),  # now
        (wall("2026-11-20T14:00"), "FREQ=WEEKLY;BYDAY=MO", wall("2026-11-23T14:00")),
        (in_seconds(-30), "FREQ=MINUTELY;INTERVAL=5", in_seconds(-30)),
    ],
)
def test_first_due(due: WallTime, rrule: str | None, first: WallTime) -> None:
    assert first_due(due, rrule, NOW, SETTINGS) == first


def test_the_grace_ends() -> None:
    with pytest.raises(PastTimeError):
        first_due(WallTime.of(NOW - timedelta(seconds=60.001), "UTC"), None, NOW, SETTINGS)
