import asyncio
from datetime import timedelta

import pytest

from scheduling.clock import SystemClock


async def test_waits_for_the_instant() -> None:
    clock = SystemClock()
    until = clock.now() + timedelta(milliseconds=60)
    await clock.wait_until(until, asyncio.Event())
    assert timedelta(0) <= clock.now() - until + timedelta(milliseconds=2) < timedelta(seconds=1)


async def test_is_woken() -> None:
    clock, wake = SystemClock(), asyncio.Event()
    asyncio.get_running_loop().call_later(0.01, wake.set)
    async with asyncio.timeout(5):
        await clock.wait_until(clock.now() + timedelta(hours=1), wake)


@pytest.mark.parametrize("ahead", [timedelta(days=1), None])
async def test_looks_at_the_clock_again(ahead: timedelta | None) -> None:
    clock = SystemClock(longest_sleep_s=0.02)
    async with asyncio.timeout(30):
        await clock.wait_until(None if ahead is None else clock.now() + ahead, asyncio.Event())


async def test_the_past_does_not_wait_but_lets_others_run() -> None:
    clock, ran = SystemClock(), asyncio.Event()
    asyncio.get_running_loop().call_soon(ran.set)
    await clock.wait_until(clock.now() - timedelta(seconds=1), asyncio.Event())
    assert ran.is_set()


def test_longest_sleep_is_bounded() -> None:
    with pytest.raises(ValueError, match="longest_sleep_s"):
        SystemClock(longest_sleep_s=31)
