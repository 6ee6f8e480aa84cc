"""``ingest``: read documents, so that questions can be answered from them."""

import argparse
import asyncio
from collections.abc import Sequence
from pathlib import Path

from launching.clients import Home
from launching.console import add_data, add_json, print_json, progress
from launching.errors import LaunchError
from ontology.assistant import IngestDocuments, IngestedFile, IngestReport

HELP = "read files and folders, so that questions can be answered from them"
_TIMEOUT = 3600.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("paths", nargs="+", type=Path, metavar="PATH", help="files or folders")
    add_data(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Read them; 0 when all could be read."""
    home = Home(arguments.data)
    paths = [path.expanduser().absolute() for path in arguments.paths]
    for path in paths:
        if not path.exists():
            raise LaunchError(f"{path} does not exist.")
    files = asyncio.run(_running(home, paths) if home.is_running else _alone(home, paths))
    for file in files:
        if arguments.json:
            print_json({"path": file.path, "outcome": file.outcome, "problem": file.problem})
        else:
            print(f"{file.outcome:<10} {file.path}" + (f"\n           {file.problem}" if file.problem else ""))
    return 1 if any(file.outcome == "failed" for file in files) else 0


async def _running(home: Home, paths: Sequence[Path]) -> tuple[IngestedFile, ...]:
    progress("Reading ...")
    act = IngestDocuments(owner=home.runtime().user.jid, paths=tuple(str(path) for path in paths))
    report = await home.ask(act, timeout=_TIMEOUT)
    return report.files if isinstance(report, IngestReport) else ()


async def _alone(home: Home, paths: Sequence[Path]) -> tuple[IngestedFile, ...]:
    from knowledge.documents import IngestProgress

    home.folder.create()
    owner = f"{home.configuration.user}@{home.configuration.xmpp.domain}"

    def show(step: IngestProgress) -> None:
        progress(f"{step.done}/{step.total} {step.last.path.name}")

    async with home.documents() as documents:
        report = await documents.ingest(paths, owner=owner, anywhere=True, on_progress=show)
    return tuple(
        IngestedFile(
            path=str(file.path),
            outcome=file.outcome.value,
            problem=file.sentence if file.outcome == "failed" else None,
        )
        for file in report.files
    )
