"""What the directory knows: the AMS's agents and the DF's descriptions (FIPA 00023), in memory.

Entries of the DF hold for their lease; an agent that dies without a word drops out of both when its lease ends.
"""

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice

from behaviours.outcomes import Fail, Refuse
from ontology.acl import AgentIdentifier
from ontology.expressions import AlreadyRegistered, NotRegistered, Unauthorised, UnrecognisedParameterValue
from ontology.management import AMSAgentDescription, Description, DFAgentDescription, matches


@dataclass(frozen=True, slots=True)
class _Entry:
    description: Description
    until: float


class Registry:
    """The entries of one directory.

    An agent may change its own entries only.

    Args:
        clock: seconds, monotonic; leases are measured on it.
        now: the instant, for leases that say until when they last.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._clock = clock
        self._now = now
        self._agents: dict[str, _Entry] = {}
        self._services: dict[str, _Entry] = {}
        self._ends = float("inf")

    def knows(self, agent: AgentIdentifier) -> bool:
        """Tell whether the AMS knows the agent."""
        self._drop_ended()
        return agent.name in self._agents

    def register(self, sender: AgentIdentifier, description: Description) -> None:
        """Enter a description.

        Raises:
            Refuse: it names no agent or another one, or the agent is not known to the AMS.
            Fail: it is registered already.
        """
        name = self._own(sender, description)
        self._drop_ended()
        if name in self._table(description):
            raise Fail(AlreadyRegistered(explanation=f"{name} is registered already."))
        if isinstance(description, DFAgentDescription) and not self.knows(sender):
            raise Refuse(NotRegistered(explanation=f"{name} is not registered with the AMS."))
        self._table(description)[name] = self._entry(description)

    def modify(self, sender: AgentIdentifier, description: Description) -> None:
        """Put a description in place of the one there is, which also renews its lease.

        Raises:
            Refuse: there is none, or it is not the sender's.
        """
        name = self._own(sender, description)
        self._drop_ended()
        if name not in self._table(description) or name not in self._agents:
            raise Refuse(NotRegistered(explanation=f"{name} is not registered."))
        self._table(description)[name] = self._entry(description)

    def deregister(self, sender: AgentIdentifier, description: Description) -> None:
        """Take a description out; an agent that leaves the AMS leaves the DF as well.

        Raises:
            Refuse: there is none, or it is not the sender's.
        """
        name = self._own(sender, description)
        if self._table(description).pop(name, None) is None:
            raise Refuse(NotRegistered(explanation=f"{name} is not registered."))
        if isinstance(description, AMSAgentDescription):
            self._services.pop(name, None)

    def search(self, template: Description, max_results: int | None = None) -> tuple[Description, ...]:
        """Return the descriptions that match a template, in the order in which they were entered."""
        self._drop_ended()
        table = self._table(template)
        if template.name is None:
            entries: Iterable[_Entry] = table.values()
        else:
            entries = filter(None, (table.get(template.name.name),))
        return tuple(islice((e.description for e in entries if matches(template, e.description)), max_results))

    def _table(self, description: Description) -> dict[str, _Entry]:
        return self._agents if isinstance(description, AMSAgentDescription) else self._services

    def _entry(self, description: Description) -> _Entry:
        lease = description.lease_time if isinstance(description, DFAgentDescription) else None
        if isinstance(lease, datetime):  # one that names no zone means UTC
            lease = (lease if lease.tzinfo is not None else lease.replace(tzinfo=UTC)) - self._now()
        until = self._clock() + lease.total_seconds() if lease is not None else float("inf")
        self._ends = min(self._ends, until)
        return _Entry(description, until)

    def _own(self, sender: AgentIdentifier, description: Description) -> str:
        if description.name is None:
            raise Refuse(
                UnrecognisedParameterValue(
                    object_name=description.wire_name, parameter="name", explanation="The description names no agent."
                )
            )
        if description.name.name != sender.name:
            raise Refuse(Unauthorised(explanation="An agent may change its own entry only."))
        return sender.name

    def _drop_ended(self) -> None:
        now = self._clock()
        if now <= self._ends:  # nothing has ended yet
            return
        self._ends = float("inf")
        for name, entry in tuple(self._services.items()):
            if entry.until < now:
                del self._services[name]
                self._agents.pop(name, None)
            else:
                self._ends = min(self._ends, entry.until)
