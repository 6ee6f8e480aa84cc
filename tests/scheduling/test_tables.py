from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from scheduling.tables import due_columns, from_micros, to_micros
from tests.scheduling.helpers import wall


@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC)))  # noqa: DTZ001 - bounds
def test_instants_come_back_exactly(instant: datetime) -> None:
    assert from_micros(to_micros(instant)) == instant


def test_any_offset_is_the_same_instant() -> None:
    here = datetime(2026, 11, 20, 13, 0, tzinfo=timezone(timedelta(hours=1)))
    assert to_micros(here) == to_micros(here.astimezone(UTC)) == 1_795_176_000_000_000


def test_due_columns() -> None:
    columns = due_columns(wall("2026-11-20T13:00"))
    assert columns == {"due_local": "2026-11-20T13:00:00", "due_fold": 0, "due_at": 1_795_176_000_000_000}
