"""``chat``: talk with the running assistant in the terminal."""

import argparse
import asyncio
import sys
from collections.abc import Callable

from launching.clients import Home
from launching.console import add_data
from xmpp.person import Person

HELP = "talk with the assistant in the terminal"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_data(parser)
    parser.add_argument("--as", dest="jid", metavar="JID", help="who talks (default: the owner)")


def run(arguments: argparse.Namespace) -> int:
    """Talk until the person ends it."""
    home = Home(arguments.data)
    asyncio.run(converse(home, arguments.jid))
    return 0


async def converse(home: Home, jid: str | None = None) -> None:
    """Pass lines of the terminal to the assistant, and show what it says, until the input ends."""
    async with home.person(jid, presence=True) as person:
        print("Talk to me. 'help' says what I can do; Ctrl-D ends the chat.", flush=True)
        hearing = asyncio.create_task(_show(person))
        try:
            while (line := await _line()) is not None:
                if line.strip():
                    person.send(line)
        finally:
            hearing.cancel()


async def _line() -> str | None:
    """Return the next line of the terminal, or None at its end. The reading thread does not hold up the end."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[str | None] = loop.create_future()

    def done(line: str | None) -> None:
        if not future.done():
            future.set_result(line)

    def read() -> None:
        line: str | None
        try:
            line = input("> ") if sys.stdin.isatty() else _piped()
        except (EOFError, ValueError):
            line = None
        try:
            loop.call_soon_threadsafe(done, line)
        except RuntimeError:
            return  # the chat has ended meanwhile

    _in_thread(read)
    return await future


def _piped() -> str:
    line = sys.stdin.readline()
    if not line:
        raise EOFError
    return line.rstrip("\n")


def _in_thread(work: Callable[[], None]) -> None:
    import threading

    threading.Thread(target=work, daemon=True).start()


async def _show(person: Person) -> None:
    while True:
        said = await person.hear()
        if said.text:
            lead = "\r" if sys.stdin.isatty() else ""
            print(f"{lead}{said.text}", flush=True)
            if sys.stdin.isatty() and (said.mark is None or said.mark.end):
                print("> ", end="", flush=True)
