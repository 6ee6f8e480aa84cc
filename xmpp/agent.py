"""The FIPA agent: a SPADE agent whose messages are ACL and whose holes are closed.

What SPADE does otherwise and this class does not: a start hangs when no server answers (here it fails, with a
sentence); a lost connection stays lost (here it is made again); messages between agents of one process skip the
server, so that their sender is whatever they claim (here everything goes over the wire and bears the sender that
the server stamped); a stopped agent still receives (here it is gone). SPADE's own behaviours still work: a message
that belongs to no FIPA conversation, and whose sender was checked, is dispatched to them.
"""

import asyncio
import logging
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, ClassVar, Final, TypeVar

from spade.agent import Agent
from spade.message import Message
from spade.presence import PresenceManager

from behaviours.auction import Willing
from behaviours.declaring import declared
from behaviours.facts import Facts, Knowledge
from behaviours.outcomes import NoBids
from behaviours.services import Service, Services
from behaviours.subscribe import Publisher
from behaviours.tracing import Tracer
from ontology.acl import ACLMessage, AgentIdentifier
from ontology.content import AgentAction, Ontology, Predicate
from ontology.expressions import InternalError, Reason
from ontology.management import AGENT_MANAGEMENT, ServiceDescription
from ontology.manager import ContentManager
from ontology.observation import OBSERVATION
from xmpp import stanza as acl_stanza
from xmpp.address import AGENT_RESOURCE, Account, Address
from xmpp.connection import Connection
from xmpp.conversing import Conversing
from xmpp.dashboard.agent_web import AgentWeb
from xmpp.directory_client import LEASE, DirectoryClient
from xmpp.endpoint import Endpoint
from xmpp.guard import Guard
from xmpp.local import neighbours
from xmpp.observation import Observation
from xmpp.operator import NAME as OPERATOR
from xmpp.recorder import Recorder, RecordingSettings
from xmpp.serving import Part, described

logger = logging.getLogger(__name__)

Outcome = TypeVar("Outcome")
_RECORDING: Final = RecordingSettings()


@dataclass(frozen=True, slots=True)
class Platform:
    """What an agent must know of the platform it lives on.

    Args:
        address: where the XMPP server is.
        agents_domain: the host on which the agents' accounts are.
        directory: the agent that is AMS and DF.
        lease: seconds for which an agent's entry in the directory holds; it is renewed at a third of that.
        local_delivery: whether agents of one process exchange messages without the server (``xmpp/local.py``).
    """

    address: Address
    agents_domain: str
    directory: AgentIdentifier
    lease: float = LEASE
    local_delivery: bool = False


class FipaAgent(Conversing, Agent):  # type: ignore[misc] # SPADE is untyped
    """An agent that offers services and takes part in FIPA conversations.

    Subclasses say what they offer in :meth:`services` and set themselves up in :meth:`prepare`; everything else is
    found through the directory and reached by messages.

    Args:
        account: the agent's XMPP account.
        platform: the platform it lives on.
        ontologies: the vocabularies it speaks; those of agent management and observation come by themselves.
        recording: how much is kept of what it says and hears.
        tracer: follows its conversations, if they are to be traced.

    Attributes:
        recorder: keeps what the agent says and hears; None where that is switched off.
    """

    kind: ClassVar[str] = "agent"

    def __init__(
        self,
        account: Account,
        platform: Platform,
        *,
        ontologies: Iterable[Ontology] = (),
        recording: RecordingSettings = _RECORDING,
        tracer: Tracer | None = None,
    ) -> None:
        # SPADE's container, made with the first agent, sets uvloop's policy even where another loop runs already;
        # under that policy the loop that runs can start no processes.
        policy = asyncio.get_event_loop_policy()
        super().__init__(account.jid, account.password, port=platform.address.port, verify_security=True)
        asyncio.set_event_loop_policy(policy)
        # Registered agents get messages from within the process without the server's stamp on the sender.
        self.container.unregister(account.jid)
        self.web = AgentWeb(self)
        self.platform = platform
        self.identifier = AgentIdentifier(name=account.jid)
        self._account = account
        self._ontologies = tuple(ontologies)
        self._operator = f"{OPERATOR}@{platform.agents_domain}"
        self.recorder = Recorder(recording, self._operator) if recording.enabled else None
        self._tracer = tracer
        self._endpoint: Endpoint | None = None
        self._directory: DirectoryClient | None = None
        self._lease: asyncio.Task[None] | None = None
        self._beside: set[asyncio.Task[Any]] = set()
        self._offer: tuple[ServiceDescription, ...] = ()

    # -- what subclasses fill in

    def services(self) -> Iterable[Service[Any]]:
        """Return what the agent offers: what its methods declare (``behaviours.declaring``), unless overridden.

        Called once, after :meth:`prepare`.
        """
        return declared(self)

    def knowledge(self) -> Iterable[Knowledge[Any]]:
        """Return what the agent knows and tells (FIPA Query). Called once, after :meth:`prepare`.

        Where something has become true or false, ``self.facts.changed()`` says so to whoever waits for it.
        """
        return ()

    def publishes(self) -> Iterable[type[Predicate]]:
        """Return the kinds of statement to which others may subscribe (FIPA Subscribe); see :meth:`publish`."""
        return ()

    def willing(self) -> Willing | None:
        """Return what decides on bids at auctions; None: the agent goes to none."""
        return None

    def explain(self, error: Exception) -> Reason | None:
        """Return the reason to give for an exception of a service, or None for one that was not foreseen."""
        del error
        return None

    async def prepare(self) -> None:
        """Open what the services need. Called while the agent starts, when it is online."""

    async def ready(self) -> None:
        """Begin what the agent does of its own accord. Called when it has entered the directory."""

    async def finish(self) -> None:
        """End what :meth:`ready` began. Called first while the agent stops, when others can still be asked."""

    async def release(self) -> None:
        """Close what :meth:`prepare` opened. Called while the agent stops, also after a failed start."""

    # -- life cycle

    @property
    def endpoint(self) -> Endpoint:
        """The ACL side of the agent's connection.

        Raises:
            RuntimeError: the agent has not been started.
        """
        if self._endpoint is None:
            raise RuntimeError(f"agent {self.identifier} has not been started")
        return self._endpoint

    @property
    def directory(self) -> DirectoryClient:
        """The agent's dealings with the directory.

        Raises:
            RuntimeError: the agent has not been started.
        """
        if self._directory is None:
            raise RuntimeError(f"agent {self.identifier} has not been started")
        return self._directory

    @property
    def ontologies(self) -> tuple[Ontology, ...]:
        """The vocabularies that the agent speaks."""
        return self._ontologies

    async def _async_start(self, auto_register: bool = False) -> None:
        """Connect, set up, and enter the directory (SPADE's ``start`` comes here).

        Raises:
            WireError: the server can't be reached or does not take the account.
            ConversationFailed: the directory does not take the agent.
        """
        del auto_register  # accounts are made by the platform; registration is closed
        await self._hook_plugin_before_connection()
        self.client = Connection(self._account, self.platform.address, resource=AGENT_RESOURCE)
        self.presence = PresenceManager(agent=self, approve_all=False)
        content = ContentManager((*self._ontologies, AGENT_MANAGEMENT, OBSERVATION))
        self._guard = Guard(self.platform.agents_domain, self.platform.directory, self._is_known)
        self._endpoint = Endpoint(self.client, content, self._guard)
        self._endpoint.fallback = self._to_behaviours
        self._endpoint.conversations.observer = self.recorder
        self._endpoint.conversations.tracer = self._tracer
        self._directory = DirectoryClient(
            self._endpoint.conversations, self.platform.directory, self.kind, lease=self.platform.lease
        )
        try:
            await self.client.open()
            if self.platform.local_delivery:
                self._endpoint.join(neighbours(self.platform.address, self.platform.agents_domain))
            await self._hook_plugin_after_connection()
            await self.prepare()
            await self.setup()
            self._serve()
            await self._enter_directory()
            self._alive.set()
            await self.ready()
        except BaseException:
            await self._async_stop()
            raise
        for behaviour in self.behaviours:
            if not behaviour.is_running:
                behaviour.set_agent(self)
                behaviour.start()

    async def _async_stop(self) -> None:
        """Leave the directory, end every conversation and behaviour, and disconnect (SPADE's ``stop``)."""
        self.container.unregister(self.identifier.name)
        endpoint = self._endpoint
        for behaviour in self.behaviours:
            behaviour.kill()
        try:
            if self._alive.is_set():
                await self.finish()
            await self._cancel_tasks()
            if endpoint is not None:
                await endpoint.conversations.close()  # while others still know whose answers these are
                if self._alive.is_set():
                    await self._leave_directory()
            self._alive.clear()
            await self.release()
        finally:
            if endpoint is not None:
                await endpoint.close()
                self._endpoint = None
            if self.web.runner is not None:
                await self.web.runner.cleanup()
                self.web.runner = None

    def submit(self, coro: Any) -> "asyncio.Task[Any]":
        """Run something beside, until it ends or the agent stops (SPADE runs its behaviours by this)."""
        task: asyncio.Task[Any] = asyncio.get_running_loop().create_task(coro)
        self._beside.add(task)
        task.add_done_callback(self._beside.discard)
        return task

    async def _cancel_tasks(self) -> None:
        tasks = [task for task in (self._lease, *self._beside) if task is not None]
        self._lease = None
        if (this := asyncio.current_task()) in tasks:  # a behaviour that stops its agent
            tasks.remove(this)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def dispatch(self, msg: Message) -> list[Any]:
        """Refuse what was handed over within the process: nobody has vouched for its sender."""
        if self._endpoint is not None:
            self._endpoint.refuse_foreign(f"{msg.sender} (from within the process)")
        return []

    def _to_behaviours(self, said: ACLMessage, incoming: Any | None) -> bool:
        if not self.behaviours:
            return False
        message = _as_spade(said, self.identifier) if incoming is None else Message.from_node(incoming)
        if not any(behaviour.match(message) for behaviour in self.behaviours):
            return False
        super().dispatch(message)
        return True

    # -- asking others

    def span(self, name: str) -> AbstractContextManager[None]:
        """Return a context whose conversations are parts of one thing of that name, where they are traced."""
        return nullcontext() if self._tracer is None else self._tracer.span(name)

    def publish(self, *facts: Predicate) -> int:
        """Tell subscribers what has become true, and whoever waits for it; return how many subscribers were told."""
        self.facts.changed()
        return self._publisher.publish(*facts)

    async def search(self, action: type[AgentAction], *, max_depth: int | None = None) -> tuple[AgentIdentifier, ...]:
        """Return the agents that offer an action, as the directory knows them.

        Args:
            action: the action.
            max_depth: over how many directories to search; see :meth:`DirectoryClient.search`.
        """
        found = await self.directory.providers(action, max_depth=max_depth)
        for agent in found:
            self._guard.learn(agent)
        return found

    async def find_one(self, action: type[AgentAction]) -> AgentIdentifier:
        """Return an agent that offers the action.

        Raises:
            NoBids: there is none.
        """
        found = await self.search(action)
        if not found:
            raise NoBids((InternalError(explanation=f"No agent here offers {action.wire_name}."),))
        return found[0]

    # -- the directory

    def _serve(self) -> None:
        offered = tuple(self.services())
        services = Services((*offered, *self._observed()), self.explain)
        self.facts = Facts(self.knowledge())
        self._publisher = Publisher(self.publishes(), facts=self.facts)
        Part(services, self.facts, self._publisher, self.willing()).take(self.endpoint.conversations)
        self._offer = described(
            offered,
            languages=self.endpoint.content.languages,
            ontologies=tuple(ontology.name for ontology in self._ontologies),
        )

    def _observed(self) -> Iterable[Service[Any]]:
        """Return the service by which the operator looks on; it stands in no directory, for it is for nobody else."""
        if self.recorder is not None:
            yield Observation(self.recorder, self._operator, self._ontologies).service()

    async def _enter_directory(self) -> None:
        await self.directory.enter(self._offer)
        self._lease = asyncio.create_task(self.directory.keep())
        self._show_presence()
        self.client.add_event_handler("session_start", self._on_new_session)

    def _on_new_session(self, _: Any) -> None:
        # It may mean that the platform was restarted, and its directory with it.
        self.directory.refresh()
        self._show_presence()

    def _show_presence(self) -> None:
        """Tell the directory that the agent is here; the server will tell it when it is not (RFC 6121, 4.6)."""
        self.client.send_presence(pto=self.platform.directory.name)

    async def _leave_directory(self) -> None:
        await self.directory.leave()

    async def _is_known(self, agent: AgentIdentifier) -> bool:
        return await self.directory.knows(agent)


def _as_spade(message: ACLMessage, to: AgentIdentifier) -> Message:
    """Return a message as SPADE would have read it from its stanza."""
    return Message(
        to=to.name,
        sender=message.sender.name,
        body=message.content or " ",
        metadata=acl_stanza.fields_of(message, to),
    )
