"""``say``: send one message to the running assistant, and print what it says to it."""

import argparse
import asyncio
import sys

from launching.clients import Home
from launching.console import add_data, add_json, print_json
from xmpp.person import Said, TurnNotEndedError

HELP = "send one message and print the answer"
_NOT_IN_TIME = 2


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("text", nargs="+", help="what to say")
    add_data(parser)
    parser.add_argument("--as", dest="jid", metavar="JID", help="who says it (default: the owner)")
    parser.add_argument("--timeout", type=float, default=60, metavar="S", help="seconds to wait (default: %(default)s)")
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Say it; 0 when answered, 2 when not in time."""
    return asyncio.run(_say(arguments))


async def _say(arguments: argparse.Namespace) -> int:
    home = Home(arguments.data)
    async with home.person(arguments.jid) as person:
        try:
            async for said in person.say(" ".join(arguments.text), timeout=arguments.timeout):
                if arguments.json:
                    print_json(turn_object(said))
                else:
                    print(said.text, flush=True)
        except TurnNotEndedError as error:
            print(error, file=sys.stderr)
            return _NOT_IN_TIME
    return 0


def turn_object(said: Said) -> dict[str, object]:
    """Return what ``--json`` prints of one message of the assistant."""
    mark = said.mark
    return {
        "text": said.text,
        "intent": mark.intent if mark else "",
        "task": mark.task if mark else "",
        "state": mark.state if mark else "done",
        "sources": [
            {"title": source.title, "location": source.location, "page": source.page}
            for source in (mark.sources if mark else ())
        ],
    }
