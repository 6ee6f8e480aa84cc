"""How often and how long between tries."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.llm.retries import Retries, Transient


class Sleeper:
    """Keeps the waits instead of waiting."""

    def __init__(self) -> None:
        self.waits: list[float] = []

    async def __call__(self, seconds: float) -> None:
        self.waits.append(seconds)


class Flaky:
    """Fails as often as told, then answers."""

    def __init__(self, *failures: Exception) -> None:
        self.failures = list(failures)
        self.calls = 0

    async def __call__(self) -> str:
        self.calls += 1
        if self.failures:
            raise self.failures.pop(0)
        return "done"


@given(attempts=st.integers(1, 6), failures=st.integers(0, 8), backoff=st.floats(0.01, 10), seed=st.integers())
async def test_it_tries_as_often_as_told_with_doubled_waits(
    attempts: int, failures: int, backoff: float, seed: int
) -> None:
    sleeper, flaky = Sleeper(), Flaky(*[Transient("busy.")] * failures)
    retries = Retries(attempts=attempts, backoff=backoff, random=Random(seed), sleep=sleeper)

    if failures < attempts:
        assert await retries.run(flaky) == "done"
    else:
        with pytest.raises(Transient, match="busy"):
            await retries.run(flaky)

    assert flaky.calls == min(attempts, failures + 1)
    assert len(sleeper.waits) == flaky.calls - 1
    for number, wait in enumerate(sleeper.waits):
        assert backoff * 2**number / 2 <= wait <= backoff * 2**number


async def test_the_endpoint_may_ask_for_more_patience() -> None:
    sleeper = Sleeper()
    retries = Retries(attempts=3, backoff=0.1, random=Random(1), sleep=sleeper)
    await retries.run(Flaky(Transient("busy.", after=7), Transient("busy.", after=0)))
    assert sleeper.waits[0] == 7
    assert 0.1 <= sleeper.waits[1] <= 0.2


async def test_what_is_final_is_not_tried_again() -> None:
    flaky = Flaky(ValueError("no"))
    with pytest.raises(ValueError, match="no"):
        await Retries(attempts=5, backoff=1, random=Random(1), sleep=Sleeper()).run(flaky)
    assert flaky.calls == 1
