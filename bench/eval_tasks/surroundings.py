"""What is around the assistant: the person's home folder, their screen, and a small web server on this machine."""

import asyncio
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Self

import yaml
from aiohttp import web
from pydantic import BaseModel, ConfigDict

from bench.eval_tasks.moments import DAYS
from bench.eval_tasks.tasks import HOME, SURROUNDINGS
from tests.knowledge.pdfs import encrypted, pdf
from tests.vision.conftest import managed, running, wait_for, xvfb
from vision.windows import list_windows


class HomeFile(BaseModel):
    """A file in the person's home, as ``home.yaml`` has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    path: str
    days: int | None = None
    last_week: str | None = None
    text: str = ""
    pages: tuple[tuple[str, ...], ...] = ()
    password: str | None = None

    def write(self, home: Path, *, now: datetime) -> None:
        """Write it below the home."""
        path = home / self.path
        path.parent.mkdir(parents=True, exist_ok=True)
        content = pdf(self.pages) if self.pages else self.text.encode()
        path.write_bytes(content if self.password is None else encrypted(content, password=self.password))
        changed = self._changed(now).timestamp()
        os.utime(path, (changed, changed))

    def _changed(self, now: datetime) -> datetime:
        if self.last_week is not None:
            monday = now - timedelta(days=now.weekday() + 7)
            return (monday + timedelta(days=DAYS.index(self.last_week))).replace(hour=12)
        return now - timedelta(days=self.days or 0, seconds=5)


def furnish(home: Path, *, now: datetime) -> None:
    """Put the person's files into their home."""
    for entry in yaml.safe_load(HOME.read_text("utf-8")):
        HomeFile.model_validate(entry).write(home, now=now)


class WindowSpec(BaseModel):
    """A window on the screen."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str
    at: tuple[int, int, int, int]
    lines: tuple[str, ...]


class Screen:
    """The person's screen, a virtual one; shows one set of windows at a time.

    Args:
        display: name of the X display.
        screens: what can be shown, by name.
    """

    def __init__(self, display: str, screens: Mapping[str, Sequence[WindowSpec]]) -> None:
        self.display = display
        self._screens = screens
        self._shown = ExitStack()

    async def show(self, name: str) -> None:
        """Show something in place of what is there; it can be seen when this returns."""
        await asyncio.to_thread(self._show, name)

    def clear(self) -> None:
        """Close all windows."""
        self._shown.close()

    def _show(self, name: str) -> None:
        self.clear()
        for window in self._screens[name]:
            command = (sys.executable, "-m", "tests.e2e.window", window.title, *map(str, window.at), *window.lines)
            self._shown.enter_context(running(*command, display=self.display))
            wait_for(lambda title=window.title: self._is_in_front(title), seconds=20)  # type: ignore[misc]

    def _is_in_front(self, title: str) -> bool:
        return any(window.title == title and window.active for window in list_windows(self.display))


@contextmanager
def open_screen() -> Iterator[Screen | None]:
    """Give a screen with a window manager; None where the programs for it are not installed."""
    if shutil.which("Xvfb") is None or shutil.which("openbox") is None:
        yield None
        return
    read = yaml.safe_load(SURROUNDINGS.read_text("utf-8"))["screens"]
    screens = {name: [WindowSpec.model_validate(window) for window in windows] for name, windows in read.items()}
    with xvfb() as (display, _), running("openbox", "--sm-disable", display=display):
        wait_for(lambda: managed(display))
        screen = Screen(display, screens)
        try:
            yield screen
        finally:
            screen.clear()


class Pages:
    """A web server on loopback with a few pages; counts what is fetched."""

    def __init__(self) -> None:
        self.port = 0
        self.fetched = 0
        self._pages: dict[str, str] = yaml.safe_load(SURROUNDINGS.read_text("utf-8"))["pages"]
        self._runner: Any = None

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/{path:.*}", self._page)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]
        with suppress(OSError):  # not everywhere is all of 127.0.0.0/8 this machine
            await web.TCPSite(self._runner, "127.0.0.2", self.port).start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _page(self, request: web.Request) -> web.Response:
        self.fetched += 1
        page = self._pages.get(request.path)
        if page is None:
            raise web.HTTPNotFound
        return web.Response(text=page, content_type="text/html")
