# ruff: noqa: DTZ001 - wall times have no zone on purpose
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.errors import UnknownZoneError
from scheduling.walltime import WallTime
from tests.scheduling.helpers import BERLIN, wall

NEW_YORK = "America/New_York"
ZONES = ["Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Casablanca", "UTC"]


@pytest.mark.parametrize(
    ("at", "utc"),
    [
        (wall("2026-01-05T09:00"), "2026-01-05T08:00"),
        (wall("2026-07-05T09:00"), "2026-07-05T07:00"),
        (wall("2026-03-29T02:30"), "2026-03-29T01:30"),  # gap: by the offset before, so 3:30
        (wall("2026-10-25T02:30"), "2026-10-25T00:30"),  # fold: the first
        (WallTime(datetime(2026, 10, 25, 2, 30), BERLIN, fold=1), "2026-10-25T01:30"),
        (wall("2026-03-08T02:30", NEW_YORK), "2026-03-08T07:30"),
        (wall("2011-12-30T09:00", "Pacific/Apia"), "2011-12-30T19:00"),  # a day that was left out
    ],
)
def test_instant(at: WallTime, utc: str) -> None:
    assert at.instant == datetime.fromisoformat(utc).replace(tzinfo=UTC)


def test_in_gap() -> None:
    assert wall("2026-03-29T02:30").in_gap
    assert not wall("2026-03-29T03:00").in_gap
    assert not wall("2026-10-25T02:30").in_gap


def test_a_datetime_of_the_same_zone_is_taken_as_it_stands() -> None:
    in_the_gap = datetime(2026, 3, 29, 2, 30, tzinfo=ZoneInfo(BERLIN))
    assert WallTime.of(in_the_gap).local == datetime(2026, 3, 29, 2, 30)


def test_another_zone_is_converted() -> None:
    when = datetime(2026, 11, 20, 12, 0, tzinfo=timezone(timedelta(hours=-5)))
    assert WallTime.of(when, BERLIN) == wall("2026-11-20T18:00")


@given(
    when=st.datetimes(datetime(1990, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC)),
    zone=st.sampled_from(ZONES),
)
def test_every_instant_survives(when: datetime, zone: str) -> None:
    at = WallTime.of(when, zone)
    assert at.instant == when
    assert not at.in_gap


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "America", "a\0b", "Europe/"])
def test_unknown_zone(zone: str) -> None:
    with pytest.raises(UnknownZoneError, match="no time zone"):
        WallTime(datetime(2026, 1, 1), zone)


def test_wrong_use_is_refused() -> None:
    with pytest.raises(ValueError, match=r"WallTime\.of"):
        WallTime(datetime(2026, 1, 1, tzinfo=UTC), BERLIN)
    with pytest.raises(ValueError, match="fold"):
        WallTime(datetime(2026, 1, 1), BERLIN, fold=2)
    with pytest.raises(ValueError, match="aware"):
        WallTime.of(datetime(2026, 1, 1), BERLIN)
    with pytest.raises(ValueError, match="name the zone"):
        WallTime.of(datetime(2026, 1, 1, tzinfo=timezone.utc))  # noqa: UP017 - an offset, not a zone
