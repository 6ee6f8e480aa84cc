"""Stopping: on a signal, in order, and by a deadline."""

import asyncio
import logging
import os
import signal
import sys
import threading
from typing import Final

logger = logging.getLogger(__name__)

_DEADLINE: Final = 9.0
"""Seconds from the wish to stop until the process ends whatever still hangs. What matters is on disk by then, and the
children of the process end with it."""


def stop_signal() -> asyncio.Event:
    """Return an event that SIGINT and SIGTERM set. A second signal does nothing more than the first."""
    stop = asyncio.Event()

    def on_signal() -> None:
        if not stop.is_set():
            end_by_deadline()
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, on_signal)
    return stop


def end_by_deadline(last_words: str = "") -> None:
    """End this process in a while, if it has not ended by itself; a thread that hangs cannot hold it up.

    Args:
        last_words: what to tell the person then.
    """

    def end() -> None:
        logger.error("stopping took too long, so the process ends now")
        if last_words:
            print(last_words, file=sys.stderr, flush=True)
        logging.shutdown()
        os._exit(1)

    timer = threading.Timer(_DEADLINE, end)
    timer.daemon = True
    timer.start()
