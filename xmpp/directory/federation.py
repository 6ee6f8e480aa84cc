"""Searches that go over several directories (FIPA 00023, section 4.1.3).

A directory that registers with another, as a service of type ``fipa-df``, has the other's searches passed on to it, as
far as they may go. Each hop takes one from the depth and a part from the time that is left, so that whoever was asked
first can still answer; a directory that does not answer by then is left out. A search that comes round again, which
its search-id tells, is answered and not passed on.
"""

import asyncio
import itertools
import logging
import secrets
import time
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime
from typing import Final, Protocol

from behaviours.outcomes import ConversationFailed
from behaviours.services import Job
from ontology.acl import AgentIdentifier
from ontology.content import AgentAction, Element
from ontology.expressions import TermSequence, TermSet
from ontology.management import (
    Description,
    DFAgentDescription,
    Search,
    SearchConstraints,
    ServiceDescription,
    matcher,
)
from xmpp.directory.registry import Registry
from xmpp.directory_client import DirectoryClient

logger = logging.getLogger(__name__)

DF: Final = "fipa-df"
"""Type of the service that a DF offers."""

_PART: Final = 0.75
"""The part of the time left that the next hop has."""
_USUAL: Final = 10.0
"""Seconds for a search that does not say until when it waits."""
_LEAST: Final = 0.02
"""Seconds for which asking others is worth while."""
_REMEMBERED_FOR: Final = 120.0
"""Seconds for which a search-id is remembered."""
_REMEMBERED: Final = 4096


class Ask(Protocol):
    """Asks an agent to do something."""

    def __call__(self, receiver: AgentIdentifier, act: AgentAction, *, timeout: float) -> Awaitable[Element | None]:
        """Return the value of the result.

        Raises:
            ConversationFailed, OSError: there is none.
        """


class Federation:
    """The directories that one directory passes searches on to.

    Args:
        me: the directory.
        registry: what it knows.
        ask: asks another directory.
        clock: seconds, monotonic.
        now: the instant.

    Attributes:
        joined: the directories with which this one has registered.
    """

    def __init__(
        self,
        me: AgentIdentifier,
        registry: Registry,
        ask: Ask,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.joined: dict[AgentIdentifier, DirectoryClient] = {}
        self._me = me
        self._registry = registry
        self._ask = ask
        self._clock = clock
        self._now = now
        self._seen: OrderedDict[str, float] = OrderedDict()
        self._prefix = secrets.token_hex(8)
        self._numbers = itertools.count(1)

    def trusts(self, agent: AgentIdentifier) -> bool:
        """Tell whether an agent is a directory that passes its searches on to this one."""
        return agent in self.joined

    async def search(self, act: Search, found: tuple[Description, ...], job: Job) -> tuple[Description, ...]:
        """Return what was found here, and what others find.

        Args:
            act: the search.
            found: what was found here.
            job: who searches, and how long it waits.
        """
        if act.depth in {0, 1} or (act.limit is not None and len(found) >= act.limit):
            return found
        constraints = act.constraints or SearchConstraints()
        search_id = constraints.search_id or f"{self._prefix}-{next(self._numbers)}"
        if self._has_seen(search_id):
            return found
        left = _USUAL if job.until is None else (job.until - self._now()).total_seconds()
        others = [other for other in self._others() if other != job.requester]
        if not others or left * _PART < _LEAST:
            return found
        onward = constraints.model_copy(update={"max_depth": max(act.depth - 1, -1), "search_id": search_id})
        further = Search(template=act.template, constraints=onward)
        answers = await asyncio.gather(*(self._found_by(other, further, left * _PART) for other in others))
        merged: dict[str, Description] = {}
        for each in itertools.chain(found, *answers):
            merged.setdefault(str(each.name), each)  # what is known here goes before what others say of it
        return tuple(merged.values())[: act.limit]

    def _others(self) -> Iterable[AgentIdentifier]:
        template = DFAgentDescription(services=(ServiceDescription(type=DF),))
        return (each.name for each in self._registry.search(template) if each.name not in {None, self._me})

    async def _found_by(self, other: AgentIdentifier, search: Search, timeout: float) -> tuple[Description, ...]:
        try:
            answer = await self._ask(other, search, timeout=timeout)
        except (ConversationFailed, OSError) as error:
            logger.info("the directory %s is left out of a search: %s", other, error)
            return ()
        fits = matcher(search.template)
        items = answer.items if isinstance(answer, TermSet | TermSequence) else ()
        return tuple(each for each in items if isinstance(each, type(search.template)) and each.name and fits(each))

    def _has_seen(self, search_id: str) -> bool:
        """Tell whether a search was here before, and remember that it was."""
        now = self._clock()
        while self._seen and (len(self._seen) >= _REMEMBERED or next(iter(self._seen.values())) < now):
            self._seen.popitem(last=False)
        if search_id in self._seen:
            return True
        self._seen[search_id] = now + _REMEMBERED_FOR
        return False
