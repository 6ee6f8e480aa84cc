"""Agents that the AMS starts when it is asked to, in its own process, and stops when they have nothing more to do.

An agent is started under an account of its own, which goes with it. Who asked for it may stop it, suspend it and
resume it. It is idle for as long as it holds no conversation; when that has lasted as long as was said at its
creation, it is retired. One that stopped by itself is cleared away likewise.
"""

import asyncio
import logging
import re
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from behaviours.outcomes import Refuse
from ontology.acl import AgentIdentifier
from ontology.elements import Term
from ontology.expressions import (
    AlreadyRegistered,
    NotRegistered,
    Overloaded,
    Unauthorised,
    UnrecognisedParameterValue,
)
from ontology.lifecycle import CreateAgent
from ontology.management import AMSAgentDescription
from xmpp.address import Account
from xmpp.agent import FipaAgent, Platform
from xmpp.directory.registry import Registry
from xmpp.errors import AccountError
from xmpp.server.accounts import Accounts

logger = logging.getLogger(__name__)

Arguments = Mapping[str, Term]
"""What was said about an agent at its creation."""

Factory = Callable[[Account, Platform, Arguments], FipaAgent]
"""Makes an agent, not started yet. Raises ``Refuse`` where it can do nothing with the arguments."""

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_IDLE: Final = timedelta(minutes=5)
"""For how long an agent may be idle where nothing else was said."""
_START: Final = 30.0
"""Seconds within which an agent must have started."""
_STOP: Final = 5.0
"""Seconds within which an agent must have stopped."""
_LOOKS: Final = 4
"""How often an agent is looked at in the time for which it may be idle."""


@dataclass(frozen=True, slots=True)
class AgentFactories:
    """Which agents can be started on demand.

    Args:
        accounts: where their accounts are made.
        by_type: makes an agent of each type, by the type's name.
        mistakes: exceptions of an agent's start whose text says what is wrong with its arguments.
        most: how many there may be at once.
        most_each: how many one agent may have asked for.
    """

    accounts: Accounts
    by_type: Mapping[str, Factory]
    mistakes: tuple[type[Exception], ...] = ()
    most: int = 32
    most_each: int = 8


@dataclass(slots=True)
class _Started:
    manager: str
    agent: FipaAgent | None = None
    watch: "asyncio.Task[None] | None" = None


class AgentsOnDemand:
    """The agents that one AMS has started.

    Args:
        factories: make them.
        platform: where they live.
        registry: where they are entered.
        clock: seconds, monotonic.
    """

    def __init__(
        self,
        factories: AgentFactories,
        platform: Platform,
        registry: Registry,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._factories = factories
        self._platform = platform
        self._registry = registry
        self._clock = clock
        self._started: dict[str, _Started] = {}

    @property
    def types(self) -> tuple[str, ...]:
        """The names of the types."""
        return tuple(sorted(self._factories.by_type))

    @property
    def running(self) -> tuple[str, ...]:
        """The names of the agents that there are."""
        return tuple(self._started)

    async def create(self, act: CreateAgent, requester: AgentIdentifier) -> AgentIdentifier:
        """Start an agent; return its name when it is in the directory.

        Raises:
            Refuse: there is no such type, it can do nothing with the arguments, the name is no name or taken, or
                there are too many agents.
            AccountError: the server makes no account.
            WireError, ConversationFailed, TimeoutError: it did not start.
        """
        factory = self._factories.by_type.get(act.type)
        if factory is None:
            raise _senseless("type", f"There is no type of agent called {act.type!r}; there are {self._known()}.")
        name = act.name or f"{act.type.rpartition('.')[2]}-{secrets.token_hex(4)}"
        if not _NAME.fullmatch(name):
            raise _senseless("name", f"{name[:80]!r} is no name for an agent: use a-z, 0-9, '.', '_' and '-'.")
        agent = AgentIdentifier(name=f"{name}@{self._platform.agents_domain}")
        if self._registry.knows(agent) or agent.name in self._started:
            raise _taken(agent)
        self._require_room(requester)
        started = self._started[agent.name] = _Started(requester.name)
        try:
            if await self._factories.accounts.exists(agent.name):
                raise _taken(agent)
        except BaseException:
            del self._started[agent.name]
            raise
        try:
            await self._start(started, factory, agent, act)
        except BaseException:
            await asyncio.shield(self._clear(agent.name))
            raise
        started.watch = asyncio.create_task(self._watch(agent.name, started, (act.idle or _IDLE).total_seconds()))
        return agent

    async def kill(self, agent: AgentIdentifier, requester: AgentIdentifier) -> None:
        """Stop an agent.

        Raises:
            Refuse: there is no such agent, or the requester did not ask for it.
        """
        started = self._started.get(agent.name)
        if started is None:
            if not self._registry.knows(agent):
                raise Refuse(NotRegistered(explanation=f"{agent} is not registered."))
            raise Refuse(Unauthorised(explanation=f"{agent} was not started on demand."))
        if started.manager != requester.name:
            raise Refuse(Unauthorised(explanation=f"Only {started.manager}, which asked for {agent}, may stop it."))
        if started.agent is None:
            raise Refuse(NotRegistered(explanation=f"{agent} has not started yet."))
        await self._clear(agent.name)

    async def remove_account(self, name: str) -> None:
        """Remove the account of an agent that is gone, where there is one."""
        try:
            if await self._factories.accounts.exists(name):
                await self._factories.accounts.remove(name)
        except AccountError as error:
            logger.warning("the account %s could not be removed: %s", name, error)

    async def close(self) -> None:
        """Stop all of them."""
        await asyncio.gather(*(self._clear(name) for name in self.running))

    # -- inside

    def _known(self) -> str:
        return ", ".join(self.types) or "none"

    def _require_room(self, requester: AgentIdentifier) -> None:
        if len(self._started) >= self._factories.most:
            raise Refuse(Overloaded(explanation=f"There are {self._factories.most} agents on demand already."))
        if sum(each.manager == requester.name for each in self._started.values()) >= self._factories.most_each:
            raise Refuse(Overloaded(explanation=f"{requester} has {self._factories.most_each} agents already."))

    async def _start(self, started: _Started, factory: Factory, agent: AgentIdentifier, act: CreateAgent) -> None:
        account = (await self._factories.accounts.create(agent.name)).account
        made = factory(account, self._platform, {argument.name: argument.value for argument in act.arguments})
        self._registry.admit(AMSAgentDescription(name=agent, state="initiated"), manager=started.manager)
        try:
            async with asyncio.timeout(_START):
                await made.start()
        except self._factories.mistakes as error:
            raise _senseless("arguments", str(error)) from error
        started.agent = made
        logger.info("%s was started for %s", agent, started.manager)

    async def _watch(self, name: str, started: _Started, idle: float) -> None:
        assert started.agent is not None
        busy_at = self._clock()
        begun = 0
        while started.agent.is_alive() and self._clock() - busy_at < idle:
            await asyncio.sleep(idle / _LOOKS)
            if not started.agent.is_alive():
                break
            conversations = started.agent.endpoint.conversations
            if conversations.open_count or conversations.begun_by_others != begun:
                busy_at = self._clock()
                begun = conversations.begun_by_others
        started.watch = None
        logger.info("%s is retired", name)
        await self._clear(name)

    async def _clear(self, name: str) -> None:
        """Stop an agent and remove all that there is of it."""
        started = self._started.pop(name, None)
        if started is None:
            return
        if started.watch is not None:
            started.watch.cancel()
        if started.agent is not None:
            try:
                async with asyncio.timeout(_STOP):
                    await started.agent.stop()
            except Exception:
                logger.exception("%s did not stop cleanly", name)
        self._registry.drop(name)
        await self.remove_account(name)


def _taken(agent: AgentIdentifier) -> Refuse:
    return Refuse(AlreadyRegistered(explanation=f"There is already an agent called {agent}."))


def _senseless(parameter: str, explanation: str) -> Refuse:
    return Refuse(
        UnrecognisedParameterValue(object_name=CreateAgent.wire_name, parameter=parameter, explanation=explanation)
    )
