"""Every protocol as one call on an agent, over a real server."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest

from behaviours.auction import Sale
from behaviours.brokering import Proxy
from behaviours.declaring import offers
from behaviours.facts import Knowledge
from behaviours.iterated_contract_net import Accept, Round
from behaviours.outcomes import Refused
from behaviours.services import Job
from ontology.acl import AgentIdentifier, Performative
from ontology.assistant import ASSISTANT, Calculate, Calculation, RunCode
from ontology.elements import AgentAction
from ontology.expressions import Action, Bid, Not, TermSet
from ontology.proxying import Message, all_that_offer
from ontology.references import Pattern
from ontology.trade import Price
from tests.behaviours.home import HOME, Warmth, rooms_with, warmth_of
from tests.xmpp.society import Society
from xmpp.agent import FipaAgent

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group(__name__)]

ACT = Calculate(expression="1+1")
TWO = Calculation(expression="1+1", value="2", exact=True)
WARM = Warmth(room="kitchen", degrees=20)


class House(FipaAgent):
    """Knows how warm its rooms are, publishes that, does sums, and buys what is cheap."""

    degrees: dict[str, int]

    @offers(Calculate, bid=Bid(seconds=0.1, confidence=0.9))
    async def calculate(self, act: Calculate, _: Job) -> Calculation:
        """Know the answer."""
        return Calculation(expression=act.expression, value="2", exact=True)

    def knowledge(self) -> Iterable[Knowledge[Any]]:
        return (Knowledge(Warmth, self._known),)

    def publishes(self) -> Iterable[type[Warmth]]:
        return (Warmth,)

    def willing(self) -> Any:
        return self._willing

    def warm(self, room: str, degrees: int) -> None:
        self.degrees[room] = degrees
        self.publish(Warmth(room=room, degrees=degrees))

    async def _known(self, _: Pattern) -> Iterable[Warmth]:
        return [Warmth(room=room, degrees=degrees) for room, degrees in self.degrees.items()]

    async def _willing(self, _: AgentAction, price: Price) -> bool:
        return price.amount <= 5


async def pair(society: Society) -> tuple[FipaAgent, House]:
    await society.found()
    agents = []
    for cls, name in ((House, "house"), (FipaAgent, "ann")):
        account = await society.account(society.agent(name).name)
        agent = cls(account, society.platform, ontologies=(ASSISTANT, HOME))
        if isinstance(agent, House):
            agent.degrees = {"kitchen": 19}
        agents.append(await society.started(agent))
    house, ann = agents
    assert isinstance(house, House)
    return ann, house


async def test_what_an_agent_knows_is_asked_waited_for_and_subscribed_to(society: Society) -> None:
    ann, house = await pair(society)
    to = house.identifier
    assert not await ann.query_if(to, WARM, timeout=5)
    assert await ann.query_if(to, Not(proposition=WARM), timeout=5)
    assert await ann.query_ref(to, warmth_of("kitchen"), timeout=5) == 19
    assert await ann.query_all([to], warmth_of("kitchen"), timeout=5) == {to: 19}
    waiting = asyncio.create_task(ann.request_when(to, ACT, WARM, timeout=30))
    async with asyncio.timeout(20), ann.subscribe(to, warmth_of("kitchen")) as changes:
        assert await anext(changes) == 19
        house.warm("kitchen", 20)
        assert await anext(changes) == 20
        assert await waiting == TWO
    with pytest.raises(Refused, match="run-code"):
        await ann.request_when(to, RunCode(owner="me", code="1"), WARM, timeout=5)


async def test_bids_round_by_round_and_at_auctions(society: Society) -> None:
    ann, house = await pair(society)

    def decide(each: Round) -> Accept:
        return Accept(each.offers[0])

    award = await ann.iterated_contract_net([house.identifier], ACT, decide=decide, rounds=2, bid_timeout=5, timeout=5)
    assert award.value == TWO
    price, step = Price(amount=Decimal(4), unit="EUR"), Decimal(1)
    sold: Sale = await ann.english_auction(
        [house.identifier], ACT, price=price, step=step, reserve=price, bid_timeout=5
    )
    assert (sold.winner, sold.price.amount) == (house.identifier, Decimal(4))
    high = Price(amount=Decimal(7), unit="EUR")
    sold = await ann.dutch_auction([house.identifier], ACT, price=high, step=step, reserve=price, bid_timeout=5)
    assert sold.price.amount == 5


async def test_the_directory_is_broker_and_recruiter(society: Society) -> None:
    ann, house = await pair(society)
    request = Message(performative=Performative.REQUEST, content=(Action(actor=ann.identifier, act=ACT),))
    proxy = Proxy(all_that_offer(Calculate), request)
    broker: AgentIdentifier = society.directory
    for said in (
        await ann.broker(broker, proxy, timeout=20),
        await ann.recruit(broker, proxy, timeout=20),
    ):
        assert {agent: message.performative for agent, message in said.items()} == {
            house.identifier: Performative.INFORM
        }


async def test_all_that_fit_are_told_as_a_set(society: Society) -> None:
    ann, house = await pair(society)
    house.warm("bath", 19)
    found = await ann.query_ref(house.identifier, rooms_with(19), timeout=5)
    assert isinstance(found, TermSet)
    assert set(found.items) == {"kitchen", "bath"}
