"""Steps of the state machine, taken with rows of the table inside a transaction of the caller."""

import logging
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.errors import ClaimLostError, RecurrenceError, UnknownReminderError
from scheduling.recurrence import catch_up
from scheduling.reminder import Claim, Reminder, ReminderEvent, ReminderState, after_event
from scheduling.tables import REMINDERS, due_columns, to_micros, to_reminder

_log = logging.getLogger(__name__)
_c = REMINDERS.c

FREE: Mapping[str, Any] = {"token": None, "holder": None}
"""Columns of a reminder that nobody has claimed."""

FRESH: Mapping[str, Any] = {"attempts": 0, "missed": 0, "in_doubt": False}
"""Columns of an occurrence that was not attempted yet."""


def caught_up(rows: Sequence[RowMapping], now: datetime) -> dict[str, dict[str, Any]]:
    """Return, for recurring reminders not attempted yet, the columns of the latest occurrence due."""
    found = {}
    for row in rows:
        if row["rrule"] is None or row["attempts"]:
            continue
        reminder = to_reminder(row)
        try:
            latest = catch_up(reminder.start, row["rrule"], reminder.due, now)
        except RecurrenceError:
            _log.exception("reminder %s has a rule that cannot be followed any more", reminder.id)
            continue
        found[reminder.id] = {**due_columns(latest.due), "missed": latest.missed}
    return found


async def row_of(
    connection: AsyncConnection, reminder_id: str, owner: str | None = None, *, lock: bool = False
) -> RowMapping:
    """Return the row of a reminder; with ``owner``, only if it belongs to that person.

    Args:
        connection: with a transaction.
        reminder_id: of the reminder.
        owner: bare JID, or None.
        lock: keep others from changing it until the transaction ends, where the database locks by rows.

    Raises:
        UnknownReminderError: there is none.
    """
    query = select(REMINDERS).where(_c.id == reminder_id)
    if owner is not None:
        query = query.where(_c.owner == owner)
    row = (await connection.execute(query.with_for_update() if lock else query)).mappings().one_or_none()
    if row is None:
        raise UnknownReminderError(reminder_id)
    return row


async def claimed_row(connection: AsyncConnection, claim: Claim) -> RowMapping:
    """Return the row that ``claim`` holds.

    Raises:
        ClaimLostError: it holds none any more.
    """
    try:
        row = await row_of(connection, claim.reminder.id, lock=True)
    except UnknownReminderError:
        raise ClaimLostError(claim.reminder.id) from None
    if row["token"] != claim.token:
        raise ClaimLostError(claim.reminder.id)
    return row


async def try_step(
    connection: AsyncConnection, row: RowMapping, now: datetime, event: ReminderEvent, **changes: Any
) -> Reminder | None:
    """Take one step of the state machine with a row as it was read; None when it has changed meanwhile."""
    state = after_event(ReminderState(row["state"]), event)
    values = {
        "state": state.value,
        "changed_at": to_micros(now),
        "revision": row["revision"] + 1,
        **changes,
    }
    unchanged = (_c.id == row["id"]) & (_c.revision == row["revision"])
    result = await connection.execute(update(REMINDERS).where(unchanged).values(values).returning(REMINDERS))
    new = result.mappings().one_or_none()
    return None if new is None else to_reminder(new)


async def step(
    connection: AsyncConnection, row: RowMapping, now: datetime, event: ReminderEvent, **changes: Any
) -> Reminder:
    """Take one step with a row that this transaction has locked."""
    reminder = await try_step(connection, row, now, event, **changes)
    if reminder is None:
        raise ClaimLostError(row["id"])
    return reminder
