import asyncio
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from scheduling.errors import (
    AlreadyDeliveredError,
    ClaimLostError,
    EmptyTextError,
    PastTimeError,
    RecurrenceError,
    SchedulingError,
    TextTooLongError,
    TimeTooFarError,
    TooManyRemindersError,
    TooOftenError,
    UnknownReminderError,
)
from scheduling.reminder import ReminderState
from scheduling.settings import SchedulingSettings
from scheduling.store import ReminderStore
from scheduling.tables import REMINDERS
from scheduling.walltime import WallTime
from tests.scheduling.helpers import BERLIN, NOW, OWNER, in_seconds, wall

LEASE = timedelta(seconds=60)
LATER = NOW + timedelta(hours=1)


async def test_what_was_added_is_there_after_a_restart(database: Path) -> None:
    store = await ReminderStore.open(database)
    added = await store.add(owner=OWNER, text=" call John ", due=wall("2026-11-21T09:00"), now=NOW)
    await store.close()
    again = await ReminderStore.open(database)
    assert await again.get(added.id) == added
    assert added.text == "call John"
    assert added.state is ReminderState.PENDING
    assert added.due_at == datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
    assert await again.next_due() == added.due_at
    await again.close()


async def test_files_are_private(store: ReminderStore, database: Path) -> None:
    await store.add(owner=OWNER, text="x", due=in_seconds(5), now=NOW)
    modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in database.parent.iterdir()}
    assert set(modes) == {"schedule.db", "schedule.db-wal", "schedule.db-shm"}
    assert set(modes.values()) == {0o600}
    assert stat.S_IMODE(database.parent.stat().st_mode) == 0o700


async def test_the_same_request_sets_one_reminder(store: ReminderStore) -> None:
    due = in_seconds(60)
    first = await store.add(owner=OWNER, text="x", due=due, now=NOW, key="request 1")
    assert await store.add(owner=OWNER, text="x", due=due, now=NOW, key="request 1") == first
    cancelled = await store.cancel(OWNER, first.id, now=NOW)
    assert await store.add(owner=OWNER, text="x", due=due, now=NOW, key="request 1") == cancelled
    assert (await store.add(owner=OWNER, text="x", due=due, now=NOW, key="request 2")).id != first.id
    assert (await store.add(owner="bob@example.org", text="x", due=due, now=NOW, key="request 1")).id != first.id


async def test_the_same_request_at_once_sets_one_reminder(store: ReminderStore) -> None:
    added = await asyncio.gather(
        *(store.add(owner=OWNER, text="x", due=in_seconds(60), now=NOW, key="k") for _ in range(8))
    )
    assert len({one.id for one in added}) == 1
    assert len(await store.list(OWNER)) == 1


@pytest.mark.parametrize(
    ("text", "due", "rrule", "error"),
    [
        ("", in_seconds(60), None, EmptyTextError),
        (" \x00\n ", in_seconds(60), None, EmptyTextError),
        ("x" * 1001, in_seconds(60), None, TextTooLongError),
        ("x", in_seconds(-61), None, PastTimeError),
        ("x", wall("2001-01-01T09:00"), None, PastTimeError),
        ("x", wall("2026-11-01T09:00"), "FREQ=DAILY;COUNT=3", PastTimeError),
        ("x", wall("2099-01-01T09:00"), None, TimeTooFarError),
        ("x", WallTime(datetime.max, "America/New_York"), None, TimeTooFarError),  # noqa: DTZ901 - a wall time
        ("x", in_seconds(60), "FREQ=NEVER", RecurrenceError),
        ("x", in_seconds(60), "FREQ=SECONDLY", TooOftenError),
    ],
)
async def test_what_cannot_be_kept_is_refused(
    store: ReminderStore, text: str, due: WallTime, rrule: str | None, error: type[SchedulingError]
) -> None:
    with pytest.raises(error):
        await store.add(owner=OWNER, text=text, due=due, rrule=rrule, now=NOW)
    assert await store.list(OWNER, tuple(ReminderState)) == ()


async def test_a_past_time_is_named(store: ReminderStore) -> None:
    with pytest.raises(PastTimeError, match=r"\(today at 9:00\) has already passed"):
        await store.add(owner=OWNER, text="x", due=wall("2026-11-20T09:00"), now=NOW)


async def test_a_time_gone_by_a_moment_ago_is_due_at_once(store: ReminderStore) -> None:
    await store.add(owner=OWNER, text="x", due=in_seconds(-2), now=NOW)
    assert len(await store.claim_due(NOW, LEASE)) == 1


async def test_an_owner_is_a_bare_jid(store: ReminderStore) -> None:
    with pytest.raises(ValueError, match="bare JID"):
        await store.add(owner=OWNER + "/phone", text="x", due=in_seconds(60), now=NOW)


async def test_any_text_is_kept(store: ReminderStore) -> None:
    text = "naïve 🙂 'quoted' \"double\" \n second line; DROP TABLE reminders; \u202e"
    added = await store.add(owner=OWNER, text=text + "\ud800\x07", due=in_seconds(60), now=NOW)
    assert (await store.get(added.id)).text == text


async def test_limit_per_person(database: Path) -> None:
    store = await ReminderStore.open(database, settings=SchedulingSettings(max_per_person=2))
    first = await store.add(owner=OWNER, text="1", due=in_seconds(60), now=NOW)
    await store.add(owner=OWNER, text="2", due=in_seconds(60), now=NOW)
    with pytest.raises(TooManyRemindersError, match="2 reminders"):
        await store.add(owner=OWNER, text="3", due=in_seconds(60), now=NOW)
    await store.add(owner="bob@example.org", text="3", due=in_seconds(60), now=NOW)
    await store.cancel(OWNER, first.id, now=NOW)
    await store.add(owner=OWNER, text="3", due=in_seconds(60), now=NOW)
    await store.close()


async def test_list_is_ordered_and_personal(store: ReminderStore) -> None:
    for text, seconds in (("late", 300), ("soon", 60), ("middle", 120)):
        await store.add(owner=OWNER, text=text, due=in_seconds(seconds), now=NOW)
    await store.add(owner="bob@example.org", text="bob's", due=in_seconds(60), now=NOW)
    assert [one.text for one in await store.list(OWNER)] == ["soon", "middle", "late"]
    assert await store.list(OWNER, [ReminderState.DELIVERED]) == ()


async def test_what_belongs_to_another_is_unknown(store: ReminderStore) -> None:
    added = await store.add(owner=OWNER, text="x", due=in_seconds(60), now=NOW)
    for attempt in (
        store.get(added.id, owner="bob@example.org"),
        store.cancel("bob@example.org", added.id, now=NOW),
        store.get("no such id"),
    ):
        with pytest.raises(UnknownReminderError):
            await attempt


async def test_cancel(store: ReminderStore) -> None:
    added = await store.add(owner=OWNER, text="x", due=in_seconds(60), now=NOW)
    cancelled = await store.cancel(OWNER, added.id, now=NOW)
    assert cancelled.state is ReminderState.CANCELLED
    assert await store.cancel(OWNER, added.id, now=NOW) == cancelled
    assert await store.claim_due(LATER, LEASE) == ()
    assert await store.next_due() is None


async def test_what_was_delivered_cannot_be_cancelled(store: ReminderStore) -> None:
    added = await store.add(owner=OWNER, text="x", due=in_seconds(1), now=NOW)
    (claim,) = await store.claim_due(LATER, LEASE)
    assert (await store.mark_delivered(claim, now=LATER)).state is ReminderState.DELIVERED
    with pytest.raises(AlreadyDeliveredError):
        await store.cancel(OWNER, added.id, now=LATER)


async def test_cancel_all(store: ReminderStore) -> None:
    for seconds in (60, 120):
        await store.add(owner=OWNER, text="x", due=in_seconds(seconds), now=NOW)
    kept = await store.add(owner="bob@example.org", text="x", due=in_seconds(60), now=NOW)
    assert [one.state for one in await store.cancel_all(OWNER, now=NOW)] == [ReminderState.CANCELLED] * 2
    assert await store.cancel_all(OWNER, now=NOW) == ()
    assert await store.get(kept.id) == kept


async def test_a_claim_is_had_once(store: ReminderStore) -> None:
    await store.add(owner=OWNER, text="x", due=in_seconds(1), now=NOW)
    assert await store.claim_due(NOW, LEASE) == ()
    both = await asyncio.gather(*(store.claim_due(LATER, LEASE) for _ in range(5)))
    (claim,) = [claim for claims in both for claim in claims]
    assert claim.reminder.state is ReminderState.CLAIMED
    assert claim.reminder.attempts == 1
    assert not claim.maybe_delivered
    assert await store.next_due() == claim.lease_until


async def test_a_claim_left_over_is_had_again_with_the_same_delivery_id(store: ReminderStore) -> None:
    await store.add(owner=OWNER, text="x", due=in_seconds(1), rrule="FREQ=MINUTELY", now=NOW)
    (lost,) = await store.claim_due(LATER, LEASE)
    assert await store.claim_due(LATER + LEASE / 2, LEASE) == ()
    (claim,) = await store.claim_due(LATER + LEASE, LEASE)
    assert claim.maybe_delivered
    assert claim.reminder.attempts == 2
    assert claim.reminder.delivery_id == lost.reminder.delivery_id
    with pytest.raises(ClaimLostError):
        await store.mark_delivered(lost, now=LATER + LEASE)
    with pytest.raises(ClaimLostError):
        await store.release(lost, now=LATER + LEASE, retry_at=LATER + LEASE)
    await store.mark_delivered(claim, now=LATER + LEASE)


async def test_cancelled_while_claimed(store: ReminderStore) -> None:
    added = await store.add(owner=OWNER, text="x", due=in_seconds(1), rrule="FREQ=DAILY", now=NOW)
    (claim,) = await store.claim_due(LATER, LEASE)
    await store.cancel(OWNER, added.id, now=LATER)
    with pytest.raises(ClaimLostError):
        await store.mark_delivered(claim, now=LATER)
    assert (await store.get(added.id)).state is ReminderState.CANCELLED


async def test_release_waits_until_the_retry(store: ReminderStore) -> None:
    await store.add(owner=OWNER, text="x", due=in_seconds(1), now=NOW)
    (claim,) = await store.claim_due(LATER, LEASE)
    retry_at = LATER + timedelta(seconds=5)
    released = await store.release(claim, now=LATER, retry_at=retry_at)
    assert released.state is ReminderState.PENDING
    assert await store.next_due() == retry_at
    assert await store.claim_due(LATER, LEASE) == ()
    (again,) = await store.claim_due(retry_at, LEASE)
    assert not again.maybe_delivered
    assert again.reminder.attempts == 2
    await store.release(again, now=retry_at, retry_at=retry_at, in_doubt=True)
    (doubtful,) = await store.claim_due(retry_at, LEASE)
    assert doubtful.maybe_delivered


async def test_recurring_goes_on_from_its_own_times(store: ReminderStore) -> None:
    start = wall("2026-11-20T14:00")
    added = await store.add(owner=OWNER, text="x", due=start, rrule="FREQ=DAILY", now=NOW)
    (claim,) = await store.claim_due(start.instant + timedelta(minutes=7), LEASE)
    following = await store.mark_delivered(claim, now=start.instant + timedelta(minutes=8))
    assert following.id == added.id
    assert following.state is ReminderState.PENDING
    assert following.due == wall("2026-11-21T14:00")
    assert following.attempts == 0
    assert following.delivery_id != added.delivery_id


async def test_recurring_catches_up_once(store: ReminderStore) -> None:
    await store.add(owner=OWNER, text="x", due=wall("2026-11-20T14:00"), rrule="FREQ=DAILY", now=NOW)
    (claim,) = await store.claim_due(wall("2026-11-24T08:00").instant, LEASE)
    assert claim.reminder.due == wall("2026-11-23T14:00")
    assert claim.reminder.missed == 3
    following = await store.mark_delivered(claim, now=wall("2026-11-24T08:00").instant)
    assert following.due == wall("2026-11-24T14:00")
    assert following.missed == 0


async def test_recurring_ends_with_its_rule(store: ReminderStore) -> None:
    await store.add(owner=OWNER, text="x", due=in_seconds(60), rrule="FREQ=DAILY;COUNT=2", now=NOW)
    for state in (ReminderState.PENDING, ReminderState.DELIVERED):
        due = await store.next_due()
        assert due is not None
        (claim,) = await store.claim_due(due, LEASE)
        assert (await store.mark_delivered(claim, now=due)).state is state
    assert await store.next_due() is None


async def test_a_recurrence_that_began_in_the_past_begins_with_its_next(store: ReminderStore) -> None:
    added = await store.add(owner=OWNER, text="x", due=wall("2026-11-20T09:00"), rrule="FREQ=DAILY", now=NOW)
    assert added.due == wall("2026-11-21T09:00")


async def test_a_start_that_does_not_match_the_rule_is_no_occurrence(store: ReminderStore) -> None:
    added = await store.add(owner=OWNER, text="x", due=wall("2026-11-21T07:00"), rrule="FREQ=WEEKLY;BYDAY=TU", now=NOW)
    assert added.due == wall("2026-11-24T07:00")


async def test_claims_of_a_dead_process_end_at_once(store: ReminderStore) -> None:
    await store.add(owner=OWNER, text="x", due=in_seconds(1), now=NOW)
    (claim,) = await store.claim_due(LATER, LEASE)
    assert await store.recover(now=LATER) == 0
    async with store._database.writing() as connection:
        mine: str = (await connection.execute(REMINDERS.select())).mappings().one()["holder"]
        earlier = mine.rpartition("|")[0] + "|0"  # a process that had our number before us
        await connection.execute(update(REMINDERS).values(holder=earlier))
    assert await store.recover(now=LATER) == 1
    (again,) = await store.claim_due(LATER, LEASE)
    assert again.maybe_delivered
    assert again.reminder.delivery_id == claim.reminder.delivery_id


async def test_a_clock_that_a_government_moved(store: ReminderStore) -> None:
    added = await store.add(owner=OWNER, text="x", due=wall("2026-11-21T09:00"), now=NOW)
    assert await store.realign() == 0
    async with store._database.writing() as connection:  # as if an older time zone database had computed it
        wrong = REMINDERS.c.due_at + 3_600_000_000
        await connection.execute(update(REMINDERS).values(due_at=wrong, wake_at=wrong))
    assert await store.next_due() == added.due_at + timedelta(hours=1)
    assert await store.realign() == 1
    assert await store.next_due() == added.due_at
    assert await store.get(added.id) == added


async def test_prune_erases_what_is_over(store: ReminderStore) -> None:
    over = await store.add(owner=OWNER, text="x", due=in_seconds(60), now=NOW)
    kept = await store.add(owner=OWNER, text="y", due=in_seconds(60), now=NOW)
    await store.cancel(OWNER, over.id, now=NOW)
    assert await store.prune(before=NOW) == 0
    assert await store.prune(before=LATER) == 1
    assert await store.list(OWNER, tuple(ReminderState)) == (kept,)


async def test_changes_are_told(store: ReminderStore) -> None:
    told: list[int] = []
    end = store.subscribe(lambda: told.append(1))
    added = await store.add(owner=OWNER, text="x", due=in_seconds(60), now=NOW)
    await store.cancel(OWNER, added.id, now=NOW)
    assert len(told) == 2
    end()
    await store.add(owner=OWNER, text="x", due=in_seconds(60), now=NOW)
    assert len(told) == 2


async def test_the_zone_is_kept_not_utc_alone(store: ReminderStore) -> None:
    added = await store.add(owner=OWNER, text="x", due=wall("2027-03-27T02:30"), rrule="FREQ=DAILY", now=NOW)
    seen = []
    for _ in range(3):
        due = await store.next_due()
        assert due is not None
        seen.append(due.isoformat()[5:16])
        (claim,) = await store.claim_due(due, LEASE)
        await store.mark_delivered(claim, now=due)
    assert seen == ["03-27T01:30", "03-28T01:30", "03-29T00:30"]
    assert (await store.get(added.id)).due.zone == BERLIN
