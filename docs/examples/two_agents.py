"""Two agents on an XMPP server of their own, without the assistant: one asks, the other answers."""

import asyncio
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from agents.context import AgentContext
from agents.directory import DirectoryAgent
from agents.settings import Settings
from behaviours.services import Job, Service
from ontology.acl import AgentIdentifier
from ontology.content import AgentAction, Concept, Ontology
from ontology.expressions import EXPRESSIONS
from xmpp.agent import FipaAgent, Platform
from xmpp.server.settings import XmppSettings
from xmpp.server.start import make_server


class Greet(AgentAction):
    """Greet somebody."""

    name: str


class Greeting(Concept):
    """What was said."""

    text: str


GREETINGS = Ontology("greetings", classes=(Greet, Greeting), includes=(EXPRESSIONS,))


class Greeter(FipaAgent):
    """Offers to greet."""

    def services(self) -> Iterable[Service[Any]]:
        """Offer one service."""
        return (Service(Greet, self._greet),)

    async def _greet(self, act: Greet, job: Job) -> Greeting:
        return Greeting(text=f"Hello {act.name}, says {self.name} to {job.requester}.")


async def main(folder: Path) -> None:
    """Start the server, the directory and the two agents; ask; stop everything."""
    server = make_server(XmppSettings(), folder=folder / "xmpp")
    await server.start()
    hosts = server.address.agents_domain
    names = ("directory", "greeter", "asker")
    made = await server.accounts.ensure([f"{name}@{hosts}" for name in names])
    directory, greeter, asker = (credentials.account for credentials in made)
    platform = Platform(server.address.for_clients, hosts, AgentIdentifier(name=directory.jid))
    agents: list[FipaAgent] = [
        DirectoryAgent(AgentContext(directory, platform, Settings(), folder)),
        Greeter(greeter, platform, ontologies=(GREETINGS,)),
        FipaAgent(asker, platform, ontologies=(GREETINGS,)),
    ]
    try:
        for agent in agents:
            await agent.start()
        found = await agents[2].find_one(Greet)
        answer = await agents[2].request(found, Greet(name="world"), timeout=5)
        assert isinstance(answer, Greeting)
        sys.stdout.write(f"{answer.text}\n")
    finally:
        for agent in reversed(agents):
            await agent.stop()
        await server.stop()


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as place:
        asyncio.run(main(Path(place)))
