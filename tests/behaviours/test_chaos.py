"""Every protocol, in a network in which everything goes wrong."""

import asyncio
from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from behaviours.brokering import Proxy, broker
from behaviours.contract_net import Offer, contract_net
from behaviours.conversations import Conversations
from behaviours.dutch_auction import dutch_auction
from behaviours.english_auction import english_auction
from behaviours.iterated_contract_net import Accept, CallAgain, Round, iterated_contract_net
from behaviours.propose import propose
from behaviours.query import query_all, query_if, query_ref
from behaviours.recruiting import recruit
from behaviours.request import request, request_all
from behaviours.request_when import request_when
from behaviours.request_whenever import request_whenever
from behaviours.stream import Stream
from behaviours.subscribe import subscribe, subscribe_all
from ontology.acl import AgentIdentifier, Performative
from ontology.assistant import Calculate
from ontology.expressions import Action, AllOf, Not
from ontology.proxying import AtMost, Message, all_that_offer
from ontology.trade import Price
from tests.behaviours.chaos import Drive, endure
from tests.behaviours.home import Warmth, warmth_of

ACT = Calculate(expression="1+1")
WARM = Warmth(room="kitchen", degrees=20)
Agents = list[AgentIdentifier]


def _best(offers: Sequence[Offer]) -> Sequence[Offer]:
    return sorted(offers, key=lambda offer: -offer.bid.confidence)


async def _award(conversations: Conversations, agents: Agents) -> object:
    return await contract_net(conversations, agents, ACT, rank=_best, bid_timeout=5, timeout=60)


async def _note_and_award(conversations: Conversations, agents: Agents) -> object:
    async def note(_: Offer) -> None:
        await asyncio.sleep(1)

    return await contract_net(conversations, agents, ACT, rank=_best, bid_timeout=5, timeout=60, on_award=note)


async def _iterate(conversations: Conversations, agents: Agents) -> object:
    def decide(each: Round) -> Accept | CallAgain | None:
        best = _best(each.offers)[:2]
        return Accept(best[0]) if each.is_last or best[0].bid.confidence > 0.7 else CallAgain(best)

    return await iterated_contract_net(conversations, agents, ACT, decide=decide, rounds=4, bid_timeout=5, timeout=60)


async def _sell(conversations: Conversations, agents: Agents) -> object:
    return await english_auction(
        conversations, agents, ACT, price=_euros(2), step=Decimal(1), reserve=_euros(4), bid_timeout=5,
        payment=lambda _: ACT,
    )  # fmt: skip


async def _sell_falling(conversations: Conversations, agents: Agents) -> object:
    return await dutch_auction(
        conversations, agents, ACT, price=_euros(9), step=Decimal(2), reserve=_euros(3), bid_timeout=5,
        payment=lambda _: ACT,
    )  # fmt: skip


def _euros(amount: int) -> Price:
    return Price(amount=Decimal(amount), unit="EUR")


def _proxy(conversations: Conversations, condition: AtMost | None = None) -> Proxy:
    action = Action(actor=conversations.transport.identifier, act=ACT)
    message = Message(performative=Performative.REQUEST, content=(action,))
    return Proxy(all_that_offer(Calculate), message, condition)


async def _take(stream: Stream[Any], most: int) -> None:
    async with stream as values:
        taken = 0
        async for _ in values:
            taken += 1
            if taken == most:
                break


PROTOCOLS: dict[str, Drive] = {
    "request": lambda c, agents: request(c, agents[0], ACT, timeout=60, on_progress=lambda _: None),
    "request all": lambda c, agents: request_all(c, agents, ACT, timeout=60),
    "contract net": _award,
    "contract net, noted": _note_and_award,
    "iterated contract net": _iterate,
    "english auction": _sell,
    "dutch auction": _sell_falling,
    "brokering": lambda c, agents: broker(c, agents[0], _proxy(c), timeout=60),
    "recruiting": lambda c, agents: recruit(c, agents[0], _proxy(c, AtMost(agents=2)), timeout=60),
    "propose": lambda c, agents: propose(c, agents[0], ACT, timeout=60),
    "query if": lambda c, agents: query_if(c, agents[0], Not(proposition=WARM), timeout=60),
    "query ref": lambda c, agents: query_ref(c, agents[0], warmth_of("kitchen"), timeout=5),
    "query all": lambda c, agents: query_all(c, agents, warmth_of("kitchen", AllOf), timeout=60),
    "request when": lambda c, agents: request_when(c, agents[0], ACT, WARM, timeout=3600),
    "request whenever": lambda c, agents: _take(request_whenever(c, agents[0], ACT, WARM, lasting=7200, queue=2), 2),
    "subscribe": lambda c, agents: _take(subscribe(c, agents[0], warmth_of("kitchen"), lasting=7200, queue=2), 3),
    "subscribe all": lambda c, agents: _take(subscribe_all(c, agents, warmth_of("kitchen"), lasting=7200), 5),
}


@pytest.mark.parametrize("name", PROTOCOLS)
@settings(deadline=None, max_examples=80)
@given(random=st.randoms(use_true_random=True))
def test_whatever_happens_it_ends_well_or_with_an_error_of_ours(name: str, random: Random) -> None:
    endure(random, PROTOCOLS[name])
