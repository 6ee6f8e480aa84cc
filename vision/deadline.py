"""Runs blocking work in a thread that can be left behind when it hangs."""

import asyncio
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")

_MOST_LEFT_BEHIND = 4
_LOOK_AGAIN_SECONDS = 0.05
_places = threading.BoundedSemaphore(_MOST_LEFT_BEHIND)


async def in_thread(work: Callable[[], T], *, seconds: float, name: str) -> T:
    """Run `work` in a thread of its own and give its result.

    A display server that hangs keeps its caller in a system call for ever, and a thread cannot be ended. So it
    is a daemon thread, which does not keep the program from exiting, and only a few may be stuck at once: when
    they are, a call waits for one to come back instead of adding another.

    Args:
        work: what to do; it must not touch the event loop.
        seconds: how long to wait.
        name: of the thread, for debuggers.

    Raises:
        TimeoutError: it took longer, or too many before it still hang.
    """
    async with asyncio.timeout(seconds):
        while not _places.acquire(blocking=False):  # noqa: ASYNC110 - it is given back by a thread
            await asyncio.sleep(_LOOK_AGAIN_SECONDS)
        return await _started(work, name)


def _started(work: Callable[[], T], name: str) -> "asyncio.Future[T]":
    """Run `work` in a daemon thread, which gives its place back at the end; give what it will result in."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def settle(result: T | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def run() -> None:
        result: T | None = None
        error: BaseException | None = None
        try:
            result = work()
        except BaseException as raised:
            error = raised
        finally:
            _places.release()
        try:
            loop.call_soon_threadsafe(settle, result, error)
        except RuntimeError:
            return  # the loop is closed: nobody waits any more

    threading.Thread(target=run, name=name, daemon=True).start()
    return done
