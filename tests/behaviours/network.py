"""Agents joined by memory alone, with a record of what they said."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from functools import partial

from behaviours import dutch_auction, english_auction, iterated_contract_net
from behaviours.auction import Willing
from behaviours.brokering import PROTOCOL as BROKERING
from behaviours.brokering import Broker
from behaviours.contract_net import PROTOCOL as CONTRACT_NET
from behaviours.contract_net import ServiceContractNet
from behaviours.conversations import Conversations
from behaviours.facts import Facts
from behaviours.propose import PROTOCOL as PROPOSE
from behaviours.propose import ServiceProposal
from behaviours.query import PROTOCOL as QUERY
from behaviours.query import FactsQuery
from behaviours.recruiting import PROTOCOL as RECRUITING
from behaviours.recruiting import Recruiter
from behaviours.request import PROTOCOL as REQUEST
from behaviours.request import ServiceRequest
from behaviours.request_when import PROTOCOL as REQUEST_WHEN
from behaviours.request_when import ServiceRequestWhen
from behaviours.request_whenever import PROTOCOL as REQUEST_WHENEVER
from behaviours.request_whenever import ServiceRequestWhenever
from behaviours.services import Job, Service, Services
from behaviours.subscribe import PROTOCOL as SUBSCRIBE
from behaviours.subscribe import Publisher
from behaviours.transport import Transport
from ontology.acl import ACLMessage, AgentIdentifier, Performative
from ontology.assistant import ASSISTANT, Calculate, Calculation
from ontology.content import Element
from ontology.expressions import Bid, IdentifyingExpression
from ontology.manager import ContentManager
from ontology.proxying import Offers
from tests.behaviours.home import HOME, Rooms, Warmth

Perform = Callable[[Calculate, Job], Awaitable[Element | None]]
Bidding = Callable[[Calculate], Awaitable[Bid]]


class Network:
    """Delivers messages between its members in the order sent, each in a turn of the loop of its own."""

    def __init__(self) -> None:
        self.members: dict[str, Conversations] = {}
        self.sent: list[ACLMessage] = []
        self.publishers: dict[str, Publisher] = {}
        self.offering: dict[str, tuple[str, ...]] = {}

    async def find(self, description: IdentifyingExpression) -> Sequence[AgentIdentifier]:
        """Find agents by what they offer, as a directory does."""
        known = (Offers(agent=agent(name), service=s) for name, types in self.offering.items() for s in types)
        return [found for found in description.referents(known) if isinstance(found, AgentIdentifier)]

    def join(
        self,
        name: str,
        *services: Service[Calculate],
        rooms: Rooms | None = None,
        willing: Willing | None = None,
    ) -> Conversations:
        conversations = Conversations(self.wire(name), ContentManager((HOME, ASSISTANT)), limit=50)
        offered = Services(services)
        facts = rooms.facts if rooms is not None else Facts()
        publisher = Publisher([Warmth] if rooms is not None else [], facts=facts, limit=3)
        conversations.serve(REQUEST, partial(ServiceRequest, offered))
        conversations.serve(CONTRACT_NET, partial(ServiceContractNet, offered))
        conversations.serve(PROPOSE, partial(ServiceProposal, offered))
        conversations.serve(QUERY, partial(FactsQuery, facts))
        conversations.serve(REQUEST_WHEN, partial(ServiceRequestWhen, offered, facts))
        conversations.serve(REQUEST_WHENEVER, partial(ServiceRequestWhenever, offered, facts))
        conversations.serve(SUBSCRIBE, publisher.participant)
        conversations.serve(
            iterated_contract_net.PROTOCOL, partial(iterated_contract_net.ServiceIteratedContractNet, offered)
        )
        conversations.serve(BROKERING, partial(Broker, self.find))
        conversations.serve(RECRUITING, partial(Recruiter, self.find))
        if willing is not None:
            english = partial(english_auction.EnglishBidder, willing)
            dutch = partial(dutch_auction.DutchBidder, willing)
            conversations.serve(english_auction.PROTOCOL, english, opens=english_auction.OPENS)
            conversations.serve(dutch_auction.PROTOCOL, dutch, opens=dutch_auction.OPENS)
        self.offering[name] = tuple(service.action.wire_name for service in services)
        self.publishers[name] = publisher
        self.members[name] = conversations
        return conversations

    def wire(self, name: str) -> Transport:
        return Wire(self, name)

    def count(self) -> Counter[Performative]:
        return Counter(message.performative for message in self.sent)

    async def close(self) -> None:
        await asyncio.gather(*(member.close() for member in self.members.values()))

    async def settle(self) -> None:
        """Wait until no conversation is open any more."""
        await self.until(lambda: not any(member.open_count for member in self.members.values()))

    async def rest(self) -> None:
        """In virtual time: let every deadline pass, and assert that no conversation is open then."""
        await asyncio.sleep(3 * 24 * 3600)
        assert not any(member.open_count for member in self.members.values())

    async def until(self, holds: Callable[[], bool]) -> None:
        """Let everything run until a condition holds."""
        async with asyncio.timeout(5):
            while not holds():  # noqa: ASYNC110 - each turn of the loop is an event
                await asyncio.sleep(0)


class Wire:
    def __init__(self, network: Network, name: str) -> None:
        self._network = network
        self.identifier = AgentIdentifier(name=name)

    def send(self, message: ACLMessage) -> None:
        self._network.sent.append(message)
        for receiver in message.receivers:
            member = self._network.members.get(receiver.name)
            if member is not None:
                asyncio.get_running_loop().call_soon(member.deliver, message)


def agent(name: str) -> AgentIdentifier:
    return AgentIdentifier(name=name)


def calculator(perform: Perform, bid: Bidding | None = None) -> Service[Calculate]:
    return Service(Calculate, perform, bid)


def answer(value: str) -> Perform:
    async def perform(act: Calculate, _: Job) -> Element:
        return Calculation(expression=act.expression, value=value, exact=True)

    return perform


def bids(confidence: float, *, seconds: float = 0.1) -> Bidding:
    async def bid(_: Calculate) -> Bid:
        return Bid(seconds=seconds, confidence=confidence)

    return bid
