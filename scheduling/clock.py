"""What time it is, and waiting for a time. Tests put a clock of their own in the place of this one."""

import asyncio
from datetime import UTC, datetime
from typing import Protocol


class Clock(Protocol):
    """The time, as the due queue needs it."""

    def now(self) -> datetime:
        """Return the present instant, in UTC."""

    async def wait_until(self, instant: datetime | None, wake: asyncio.Event) -> None:
        """Return when ``instant`` has come or ``wake`` is set, or some time earlier.

        The caller must look at the clock again: an early return is allowed, so that an implementation can
        notice that the clock was changed. ``None`` waits for ``wake`` alone.
        """


class SystemClock:
    """The clock of the machine.

    The loop's timers run on a clock that stands still while the machine is suspended, and that knows
    nothing of the wall clock being set. So no wait is longer than ``longest_sleep_s``; after it the wall
    clock is read again.
    """

    def __init__(self, *, longest_sleep_s: float = 10) -> None:
        if not 0 < longest_sleep_s <= 30:
            raise ValueError("longest_sleep_s lies between 0 and 30")
        self._longest = longest_sleep_s

    def now(self) -> datetime:
        """Return the present instant, in UTC."""
        return datetime.now(UTC)

    async def wait_until(self, instant: datetime | None, wake: asyncio.Event) -> None:
        """Return when ``instant`` has come, ``wake`` is set, or the longest sleep is over."""
        pause = self._longest
        if instant is not None:
            pause = min(pause, (instant - self.now()).total_seconds())
        if pause <= 0:
            # Give other tasks their turn, also when everything is due at once.
            await asyncio.sleep(0)
            return
        try:
            async with asyncio.timeout(pause):
                await wake.wait()
        except TimeoutError:
            return
