"""A screen for the tests: Xvfb on a free display, a window manager, and Chromium showing a page."""

import os
import select
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from vision.windows import Window, list_windows

PAGE = """<!doctype html><html><head><meta charset="utf-8"><title>Quarterly report \N{EN DASH} Mail</title><style>
body {font: 16px sans-serif; margin: 0} .bar {background: #1d2b3a; color: #e8eef4; padding: 10px}
.column {float: left; width: 45%; padding: 20px} .dark {background: #222; color: #9ab; font-size: 13px; padding: 12px}
.small {font-size: 11px} .error {color: #b00020}</style></head><body>
<div class="bar">Inbox &nbsp; Sent &nbsp; Drafts &nbsp; Archive</div>
<div class="column"><h1>Quarterly report</h1><p>The budget for the third quarter is 48,200 euros.</p>
<p>Please send comments to anna@example.org before Friday.</p>
<p class="error">Error: could not connect to server mail.example.org:993 (connection refused)</p></div>
<div class="column"><div class="dark">Traceback (most recent call last):<br>File "report.py", line 12, in &lt;module&gt;
<br>ZeroDivisionError: division by zero</div>
<p class="small">Small print: prices exclude VAT and may change without notice.</p>
<p>password: hunter2secret</p></div></body></html>"""
_CHROMIUM = (
    *("--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"),
    *("--disable-component-update", "--disable-extensions", "--test-type", "--window-size=1200,700"),
)


def wait_for(condition: Callable[[], bool], *, seconds: float = 60) -> None:
    """Wait until something that sends no event has come about."""
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, "it did not come about in time"
        time.sleep(0.05)


@contextmanager
def running(
    *command: str, display: str | None = None, pass_fds: tuple[int, ...] = ()
) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program for as long as the block, then end it by its process id."""
    environment = dict(os.environ) | ({"DISPLAY": display} if display else {})
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env=environment, stdout=quiet, stderr=quiet, pass_fds=pass_fds)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(10)


@contextmanager
def xvfb(size: str = "1280x800x24") -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run a display server on a free display number; give the display's name and the process."""
    reading, writing = os.pipe()
    options = ("-displayfd", str(writing), "-screen", "0", size, "-nolisten", "tcp", "-noreset")
    try:
        with running("Xvfb", *options, pass_fds=(writing,)) as process:
            os.close(writing)
            number = b""
            while not number.endswith(b"\n"):
                assert select.select([reading], [], [], 30)[0], "Xvfb did not start"
                piece = os.read(reading, 16)
                assert piece, "Xvfb ended"
                number += piece
            yield f":{int(number)}", process
    finally:
        os.close(reading)


def managed(display: str) -> bool:
    """Tell whether a window manager runs."""
    from Xlib.display import Display

    connection = Display(display)
    try:
        root = connection.screen().root
        # The first is set when it begins, the second when it has looked at the windows that there are.
        set_by_it = ("_NET_SUPPORTING_WM_CHECK", "_NET_CLIENT_LIST")
        return all(root.get_full_property(connection.intern_atom(name), 0) is not None for name in set_by_it)
    finally:
        connection.close()


@pytest.fixture(scope="session")
def screen() -> Iterator[str]:
    """Give the name of a display with a window manager and nothing else on it."""
    with xvfb() as (display, _), running("openbox", "--sm-disable", display=display):
        wait_for(lambda: managed(display))
        yield display


@pytest.fixture(scope="session")
def browser(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Give the name of a display on which Chromium shows the page."""
    folder: Path = tmp_path_factory.mktemp("chromium")
    (folder / "page.html").write_text(PAGE, encoding="utf-8")
    address = (folder / "page.html").as_uri()
    with (
        xvfb() as (display, _),
        running("openbox", "--sm-disable", display=display),
        running("chromium", *_CHROMIUM, f"--user-data-dir={folder / 'profile'}", address, display=display),
    ):
        wait_for(lambda: any(is_page(window) for window in list_windows(display)))
        yield display
    shutil.rmtree(folder, ignore_errors=True)


def is_page(window: Window) -> bool:
    """Tell whether this is Chromium with the page loaded, and in front."""
    return window.active and window.title.startswith("Quarterly report")
