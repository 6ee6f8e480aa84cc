"""The table of reminders, and how a row becomes a value.

Instants are whole microseconds since 1970 in UTC: exact, sortable, and the same on every database. What a
person meant stands beside them as a wall time with its zone.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Index,
    Integer,
    MetaData,
    RowMapping,
    String,
    Table,
    Text,
    UniqueConstraint,
)

from scheduling.reminder import Reminder, ReminderState
from scheduling.walltime import WallTime

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

METADATA = MetaData()

REMINDERS = Table(
    "reminders",
    METADATA,
    Column("id", String(64), primary_key=True),
    Column("owner", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("request_key", Text, nullable=True),
    Column("state", String(16), nullable=False),
    Column("zone", String(64), nullable=False),
    Column("start_local", String(32), nullable=False),
    Column("start_fold", Integer, nullable=False),
    Column("rrule", Text, nullable=True),
    Column("due_local", String(32), nullable=False),
    Column("due_fold", Integer, nullable=False),
    Column("due_at", BigInteger, nullable=False),
    # When to look at it again: due or retry time while pending, end of the lease while claimed.
    Column("wake_at", BigInteger, nullable=False),
    Column("created_at", BigInteger, nullable=False),
    Column("changed_at", BigInteger, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("missed", Integer, nullable=False),
    # An attempt ended without anybody knowing whether it got through.
    Column("in_doubt", Boolean, nullable=False),
    Column("token", String(64), nullable=True),
    Column("holder", Text, nullable=True),
    # Counts the changes of the row; a change is made only to the revision it was decided on.
    Column("revision", Integer, nullable=False),
    CheckConstraint("state IN ('pending', 'claimed', 'delivered', 'cancelled')", name="ck_reminders_state"),
    CheckConstraint("(state = 'claimed') = (token IS NOT NULL)", name="ck_reminders_claimed_has_token"),
    UniqueConstraint("owner", "request_key", name="uq_reminders_owner_request_key"),
    Index("ix_reminders_state_wake_at", "state", "wake_at"),
    Index("ix_reminders_owner_state", "owner", "state"),
)


def to_micros(instant: datetime) -> int:
    """Return an aware datetime as microseconds since 1970."""
    return (instant - _EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """Return microseconds since 1970 as a datetime in UTC."""
    return _EPOCH + timedelta(microseconds=micros)


def due_columns(due: WallTime) -> dict[str, Any]:
    """Return the columns that hold the occurrence that comes next."""
    return {
        "due_local": due.local.isoformat(),
        "due_fold": due.fold,
        "due_at": to_micros(due.instant),
    }


def to_reminder(row: RowMapping) -> Reminder:
    """Make the value of a row."""
    zone: str = row["zone"]
    return Reminder(
        id=row["id"],
        owner=row["owner"],
        text=row["text"],
        due=WallTime(datetime.fromisoformat(row["due_local"]), zone, row["due_fold"]),
        due_at=from_micros(row["due_at"]),
        start=WallTime(datetime.fromisoformat(row["start_local"]), zone, row["start_fold"]),
        rrule=row["rrule"],
        created=from_micros(row["created_at"]),
        state=ReminderState(row["state"]),
        attempts=row["attempts"],
        missed=row["missed"],
    )
