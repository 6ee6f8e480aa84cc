"""``spawn``: run an agent set as part of a platform that already runs, from this or from another host."""

import argparse
import asyncio
import logging
from pathlib import Path

from launching.agent_sets import AgentSet
from launching.clients import Home
from launching.commands.up import configure_logging
from launching.console import add_data, progress
from launching.errors import LaunchError
from launching.platform import ASSISTANT, DIRECTORY, Agents, utc_now
from launching.stopping import stop_signal
from ontology.acl import AgentIdentifier
from ontology.assistant import ASSISTANT as ONTOLOGY
from ontology.assistant import Joined, JoinPlatform
from ontology.management import AMSAgentDescription
from xmpp.address import Account
from xmpp.operator import Operator
from xmpp.server.invites import JoinFile
from xmpp.server.server import ServerAddress

HELP = "run further agents of a platform that already runs"

logger = logging.getLogger(__name__)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("set", type=Path, help="agent set (YAML)")
    add_data(parser)
    parser.add_argument("--join", type=Path, metavar="FILE", help="invitation of another host's platform")
    parser.add_argument("--no-nlu", action="store_true", help="without Rasa: the rule parser understands")


def run(arguments: argparse.Namespace) -> int:
    """Run until SIGINT or SIGTERM."""
    home = Home(arguments.data)
    agent_set = AgentSet.read(arguments.set)
    if any(entry.kind == DIRECTORY for entry in agent_set.agents):
        raise LaunchError("A platform has one directory, which runs already: leave it out of the set.")
    home.folder.create()
    configure_logging(home.folder, home.configuration.log_level, f"spawn-{arguments.set.stem}")
    asyncio.run(_run(home, agent_set, arguments.join, nlu=not arguments.no_nlu))
    return 0


async def _run(home: Home, agent_set: AgentSet, join: Path | None, *, nlu: bool) -> None:
    stop = stop_signal()
    names = tuple(entry.name for entry in agent_set.agents)
    chat: Account | None = None
    if join is not None:
        address, accounts = await _join(join, names)
    else:
        address, accounts, chat = await _local(home, names)
    agents = Agents(home.folder, home.configuration, address)
    try:
        await agents.start(agent_set.agents, accounts, chat=chat, nlu=nlu)
        print("ready", flush=True)
        await stop.wait()
        progress("Stopping ...")
    finally:
        await agents.stop()


async def _local(home: Home, names: tuple[str, ...]) -> tuple[ServerAddress, dict[str, Account], Account | None]:
    async with home.operator() as operator:
        for name in names:
            jid = AgentIdentifier(name=f"{name}@{home.server().address.agents_domain}")
            if await operator.directory.search(AMSAgentDescription(name=jid)) and await operator.reaches(jid):
                raise LaunchError(f"There is already an agent called {name}: give it another name in the set.")
    server = home.server()
    domain = server.address.agents_domain
    made = await server.accounts.ensure([f"{name}@{domain}" for name in names])
    chat = await server.accounts.credentials(f"{ASSISTANT}@{server.address.domain}")
    accounts = {credentials.jid.partition("@")[0]: credentials.account for credentials in made}
    return server.address, accounts, chat.account if chat else None


async def _join(path: Path, names: tuple[str, ...]) -> tuple[ServerAddress, dict[str, Account]]:
    invitation = JoinFile.read(path, now=utc_now())
    address = invitation.address
    directory = AgentIdentifier(name=f"{DIRECTORY}@{address.agents_domain}")
    newcomer = Operator(invitation.account, address.for_clients, directory, ontologies=(ONTOLOGY,))
    try:
        await newcomer.open()
        joined = await newcomer.ask(JoinPlatform(names=names), timeout=30)
    finally:
        await newcomer.close()
    if not isinstance(joined, Joined):
        raise LaunchError("The platform gave no accounts for the agents; ask for a new invitation.")
    return address, {a.jid.partition("@")[0]: Account(a.jid, a.password) for a in joined.accounts}
