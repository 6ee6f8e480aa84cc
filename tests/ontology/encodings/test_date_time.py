from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.encodings import date_time
from tests.ontology.encodings.messages import MOMENTS

BRUSSELS = ZoneInfo("Europe/Brussels")
NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("20261124T150000000Z", datetime(2026, 11, 24, 15, tzinfo=UTC)),
        ("20261124t150000250z", datetime(2026, 11, 24, 15, 0, 0, 250_000, tzinfo=UTC)),
        ("20261124T150000Z", datetime(2026, 11, 24, 15, tzinfo=UTC)),
        ("20261124T150000000", datetime(2026, 11, 24, 14, tzinfo=UTC)),
        ("20260724T150000000", datetime(2026, 7, 24, 13, tzinfo=UTC)),
        ("+00000000T000010000", NOW + timedelta(seconds=10)),
        ("-00000000T010000000", NOW - timedelta(hours=1)),
        ("+00000102T030405006", datetime(2026, 3, 2, 15, 4, 5, 6000, tzinfo=UTC)),
        ("+00010100T000000000", datetime(2027, 2, 28, 12, tzinfo=UTC)),
        ("-00000200T000000000Z", datetime(2025, 11, 30, 12, tzinfo=UTC)),
        ("00010101T000000000Z", datetime(1, 1, 1, tzinfo=UTC)),
    ],
)
def test_tokens_say_instants(token: str, said: datetime) -> None:
    assert date_time.read(token, zone=BRUSSELS, now=NOW) == said


@pytest.mark.parametrize(
    "token",
    [
        "", "tomorrow", "20261124", "2026-11-24T15:00:00Z", "20261124T15000000Z", "20261124T1500000000Z", "T", "+",
        "20261124T150000000ZZ", "20261124T150000000B", "20260230T000000000Z", "20261324T000000000Z",
        "20261124T240000000Z", "00000101T000000000Z", "+99990000T000000000", "-99990000T000000000",
        "00010101T000000000", "\uff120261124T150000000Z",
    ],
)  # fmt: skip
def test_what_is_no_time(token: str) -> None:
    with pytest.raises(ValueError, match=r"^(it is not|the only|the calendar)"):
        date_time.read(token, zone=BRUSSELS, now=NOW)


def test_relative_times_count_from_the_present() -> None:
    before = datetime.now(UTC)
    said = date_time.read("+00000000T000000000")
    assert before <= said <= datetime.now(UTC)


@given(MOMENTS)
def test_what_is_written_is_read(moment: datetime) -> None:
    assert date_time.read(date_time.write(moment)) == moment


def test_times_are_written_in_utc() -> None:
    moment = datetime(2026, 11, 24, 16, 0, 0, 999_999, tzinfo=timezone(timedelta(hours=1)))
    assert date_time.write(moment) == "20261124T150000999Z"


@given(st.from_regex(r"[+-]?[0-9]{8}T[0-9]{9}[A-Za-z]?", fullmatch=True))
def test_any_token_is_read_or_none(token: str) -> None:
    try:
        said = date_time.read(token, zone=BRUSSELS, now=NOW)
    except ValueError:
        return
    assert said.tzinfo is not None
