"""Messages between agents of one process, handed over without the server.

It is for simulations and large sets; a platform has to be told to (``Platform.local_delivery``). What the server
vouches for otherwise is kept:

- Only an endpoint that the server has let in under its name can join, and the sender of what it hands over is that
  name, whatever the message says.
- The receiver's guard decides whether the sender is heard, as with every message.
- Messages are immutable, arrive once, and in the order in which they were handed over.
- So many may wait for one receiver; what is too much is not taken.

All that is handed over in one turn of the loop is delivered in the next, by one callback.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final
from weakref import WeakKeyDictionary

from ontology.acl import ACLMessage, AgentIdentifier
from xmpp.address import Address
from xmpp.outbox import MESSAGES, OutboxFullError

logger = logging.getLogger(__name__)

GONE: Final = "cannot be reached at the moment"


@dataclass(slots=True, eq=False)
class Neighbour:
    """An endpoint that has joined.

    Attributes:
        identifier: its agent.
        take: is given what arrives.
        fail: told of a message that could not be delivered, for whom it was, and why.
        waiting: how many messages are to be delivered to it.
        present: whether it has not left.
    """

    identifier: AgentIdentifier
    take: Callable[[ACLMessage], None]
    fail: Callable[[ACLMessage, str, str], None]
    waiting: int = 0
    present: bool = True


class Neighbours:
    """The endpoints of one platform in one process.

    Args:
        loop: the loop in which they run.
        limit: how many messages may wait for one of them.
    """

    def __init__(self, loop: asyncio.AbstractEventLoop, *, limit: int = MESSAGES) -> None:
        self._loop = loop
        self._limit = limit
        self._members: dict[str, Neighbour] = {}
        self._under_way: deque[tuple[Neighbour, Neighbour, ACLMessage]] = deque()

    def join(self, neighbour: Neighbour) -> None:
        """Let an endpoint in; it takes the place of an earlier one of its name."""
        self.leave(self._members.get(neighbour.identifier.name))
        self._members[neighbour.identifier.name] = neighbour

    def leave(self, neighbour: Neighbour | None) -> None:
        """Let an endpoint go. Who still waits for it to take something is told that it won't."""
        if neighbour is not None:
            neighbour.present = False
            if self._members.get(neighbour.identifier.name) is neighbour:
                del self._members[neighbour.identifier.name]

    def find(self, name: str) -> Neighbour | None:
        """Return the endpoint of that bare JID, if it is here."""
        return self._members.get(name)

    def hand_over(self, sender: Neighbour, receiver: Neighbour, message: ACLMessage) -> None:
        """Have a message delivered in the next turn of the loop.

        Raises:
            OutboxFullError: too much waits for the receiver already.
        """
        if receiver.waiting >= self._limit:
            raise OutboxFullError(f"{receiver.waiting} messages wait for {receiver.identifier} already")
        if message.sender is not sender.identifier:
            message = replace(message, sender=sender.identifier)
        receiver.waiting += 1
        if not self._under_way:
            self._loop.call_soon(self._deliver)
        self._under_way.append((sender, receiver, message))

    def _deliver(self) -> None:
        under_way, self._under_way = self._under_way, deque()
        for sender, receiver, message in under_way:
            receiver.waiting -= 1
            try:
                if receiver.present:
                    receiver.take(message)
                elif sender.present:
                    sender.fail(message, receiver.identifier.name, GONE)
            except Exception:
                logger.exception("%s could not take a message of %s", receiver.identifier, sender.identifier)


_OF_LOOPS: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[tuple[Address, str], Neighbours]] = WeakKeyDictionary()


def neighbours(address: Address, domain: str) -> Neighbours:
    """Return those in the running loop whose accounts are on that server and host."""
    loop = asyncio.get_running_loop()
    platforms = _OF_LOOPS.setdefault(loop, {})
    found = platforms.get((address, domain))
    if found is None:
        found = platforms[address, domain] = Neighbours(loop)
    return found
