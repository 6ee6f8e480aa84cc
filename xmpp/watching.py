"""Looking on as the operator: what the agents have said, and what they say from now on."""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import suppress
from typing import Final

from behaviours.outcomes import ConversationFailed
from ontology.acl import AgentIdentifier
from ontology.management import AGENT_MANAGEMENT, AMSAgentDescription
from ontology.observation import ListMessages, SeenMessage, SeenMessages
from xmpp.operator import Operator
from xmpp.sightings import Sighting, Sightings, in_order

_TIMEOUT: Final = 10.0
_WAIT: Final = 20.0
"""Seconds that an agent waits for news before it says that there are none."""
_SETTLE: Final = 0.3
"""Seconds for which a new message is held, so that those that were said before it, by others, stand before it."""
_SPARE: Final = 30
"""How many messages more are asked for than are wanted."""
_PAUSE: Final = 0.2
"""Seconds between two questions to one agent, however much it has to tell."""
_SEARCH: Final = 5.0
"""Seconds between two looks at who is there."""


class Watch:
    """Reads the messages of agents, puts them together, and goes on from there.

    What only looking on brings about, the operator's entry in the directory, is left out.

    Args:
        operator: a connected operator.
        agent: look at this agent alone: its name, with or without the host; None: at all.
        conversation: only at the conversation with this id.
        on_problem: told, in a sentence, why an agent does not tell.
    """

    def __init__(
        self, operator: Operator, *, agent: str | None, conversation: str | None, on_problem: Callable[[str], None]
    ) -> None:
        self._operator = operator
        self._agent = agent
        self._conversation = conversation
        self._on_problem = on_problem
        self._sightings = Sightings()
        self._cursors: dict[str, int] = {}
        self._following: dict[str, asyncio.Task[None]] = {}
        self._new: list[Sighting] = []
        self._news = asyncio.Event()

    async def agents(self) -> list[AgentIdentifier]:
        """Return the agents to look at.

        Raises:
            ConversationFailed: the directory does not answer.
        """
        found = await self._operator.directory.search(AMSAgentDescription())
        known = [each.name for each in found if isinstance(each, AMSAgentDescription) and each.name is not None]
        return [each for each in known if each.name != self._operator.name and self._is_wanted(each)]

    async def recorded(self, newest: int | None) -> list[Sighting]:
        """Return what the agents have recorded, in the order of time.

        Args:
            newest: how many of the latest are wanted at most; None: all.

        Raises:
            ConversationFailed: the directory does not answer.
        """
        agents = await self.agents()
        # Who heard the oldest of them may have them among more of their own; and some are left out.
        wanted = None if newest is None else 2 * newest + _SPARE if newest else 0
        await asyncio.gather(*(self._read_all(agent, wanted) for agent in agents))
        found, self._new = in_order(self._new), []
        return found if newest is None else found[len(found) - min(newest, len(found)) :]

    async def follow(self) -> AsyncGenerator[Sighting, None]:
        """Return what is said from now on, for as long as somebody asks for it."""
        searching = asyncio.create_task(self._search())
        try:
            while True:
                await self._news.wait()
                await asyncio.sleep(_SETTLE)
                self._news.clear()
                found, self._new = in_order(self._new), []
                for sighting in found:
                    yield sighting
        finally:
            tasks = [searching, *self._following.values()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    def _is_wanted(self, agent: AgentIdentifier) -> bool:
        return self._agent is None or self._agent in {agent.name, agent.name.partition("@")[0]}

    def _is_of_looking(self, message: SeenMessage) -> bool:
        """Tell whether a message is there only because somebody looks: the operator's own entry in the directory."""
        if message.ontology != AGENT_MANAGEMENT.name:
            return False
        operator = self._operator.name
        return operator in {message.sender, *message.receivers} or f'"{operator}"' in (message.content or "")

    async def _search(self) -> None:
        while True:
            with suppress(ConversationFailed, OSError):
                for agent in await self.agents():
                    following = self._following.get(agent.name)
                    if following is None or following.done():
                        self._following[agent.name] = asyncio.create_task(self._follow(agent))
            await asyncio.sleep(_SEARCH)

    async def _follow(self, agent: AgentIdentifier) -> None:
        with suppress(ConversationFailed, OSError):  # it has gone; where it comes back, it is found again
            while True:
                if not await self._read(agent, wait=_WAIT):
                    await asyncio.sleep(_PAUSE)

    async def _read_all(self, agent: AgentIdentifier, newest: int | None) -> None:
        try:
            more = await self._read(agent, newest=newest)
            while more:
                more = await self._read(agent)
        except (ConversationFailed, OSError) as error:
            self._on_problem(f"{agent.name.partition('@')[0]} does not tell what it says: {error}")

    async def _read(self, agent: AgentIdentifier, *, newest: int | None = None, wait: float = 0) -> bool:
        after = self._cursors.get(agent.name, 0)
        act = ListMessages(after=after, newest=newest, conversation=self._conversation, wait=wait)
        page = await self._operator.request(agent, act, timeout=_TIMEOUT + wait)
        if not isinstance(page, SeenMessages):
            return False
        self._cursors[agent.name] = page.last
        for message in page.items:
            if self._is_of_looking(message):
                continue
            sighting = self._sightings.add(agent.name, message)
            if sighting is not None:
                self._new.append(sighting)
                self._news.set()
        return page.more
