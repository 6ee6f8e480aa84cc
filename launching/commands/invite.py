"""``invite``: let a process on another host join the platform, once."""

import argparse
import asyncio
from pathlib import Path

from launching.clients import Home
from launching.console import add_data
from launching.errors import LaunchError
from launching.platform import utc_now
from xmpp.server.invites import Invites

HELP = "write an invitation with which `spawn --join` on another host joins, once"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("file", type=Path, help="where to write it")
    parser.add_argument("--hours", type=float, default=24, help="for how long it can be used (default: %(default)s)")
    add_data(parser)


def run(arguments: argparse.Namespace) -> int:
    """Write the invitation."""
    if not 0 < arguments.hours <= 24 * 30:
        raise LaunchError("--hours must lie between 0 and 720.")
    home = Home(arguments.data)
    home.runtime()
    invitation = asyncio.run(Invites(home.server(), now=utc_now).invite(arguments.hours))
    invitation.write(arguments.file)
    print(
        f"Written to {arguments.file}. Carry it to the other host by a safe way (it holds a password) and run there:\n"
        f"  uv run launcher.py spawn SET --join {arguments.file.name}"
    )
    if not home.configuration.xmpp.beyond_this_machine:
        print("Note: the server listens on this machine only; set xmpp.listen for other hosts.")
    return 0
