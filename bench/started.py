"""Assistants that are really started, for measuring: each with a data folder and a home of its own."""

import asyncio
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from nlu import training
from nlu.rasa_process import ADDRESS_FILE
from tests.e2e.assistant import Assistant

RASA_WITHIN: Final = 180.0
"""Seconds that Rasa gets to take over, on a busy machine."""
ZONE: Final = "Europe/Berlin"


def rasa_is_installed() -> bool:
    """Tell whether Rasa could be started here."""
    return training.PYTHON.exists() and training.model_path(training.PROJECT).exists()


@contextmanager
def folders() -> Iterator[tuple[Path, Path]]:
    """Give an empty home folder, and the name of a data folder beside it; both are gone afterwards."""
    with TemporaryDirectory(prefix="parley-bench-", ignore_cleanup_errors=True) as folder:
        home = Path(folder) / "home"
        for name in ("Documents", "Downloads", "Desktop"):
            (home / name).mkdir(parents=True)
        yield home, Path(folder) / "data"


@contextmanager
def assistant(home: Path, data: Path, *, rasa: bool, display: str | None = None) -> Iterator[Assistant]:
    """Give an assistant that is configured and not started; what is left running of it is ended.

    Args:
        home: the person's home folder.
        data: the data folder.
        rasa: whether Rasa is used.
        display: the X display.
    """
    screen = {} if display is None else {"DISPLAY": display}
    made = Assistant(data, {"HOME": str(home), "TZ": ZONE, **screen}, options=() if rasa else ("--no-nlu",))
    made.configure()
    try:
        yield made
    finally:
        if made.process is not None and made.process.poll() is None:
            made.stop()
        made.end()


def start(started: Assistant) -> float:
    """Start it; return how many seconds it took until it was ready."""
    rasa_file(started).unlink(missing_ok=True)
    began = time.monotonic()
    started.start()
    return time.monotonic() - began


async def await_rasa(started: Assistant) -> None:
    """Wait until Rasa has taken over.

    Raises:
        TimeoutError: it did not in time.
    """
    async with asyncio.timeout(RASA_WITHIN):
        while not await asyncio.to_thread(rasa_file(started).exists):  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.1)


def rasa_file(started: Assistant) -> Path:
    """Return the file that is there while Rasa answers."""
    return started.data / "nlu" / ADDRESS_FILE


def rss(started: Assistant) -> dict[str, float]:
    """Return the memory (RSS) of each of its processes, in MB, by the program's name."""
    found: dict[str, float] = {}
    for process in started.family():
        command = process.cmdline()
        words = [Path(word).name for word in command[:2] if not word.startswith("-")]
        name = " ".join(words) or process.name()
        found[name] = found.get(name, 0.0) + process.memory_info().rss / 2**20
    return found


def loaded() -> float:
    """Return the load of the last minute."""
    return os.getloadavg()[0]
