"""Reminders on disk.

What a method returns has been written: the commit is on the disk before it. Every change of a state is one
transaction, made only to the revision of the row that it was decided on; when another process was quicker,
it is decided anew. So any number of processes may work on one database, and a reminder is claimed by one.

A claim holds until its lease is over. The process that made it may then be dead, or the machine may have
slept; whoever claims next is told that the delivery may have got through.
"""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from sqlalchemy import RowMapping, delete, func, insert, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from scheduling.admission import clean_text, first_due
from scheduling.database import SCHEMA
from scheduling.errors import (
    AlreadyDeliveredError,
    RecurrenceError,
    StoreError,
    TooManyRemindersError,
)
from scheduling.holders import this_process
from scheduling.recurrence import next_occurrence
from scheduling.reminder import WAITING, Claim, Reminder, ReminderEvent, ReminderState
from scheduling.settings import SchedulingSettings
from scheduling.steps import FREE, FRESH, caught_up, claimed_row, row_of, step, try_step
from scheduling.tables import REMINDERS, due_columns, from_micros, to_micros, to_reminder
from scheduling.upkeep import end_dead_claims, realign_due
from scheduling.walltime import WallTime
from storage.database import Database, open_database

_log = logging.getLogger(__name__)
_c = REMINDERS.c


class ReminderStore:
    """The reminders of all persons. Made by :meth:`open`; to be closed."""

    def __init__(self, database: Database, settings: SchedulingSettings, new_id: Callable[[], str]) -> None:
        self._database = database
        self._settings = settings
        self._new_id = new_id
        self._listeners: list[Callable[[], None]] = []

    @classmethod
    async def open(
        cls,
        database: str | Path,
        *,
        settings: SchedulingSettings | None = None,
        new_id: Callable[[], str] = lambda: uuid4().hex,
    ) -> "ReminderStore":
        """Open a database, making or migrating it where needed.

        Args:
            database: path of a SQLite file, or the URL of a SQLite or PostgreSQL database.
            settings: the limits.
            new_id: makes unique ids for reminders and claims.

        Raises:
            StoreError: the database cannot be used.
        """
        return cls(await open_database(database, SCHEMA), settings or SchedulingSettings(), new_id)

    async def close(self) -> None:
        """Close the connections."""
        await self._database.close()

    def subscribe(self, changed: Callable[[], None]) -> Callable[[], None]:
        """Have ``changed`` called after every change made through this object.

        Returns:
            A callable that ends it.
        """
        self._listeners.append(changed)
        return lambda: self._listeners.remove(changed)

    async def add(
        self,
        *,
        owner: str,
        text: str,
        due: WallTime,
        now: datetime,
        rrule: str | None = None,
        key: str | None = None,
    ) -> Reminder:
        """Keep a reminder.

        Args:
            owner: bare JID of the person.
            text: what to remind of.
            due: when, or where the recurrence starts.
            now: the present instant (aware).
            rrule: RFC 5545 recurrence rule.
            key: name of the request. The same owner and key give the reminder that was made the first
                time, whatever else is said and has become of it.

        Raises:
            EmptyTextError, TextTooLongError: the text cannot be kept.
            PastTimeError, TimeTooFarError: the time cannot be kept.
            RecurrenceError, TooOftenError: the rule cannot be kept.
            TooManyRemindersError: the person has too many.
            StoreError: the database cannot be used.
        """
        if not owner or "/" in owner:
            raise ValueError("the owner of a reminder is a bare JID")
        if key is not None and (known := await self._by_key(owner, key)) is not None:
            return known
        text = clean_text(text, self._settings)
        first = await asyncio.to_thread(first_due, due, rrule, now, self._settings)
        values = {
            "id": self._new_id(),
            "owner": owner,
            "text": text,
            "request_key": key,
            "state": ReminderState.PENDING.value,
            "zone": due.zone,
            "start_local": due.local.isoformat(),
            "start_fold": due.fold,
            "rrule": rrule,
            **due_columns(first),
            "wake_at": to_micros(first.instant),
            "created_at": to_micros(now),
            "changed_at": to_micros(now),
            **FREE,
            **FRESH,
            "revision": 0,
        }
        limit = self._settings.max_per_person
        try:
            async with self._database.writing() as connection:
                waiting = await connection.scalar(select(func.count()).where(_c.owner == owner, _c.state.in_(WAITING)))
                if (waiting or 0) >= limit:
                    raise TooManyRemindersError(limit)
                row = await connection.execute(insert(REMINDERS).values(values).returning(REMINDERS))
                reminder = to_reminder(row.mappings().one())
        except StoreError as error:
            if not isinstance(error.__cause__, IntegrityError):
                raise
            # The same request came twice at once, and the other was first.
            other = None if key is None else await self._by_key(owner, key)
            if other is None:
                raise
            return other
        self._changed()
        return reminder

    async def get(self, reminder_id: str, *, owner: str | None = None) -> Reminder:
        """Return a reminder; with ``owner``, only if it belongs to that person.

        Raises:
            UnknownReminderError: there is none.
            StoreError: the database cannot be used.
        """
        async with self._database.reading() as connection:
            return to_reminder(await row_of(connection, reminder_id, owner))

    async def list(self, owner: str, states: Sequence[ReminderState] = WAITING) -> tuple[Reminder, ...]:
        """Return the reminders of a person that are in one of ``states``, those due first in front.

        Raises:
            StoreError: the database cannot be used.
        """
        query = select(REMINDERS).where(_c.owner == owner, _c.state.in_(states))
        async with self._database.reading() as connection:
            rows = await connection.execute(query.order_by(_c.due_at, _c.created_at, _c.id))
            return tuple(to_reminder(row) for row in rows.mappings())

    async def cancel(self, owner: str, reminder_id: str, *, now: datetime) -> Reminder:
        """Cancel a reminder; one that is cancelled already stays so.

        Raises:
            UnknownReminderError: the person has none of that id.
            AlreadyDeliveredError: it was delivered, and does not come again.
            StoreError: the database cannot be used.
        """
        async with self._database.writing() as connection:
            row = await row_of(connection, reminder_id, owner, lock=True)
            if row["state"] == ReminderState.CANCELLED:
                return to_reminder(row)
            if row["state"] == ReminderState.DELIVERED:
                raise AlreadyDeliveredError(row["text"])
            reminder = await step(connection, row, now, ReminderEvent.CANCEL, **FREE)
        self._changed()
        return reminder

    async def cancel_all(self, owner: str, *, now: datetime) -> tuple[Reminder, ...]:
        """Cancel every waiting reminder of a person in one transaction, and return them as they are then.

        Raises:
            StoreError: the database cannot be used.
        """
        query = select(REMINDERS).where(_c.owner == owner, _c.state.in_(WAITING))
        async with self._database.writing() as connection:
            rows = await connection.execute(query.order_by(_c.due_at, _c.id).with_for_update())
            cancelled = tuple(
                [await step(connection, row, now, ReminderEvent.CANCEL, **FREE) for row in rows.mappings().all()]
            )
        self._changed()
        return cancelled

    async def next_due(self) -> datetime | None:
        """Return when there is next something to claim: a due time, a retry, or the end of a lease.

        Raises:
            StoreError: the database cannot be used.
        """
        query = select(func.min(_c.wake_at)).where(_c.state.in_(WAITING))
        async with self._database.reading() as connection:
            micros: int | None = await connection.scalar(query)
        return None if micros is None else from_micros(micros)

    async def claim_due(self, now: datetime, lease: timedelta, *, limit: int = 100) -> tuple[Claim, ...]:
        """Claim reminders that are due, and claims whose lease is over.

        Of a recurring reminder the latest occurrence is claimed; ``missed`` counts those before it. An
        occurrence that was attempted before stays the same one, so that its delivery id does too.

        Args:
            now: the present instant (aware).
            lease: how long the claim holds.
            limit: the most to claim.

        Raises:
            StoreError: the database cannot be used.
        """
        query = select(REMINDERS).where(_c.state.in_(WAITING), _c.wake_at <= to_micros(now))
        async with self._database.reading() as connection:
            found = await connection.execute(query.order_by(_c.wake_at, _c.created_at, _c.id).limit(limit))
            rows = found.mappings().all()
        if not rows:
            return ()
        fresh = await asyncio.to_thread(caught_up, rows, now)
        claims = []
        async with self._database.writing() as connection:
            for row in rows:
                claim = await self._claim(connection, row, fresh.get(row["id"], {}), now, lease)
                if claim is not None:
                    claims.append(claim)
        return tuple(claims)

    async def _claim(
        self,
        connection: AsyncConnection,
        row: RowMapping,
        changes: Mapping[str, Any],
        now: datetime,
        lease: timedelta,
    ) -> Claim | None:
        left_over = row["state"] == ReminderState.CLAIMED
        in_doubt = left_over or row["in_doubt"]
        token = self._new_id()
        changed = await try_step(
            connection,
            row,
            now,
            ReminderEvent.CLAIM,
            **{
                "attempts": row["attempts"] + 1,
                "in_doubt": in_doubt,
                "wake_at": to_micros(now + lease),
                "token": token,
                "holder": this_process(),
                **changes,
            },
        )
        return None if changed is None else Claim(changed, token, now + lease, in_doubt)

    async def mark_delivered(self, claim: Claim, *, now: datetime) -> Reminder:
        """Note that a claimed occurrence was delivered; a recurring reminder waits for its next one then.

        Raises:
            ClaimLostError: it was cancelled, or claimed by another after the lease.
            StoreError: the database cannot be used.
        """
        old = claim.reminder
        following = None
        if old.rrule is not None:
            try:
                following = await asyncio.to_thread(next_occurrence, old.start, old.rrule, old.due_at)
            except RecurrenceError:
                _log.exception("reminder %s cannot be repeated any more", old.id)
        async with self._database.writing() as connection:
            row = await claimed_row(connection, claim)
            reminder = await step(connection, row, now, ReminderEvent.DELIVER, **FREE, in_doubt=False)
            if following is not None:
                row = await row_of(connection, old.id)
                wake_at = to_micros(following.instant)
                changes = {**due_columns(following), **FRESH, "wake_at": wake_at}
                reminder = await step(connection, row, now, ReminderEvent.REPEAT, **changes)
        self._changed()
        return reminder

    async def release(self, claim: Claim, *, now: datetime, retry_at: datetime, in_doubt: bool = False) -> Reminder:
        """Give a claim back because the delivery failed; it may be claimed again from ``retry_at`` on.

        Args:
            claim: the claim.
            now: the present instant (aware).
            retry_at: when to try again (aware).
            in_doubt: whether this delivery may have got through all the same.

        Raises:
            ClaimLostError: it was cancelled, or claimed by another after the lease.
            StoreError: the database cannot be used.
        """
        doubt = in_doubt or claim.maybe_delivered
        async with self._database.writing() as connection:
            row = await claimed_row(connection, claim)
            reminder = await step(
                connection,
                row,
                now,
                ReminderEvent.RELEASE,
                **FREE,
                wake_at=to_micros(retry_at),
                in_doubt=doubt,
            )
        self._changed()
        return reminder

    async def recover(self, *, now: datetime) -> int:
        """End the leases of processes of this machine that died; return how many. To be called at a start.

        Raises:
            StoreError: the database cannot be used.
        """
        async with self._database.writing() as connection:
            ended = await end_dead_claims(connection, now)
        self._changed()
        return ended

    async def realign(self) -> int:
        """Compute the instants of waiting reminders anew, and return how many have moved.

        A reminder is for a time on the clock; when a newer time zone database moves that clock, its
        instant moves with it. To be called at a start.

        Raises:
            StoreError: the database cannot be used.
        """
        async with self._database.writing() as connection:
            return await realign_due(connection)

    async def prune(self, *, before: datetime) -> int:
        """Erase reminders that were delivered for good or cancelled before an instant; return how many.

        Raises:
            StoreError: the database cannot be used.
        """
        query = delete(REMINDERS).where(_c.state.not_in(WAITING), _c.changed_at < to_micros(before))
        async with self._database.writing() as connection:
            return (await connection.execute(query)).rowcount

    async def _by_key(self, owner: str, key: str) -> Reminder | None:
        query = select(REMINDERS).where(_c.owner == owner, _c.request_key == key)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        return None if row is None else to_reminder(row)

    def _changed(self) -> None:
        for listener in tuple(self._listeners):
            listener()
