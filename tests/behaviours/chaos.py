"""A network in which everything happens to messages that can, and what must hold nevertheless.

Messages are late, overtake one another, come twice or never; agents vanish; strangers and members say things that do
not belong there. :func:`endure` has a protocol bear this in virtual time, and asserts that

- what is awaited ends, with a value or an error of ours,
- nobody is left with a conversation that is open,
- no exception reaches the loop, and handlers raise nothing but what they are told to,
- everything that is said is allowed by the machine, as a second reading of it finds.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from random import Random

from behaviours.conversations import Conversations
from behaviours.machine import HEARS, SENDS, Machine
from behaviours.outcomes import ConversationFailed, Fail, Refuse
from behaviours.roles import Participant, Role, kind_of
from behaviours.services import Job
from behaviours.transport import Transport
from ontology.acl import ACLMessage, AgentIdentifier, Performative
from ontology.assistant import Calculate, Calculation
from ontology.content import AgentAction, Element
from ontology.expressions import Bid, Declined, InternalError, Overloaded
from ontology.trade import Price
from tests.behaviours.home import Broken, Rooms
from tests.behaviours.network import Network, agent, calculator
from tests.behaviours.virtual import run

Drive = Callable[[Conversations, list[AgentIdentifier]], Awaitable[object]]
"""Holds a conversation of a protocol with these agents."""

_PERFORMATIVES = tuple(Performative)
_FOREVER = 3 * 24 * 3600.0
"""Seconds after which every deadline has passed."""


class Storm(Network):
    """A network that loses, delays, repeats and makes up messages."""

    def __init__(self, random: Random) -> None:
        super().__init__()
        self.random = random
        self.roughness = random.choice((0.0, 0.05, 0.3))
        self.vanished: set[str] = set()
        self.unsent: set[str | None] = set()

    def wire(self, name: str) -> Transport:
        return _StormyWire(self, name)

    def happens(self) -> bool:
        return self.random.random() < self.roughness

    def deliver(self, message: ACLMessage, receiver: AgentIdentifier) -> None:
        """Let a message arrive some time, or twice, or never."""
        member = self.members.get(receiver.name)
        if member is None or receiver.name in self.vanished:
            self._bounce(message, receiver)
            return
        for _ in range(2 if self.happens() else 1):
            if not self.happens():
                delay = self.random.choice((0.0, 0.0, 0.01, 0.5, 3.0, 40.0)) if self.roughness else 0.0
                asyncio.get_running_loop().call_later(delay, member.deliver, message)

    def interfere(self, message: ACLMessage) -> None:
        """Say something else in a conversation, in the name of a member or a stranger."""
        members = (message.sender, *message.receivers)
        wrong = ACLMessage(
            performative=self.random.choice(_PERFORMATIVES),
            sender=self.random.choice((*members, agent("stranger"))),
            receivers=(self.random.choice(members),),
            content=self.random.choice((message.content, "[]", "{", None)),
            language=self.random.choice((message.language, "klingon")),
            ontology=message.ontology,
            protocol=message.protocol,
            conversation_id=message.conversation_id,
            in_reply_to=self.random.choice((None, message.reply_with, message.in_reply_to)),
            reply_with=self.random.choice((None, message.reply_with)),
        )
        self.deliver(wrong, wrong.receivers[0])

    def _bounce(self, message: ACLMessage, receiver: AgentIdentifier) -> None:
        """Say that a receiver is not there, as the wire does."""
        sender = self.members.get(message.sender.name)
        if sender is not None and message.performative not in {Performative.FAILURE, Performative.NOT_UNDERSTOOD}:
            spoken = sender.content.encode(InternalError(explanation="It cannot be reached."))
            bounced = message.reply(Performative.FAILURE, sender=receiver, content=spoken.content)
            asyncio.get_running_loop().call_soon(sender.deliver, bounced)


class _StormyWire:
    def __init__(self, storm: Storm, name: str) -> None:
        self._storm = storm
        self.identifier = agent(name)

    def send(self, message: ACLMessage) -> None:
        if self._storm.happens() and self._storm.happens():
            self._storm.unsent.add(message.conversation_id)
            raise ConnectionError("the connection is lost")
        if self._storm.happens() and self._storm.happens():
            self._storm.vanished.add(self._storm.random.choice((*self._storm.members,)))
        self._storm.sent.append(message)
        for receiver in message.receivers:
            self._storm.deliver(message, receiver)
        if self._storm.happens():
            self._storm.interfere(message)


class Reader:
    """Reads the machines a second time: in which states may each role be, after what it said and heard?"""

    def __init__(self, storm: Storm) -> None:
        self._states: dict[tuple[Role, str], frozenset[str]] = {}
        self._unsent = storm.unsent  # of such a conversation it is not seen what its roles tried to say
        self.wrong: list[str] = []

    def said(self, message: ACLMessage, role: Role | None) -> None:
        if role is not None:
            # What a participant says is towards the initiator, also where that has its answers go elsewhere.
            peers = (role.initiator,) if isinstance(role, Participant) else message.receivers
            for peer in peers:
                self._move(role, peer.name, SENDS[kind_of(message)])

    def heard(self, message: ACLMessage, role: Role | None, state: str, after: str | None) -> None:
        if role is not None and after is not None:
            self._move(role, message.sender.name, HEARS[kind_of(message)])

    def _move(self, role: Role, peer: str, event: str) -> None:
        states = _closure(role.machine, self._states.get((role, peer), frozenset({role.machine.start})))
        moves = (role.machine.moves.get(state, {}).get(event) for state in states)
        after = frozenset(state for state in moves if state is not None)
        if not after and role.id not in self._unsent:
            self.wrong.append(f"{type(role).__name__} towards {peer}: {event} in {sorted(states)}")
        self._states[role, peer] = after


def _closure(machine: Machine, states: frozenset[str]) -> frozenset[str]:
    """Return the states that can be reached without a message."""
    found = set(states)
    while True:
        more = {
            after for s in found for event, after in machine.moves.get(s, {}).items() if " " not in event
        } - found  # fmt: skip
        if not more:
            return frozenset(found)
        found |= more


class _Log(logging.Handler):
    """Keeps the exceptions that were logged."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.errors: list[BaseException] = []

    def emit(self, record: logging.LogRecord) -> None:
        if record.exc_info is not None and record.exc_info[1] is not None:
            self.errors.append(record.exc_info[1])


async def _behave(random: Random, how: str) -> None:
    """Be quick or slow, and then do it or not."""
    await asyncio.sleep(random.choice((0.0, 0.0, 0.1, 1.0, 30.0)))
    match how:
        case "refuse":
            raise Refuse(random.choice((Overloaded(), Declined())))
        case "fail":
            raise Fail(InternalError(explanation="It broke."))
        case "break":
            raise Broken
        case "hang":
            await asyncio.Event().wait()


def join(storm: Storm, name: str) -> Conversations:
    """Let an agent join that behaves as chance has it."""
    random = storm.random
    hows = ("do", "do", "refuse", "fail", "break", "hang")
    performing, bidding = random.choice(hows), random.choice(hows)

    async def perform(act: Calculate, job: Job) -> Element | None:
        job.report(Calculation(expression=act.expression, value="soon", exact=False))
        await _behave(random, performing)
        return random.choice((None, Calculation(expression=act.expression, value="2", exact=True)))

    async def bid(_: Calculate) -> Bid:
        await _behave(random, bidding)
        return Bid(seconds=1, confidence=random.random())

    rooms = Rooms(kitchen=random.choice((18, 19, 20)))

    def change() -> None:
        warmth = rooms.set("kitchen", random.choice((18, 19, 20)))
        storm.publishers[name].publish(warmth)

    for hour in range(3):
        asyncio.get_running_loop().call_later(random.choice((0.2, 2.0, 50.0)) * (hour + 1), change)

    async def willing(_: AgentAction, price: Price) -> bool:
        await _behave(random, bidding)
        return price.amount <= most

    most = random.choice((0, 5, 8))
    return storm.join(name, calculator(perform, bid), rooms=rooms, willing=willing)


def endure(random: Random, drive: Drive) -> None:
    """Hold a conversation in a storm, and assert what must hold."""
    log, storm = _Log(), Storm(random)
    reader = Reader(storm)
    logger = logging.getLogger("behaviours")

    async def main() -> None:
        names = [f"b{number}" for number in range(random.choice((1, 2, 3)))]
        for name in ("ann", *names):
            join(storm, name).observer = reader
        receivers = [agent(name) for name in (*names, *random.choice(((), ("nobody",), ("ann",))))]
        try:
            async with asyncio.timeout(_FOREVER):
                await drive(storm.members["ann"], receivers)
        except (ConversationFailed, ConnectionError, Broken):
            pass
        await asyncio.sleep(_FOREVER)
        left = {name: member.open_count for name, member in storm.members.items() if member.open_count}
        assert not left, "some conversations did not end"

    logger.addHandler(log)
    try:
        run(main())
    finally:
        logger.removeHandler(log)
    assert not reader.wrong, reader.wrong
    assert not [error for error in log.errors if not isinstance(error, Broken | ConnectionError)]
