"""What several agents saw, put together: every message once, in the order of time.

A message is seen by who says it and by each who hears it. The reply-with that the sender gave it tells it from all
others of that sender; a message without one is known by everything that it says. What is said twice in the very same
words is told apart by counting: an agent's second sight of a message is of its second saying.
"""

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from ontology.observation import SeenMessage

_REMEMBERED: Final = 50_000
"""How many messages are remembered, to know them again when another agent tells of them."""

Observer = tuple[str, Literal["said", "heard"]]


@dataclass(slots=True)
class Sighting:
    """One message, and by whom it was seen.

    Attributes:
        message: the message, as it was first told.
        seen: how each observer saw it: an agent's name, and whether it said or heard the message.
    """

    message: SeenMessage
    seen: dict[Observer, SeenMessage] = field(default_factory=dict)

    @property
    def time(self) -> datetime:
        """When it was said; where only hearers told of it, when it was first heard."""
        said = [each.seen for (_, direction), each in self.seen.items() if direction == "said"]
        return min(said or (each.seen for each in self.seen.values()))

    def by(self, agent: str, direction: Literal["said", "heard"]) -> SeenMessage | None:
        """Return how an agent saw itself say it, or hear it."""
        return self.seen.get((agent, direction))


class Sightings:
    """Puts together what agents tell, in whatever order they do."""

    def __init__(self) -> None:
        self._known: OrderedDict[Hashable, Sighting] = OrderedDict()
        self._counts: OrderedDict[Hashable, int] = OrderedDict()

    def add(self, agent: str, message: SeenMessage) -> Sighting | None:
        """Take a message that an agent tells of; return its sighting if nobody has told of it before."""
        observer = (agent, message.direction)
        identity = _identity(message)
        count = self._counts[observer, identity] = self._counts.get((observer, identity), 0) + 1
        sighting = self._known.get((identity, count))
        new = sighting is None
        if sighting is None:
            sighting = self._known[identity, count] = Sighting(message)
        sighting.seen[observer] = message
        for memory in (self._known, self._counts):
            if len(memory) > _REMEMBERED:
                memory.popitem(last=False)
        return sighting if new else None


def in_order(sightings: list[Sighting]) -> list[Sighting]:
    """Return sightings in the order of time; an answer never stands before what it answers at the same time."""
    return sorted(sightings, key=lambda sighting: (sighting.time, sighting.message.in_reply_to is not None))


def _identity(message: SeenMessage) -> Hashable:
    if message.reply_with:
        return message.sender, message.conversation_id, message.reply_with
    return (
        message.sender, message.receivers, message.performative, message.protocol, message.conversation_id,
        message.in_reply_to, message.content,
    )  # fmt: skip
