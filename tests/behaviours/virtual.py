"""An event loop in which waiting costs nothing: where nothing is left to do now, its clock goes on to what is next.

Deadlines of an hour pass at once, and in their order. Nothing else is different: sockets and threads work, but the
clock does not wait for them. Where nothing will ever happen any more, the loop says so instead of hanging.
"""

import asyncio
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")

_TURN = 0.0001
"""Seconds that a turn of the loop takes, so that whoever looks again and again sees time pass."""


class NothingLeft(Exception):
    """What is awaited will never come: there is no timer, and nothing is ready."""


class _Impatient(selectors.DefaultSelector):
    """A selector that never waits: it lets a clock run instead."""

    def __init__(self) -> None:
        super().__init__()
        self.now = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready:
            if timeout is None:
                raise NothingLeft
            self.now += max(_TURN, timeout)
        return ready


class VirtualLoop(asyncio.SelectorEventLoop):
    """The loop; its time begins at 0. ``errors`` are the exceptions that reached it, which nobody caught."""

    def __init__(self) -> None:
        self._impatient = _Impatient()
        super().__init__(self._impatient)
        self.errors: list[BaseException | str] = []
        self.set_exception_handler(self._note)

    def time(self) -> float:
        return self._impatient.now

    def _note(self, _: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
        self.errors.append(context.get("exception") or str(context.get("message")))


def run(main: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine in virtual time, and fail where an exception reached the loop.

    Raises:
        NothingLeft: it waits for something that never comes.
    """
    loop = VirtualLoop()
    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        result = runner.run(main)
    assert not loop.errors, loop.errors
    return result
