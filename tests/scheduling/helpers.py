"""What the tests of scheduling share: a clock moved by hand, and a store in a folder of its own."""

import asyncio
from datetime import UTC, datetime, timedelta

from scheduling.due_queue import DueReminder
from scheduling.reminder import Reminder, ReminderState
from scheduling.walltime import WallTime

NOW = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)  # a Friday; 13:00 in Berlin
BERLIN = "Europe/Berlin"
OWNER = "ann@example.org"
DEADLINE_S = 20


class ManualClock:
    """A clock that moves only when told to."""

    def __init__(self, now: datetime = NOW) -> None:
        self._now = now
        self._moved = asyncio.Event()
        self.waits: asyncio.Queue[datetime | None] = asyncio.Queue()

    def now(self) -> datetime:
        return self._now

    def set(self, now: datetime) -> None:
        self._now = now
        self._moved.set()
        self._moved = asyncio.Event()

    def advance(self, seconds: float) -> None:
        self.set(self._now + timedelta(seconds=seconds))

    async def wait_until(self, instant: datetime | None, wake: asyncio.Event) -> None:
        self.waits.put_nowait(instant)
        while not wake.is_set() and (instant is None or instant > self._now):
            moved = asyncio.create_task(self._moved.wait())
            woken = asyncio.create_task(wake.wait())
            try:
                await asyncio.wait({moved, woken}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                moved.cancel()
                woken.cancel()

    async def waiting_for(self, instant: datetime | None) -> None:
        """Return when the queue has begun to wait for ``instant``."""
        async with asyncio.timeout(DEADLINE_S):
            while await self.waits.get() != instant:
                pass


class Receiver:
    """Takes deliveries; fails or hangs when told to."""

    def __init__(self) -> None:
        self.inbox: asyncio.Queue[DueReminder] = asyncio.Queue()
        self.failures = 0
        self.hang = False

    async def __call__(self, due: DueReminder) -> None:
        self.inbox.put_nowait(due)
        if self.hang:
            await asyncio.Event().wait()
        if self.failures:
            self.failures -= 1
            raise ConnectionError("nobody there")

    async def next(self) -> DueReminder:
        return await asyncio.wait_for(self.inbox.get(), DEADLINE_S)


def wall(text: str, zone: str = BERLIN) -> WallTime:
    return WallTime(datetime.fromisoformat(text), zone)


def in_seconds(seconds: float, now: datetime = NOW, zone: str = BERLIN) -> WallTime:
    return WallTime.of(now + timedelta(seconds=seconds), zone)


def reminder(text: str, due: str = "2026-11-21T09:00", rrule: str | None = None, zone: str = BERLIN) -> Reminder:
    at = wall(due, zone)
    return Reminder(
        id=f"id of {text}",
        owner=OWNER,
        text=text,
        due=at,
        due_at=at.instant,
        start=at,
        rrule=rrule,
        created=NOW,
        state=ReminderState.PENDING,
    )
