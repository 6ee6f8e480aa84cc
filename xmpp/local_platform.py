"""A platform in a few lines: an XMPP server of one's own, a directory, and agents.

::

    async with LocalPlatform() as platform:
        greeter = await platform.start(Greeter, "greeter", ontologies=(GREETINGS,))
        ...
"""

import asyncio
import tempfile
from collections.abc import Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from ontology.acl import AgentIdentifier
from xmpp.address import Account
from xmpp.agent import FipaAgent, Platform
from xmpp.directory.agent import Directory
from xmpp.directory.on_demand import AgentFactories, Factory
from xmpp.server.server import Server
from xmpp.server.settings import XmppSettings
from xmpp.server.start import make_server

Agent = TypeVar("Agent", bound=FipaAgent)

DIRECTORY: Final = "directory"
"""Local part of the JID of the directory."""


class LocalPlatform:
    """An XMPP server on loopback, a directory, and the agents that are started on it; ``async with`` runs it.

    Args:
        folder: where the server keeps its accounts, certificate and port, and the directory its entries; None: in a
            temporary folder, which is removed at the end.
        types: makes agents of each type that the AMS is to start on demand, by the type's name.
        settings: the server's settings; None: the usual ones.
    """

    def __init__(
        self,
        folder: Path | None = None,
        *,
        types: Mapping[str, Factory] | None = None,
        settings: XmppSettings | None = None,
    ) -> None:
        self._folder = folder
        self._types = types or {}
        self._settings = settings or XmppSettings()
        self._open = AsyncExitStack()
        self._server: Server | None = None
        self._directory: Directory | None = None

    async def __aenter__(self) -> Self:
        """Start the server and the directory.

        Raises:
            WireError: they can't be started.
        """
        try:
            await self._found()
        except BaseException:
            await self._open.aclose()
            raise
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop everything, the last started first."""
        await self._open.aclose()

    @property
    def server(self) -> Server:
        """The XMPP server, while the platform runs."""
        assert self._server is not None, "the platform does not run"
        return self._server

    @property
    def directory(self) -> Directory:
        """The directory, while the platform runs."""
        assert self._directory is not None, "the platform does not run"
        return self._directory

    @property
    def description(self) -> Platform:
        """The platform, as an agent is told of it."""
        address = self.server.address
        directory = AgentIdentifier(name=f"{DIRECTORY}@{address.agents_domain}")
        return Platform(address.for_clients, address.agents_domain, directory)

    async def account(self, name: str) -> Account:
        """Return the account of an agent, which is made where there is none.

        Args:
            name: local part of its JID.

        Raises:
            AccountError: it can't be made.
        """
        jid = f"{name}@{self.server.address.agents_domain}"
        return (await self.server.accounts.ensure([jid]))[0].account

    async def start(self, kind: type[Agent], name: str, **options: Any) -> Agent:
        """Start an agent, which stops with the platform.

        Args:
            kind: its class.
            name: local part of its JID.
            options: further arguments for its class, such as ``ontologies``.

        Raises:
            WireError, ConversationFailed: it can't be started.
        """
        agent = kind(await self.account(name), self.description, **options)
        await agent.start()
        self._open.push_async_callback(agent.stop)
        return agent

    async def _found(self) -> None:
        folder = self._folder
        if folder is None:
            temporary = await asyncio.to_thread(tempfile.TemporaryDirectory, prefix="parley-")
            self._open.push_async_callback(asyncio.to_thread, temporary.cleanup)
            folder = Path(temporary.name)
        self._server = make_server(self._settings, folder=folder / "xmpp")
        self._open.push_async_callback(self._server.stop)
        await self._server.start()
        factories = AgentFactories(self._server.accounts, self._types) if self._types else None
        database = None if self._folder is None else self._folder / "directory.db"
        self._directory = await self.start(Directory, DIRECTORY, factories=factories, database=database)
