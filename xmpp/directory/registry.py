"""What the directory knows: the AMS's agents and the DF's descriptions (FIPA 00023), in memory.

Entries of the DF hold for their lease; an agent that dies without a word drops out of both when its lease ends.
A search is answered from an index and the end of leases from a heap, so that neither looks at every entry. There are
at most as many entries as the agents' host has accounts, each no larger than a stanza.
"""

import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final

from behaviours.outcomes import Fail, Refuse
from ontology.acl import AgentIdentifier
from ontology.expressions import AlreadyRegistered, NotRegistered, Unauthorised, UnrecognisedParameterValue
from ontology.management import AMSAgentDescription, Description, DFAgentDescription, matcher
from xmpp.directory.index import Index
from xmpp.directory.leases import Leases
from xmpp.directory.states import MANAGED, State, leads

_LONGEST: Final = timedelta(days=365)
"""The longest lease; a longer one is granted as this."""


@dataclass(frozen=True, slots=True)
class AgentEntry:
    """An agent, as the AMS has it.

    Args:
        description: what it registered.
        manager: the name of the agent that had it started, if one did.
        suspended_by: the name of the agent that suspended it, while it is suspended.
    """

    description: AMSAgentDescription
    manager: str | None = None
    suspended_by: str | None = None

    @property
    def state(self) -> State:
        """In which state of its life it is."""
        return State(self.description.state or State.ACTIVE)


@dataclass(frozen=True, slots=True)
class Kept:
    """All that there is of one agent.

    Args:
        entry: what the AMS has.
        offer: what the DF has.
    """

    entry: AgentEntry
    offer: DFAgentDescription | None = None


@dataclass(frozen=True, slots=True)
class Change:
    """Something that became of an entry.

    Args:
        name: the agent's name.
        before: the description that there was, if any.
        after: the one that there is now, if any.
    """

    name: str
    before: Description | None
    after: Description | None

    @property
    def is_renewal(self) -> bool:
        """Whether only the lease is another one."""
        match self.before, self.after:
            case DFAgentDescription() as before, DFAgentDescription() as after:
                return before == after.model_copy(update={"lease_time": before.lease_time})
        return self.before == self.after


class Registry:
    """The entries of one directory.

    An agent may change its own entries only; whoever had the AMS start an agent may suspend and resume it.

    Args:
        clock: seconds, monotonic; leases are measured on it.
        now: the instant, for leases that say until when they last.
    """

    def __init__(
        self, clock: Callable[[], float] = time.monotonic, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        self._clock = clock
        self._now = now
        self._agents: dict[str, AgentEntry] = {}
        self._offers: dict[str, DFAgentDescription] = {}
        self._index = Index()
        self._leases = Leases()
        self._listeners: list[Callable[[Change], None]] = []

    def listen(self, listener: Callable[[Change], None]) -> None:
        """Have a function called after each change, also when an entry ends. It must be quick, and must not raise."""
        self._listeners.append(listener)

    # -- what agents ask for

    def register(self, sender: AgentIdentifier, description: Description) -> None:
        """Enter a description.

        Raises:
            Refuse: it names no agent or another one, the agent is not known to the AMS, or it cannot begin its life
                in that state.
            Fail: it is registered already.
        """
        name = self._own(sender, description)
        self.drop_ended()
        if name in self._table(description):
            raise Fail(AlreadyRegistered(explanation=f"{name} is registered already."))
        match description:
            case AMSAgentDescription():
                self.admit(description)
            case DFAgentDescription():
                if name not in self._agents:
                    raise Refuse(NotRegistered(explanation=f"{name} is not registered with the AMS."))
                self._offer(name, description)

    def modify(self, sender: AgentIdentifier, description: Description) -> None:
        """Put a description in place of the one there is, which also renews its lease.

        Raises:
            Refuse: there is none, it is not the sender's, or it says a state that the agent cannot get to.
        """
        self.drop_ended()
        name = sender.name
        match description:
            case AMSAgentDescription(name=AgentIdentifier(name=other)) if self._manages(sender, other):
                name = other
            case _:
                self._own(sender, description)
        if name not in self._table(description) or name not in self._agents:
            raise Refuse(NotRegistered(explanation=f"{name} is not registered."))
        match description:
            case AMSAgentDescription():
                self._restate(sender, name, description)
            case DFAgentDescription():
                self._offer(name, description)

    def deregister(self, sender: AgentIdentifier, description: Description) -> None:
        """Take a description out; an agent that leaves the AMS leaves the DF as well.

        Raises:
            Refuse: there is none, or it is not the sender's.
        """
        name = self._own(sender, description)
        self.drop_ended()
        if name not in self._table(description):
            raise Refuse(NotRegistered(explanation=f"{name} is not registered."))
        if isinstance(description, AMSAgentDescription):
            self.drop(name)
        else:
            self._withdraw(name)

    def search(self, template: Description, max_results: int | None = None) -> tuple[Description, ...]:
        """Return the descriptions that match a template, in no particular order.

        Args:
            template: what is wanted.
            max_results: how many at most; None: all.
        """
        self.drop_ended()
        match template:
            case AMSAgentDescription():
                found = self._agents_like(template)
            case DFAgentDescription():
                found = self._offers_like(template)
        return tuple(islice(found, max_results))

    # -- what the AMS does of its own accord

    def knows(self, agent: AgentIdentifier) -> bool:
        """Tell whether the AMS knows the agent."""
        return self.state(agent) is not State.UNKNOWN

    def state(self, agent: AgentIdentifier) -> State:
        """Return in which state of its life an agent is."""
        self.drop_ended()
        entry = self._agents.get(agent.name)
        return State.UNKNOWN if entry is None else entry.state

    def admit(self, description: AMSAgentDescription, *, manager: str | None = None) -> None:
        """Enter an agent.

        Args:
            description: the agent; without a state it is active.
            manager: the name of the agent that has it started.

        Raises:
            Refuse: no agent can begin its life in that state.
        """
        assert description.name is not None
        state = State(description.state or State.ACTIVE)
        if not leads(State.UNKNOWN, state):
            raise _no_way(State.UNKNOWN, state)
        self._put(
            description.name.name, AgentEntry(description.model_copy(update={"state": state.value}), manager=manager)
        )

    def drop(self, name: str) -> None:
        """Take an agent out of the AMS and the DF; nothing happens where it is not in them."""
        self._withdraw(name)
        entry = self._agents.pop(name, None)
        if entry is not None:
            self._tell(Change(name, entry.description, None))

    def drop_ended(self) -> None:
        """Take out the agents whose lease is over."""
        for name in self._leases.end(self._clock()):
            self.drop(name)

    @property
    def next_end(self) -> float | None:
        """In how many seconds a lease may end next; None: none does."""
        end = self._leases.next_end
        return None if end is None else max(0.0, end - self._clock())

    # -- for keeping it

    def restore(self, kept: Kept, *, grace: float) -> None:
        """Enter an agent as it was kept.

        Args:
            kept: what there was of it.
            grace: seconds for which its lease holds at least, so that it can renew it.
        """
        assert kept.entry.description.name is not None
        name = kept.entry.description.name.name
        self._put(name, kept.entry)
        offer = kept.offer
        if offer is not None:
            if isinstance(offer.lease_time, datetime):
                until = max(offer.lease_time, self._now() + timedelta(seconds=grace))
                offer = offer.model_copy(update={"lease_time": until})
            self._offer(name, offer)

    def entry(self, name: str) -> Kept | None:
        """Return all that there is of an agent."""
        entry = self._agents.get(name)
        return None if entry is None else Kept(entry, self._offers.get(name))

    # -- inside

    def _table(self, description: Description) -> Collection[str]:
        return self._agents if isinstance(description, AMSAgentDescription) else self._offers

    def _agents_like(self, template: AMSAgentDescription) -> Iterator[Description]:
        if template.name is None:
            return filter(matcher(template), (entry.description for entry in self._agents.values()))
        named = self._agents.get(template.name.name)
        return filter(matcher(template), () if named is None else (named.description,))

    def _offers_like(self, template: DFAgentDescription) -> Iterator[Description]:
        if template.name is not None:
            named = self._offers.get(template.name.name)
            return filter(matcher(template), () if named is None else (named,))
        found = self._index.find(template)
        if found is None:
            return filter(matcher(template), self._offers.values())
        offers = map(self._offers.__getitem__, found.names)
        return offers if found.is_exact else filter(matcher(template), offers)

    def _put(self, name: str, entry: AgentEntry) -> None:
        before = self._agents.get(name)
        self._agents[name] = entry
        self._tell(Change(name, before.description if before else None, entry.description))

    def _restate(self, sender: AgentIdentifier, name: str, description: AMSAgentDescription) -> None:
        """Put a description in place of an agent's, and take the step to its state."""
        old = self._agents[name]
        before = old.state
        after = State(description.state or before)
        if not leads(before, after):
            raise _no_way(before, after)
        if sender.name != name:
            description = old.description  # whoever manages an agent does not describe it
            if before is not after and (before, after) not in MANAGED:
                raise Refuse(Unauthorised(explanation=f"Only {name} itself may become {after} now."))
        if before is State.SUSPENDED and after is State.ACTIVE and old.suspended_by != sender.name:
            raise Refuse(Unauthorised(explanation=f"Only {old.suspended_by}, which suspended it, may resume {name}."))
        suspended_by = old.suspended_by if before is after else sender.name if after is State.SUSPENDED else None
        description = description.model_copy(update={"state": after.value})
        self._put(name, AgentEntry(description, old.manager, suspended_by))

    def _offer(self, name: str, description: DFAgentDescription) -> None:
        lease = description.lease_time
        if isinstance(lease, datetime):  # one that names no zone means UTC
            lease = (lease if lease.tzinfo is not None else lease.replace(tzinfo=UTC)) - self._now()
        if lease is not None:
            lease = min(lease, _LONGEST)
            description = description.model_copy(update={"lease_time": self._now() + lease})
        self._leases.hold(name, None if lease is None else self._clock() + lease.total_seconds())
        before = self._offers.get(name)
        self._offers[name] = description
        self._index.put(name, before, description)
        self._tell(Change(name, before, description))

    def _withdraw(self, name: str) -> None:
        self._leases.hold(name, None)
        before = self._offers.pop(name, None)
        if before is not None:
            self._index.put(name, before, None)
            self._tell(Change(name, before, None))

    def _tell(self, change: Change) -> None:
        for listener in self._listeners:
            listener(change)

    def _manages(self, sender: AgentIdentifier, name: str) -> bool:
        entry = self._agents.get(name)
        return entry is not None and entry.manager == sender.name != name

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


def _no_way(before: State, after: State) -> Refuse:
    return Refuse(
        UnrecognisedParameterValue(
            object_name=AMSAgentDescription.wire_name,
            parameter="state",
            explanation=f"No agent becomes {after} that is {before}.",
        )
    )
