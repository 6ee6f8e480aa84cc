"""The due queue: sleeps until a reminder is due, claims it, and has it delivered.

Delivery is at least once. The order is: claim (on disk), deliver, mark as delivered (on disk). Whoever is
killed in between leaves a claim; it is delivered again under the same delivery id, with
``maybe_delivered`` set, so a receiver that remembers ids shows each once. A delivery that fails is tried
again, with pauses that grow, for as long as it takes.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduling.clock import Clock
from scheduling.errors import ClaimLostError, StoreError
from scheduling.reminder import Claim, Reminder
from scheduling.settings import SchedulingSettings
from scheduling.store import ReminderStore

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class DueReminder:
    """One delivery of an occurrence that is due.

    Attributes:
        reminder: what to deliver.
        late: how long ago it was due; zero when in time.
        missed: earlier occurrences that this one stands in for.
        attempt: number of this attempt at the occurrence, from 1.
        maybe_delivered: an earlier attempt may have got through; nobody knows.
    """

    reminder: Reminder
    late: timedelta
    missed: int
    attempt: int
    maybe_delivered: bool

    @property
    def delivery_id(self) -> str:
        """Name of this occurrence's delivery, the same at every attempt."""
        return self.reminder.delivery_id


Deliver = Callable[[DueReminder], Awaitable[None]]
"""Delivers; returning means that it is delivered, raising that it is to be tried again."""


class DueQueue:
    """Delivers what is due in a store, from :meth:`start` to :meth:`stop`.

    Any number of queues, also of several processes, may work on one database.
    """

    def __init__(
        self,
        store: ReminderStore,
        clock: Clock,
        deliver: Deliver,
        *,
        settings: SchedulingSettings | None = None,
    ) -> None:
        self._store = store
        self._clock = clock
        self._deliver = deliver
        self._settings = settings or SchedulingSettings()
        self._wake = asyncio.Event()
        self._stopping = False
        self._task: asyncio.Task[None] | None = None
        self._deliveries: set[asyncio.Task[None]] = set()

    def start(self) -> None:
        """Begin. What was due while nobody was there is delivered first."""
        if self._task is not None:
            raise RuntimeError("the due queue was started already")
        self._task = asyncio.create_task(self._run(), name="due queue")

    async def stop(self) -> None:
        """End. Deliveries under way get the time that the settings grant; then they are put back."""
        self._stopping = True
        self._wake.set()
        if self._task is not None:
            # It ends by itself at its next look; only a store that hangs makes it wait.
            _, hanging = await asyncio.wait({self._task}, timeout=self._settings.stop_grace_s)
            if hanging:
                self._task.cancel()
                await asyncio.wait(hanging)
        if self._deliveries:
            _, unfinished = await asyncio.wait(self._deliveries, timeout=self._settings.stop_grace_s)
            for delivery in unfinished:
                delivery.cancel()
            if unfinished:
                await asyncio.wait(unfinished)

    async def __aenter__(self) -> "DueQueue":
        self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def _run(self) -> None:
        unsubscribe = self._store.subscribe(self._wake.set)
        ready = False
        try:
            while not self._stopping:
                self._wake.clear()
                try:
                    if not ready:
                        await self._put_in_order()
                        ready = True
                    until = await self._claim()
                except StoreError as error:
                    _log.warning("due reminders have to wait: %s", error)
                    until = self._after_a_pause()
                except Exception:  # nothing may end the queue: a reminder that never comes is the worst
                    _log.exception("due reminders have to wait")
                    until = self._after_a_pause()
                await self._clock.wait_until(until, self._wake)
        finally:
            unsubscribe()

    def _after_a_pause(self) -> datetime:
        return self._clock.now() + timedelta(seconds=self._settings.retry_first_s)

    async def _put_in_order(self) -> None:
        now = self._clock.now()
        left_over = await self._store.recover(now=now)
        moved = await self._store.realign()
        erased = await self._store.prune(before=now - timedelta(days=self._settings.keep_finished_days))
        _log.info("reminders: %d claims left over, %d moved, %d erased", left_over, moved, erased)

    async def _claim(self) -> datetime | None:
        """Claim as much as can be delivered at once; return when to look again (None: when woken)."""
        free = self._settings.parallel_deliveries - len(self._deliveries)
        if free <= 0:
            return None
        lease = timedelta(seconds=self._settings.lease_s)
        for claim in await self._store.claim_due(self._clock.now(), lease, limit=free):
            delivery = asyncio.create_task(self._handle(claim), name=f"delivery {claim.reminder.id}")
            self._deliveries.add(delivery)
            delivery.add_done_callback(self._done)
        if len(self._deliveries) >= self._settings.parallel_deliveries:
            return None
        return await self._store.next_due()

    def _done(self, delivery: asyncio.Task[None]) -> None:
        self._deliveries.discard(delivery)
        self._wake.set()
        if not delivery.cancelled() and (error := delivery.exception()) is not None:
            _log.error("a delivery was not settled; its lease will end", exc_info=error)

    async def _handle(self, claim: Claim) -> None:
        """Deliver a claimed reminder and settle the claim."""
        try:
            if await self._attempt(claim):
                await self._store.mark_delivered(claim, now=self._clock.now())
        except ClaimLostError:
            _log.info("reminder %s was cancelled, or taken over, while delivered", claim.reminder.id)
        except StoreError as error:
            # The lease ends by itself, and the reminder is delivered again as one that may have been.
            _log.warning("the delivery of reminder %s could not be noted: %s", claim.reminder.id, error)

    async def _attempt(self, claim: Claim) -> bool:
        """Try to deliver; give the claim back when that fails. Return whether it was delivered."""
        reminder = claim.reminder
        due = DueReminder(
            reminder=reminder,
            late=max(timedelta(0), self._clock.now() - reminder.due_at),
            missed=reminder.missed,
            attempt=reminder.attempts,
            maybe_delivered=claim.maybe_delivered,
        )
        try:
            async with asyncio.timeout(self._settings.delivery_timeout_s):
                await self._deliver(due)
        except asyncio.CancelledError:
            await self._put_back(claim, in_doubt=True)
            raise
        except TimeoutError:
            _log.warning("reminder %s: attempt %d took too long", reminder.id, due.attempt)
            await self._put_back(claim, in_doubt=True)
            return False
        except Exception as error:  # whatever went wrong, the reminder is kept
            _log.warning("reminder %s: attempt %d failed: %s", reminder.id, due.attempt, type(error).__name__)
            await self._put_back(claim, in_doubt=False)
            return False
        return True

    async def _put_back(self, claim: Claim, *, in_doubt: bool) -> None:
        now = self._clock.now()
        pause = 0.0
        if not self._stopping:  # the next start is to deliver at once what a stop cut off
            doublings = min(claim.reminder.attempts - 1, 30)
            pause = min(self._settings.retry_first_s * 2**doublings, self._settings.retry_longest_s)
        await self._store.release(claim, now=now, retry_at=now + timedelta(seconds=pause), in_doubt=in_doubt)
