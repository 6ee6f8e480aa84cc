import asyncio

import pytest

from tests.behaviours.virtual import NothingLeft, run


def test_deadlines_pass_in_their_order_and_cost_nothing() -> None:
    async def main() -> tuple[list[int], float]:
        woken: list[int] = []

        async def sleep(hours: int) -> None:
            await asyncio.sleep(hours * 3600)
            woken.append(hours)

        await asyncio.gather(*(sleep(hours) for hours in (5, 1, 24)))
        return woken, asyncio.get_running_loop().time()

    woken, now = run(main())
    assert woken == [1, 5, 24]
    assert now == pytest.approx(24 * 3600)


def test_what_never_comes_is_said_and_not_waited_for() -> None:
    async def main() -> None:
        await asyncio.Event().wait()

    with pytest.raises(NothingLeft):
        run(main())


def test_what_reaches_the_loop_is_an_error() -> None:
    async def main() -> None:
        asyncio.get_running_loop().call_soon(lambda: 1 / 0)
        await asyncio.sleep(1)

    with pytest.raises(AssertionError, match="ZeroDivisionError"):
        run(main())
