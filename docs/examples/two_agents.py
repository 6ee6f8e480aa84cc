"""Two agents on an XMPP server of their own: one asks, the other answers."""

import asyncio

from behaviours.declaring import offers
from behaviours.services import Job
from ontology.content import AgentAction, Concept, Ontology
from ontology.expressions import EXPRESSIONS
from xmpp.agent import FipaAgent
from xmpp.local_platform import LocalPlatform


class Greet(AgentAction):
    """Greet somebody."""

    name: str


class Greeting(Concept):
    """What was said."""

    text: str


GREETINGS = Ontology("greetings", classes=(Greet, Greeting), includes=(EXPRESSIONS,))


class Greeter(FipaAgent):
    """Greets whoever is named."""

    @offers(Greet)
    async def greet(self, act: Greet, job: Job) -> Greeting:
        """Greet."""
        return Greeting(text=f"Hello {act.name}, says {self.name} to {job.requester}.")


async def main() -> None:
    """Start a platform and the two agents on it, and let one ask the other."""
    async with LocalPlatform() as platform:
        await platform.start(Greeter, "greeter", ontologies=(GREETINGS,))
        asker = await platform.start(FipaAgent, "asker", ontologies=(GREETINGS,))
        greeter = await asker.find_one(Greet)
        greeting = await asker.request(greeter, Greet(name="world"), timeout=5)
        assert isinstance(greeting, Greeting)
        print(greeting.text)


if __name__ == "__main__":
    asyncio.run(main())
