"""Services declared on methods: what is found, how it bids, and progress that streams."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import pytest

from behaviours.contract_net import contract_net
from behaviours.declaring import declared, offers
from behaviours.outcomes import Fail, Failed
from behaviours.request import PROTOCOL, ServiceRequest, request
from behaviours.services import Job, Services
from ontology.acl import Performative
from ontology.assistant import Calculate, Calculation, TellTime, Text
from ontology.content import Element
from ontology.expressions import Bid, InternalError, Progress
from tests.behaviours.network import Network, agent
from tests.behaviours.test_contract_net import most_confident

ACT = Calculate(expression="1+1")
P = Performative


class Clerk:
    async def _bid(self, act: Calculate) -> Bid:
        return Bid(seconds=len(act.expression), confidence=0.5)

    @offers(Calculate, name="sums", bid=_bid)
    async def calculate(self, act: Calculate, job: Job) -> AsyncIterator[Element]:
        for part in (0.25, 0.5):
            yield Progress(part=part, text=job.requester.name)
        yield Calculation(expression=act.expression, value="2", exact=True)


class HeadClerk(Clerk):
    @offers(TellTime, bid=Bid(seconds=1, confidence=1))
    async def tell(self, act: TellTime, job: Job) -> Text:
        raise Fail(InternalError(explanation="The clock stands."))


class QuietClerk(HeadClerk):
    async def calculate(self, act: Calculate, job: Job) -> AsyncIterator[Element]:
        raise NotImplementedError
        yield


def test_what_a_class_and_its_bases_declare_is_found_and_what_is_overridden_is_not() -> None:
    assert [(s.action, s.name) for s in declared(HeadClerk())] == [(Calculate, "sums"), (TellTime, "")]
    assert [s.action for s in declared(QuietClerk())] == [TellTime]
    assert declared(object()) == ()


async def test_progress_reaches_whoever_asked_for_it() -> None:
    network = Network()
    ann = network.join("ann")
    network.join("bob", *declared(HeadClerk()))
    heard: list[Element] = []
    value = await request(ann, agent("bob"), ACT, timeout=5, on_progress=heard.append)
    assert heard == [Progress(part=0.25, text="ann"), Progress(part=0.5, text="ann")]
    assert value == Calculation(expression="1+1", value="2", exact=True)
    assert [m.performative for m in network.sent] == [P.REQUEST, P.AGREE, P.INFORM, P.INFORM, P.INFORM]
    await network.settle()


async def test_nobody_hears_of_progress_unasked() -> None:
    network = Network()
    ann = network.join("ann")
    network.join("bob", *declared(HeadClerk()))
    assert await request(ann, agent("bob"), ACT, timeout=5) is not None
    assert [m.performative for m in network.sent] == [P.REQUEST, P.INFORM]
    with pytest.raises(Failed, match="The clock stands"):
        await request(ann, agent("bob"), TellTime(zone="Europe/Berlin"), timeout=5)
    await network.settle()


async def test_declared_bids() -> None:
    network = Network()
    ann = network.join("ann")
    network.join("bob", *declared(HeadClerk()))
    award = await contract_net(ann, [agent("bob")], ACT, rank=most_confident, bid_timeout=5, timeout=5)
    assert award.winner.bid == Bid(seconds=3, confidence=0.5)
    await network.settle()


async def test_a_stream_is_closed_when_its_request_is_cancelled() -> None:
    network = Network()
    ann = network.join("ann")
    closed = asyncio.Event()

    class Endless:
        @offers(Calculate)
        async def calculate(self, act: Calculate, job: Job) -> AsyncIterator[Element]:
            try:
                yield Progress(text=act.expression)
                await asyncio.Event().wait()
            finally:
                closed.set()

    bob = network.join("bob")
    bob.serve(PROTOCOL, partial(ServiceRequest, Services(declared(Endless()))))
    begun = asyncio.Event()
    work = asyncio.create_task(request(ann, agent("bob"), ACT, timeout=5, on_progress=lambda _: begun.set()))
    await begun.wait()
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    async with asyncio.timeout(5):
        await closed.wait()
    await network.settle()
