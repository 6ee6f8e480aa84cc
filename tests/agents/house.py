"""Agents of the assistant on a server, for tests: each started as the launcher would, some of them played."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from agents.base import AssistantAgent
from agents.context import AgentContext
from agents.directory import DirectoryAgent
from agents.settings import Settings
from behaviours.outcomes import Refuse
from behaviours.services import Job, Service
from ontology.acl import AgentIdentifier
from ontology.assistant import ConsentTo, Delivered, Notify
from ontology.content import Ontology
from ontology.expressions import Declined
from tests.xmpp.directory import Offering
from tests.xmpp.society import Log, Society
from xmpp.allow_list import AllowList
from xmpp.server.invites import Invites
from xmpp.server.server import Server

Kind = TypeVar("Kind", bound=AssistantAgent | DirectoryAgent)


class House(Society):
    """A platform whose agents are the assistant's own.

    Args:
        server: a server that runs.
        data: the data folder.
    """

    def __init__(self, server: Server, data: Path) -> None:
        super().__init__(server)
        self.data = data
        self.settings = Settings()
        self.owner = self.person("owner")

    async def context(self, name: str, **more: Any) -> AgentContext:
        """Return the circumstances of an agent."""
        values: dict[str, Any] = {
            "account": await self.account(self.agent(name).name),
            "platform": self.platform,
            "settings": self.settings,
            "data": self.data,
            "people": AllowList(self.data / "people.json"),
            "nlu": False,
        }
        return AgentContext(**(values | more))

    async def directory_agent(self, *, invites: Invites | None = None) -> DirectoryAgent:
        """Start the directory."""
        return await self.started(DirectoryAgent(await self.context("directory", invites=invites)))

    async def run(self, kind: type[Kind], name: str | None = None, **more: Any) -> Kind:
        """Start an agent of a kind."""
        return await self.started(kind(await self.context(name or kind.kind, **more)))

    async def asker(self, name: str = "asker", *ontologies: Ontology) -> Offering:
        """Start an agent that offers nothing, to ask with."""
        account = await self.account(self.agent(name).name)
        return await self.started(Offering(account, self.platform, ontologies=ontologies))

    async def player(self, name: str, *services: Service[Any]) -> Offering:
        """Start an agent that plays a part."""
        return await self.started(Offering(await self.account(self.agent(name).name), self.platform, services))

    async def people(self) -> People:
        """Start an agent in the place of the dialogue agent."""
        people = People()
        await self.player("people", Service(Notify, people.notify), Service(ConsentTo, people.consent))
        return people

    def identifier(self, name: str) -> AgentIdentifier:
        """Return the identifier of an agent."""
        return self.agent(name)


class People:
    """Plays the people behind the dialogue agent: notes what they are told and asked, and answers."""

    def __init__(self) -> None:
        self.told: Log[Notify] = Log()
        self.asked: Log[ConsentTo] = Log()
        self.says_yes = True
        self.withdrawn = asyncio.Event()
        self.answer: asyncio.Event | None = None

    async def notify(self, act: Notify, _: Job) -> Delivered:
        """Take a notice."""
        self.told.append(act)
        return Delivered()

    async def consent(self, act: ConsentTo, _: Job) -> None:
        """Answer a question, when it is time."""
        self.asked.append(act)
        try:
            if self.answer is not None:
                await self.answer.wait()
        except asyncio.CancelledError:
            self.withdrawn.set()
            raise
        if not self.says_yes:
            raise Refuse(Declined(explanation="No."))


async def until(holds: Callable[[], bool]) -> None:
    """Let everything run until a condition holds."""
    async with asyncio.timeout(15):
        while not holds():  # noqa: ASYNC110 - each turn of the loop is an event
            await asyncio.sleep(0)
