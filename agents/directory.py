"""The assistant's directory: FIPA's AMS and DF, at which agents of other hosts can join the platform."""

from collections.abc import Iterable
from typing import Any

from agents.context import AgentContext
from behaviours.outcomes import Refuse
from behaviours.services import Job, Service
from ontology.acl import AgentIdentifier
from ontology.assistant import ASSISTANT, Joined, JoinPlatform, NewAccount
from ontology.expressions import AlreadyRegistered, Unauthorised
from xmpp.directory.agent import Directory


class DirectoryAgent(Directory):
    """The directory, where whoever holds an invitation gets accounts.

    Args:
        context: what it is given.
    """

    def __init__(self, context: AgentContext) -> None:
        super().__init__(
            context.account,
            context.platform,
            ontologies=(ASSISTANT,),
            factories=context.factories,
            database=context.data / "directory" / "agents.db",
            recording=context.settings.recording,
            tracer=context.tracer,
        )
        self.context = context

    def services(self) -> Iterable[Service[Any]]:
        """Offer what a directory does, and joining."""
        return (*super().services(), Service(JoinPlatform, self._do_join))

    async def _do_join(self, act: JoinPlatform, job: Job) -> Joined:
        invites = self.context.invites
        if invites is None:
            raise Refuse(Unauthorised(explanation="This platform takes no agents of other hosts."))
        jids = [f"{name}@{self.platform.agents_domain}" for name in act.names]
        taken = [jid for jid in jids if self.registry.knows(AgentIdentifier(name=jid))]
        if taken:
            raise Refuse(AlreadyRegistered(explanation=f"There is already an agent called {taken[0]}."))
        made = await invites.redeem(job.requester.name, jids)
        return Joined(accounts=tuple(NewAccount(jid=account.jid, password=account.password) for account in made))

    async def _is_known(self, agent: AgentIdentifier) -> bool:
        # A server with one host for all, as the fallback is, has people's accounts beside the agents'.
        people = self.context.people
        is_person = people is not None and agent.name in people.members()
        return not is_person and await super()._is_known(agent)
