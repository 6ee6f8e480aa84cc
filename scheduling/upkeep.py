"""Putting the table in order at a start, inside a transaction of the caller."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.holders import is_dead
from scheduling.reminder import ReminderState
from scheduling.tables import REMINDERS, due_columns, to_micros, to_reminder

_c = REMINDERS.c


async def end_dead_claims(connection: AsyncConnection, now: datetime) -> int:
    """Let the leases of processes of this machine that died end now; return how many."""
    query = select(REMINDERS).where(_c.state == ReminderState.CLAIMED.value).with_for_update()
    rows = (await connection.execute(query)).mappings().all()
    dead = [row["id"] for row in rows if is_dead(row["holder"])]
    await connection.execute(update(REMINDERS).where(_c.id.in_(dead)).values(wake_at=to_micros(now)))
    return len(dead)


async def realign_due(connection: AsyncConnection) -> int:
    """Compute the instants of pending, unattempted reminders from their wall times; return how many moved."""
    query = select(REMINDERS).where(_c.state == ReminderState.PENDING.value, _c.attempts == 0)
    moved = 0
    for row in (await connection.execute(query.with_for_update())).mappings().all():
        columns = due_columns(to_reminder(row).due)
        if columns["due_at"] != row["due_at"]:
            values = {**columns, "wake_at": columns["due_at"], "revision": row["revision"] + 1}
            await connection.execute(update(REMINDERS).where(_c.id == row["id"]).values(values))
            moved += 1
    return moved
