"""``ask``: retrieval alone: the passages of the documents that bear on a question."""

import argparse
import asyncio

from launching.clients import Home
from launching.console import add_data, add_json, print_json
from ontology.assistant import Passage, Passages, RetrievePassages

HELP = "show the passages of the documents that bear on a question"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("text", nargs="+", help="the question")
    parser.add_argument("--limit", type=int, default=5, help="most passages to show (default: %(default)s)")
    add_data(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Show them."""
    home = Home(arguments.data)
    act = RetrievePassages(question=" ".join(arguments.text), limit=max(1, min(arguments.limit, 50)))
    found = asyncio.run(_running(home, act) if home.is_running else _alone(home, act))
    for passage in found:
        if arguments.json:
            print_json(passage.model_dump(mode="json"))
        else:
            page = f", page {passage.page}" if passage.page else ""
            print(f"{passage.score:.2f}  {passage.source}{page}\n{passage.text}\n")
    if not found and not arguments.json:
        print("Nothing in the documents bears on that.")
    return 0


async def _running(home: Home, act: RetrievePassages) -> tuple[Passage, ...]:
    found = await home.ask(act, timeout=30)
    return found.items if isinstance(found, Passages) else ()


async def _alone(home: Home, act: RetrievePassages) -> tuple[Passage, ...]:
    home.folder.create()
    async with home.documents() as documents:
        found = await documents.retrieve(act.question, limit=act.limit)
    return tuple(
        Passage(text=p.text, source=str(p.source), title=p.title, page=p.page, heading=p.heading, score=p.score)
        for p in found
    )
