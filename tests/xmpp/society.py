"""A platform for tests: agents, members without SPADE, and people, all on one server."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import uuid4

from behaviours.services import Service
from ontology.acl import AgentIdentifier
from ontology.assistant import ASSISTANT
from ontology.management import AGENT_MANAGEMENT
from ontology.manager import ContentManager
from tests.xmpp.server.client import PATIENCE, PlainClient, logged_in
from xmpp.address import Account, Address
from xmpp.connection import Connection
from xmpp.endpoint import Endpoint
from xmpp.guard import Guard
from xmpp.server.server import Server

if TYPE_CHECKING:
    from tests.xmpp.directory import Directory
    from xmpp.agent import FipaAgent, Platform

Value = TypeVar("Value")
Agent = TypeVar("Agent", bound="FipaAgent")


class Society:
    """Starts agents and clients on a server, under names of which each is used once, and stops them all at the end.

    Args:
        server: a server that runs.
    """

    def __init__(self, server: Server) -> None:
        self.server = server
        self.tag = uuid4().hex[:6]
        self._open = AsyncExitStack()

    @property
    def directory(self) -> AgentIdentifier:
        """The directory of this platform; it is there once :meth:`found` has returned."""
        return self.agent("directory")

    @property
    def platform(self) -> Platform:
        """The platform, as an agent is told of it."""
        from xmpp.agent import Platform

        address = self.server.address
        return Platform(address.for_clients, address.agents_domain, self.directory)

    def agent(self, name: str) -> AgentIdentifier:
        """Return the identifier of an agent on the server."""
        return AgentIdentifier(name=f"{name}-{self.tag}@{self.server.address.agents_domain}")

    def person(self, name: str) -> str:
        """Return the JID of a person on the server."""
        return f"{name}-{self.tag}@{self.server.address.domain}"

    async def account(self, jid: str) -> Account:
        """Return an account on the server, which is made where there is none."""
        return (await self.server.accounts.ensure([jid]))[0].account

    async def started(self, agent: Agent) -> Agent:
        """Start an agent, and stop it at the end."""
        await agent.start()
        self._open.push_async_callback(agent.stop)
        return agent

    async def found(self) -> Directory:
        """Start the directory."""
        from tests.xmpp.directory import Directory

        return await self.started(
            Directory(await self.account(self.directory.name), self.platform, ontologies=(ASSISTANT,))
        )

    async def fipa_agent(self, name: str, *services: Service[Any]) -> FipaAgent:
        """Start an agent that offers services."""
        from tests.xmpp.directory import Offering

        return await self.started(Offering(await self.account(self.agent(name).name), self.platform, services))

    async def connection(self, account: Account, **options: Any) -> Connection:
        """Connect, and disconnect at the end."""
        connection = Connection(account, self.server.address.for_clients, **options)
        self._open.push_async_callback(connection.close)
        await connection.open()
        return connection

    async def endpoint(
        self,
        name: str,
        ask: Callable[[AgentIdentifier], Awaitable[bool]],
        *,
        clock: Callable[[], float] | None = None,
        address: Address | None = None,
    ) -> Endpoint:
        """Connect an endpoint that has ``ask`` for its AMS, perhaps by another address than the server's own."""
        account = await self.account(self.agent(name).name)
        connection = Connection(account, address or self.server.address.for_clients, resource="agent")
        options = {} if clock is None else {"clock": clock}
        guard = Guard(self.server.address.agents_domain, self.directory, ask, **options)
        endpoint = Endpoint(connection, ContentManager((ASSISTANT, AGENT_MANAGEMENT)), guard)
        self._open.push_async_callback(endpoint.close)
        await connection.open()
        return endpoint

    def at_end(self, work: Callable[[], Awaitable[None]]) -> None:
        """Have something done when the society is closed."""
        self._open.push_async_callback(work)

    async def client(self, jid: str, *, presence: bool = True) -> PlainClient:
        """Log a client in that owes nothing to ours."""
        credentials = (await self.server.accounts.ensure([jid]))[0]
        client = logged_in(self.server.address, credentials, presence=presence)
        return await self._open.enter_async_context(client)

    async def close(self) -> None:
        """Stop everything, the last started first."""
        await self._open.aclose()


def empty_container() -> None:
    """Make SPADE's container, which all agents of a process share, one without agents and of the loop that runs."""
    if "spade.container" in sys.modules:
        policy = asyncio.get_event_loop_policy()
        sys.modules["spade.container"].Container().reset()
        asyncio.set_event_loop_policy(policy)


async def soon(work: Awaitable[Value]) -> Value:
    """Wait for something that is to happen at once."""
    async with asyncio.timeout(PATIENCE):
        return await work


class Log(list[Value]):
    """A list that can be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self._news = asyncio.Event()

    def append(self, value: Value) -> None:
        """Add a value, and wake who waits."""
        super().append(value)
        self._news.set()

    async def until(self, holds: Callable[[list[Value]], bool]) -> None:
        """Wait until something holds of the values."""
        async with asyncio.timeout(PATIENCE):
            while not holds(self):
                self._news.clear()
                await self._news.wait()

    async def of_length(self, count: int) -> list[Value]:
        """Wait until there are so many values; return them."""
        await self.until(lambda values: len(values) >= count)
        return self
