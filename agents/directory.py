"""The directory: FIPA's AMS and DF in one agent. It knows who is there and what each offers."""

from collections.abc import Iterable
from typing import Any, ClassVar

from agents.base import AssistantAgent
from behaviours.outcomes import Refuse
from behaviours.services import Job, Service
from ontology.acl import AgentIdentifier
from ontology.assistant import Joined, JoinPlatform, NewAccount
from ontology.expressions import AlreadyRegistered, TermSet, Unauthorised
from ontology.management import (
    AMSAgentDescription,
    APDescription,
    Deregister,
    DFAgentDescription,
    GetDescription,
    Modify,
    Register,
    Search,
)
from xmpp.errors import WireError
from xmpp.registry import Registry


class DirectoryAgent(AssistantAgent):
    """Keeps the registry. It hears every account of the agents' host, which are the platform's own."""

    kind: ClassVar[str] = "directory"
    errors: ClassVar[tuple[type[Exception], ...]] = (WireError,)

    async def prepare(self) -> None:
        """Begin with itself as the only agent."""
        self._registry = Registry()

    def services(self) -> Iterable[Service[Any]]:
        """Offer what FIPA 00023 asks of an AMS and a DF."""
        return (
            Service(Register, self._do_register),
            Service(Deregister, self._do_deregister),
            Service(Modify, self._do_modify),
            Service(Search, self._do_search),
            Service(GetDescription, self._do_describe),
            Service(JoinPlatform, self._do_join),
        )

    async def _do_register(self, act: Register, job: Job) -> None:
        self._registry.register(job.requester, act.description)

    async def _do_deregister(self, act: Deregister, job: Job) -> None:
        self._registry.deregister(job.requester, act.description)

    async def _do_modify(self, act: Modify, job: Job) -> None:
        self._registry.modify(job.requester, act.description)

    async def _do_search(self, act: Search, job: Job) -> TermSet:
        if not self._registry.knows(job.requester):
            raise Refuse(Unauthorised(explanation="Register with the AMS first."))
        return TermSet(items=self._registry.search(act.template, act.limit))

    async def _do_describe(self, act: GetDescription, job: Job) -> APDescription:
        return APDescription(name=self.platform.agents_domain)

    async def _do_join(self, act: JoinPlatform, job: Job) -> Joined:
        invites = self.context.invites
        if invites is None:
            raise Refuse(Unauthorised(explanation="This platform takes no agents of other hosts."))
        jids = [f"{name}@{self.platform.agents_domain}" for name in act.names]
        taken = [jid for jid in jids if self._registry.knows(AgentIdentifier(name=jid))]
        if taken:
            raise Refuse(AlreadyRegistered(explanation=f"There is already an agent called {taken[0]}."))
        made = await invites.redeem(job.requester.name, jids)
        return Joined(accounts=tuple(NewAccount(jid=account.jid, password=account.password) for account in made))

    async def _enter_directory(self) -> None:
        known = AMSAgentDescription(name=self.identifier, state="active", kind=self.kind)
        self._registry.register(self.identifier, known)
        self._registry.register(self.identifier, DFAgentDescription(name=self.identifier, services=self._offer))

    async def _leave_directory(self) -> None:
        """Do nothing: the registry ends with the agent that keeps it."""

    async def _is_known(self, agent: AgentIdentifier) -> bool:
        # A server with one host for all, as the fallback is, has people's accounts beside the agents'.
        people = self.context.people
        is_person = people is not None and agent.name in people.members()
        return agent.name.rpartition("@")[2] == self.platform.agents_domain and not is_person
