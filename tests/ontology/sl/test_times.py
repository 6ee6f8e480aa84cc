from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given

from ontology.sl import times
from tests.ontology.sl.trees import SPANS, TIMES


@pytest.mark.parametrize(
    ("token", "time"),
    [
        ("20261124T150000000Z", datetime(2026, 11, 24, 15, tzinfo=UTC)),
        ("20261124t150000123z", datetime(2026, 11, 24, 15, 0, 0, 123_000, UTC)),
        ("20261124T150000Z", datetime(2026, 11, 24, 15, tzinfo=UTC)),
        ("20261124T150000000", datetime(2026, 11, 24, 15)),  # noqa: DTZ001 - SL's local time
        ("+00000000T000100000", timedelta(minutes=1)),
        ("-00000001T000000001", -timedelta(days=1, milliseconds=1)),
        ("+00010203T000000000", timedelta(days=365 + 60 + 3)),
    ],
)
def test_times_are_read(token: str, time: datetime | timedelta) -> None:
    assert times.read(token) == time


@pytest.mark.parametrize(
    ("token", "says"),
    [
        ("20261324T150000000Z", "calendar"),
        ("00000101T000000000Z", "calendar"),
        ("20261124T250000000Z", "calendar"),
        ("20261124T150000000A", "zone"),
        ("2026-11-24T15:00:00Z", "form"),
    ],
)
def test_what_is_no_time_is_refused(token: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        times.read(token)


@given(TIMES | TIMES.map(lambda time: time.replace(tzinfo=None)) | SPANS)
def test_what_is_written_is_read_back(time: datetime | timedelta) -> None:
    token = times.write(time)
    assert token is not None
    assert times.read(token) == time


def test_the_ends_of_the_calendar_are_no_error() -> None:
    assert times.write(datetime.max.replace(microsecond=0, tzinfo=UTC)) == "99991231T235959000Z"
    assert times.read("+99999999T999999999Z") > timedelta(days=3_000_000)  # type: ignore[operator]
