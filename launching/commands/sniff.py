"""``sniff``: what the agents of the running assistant say to one another, as it was recorded and as it goes on."""

import argparse
import asyncio
import shutil
import sys
from contextlib import aclosing, suppress

from launching.clients import Home
from launching.console import add_data, add_json, print_json, progress
from launching.errors import LaunchError
from xmpp.message_lines import json_object, line
from xmpp.sequence_chart import mermaid_chart, text_chart
from xmpp.sightings import Sighting
from xmpp.watching import Watch

HELP = "show what the agents say to one another"
_NEWEST = 100
_LOOK = 1.0
"""Seconds between two looks at whether the assistant still runs."""
_WIDTH = 120
"""Columns that a line may take where it is not for a terminal."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_data(parser)
    parser.add_argument("--conversation", metavar="ID", help="this conversation alone, drawn as a sequence chart")
    parser.add_argument("--agent", metavar="NAME", help="what this agent says and hears alone")
    parser.add_argument(
        "--last",
        type=int,
        metavar="N",
        help=f"how many recorded messages to show (default: {_NEWEST}; of a conversation all)",
    )
    parser.add_argument(
        "--follow",
        action=argparse.BooleanOptionalAction,
        help="go on with what is said from now on, until Ctrl-C (default: on a terminal, where nothing is drawn)",
    )
    add_json(parser)
    parser.add_argument("--mermaid", action="store_true", help="draw a sequence diagram for Mermaid")


def run(arguments: argparse.Namespace) -> int:
    """Show the messages.

    Raises:
        LaunchError: the options do not fit together, or there is no such agent or conversation.
    """
    if arguments.last is not None and arguments.last < 0:
        raise LaunchError("--last must be a number of messages, such as 20.")
    drawn = not arguments.json and (arguments.mermaid or (arguments.conversation is not None and not arguments.follow))
    if arguments.mermaid and (arguments.follow or arguments.json):
        raise LaunchError("--mermaid draws what is recorded: it goes with neither --follow nor --json.")
    follow = arguments.follow if arguments.follow is not None else sys.stdout.isatty() and not drawn
    asyncio.run(_sniff(arguments, drawn=drawn, follow=follow))
    return 0


async def _sniff(arguments: argparse.Namespace, *, drawn: bool, follow: bool) -> None:
    home = Home(arguments.data)
    async with home.operator() as operator:
        watch = Watch(operator, agent=arguments.agent, conversation=arguments.conversation, on_problem=progress)
        if not await watch.agents():
            raise LaunchError(
                f"There is no agent called {arguments.agent}; `launcher.py agents` lists them."
                if arguments.agent
                else "The directory knows no agents."
            )
        newest = arguments.last
        if newest is None and arguments.conversation is None:
            newest = _NEWEST
        recorded = await watch.recorded(newest)
        if arguments.conversation is not None and not recorded and not follow:
            raise LaunchError(
                f"Nothing is recorded of a conversation {arguments.conversation}; "
                "`launcher.py sniff --json` names the latest ones."
            )
        if drawn:
            print(mermaid_chart(recorded) if arguments.mermaid else text_chart(recorded))
            return
        for sighting in recorded:
            _print(sighting, as_json=arguments.json)
        if follow:
            following = asyncio.create_task(_follow(watch, as_json=arguments.json))
            running = asyncio.create_task(_while_running(home))
            try:
                await asyncio.wait({following, running}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                running.cancel()
                following.cancel()
                await asyncio.gather(running, return_exceptions=True)
            with suppress(asyncio.CancelledError):
                await following
            progress("The assistant has stopped.")


async def _follow(watch: Watch, *, as_json: bool) -> None:
    async with aclosing(watch.follow()) as following:
        async for sighting in following:
            _print(sighting, as_json=as_json)


async def _while_running(home: Home) -> None:
    """Wait until the assistant has stopped: the server would be asked for ever for a connection."""
    while home.is_running:  # noqa: ASYNC110 - another process, which tells nobody
        await asyncio.sleep(_LOOK)


def _print(sighting: Sighting, *, as_json: bool) -> None:
    if as_json:
        print_json(json_object(sighting))
    else:
        width = shutil.get_terminal_size((_WIDTH, 0)).columns if sys.stdout.isatty() else _WIDTH
        print(line(sighting, width=width), flush=True)
