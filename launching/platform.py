"""The platform of one process: the XMPP server where it is ours, the accounts, and the agents of a set."""

import asyncio
import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from launching.agent_sets import AgentEntry, AgentSet
from launching.configuration import Configuration
from launching.data_folder import DataFolder
from launching.errors import LaunchError
from ontology.acl import AgentIdentifier
from xmpp.address import Account
from xmpp.allow_list import AllowList
from xmpp.operator import NAME as OPERATOR
from xmpp.server.accounts import Accounts
from xmpp.server.invites import Invites
from xmpp.server.server import Server, ServerAddress, ServerEvent
from xmpp.server.start import make_server
from xmpp.telemetry import Telemetry

if TYPE_CHECKING:
    from agents.base import AssistantAgent
    from agents.directory import DirectoryAgent
    from xmpp.dashboard.server import Dashboard

logger = logging.getLogger(__name__)

ASSISTANT: Final = "assistant"
"""Local part of the JID to which people write."""
DIRECTORY: Final = "directory"
"""Local part of the JID of the directory."""

Progress = Callable[[str], None]


def utc_now() -> datetime:
    """Return the present instant."""
    return datetime.now(UTC)


class Agents:
    """The agents that this process runs.

    Args:
        folder: the data folder.
        configuration: the configuration.
        address: the server.
    """

    def __init__(self, folder: DataFolder, configuration: Configuration, address: ServerAddress) -> None:
        self._folder = folder
        self._configuration = configuration
        self._address = address
        self._telemetry: Telemetry | None = None
        self.running: list[AssistantAgent | DirectoryAgent] = []

    async def start(
        self,
        entries: Sequence[AgentEntry],
        accounts: dict[str, Account],
        *,
        chat: Account | None,
        nlu: bool,
        invites: Invites | None = None,
        server_accounts: Accounts | None = None,
    ) -> None:
        """Start agents, the directory before all others.

        Args:
            entries: which.
            accounts: their accounts, by name.
            chat: the assistant's chat account, for the dialogue agent.
            nlu: whether Rasa is to be used.
            invites: makes accounts for agents of other hosts, for the directory.
            server_accounts: makes accounts for agents that the directory starts on demand; they are of the kinds of
                these agents.

        Raises:
            LaunchError: a kind or a service does not exist.
            TelemetryError: traces are wanted, and OpenTelemetry is not installed.
            WireError, ConversationFailed: an agent can't be started.
        """
        from agents.base import UnknownServiceError
        from agents.context import AgentContext
        from launching.on_demand import factories
        from xmpp.agent import Platform

        if self._configuration.telemetry.otlp_url is not None:
            self._telemetry = Telemetry(self._configuration.telemetry.otlp_url)

        domain = self._address.agents_domain
        platform = Platform(self._address.for_clients, domain, AgentIdentifier(name=f"{DIRECTORY}@{domain}"))
        usual = AgentContext(
            account=next(iter(accounts.values())),
            platform=platform,
            settings=self._configuration,
            data=self._folder.root,
            people=AllowList(self._folder.root / "people.json"),
            nlu=nlu,
            tracer=None if self._telemetry is None else self._telemetry.tracer,
        )
        kinds = None if server_accounts is None else factories(entries, usual, server_accounts)
        agents = [
            entry.load()(
                replace(
                    usual,
                    account=accounts[entry.name],
                    offers=entry.offers,
                    chat=chat if entry.kind == "dialogue" else None,
                    invites=invites if entry.kind == "directory" else None,
                    factories=kinds if entry.kind == "directory" else None,
                )
            )
            for entry in entries
        ]
        first = [agent for agent in agents if agent.kind == "directory"]
        try:
            for agent in first:
                await self._start(agent)
            async with asyncio.TaskGroup() as group:
                for agent in agents:
                    if agent not in first:
                        group.create_task(self._start(agent))
        except* UnknownServiceError as group_error:
            raise LaunchError(str(_leaf(group_error))) from None
        except* Exception as group_error:
            raise _leaf(group_error) from None

    async def stop(self) -> None:
        """Stop the agents, the directory last."""
        self.running.sort(key=lambda agent: agent.kind == "directory")
        others = [agent for agent in self.running if agent.kind != "directory"]
        await asyncio.gather(*(self._stop(agent) for agent in others))
        for agent in self.running:
            if agent not in others:
                await self._stop(agent)
        self.running.clear()
        if self._telemetry is not None:
            await self._telemetry.stop()
            self._telemetry = None

    async def _start(self, agent: "AssistantAgent | DirectoryAgent") -> None:
        await agent.start()
        self.running.append(agent)
        logger.info("%s is running", agent.identifier)

    async def _stop(self, agent: "AssistantAgent | DirectoryAgent") -> None:
        if not agent.is_alive():  # it was stopped already, from its page
            return
        try:
            async with asyncio.timeout(4):
                await agent.stop()
        except Exception:
            logger.exception("%s did not stop cleanly", agent.identifier)


def _leaf(error: BaseException) -> BaseException:
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


class HomePlatform:
    """The platform at home: the server (ours or an external one) and the agents of a set.

    Args:
        folder: the data folder.
        configuration: the configuration.
        progress: told what is being done, for people to see.
    """

    def __init__(self, folder: DataFolder, configuration: Configuration, progress: Progress) -> None:
        self._folder = folder
        self._configuration = configuration
        self._progress = progress
        self.server: Server = make_server(configuration.xmpp, folder=folder.server, on_event=self._on_event)
        self.agents = Agents(folder, configuration, self.server.address)
        self.dashboard: Dashboard | None = None

    async def start(self, agent_set: AgentSet, *, nlu: bool) -> None:
        """Start everything.

        Raises:
            LaunchError, WireError, ConversationFailed: something can't be started; nothing of it is left running.
        """
        if not any(entry.kind == "directory" for entry in agent_set.agents):
            raise LaunchError("The agent set has no directory, without which agents cannot find one another.")
        try:
            self._progress(f"Starting the XMPP server ({self.server.kind}) ...")
            await self.server.start()
            accounts = await self._accounts(agent_set)
            self._progress(f"Starting {len(agent_set.agents)} agents ...")
            await self.agents.start(
                agent_set.agents,
                accounts,
                chat=accounts[ASSISTANT],
                nlu=nlu,
                invites=Invites(self.server, now=utc_now),
                server_accounts=self.server.accounts,
            )
            await self._serve_pages()
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        """Stop everything."""
        if self.dashboard is not None:
            await self.dashboard.stop()
        await self.agents.stop()
        with suppress(Exception):
            await self.server.stop()

    @property
    def owner(self) -> str:
        """The bare JID of the person whose data folder this is."""
        return f"{self._configuration.user}@{self.server.address.domain}"

    async def _serve_pages(self) -> None:
        settings = self._configuration.web
        if not settings.enabled:
            return
        from xmpp.dashboard.server import Dashboard

        self.dashboard = Dashboard(lambda: tuple(self.agents.running))
        try:
            await self.dashboard.start(settings.port)
        except OSError as error:
            raise LaunchError(
                f"The pages about the agents cannot be served on port {settings.port} ({error.strerror}): "
                "set another `web.port`, or 0 for a free one."
            ) from error

    async def _accounts(self, agent_set: AgentSet) -> dict[str, Account]:
        address = self.server.address
        jids = {entry.name: f"{entry.name}@{address.agents_domain}" for entry in agent_set.agents}
        jids[OPERATOR] = f"{OPERATOR}@{address.agents_domain}"
        jids[ASSISTANT] = f"{ASSISTANT}@{address.domain}"
        made = await self.server.accounts.ensure([*jids.values(), self.owner])
        by_jid = {credentials.jid: credentials.account for credentials in made}
        people = AllowList(self._folder.root / "people.json")
        if self.owner not in people.members():
            people.add(self.owner)
        return {name: by_jid[jid] for name, jid in jids.items()}

    def _on_event(self, event: ServerEvent) -> None:
        logger.warning(event.text)
        if event.kind != "restarted":
            self._progress(event.text)
