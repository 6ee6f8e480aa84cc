"""``status``: whether an assistant runs, and how it does."""

import argparse
import asyncio
from contextlib import closing
from http import HTTPStatus
from http.client import HTTPConnection
from urllib.parse import urlsplit

from behaviours.outcomes import ConversationFailed
from launching.clients import Home
from launching.console import add_data, add_json, print_json
from launching.errors import NotRunningError
from ontology.management import AMSAgentDescription
from xmpp.errors import WireError
from xmpp.operator import NAME as OPERATOR

HELP = "say whether the assistant runs, and how it does"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_data(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the status; 0 when it runs, 3 when it does not."""
    home = Home(arguments.data)
    try:
        runtime = home.runtime()
    except NotRunningError:
        if arguments.json:
            print_json({"running": False})
            return 3
        raise
    agents: list[str] = []
    problem = ""
    rasa = runtime.nlu.url is not None and answers(runtime.nlu.url)
    try:
        agents = asyncio.run(_agents(home))
    except (WireError, ConversationFailed) as error:
        problem = str(error)
    if arguments.json:
        print_json(
            {
                "running": True,
                "pid": runtime.pid,
                "assistant": runtime.xmpp.assistant,
                "server": f"{runtime.xmpp.host}:{runtime.xmpp.port}",
                "nlu": "rasa" if rasa else "rules",
                "agents": agents,
                "web": runtime.web.link if runtime.web is not None else None,
                "problem": problem or None,
            }
        )
    else:
        print(f"Running: process {runtime.pid}, {home.folder.root}")
        print(f"Write to: {runtime.xmpp.assistant} (server {runtime.xmpp.host}:{runtime.xmpp.port})")
        print(f"Understanding: {_understanding(runtime.nlu.url, answers=rasa)}")
        if runtime.web is not None:
            print(f"Pages: {runtime.web.link}")
        print(f"Agents: {', '.join(agents)}" if agents else f"Agents: {problem}")
    return 1 if problem else 0


def answers(url: str) -> bool:
    """Tell whether an HTTP server answers there within two seconds."""
    parts = urlsplit(url)
    try:
        with closing(HTTPConnection(parts.hostname or "", parts.port, timeout=2)) as connection:
            connection.request("GET", "/")
            return connection.getresponse().status < HTTPStatus.INTERNAL_SERVER_ERROR
    except OSError:
        return False


def _understanding(url: str | None, *, answers: bool) -> str:
    if url is None:
        return "the rule parser"
    return f"Rasa at {url}" if answers else "the rule parser, until Rasa has started"


async def _agents(home: Home) -> list[str]:
    async with home.operator() as operator:
        found = await operator.directory.search(AMSAgentDescription())
    names = (item.name.name.partition("@")[0] for item in found if item.name is not None)
    return sorted(name for name in names if name != OPERATOR)
