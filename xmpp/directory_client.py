"""An agent's dealings with the directory: entering it, keeping the entry, and finding others (FIPA 00023)."""

import asyncio
import logging
from contextlib import suppress
from typing import Final

from behaviours.conversations import Conversations
from behaviours.outcomes import ConversationFailed
from behaviours.request import request
from behaviours.stream import DAY, Stream
from behaviours.subscribe import SubscribeInitiator
from ontology.acl import AgentIdentifier
from ontology.content import AgentAction, Element
from ontology.expressions import AlreadyRegistered, NotRegistered, TermSequence, TermSet
from ontology.management import (
    AMSAgentDescription,
    Deregister,
    Description,
    DFAgentDescription,
    Modify,
    Register,
    Search,
    SearchConstraints,
    ServiceDescription,
)
from xmpp.directory.changes import result_of_search

logger = logging.getLogger(__name__)

LEASE: Final = 90.0
"""Seconds for which an entry holds; it is renewed at a third of that."""
_RETRY: Final = 3.0
"""Seconds until a renewal that failed is tried again."""
_TIMEOUT: Final = 10.0


class DirectoryClient:
    """One agent's entry in the directory, and its view of the others.

    Args:
        conversations: those of the agent.
        directory: the agent that is AMS and DF.
        kind: what kind of agent this is.
        lease: seconds for which an entry holds.
    """

    def __init__(
        self, conversations: Conversations, directory: AgentIdentifier, kind: str, *, lease: float = LEASE
    ) -> None:
        self._conversations = conversations
        self._directory = directory
        self._me = conversations.transport.identifier
        self._kind = kind
        self._lease = lease
        self._services: tuple[ServiceDescription, ...] = ()
        self._refresh = asyncio.Event()

    async def enter(self, services: tuple[ServiceDescription, ...]) -> None:
        """Register with the AMS and the DF.

        Raises:
            ConversationFailed: the directory does not answer, or does not take the agent.
        """
        self._services = services
        for description in (
            AMSAgentDescription(name=self._me, state="active", kind=self._kind),
            self._offer(),
        ):
            try:
                await self._ask(Register(description=description))
            except ConversationFailed as error:
                if not isinstance(error.reason, AlreadyRegistered):
                    raise
                await self._ask(Modify(description=description))  # it was here before a restart

    async def keep(self) -> None:
        """Renew the entry for as long as this runs: at a third of its lease, and sooner where that failed."""
        pause = self._lease / 3
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._refresh.wait()
            self._refresh.clear()
            try:
                await self._renew()
            except (ConversationFailed, OSError) as error:
                logger.warning("%s could not renew its entry in the directory: %s", self._me, error)
                pause = min(self._lease / 3, _RETRY)
            else:
                pause = self._lease / 3

    def refresh(self) -> None:
        """Have :meth:`keep` renew the entry at once: the directory may have lost it."""
        self._refresh.set()

    async def leave(self) -> None:
        """Deregister, as far as the directory still answers."""
        with suppress(ConversationFailed, OSError):
            await self._ask(Deregister(description=AMSAgentDescription(name=self._me)), timeout=2)

    async def knows(self, agent: AgentIdentifier) -> bool:
        """Tell whether the AMS, or one that is federated with it, knows an agent; no where it does not answer."""
        try:
            return bool(await self.search(AMSAgentDescription(name=agent), max_results=1, max_depth=2))
        except (ConversationFailed, OSError) as error:
            logger.warning("%s could not ask the AMS about %s: %s", self._me, agent, error)
            return False

    async def search(
        self,
        template: Description,
        *,
        max_results: int | None = None,
        max_depth: int | None = None,
        timeout: float = _TIMEOUT,
    ) -> tuple[Description, ...]:
        """Return the descriptions that match a template.

        Args:
            template: what is wanted.
            max_results: how many at most; None: all.
            max_depth: over how many directories the search may go, this one included; less than 0: over all that are
                federated; None: over this one alone.
            timeout: seconds to wait; directories that are asked in turn have less.

        Raises:
            ConversationFailed: the directory does not answer.
        """
        wanted = SearchConstraints(max_results=max_results, max_depth=max_depth)
        constraints = wanted if wanted != SearchConstraints() else None
        found = await self._ask(Search(template=template, constraints=constraints), timeout=timeout)
        return _descriptions(found)

    def watch(
        self, template: Description, *, lasting: float = DAY, queue: int = 1000
    ) -> Stream[tuple[Description, ...]]:
        """Be told what matches a template, and each time that this changes.

        ``async with directory.watch(...) as changes`` begins it, ``async for descriptions in changes`` takes what is
        told: first all that match, then one description for each change; see ``xmpp.directory.changes``, whose
        ``is_gone`` tells those of agents that left.

        Args:
            template: what is wanted.
            lasting: for how long, in seconds.
            queue: how many changes may wait to be taken; when there are more, it ends.
        """
        expression = result_of_search(self._directory, template)

        def role() -> SubscribeInitiator:
            return SubscribeInitiator((self._directory,), expression, lasting=lasting, queue=queue)

        return Stream(self._conversations, role, lambda told: _descriptions(told.value))

    async def providers(
        self, action: type[AgentAction], *, max_depth: int | None = None
    ) -> tuple[AgentIdentifier, ...]:
        """Return the agents that offer an action.

        Args:
            action: the action.
            max_depth: over how many directories to search; see :meth:`search`.

        Raises:
            ConversationFailed: the directory does not answer.
        """
        template = DFAgentDescription(services=(ServiceDescription(type=action.wire_name),))
        found = await self.search(template, max_depth=max_depth)
        return tuple(each.name for each in found if each.name is not None)

    def _offer(self) -> DFAgentDescription:
        return DFAgentDescription(name=self._me, services=self._services, lease_time=self._lease)

    async def _renew(self) -> None:
        try:
            await self._ask(Modify(description=self._offer()))
        except ConversationFailed as error:
            if not isinstance(error.reason, NotRegistered):
                raise
            await self.enter(self._services)  # the directory was restarted and knows nobody

    async def _ask(self, act: AgentAction, *, timeout: float = _TIMEOUT) -> Element | None:
        return await request(self._conversations, self._directory, act, timeout=timeout)


def _descriptions(found: object) -> tuple[Description, ...]:
    if not isinstance(found, TermSet | TermSequence):  # some platforms answer in a sequence
        return ()
    return tuple(each for each in found.items if isinstance(each, DFAgentDescription | AMSAgentDescription))
