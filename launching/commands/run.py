"""``run``: start the assistant and, on a terminal, open a chat with it. What ``make run`` does after setting up."""

import argparse
import asyncio
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path
from types import FrameType
from typing import Final

from launching.clients import Home
from launching.commands.chat import converse
from launching.console import add_data, progress
from launching.errors import LaunchError
from launching.first_run import offer_language_model

HELP = "start the assistant and open a chat with it"
_READY_WITHIN: Final = 90.0
_STOPPED_WITHIN: Final = 15.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_data(parser)


def run(arguments: argparse.Namespace) -> int:
    """Start it, chat, and stop it again; without a terminal, run it until it is stopped."""
    command = [sys.executable, str(Path(sys.argv[0]).absolute()), "up"]
    if arguments.data is not None:
        command += ["--data", str(arguments.data)]
    home = Home(arguments.data)
    if not sys.stdin.isatty():
        os.execv(command[0], command)  # noqa: S606 - our own program, in our place
    if home.is_running:
        progress("The assistant runs already.")
        asyncio.run(converse(home))
        return 0
    offer_language_model(home)
    for number in (signal.SIGTERM, signal.SIGHUP):  # a terminal that is closed ends the chat as Ctrl-C does
        signal.signal(number, _end)
    # A session of its own: Ctrl-C in the chat is not for the assistant, which is stopped below.
    command = _bound_to_us(command)
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True) as assistant:
        try:
            _await_ready(assistant)
            asyncio.run(converse(Home(arguments.data)))
        except KeyboardInterrupt:
            progress("")
        finally:
            _stop(assistant)
    return 0


def _end(_: int, __: FrameType | None) -> None:
    raise KeyboardInterrupt


def _bound_to_us(command: list[str]) -> list[str]:
    """Have the kernel end the command when we are killed, where it can."""
    setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
    return [setpriv, "--pdeathsig", "TERM", *command] if setpriv else command


def _await_ready(assistant: "subprocess.Popen[str]") -> None:
    assert assistant.stdout is not None
    deadline = time.monotonic() + _READY_WITHIN
    for line in assistant.stdout:
        if line.strip() == "ready":
            return
        if time.monotonic() > deadline:
            break
    raise LaunchError("The assistant did not start; what it said is above.")


def _stop(assistant: "subprocess.Popen[str]") -> None:
    if assistant.poll() is None:
        assistant.send_signal(signal.SIGTERM)
        try:
            assistant.wait(_STOPPED_WITHIN)
        except subprocess.TimeoutExpired:
            assistant.kill()
