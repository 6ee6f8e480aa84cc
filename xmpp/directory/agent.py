"""The directory: FIPA's AMS and DF in one agent. It knows who is there and what each offers."""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any, ClassVar, Final

from behaviours import brokering, recruiting, subscribe
from behaviours.outcomes import ConversationFailed, Refuse
from behaviours.services import Job, Service
from ontology.acl import AgentIdentifier
from ontology.content import Ontology
from ontology.expressions import (
    IdentifyingExpression,
    InternalError,
    Reason,
    TermSet,
    Unauthorised,
    UnsupportedFunction,
)
from ontology.lifecycle import AGENT_LIFECYCLE, AgentTypes, CreateAgent, CreatedAgent, KillAgent, ListAgentTypes
from ontology.management import (
    AMSAgentDescription,
    APDescription,
    APService,
    Deregister,
    DFAgentDescription,
    GetDescription,
    Modify,
    Register,
    Search,
    ServiceDescription,
)
from ontology.proxying import Offers
from xmpp.address import AGENT_RESOURCE, Account
from xmpp.agent import FipaAgent, Platform
from xmpp.directory.changes import Subscribers
from xmpp.directory.federation import DF, Federation
from xmpp.directory.journal import Journal
from xmpp.directory.on_demand import AgentFactories, AgentsOnDemand
from xmpp.directory.registry import Registry
from xmpp.directory.store import DirectoryStore
from xmpp.directory_client import DirectoryClient
from xmpp.errors import DirectoryStoreError, WireError

logger = logging.getLogger(__name__)

_LOOK: Final = 1.0
"""Seconds within which a lease that is shorter than the others is noticed."""
_LATE: Final = 0.01
"""Seconds after its end at which a lease is over for sure."""

AMS: Final = "fipa-ams"
"""Type of the AMS, in the directory's own description and in that of the platform."""


class Directory(FipaAgent):
    """Keeps the registry. It hears every account of the agents' host, which are the platform's own.

    Args:
        account: its account.
        platform: the platform whose directory it is.
        ontologies: the vocabularies that it speaks beside those of agent management.
        factories: make the agents that it starts on demand; None: it starts none.
        database: path of the SQLite file, or URL of the database, in which its entries are kept; None: in memory.
        options: what every agent is told, such as ``recording`` and ``tracer``.
    """

    kind: ClassVar[str] = "directory"

    def __init__(
        self,
        account: Account,
        platform: Platform,
        *,
        ontologies: Iterable[Ontology] = (),
        factories: AgentFactories | None = None,
        database: str | Path | None = None,
        **options: Any,
    ) -> None:
        super().__init__(account, platform, ontologies=(AGENT_LIFECYCLE, *ontologies), **options)
        self.registry = Registry()
        self.on_demand = None if factories is None else AgentsOnDemand(factories, platform, self.registry)
        self._database = database
        self._store: DirectoryStore | None = None
        self._journal: Journal | None = None
        self.subscribers = Subscribers(self.registry, self.require_known)
        self._federation = Federation(self.identifier, self.registry, self.request)

    def services(self) -> Iterable[Service[Any]]:
        """Offer what FIPA 00023 asks of an AMS and a DF, and starting agents."""
        managing = (
            Service(Register, self._do_register),
            Service(Deregister, self._do_deregister),
            Service(Modify, self._do_modify),
            Service(Search, self._do_search),
            Service(GetDescription, self._do_describe),
        )
        if self.on_demand is None:
            return managing
        return (
            *managing,
            Service(CreateAgent, self._do_create),
            Service(KillAgent, self._do_kill),
            Service(ListAgentTypes, self._do_list),
        )

    def explain(self, error: Exception) -> Reason | None:
        """Give the sentence of an error of the wire as the reason."""
        return InternalError(explanation=str(error)) if isinstance(error, WireError) else None

    async def prepare(self) -> None:
        """Take up the entries that were kept, and watch for agents that go without a word."""
        if self._database is not None:
            self._store = await DirectoryStore.open(self._database)
            await self._restore(self._store)
            self._journal = Journal(self.registry, self._store)
        self.client.add_event_handler("presence_unavailable", self._on_unavailable)

    async def ready(self) -> None:
        """Begin to end leases, and to write those that were renewed."""
        self.submit(self._end_leases())
        if self._journal is not None:
            self.submit(self._journal.keep())

    async def release(self) -> None:
        """Write what is not on the disk yet, and close the database."""
        if self._journal is not None:
            try:
                await self._journal.flush()
            except DirectoryStoreError as error:
                logger.warning("%s", error)
            self._journal = None
        if self._store is not None:
            await self._store.close()
            self._store = None

    async def federate(self, other: AgentIdentifier) -> None:
        """Register with another directory, which then passes searches on to this one, for as long as this one runs.

        Where it does not answer, registering is tried again until it does.
        """
        client = DirectoryClient(self.endpoint.conversations, other, self.kind, lease=self.platform.lease)
        self._federation.joined[other] = client
        try:
            await client.enter((ServiceDescription(name="df", type=DF),))
        except (ConversationFailed, OSError) as error:
            logger.warning("%s could not register with the directory %s: %s", self.identifier, other, error)
            client.refresh()
        self.submit(client.keep())

    async def finish(self) -> None:
        """Stop the agents that were started on demand, and leave the directories with which it is federated."""
        if self.on_demand is not None:
            await self.on_demand.close()
        await asyncio.gather(*(client.leave() for client in self._federation.joined.values()))

    def require_known(self, agent: AgentIdentifier) -> None:
        """Make sure that an agent is of the platform.

        Raises:
            Refuse: the AMS does not know it.
        """
        if not self.registry.knows(agent):
            raise Refuse(Unauthorised(explanation="Register with the AMS first."))

    def _serve(self) -> None:
        super()._serve()
        conversations = self.endpoint.conversations
        conversations.serve(brokering.PROTOCOL, partial(brokering.Broker, self._that_offer))
        conversations.serve(recruiting.PROTOCOL, partial(recruiting.Recruiter, self._that_offer))
        conversations.serve(subscribe.PROTOCOL, self.subscribers.participant)

    async def _that_offer(self, targets: IdentifyingExpression) -> Sequence[AgentIdentifier]:
        """Return the agents that fit the description of a proxy: that offer a service of a type.

        Never this one: what it asks of itself, it would ask with its own rights.

        Raises:
            Refuse: it describes them otherwise.
        """
        pattern = targets.proposition
        service = pattern.slots.get("service")
        if pattern.of_class != Offers.wire_name or not isinstance(service, str):
            explanation = f"I find agents by the type of the service that they offer ({Offers.wire_name})."
            raise Refuse(UnsupportedFunction(function=pattern.of_class, explanation=explanation))
        template = DFAgentDescription(services=(ServiceDescription(type=service),))
        names = [found.name for found in self.registry.search(template, None)]
        return [name for name in names if name is not None and name != self.identifier]

    async def _do_register(self, act: Register, job: Job) -> None:
        self.registry.register(job.requester, act.description)
        await self._written(job.requester)

    async def _do_deregister(self, act: Deregister, job: Job) -> None:
        self.registry.deregister(job.requester, act.description)
        await self._written(job.requester)

    async def _do_modify(self, act: Modify, job: Job) -> None:
        self.registry.modify(job.requester, act.description)
        await self._written(act.description.name or job.requester)

    async def _do_search(self, act: Search, job: Job) -> TermSet:
        if not self._federation.trusts(job.requester):
            self.require_known(job.requester)
        found = self.registry.search(act.template, act.limit)
        return TermSet(items=await self._federation.search(act, found, job))

    async def _do_describe(self, act: GetDescription, job: Job) -> APDescription:
        domain = self.platform.agents_domain
        here = (self.identifier.name,)
        return APDescription(
            name=domain,
            ap_services=(
                APService(name="ams", type=AMS, addresses=here),
                APService(name="df", type=DF, addresses=here),
                APService(name="acc", type="fipa-acc", addresses=(f"xmpp:{domain}",)),
            ),
        )

    async def _do_create(self, act: CreateAgent, job: Job) -> CreatedAgent:
        self.require_known(job.requester)
        assert self.on_demand is not None
        return CreatedAgent(agent=await self.on_demand.create(act, job.requester))

    async def _do_kill(self, act: KillAgent, job: Job) -> None:
        self.require_known(job.requester)
        assert self.on_demand is not None
        await self.on_demand.kill(act.agent, job.requester)

    async def _do_list(self, act: ListAgentTypes, job: Job) -> AgentTypes:
        self.require_known(job.requester)
        assert self.on_demand is not None
        return AgentTypes(types=self.on_demand.types)

    async def _written(self, agent: AgentIdentifier) -> None:
        if self._journal is not None:
            await self._journal.written(agent.name)

    async def _restore(self, store: DirectoryStore) -> None:
        """Take up what a directory before this one had; agents that were started on demand died with it."""
        died = []
        for name, kept in (await store.load()).items():
            if kept.entry.manager is not None:
                died.append(name)
            elif name != self.identifier.name:
                self.registry.restore(kept, grace=self.platform.lease / 2)
        if self.on_demand is not None:
            for name in died:
                await self.on_demand.remove_account(name)
        await store.write(dict.fromkeys(died))

    async def _end_leases(self) -> None:
        """Take out entries when their lease ends, also where nobody asks, so that subscribers are told."""
        while True:
            end = self.registry.next_end
            await asyncio.sleep(_LOOK if end is None else min(end, _LOOK) + _LATE)
            self.registry.drop_ended()

    def _on_unavailable(self, presence: Any) -> None:
        """Take out an agent whose session has ended: it has told the directory its presence (RFC 6121, section 4.6)."""
        jid = presence["from"]
        self.presence.contacts.pop(jid.bare, None)  # SPADE would remember everybody who was ever here
        if jid.resource == AGENT_RESOURCE and jid.bare != self.identifier.name:
            self.registry.drop(jid.bare)

    async def _enter_directory(self) -> None:
        known = AMSAgentDescription(name=self.identifier, state="active", kind=self.kind)
        self.registry.register(self.identifier, known)
        both = (ServiceDescription(name="ams", type=AMS), ServiceDescription(name="df", type=DF))
        offer = DFAgentDescription(name=self.identifier, services=(*self._offer, *both))
        self.registry.register(self.identifier, offer)

    async def _leave_directory(self) -> None:
        """Do nothing: the registry ends with the agent that keeps it."""

    async def _is_known(self, agent: AgentIdentifier) -> bool:
        return agent.name.rpartition("@")[2] == self.platform.agents_domain
