"""Trying again while an endpoint is busy, with growing waits that chance spreads."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from random import Random
from typing import TypeVar

T = TypeVar("T")


class Transient(Exception):
    """A try failed in a way that another may not.

    Args:
        reason: what went wrong, in words.
        after: seconds after which the endpoint says to come back, where it says so.
    """

    def __init__(self, reason: str, after: float | None = None) -> None:
        super().__init__(reason)
        self.after = after


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How often to try, and how long to wait in between.

    Args:
        attempts: tries in all.
        backoff: the longest wait before the second try, in seconds; each further one doubles it.
        random: where chance comes from: each wait lies between half of its longest and that.
        sleep: how to wait.
    """

    attempts: int
    backoff: float
    random: Random
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def run(self, attempt: Callable[[], Awaitable[T]]) -> T:
        """Return what ``attempt`` gives, calling it again while it raises :class:`Transient`.

        Raises:
            Transient: the last try failed as well.
        """
        number = 0
        while True:
            number += 1
            try:
                return await attempt()
            except Transient as failure:
                if number >= self.attempts:
                    raise
                longest = self.backoff * 2 ** (number - 1)
                wait = self.random.uniform(longest / 2, longest)
                await self.sleep(max(wait, failure.after or 0))
