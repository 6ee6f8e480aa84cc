"""What a page shows of an agent, as values that need no more thought."""

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Final

from behaviours.outcomes import ConversationFailed
from behaviours.roles import Participant, Role
from ontology.management import DFAgentDescription, ServiceDescription
from ontology.observation import SeenMessage
from ontology.secrets import Mask
from xmpp.observation import seen_message

if TYPE_CHECKING:
    from xmpp.agent import FipaAgent

_MESSAGES: Final = 100
_CONVERSATIONS: Final = 50
_TRACES: Final = 50


@dataclass(frozen=True, slots=True)
class BehaviourView:
    """One of SPADE's behaviours."""

    name: str
    state: str


@dataclass(frozen=True, slots=True)
class ConversationView:
    """A conversation. ``age`` is in seconds since it began, None where it is not known; so is ``messages``."""

    id: str
    protocol: str
    role: str
    states: tuple[tuple[str, str], ...]
    open: bool
    age: float | None
    messages: int | None


@dataclass(frozen=True, slots=True)
class TraceView:
    """A message that one of SPADE's behaviours sent or received."""

    time: str
    sender: str
    receiver: str
    body: str


@dataclass(frozen=True, slots=True)
class AgentView:
    """An agent in a line."""

    name: str
    kind: str
    running: bool
    behaviours: int
    open_conversations: int
    messages: int


def agent_view(agent: "FipaAgent") -> AgentView:
    """Return an agent in a line."""
    return AgentView(
        name=agent.identifier.name,
        kind=agent.kind,
        running=agent.is_alive(),
        behaviours=len(agent.behaviours),
        open_conversations=len(_roles(agent)),
        messages=agent.recorder.last if agent.recorder is not None else 0,
    )


def behaviours_of(agent: "FipaAgent") -> tuple[BehaviourView, ...]:
    """Return the agent's behaviours of SPADE."""
    return tuple(
        BehaviourView(str(each), "killed" if each.is_killed() else "running" if each.is_running else "not started")
        for each in agent.behaviours
    )


def conversations_of(agent: "FipaAgent") -> tuple[ConversationView, ...]:
    """Return the agent's conversations: those that are open, then those of late, each the latest first."""
    recorded = agent.recorder.conversations if agent.recorder is not None else ()
    known = {(each.id, each.role, each.initiator): each for each in recorded}
    now = time.monotonic()
    views = []
    for role in _roles(agent):
        initiator = role.initiator.name if isinstance(role, Participant) else ""
        record = known.pop((role.id, role.machine.role, initiator), None)
        states = tuple(role.states.items())
        views.append(
            ConversationView(
                id=role.id,
                protocol=role.protocol,
                role=role.machine.role,
                states=states,
                open=True,
                age=None if record is None else now - record.began,
                messages=None if record is None else record.messages,
            )
        )
    views.sort(key=lambda view: view.age or 0)
    views += (
        ConversationView(
            id=each.id,
            protocol=each.protocol,
            role=each.role,
            states=tuple(each.states.items()),
            open=False,
            age=now - each.began,
            messages=each.messages,
        )
        for each in islice(reversed(known.values()), _CONVERSATIONS)
    )
    return tuple(views)


def messages_of(agent: "FipaAgent", *, conversation: str | None = None) -> list[SeenMessage]:
    """Return what the agent has said and heard, the latest last: the last of all, or all of a conversation."""
    if agent.recorder is None:
        return []
    records = list(agent.recorder.since(0))
    if conversation is not None:
        records = [record for record in records if record.message.conversation_id == conversation]
    mask = Mask(agent.ontologies)
    return [seen_message(record, mask) for record in records[-_MESSAGES:]]


def traces_of(agent: "FipaAgent") -> Iterator[TraceView]:
    """Return the messages of SPADE's behaviours, the latest last."""
    for when, message, _ in agent.traces.all(limit=_TRACES):
        yield TraceView(when.strftime("%H:%M:%S"), str(message.sender), str(message.to), str(message.body or ""))


async def services_of(agent: "FipaAgent") -> tuple[Iterable[ServiceDescription], str]:
    """Return the agent's services as they are in the directory; and why not, where the directory does not tell."""
    try:
        found = await agent.directory.search(DFAgentDescription(name=agent.identifier))
    except (ConversationFailed, OSError, RuntimeError) as error:
        return (), str(error)
    return tuple(s for each in found if isinstance(each, DFAgentDescription) for s in each.services), ""


def _roles(agent: "FipaAgent") -> tuple[Role, ...]:
    return agent.endpoint.conversations.open if agent.is_alive() else ()
