"""A directory and an agent that offers what it is given, for tests of the agents' base class."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar

from behaviours.services import Job, Service
from ontology.acl import AgentIdentifier
from ontology.assistant import ASSISTANT
from ontology.expressions import TermSet
from ontology.management import (
    AMSAgentDescription,
    Deregister,
    DFAgentDescription,
    Modify,
    Register,
    Search,
)
from tests.xmpp.society import Log
from xmpp.address import Account
from xmpp.agent import FipaAgent, Platform
from xmpp.registry import Registry


class Directory(FipaAgent):
    """AMS and DF over a registry; ``entered`` are the names that were registered or renewed, in order."""

    kind: ClassVar[str] = "directory"

    def __init__(self, account: Account, platform: Platform) -> None:
        super().__init__(account, platform)
        self.registry = Registry()
        self.entered: Log[str] = Log()

    def services(self) -> Iterable[Service[Any]]:
        """Offer what FIPA 00023 asks of an AMS and a DF."""
        return (
            Service(Register, self._do_register),
            Service(Deregister, self._do_deregister),
            Service(Modify, self._do_modify),
            Service(Search, self._do_search),
        )

    async def _do_register(self, act: Register, job: Job) -> None:
        self.registry.register(job.requester, act.description)
        self._note(act.description, job)

    async def _do_modify(self, act: Modify, job: Job) -> None:
        self.registry.modify(job.requester, act.description)
        self._note(act.description, job)

    async def _do_deregister(self, act: Deregister, job: Job) -> None:
        self.registry.deregister(job.requester, act.description)

    async def _do_search(self, act: Search, _: Job) -> TermSet:
        return TermSet(items=self.registry.search(act.template, act.limit))

    def _note(self, description: object, job: Job) -> None:
        if isinstance(description, DFAgentDescription):
            self.entered.append(job.requester.name)

    async def _enter_directory(self) -> None:
        self.registry.register(self.identifier, AMSAgentDescription(name=self.identifier))

    async def _leave_directory(self) -> None:
        """Do nothing: the registry ends with its agent."""

    async def _is_known(self, agent: AgentIdentifier) -> bool:
        return agent.name.rpartition("@")[2] == self.platform.agents_domain


class Offering(FipaAgent):
    """An agent that offers services."""

    def __init__(self, account: Account, platform: Platform, offered: Iterable[Service[Any]] = ()) -> None:
        super().__init__(account, platform, ontologies=(ASSISTANT,))
        self._offered = tuple(offered)
        self.released = False

    def services(self) -> Iterable[Service[Any]]:
        """Offer them."""
        return self._offered

    async def release(self) -> None:
        """Note it."""
        self.released = True
