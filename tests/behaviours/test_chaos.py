"""Every protocol, in a network in which everything goes wrong."""

import asyncio
from collections.abc import Sequence
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from behaviours.contract_net import Offer, contract_net
from behaviours.conversations import Conversations
from behaviours.propose import propose
from behaviours.query import query_all, query_if, query_ref
from behaviours.request import request, request_all
from behaviours.request_when import request_when
from behaviours.request_whenever import request_whenever
from behaviours.stream import Stream
from behaviours.subscribe import subscribe, subscribe_all
from ontology.acl import AgentIdentifier
from ontology.assistant import Calculate
from ontology.expressions import AllOf, Not
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
@settings(deadline=None, max_examples=60)
@given(random=st.randoms(use_true_random=True))
def test_whatever_happens_it_ends_well_or_with_an_error_of_ours(name: str, random: Random) -> None:
    endure(random, PROTOCOLS[name])
