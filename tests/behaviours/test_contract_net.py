import asyncio
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from behaviours.contract_net import Offer, contract_net
from behaviours.outcomes import DeadlinePassed, Fail, Failed, NoBids, Refuse
from behaviours.services import Job, Service
from ontology.acl import ACLMessage, Performative
from ontology.assistant import Calculate, Calculation
from ontology.expressions import Bid, InternalError, Overloaded
from tests.behaviours.network import Bidding, Network, agent, answer, bids, calculator

ACT = Calculate(expression="1+1")
P = Performative


def most_confident(offers: Sequence[Offer]) -> Sequence[Offer]:
    return sorted(offers, key=lambda offer: -offer.bid.confidence)


async def _too_busy(_: Calculate) -> Bid:
    raise Refuse(Overloaded(explanation="I am busy."))


async def _breaks(_: Calculate) -> Bid:
    raise ZeroDivisionError


async def _silent(_: Calculate) -> Bid:
    await asyncio.Event().wait()
    raise AssertionError


async def _fail(_: Calculate, __: Job) -> None:
    raise Fail(InternalError(explanation="It broke."))


async def _endless(_: Calculate, __: Job) -> None:
    await asyncio.Event().wait()


BIDDERS: dict[str, Service[Calculate]] = {
    "good": calculator(answer("good"), bids(0.9)),
    "better": calculator(answer("better"), bids(0.95)),
    "busy": calculator(answer("busy"), _too_busy),
    "broken": calculator(answer("broken"), _breaks),
    "failing": calculator(_fail, bids(0.99)),
    "endless": calculator(_endless, bids(0.99)),
    "aside": calculator(answer("aside")),
}

# Who is asked; who wins, or what is raised; and how many of each message go over the wire.
SCENARIOS = [
    (["good"], "good", {P.CFP: 1, P.PROPOSE: 1, P.ACCEPT_PROPOSAL: 1, P.INFORM: 1}),
    (
        ["good", "better"],
        "better",
        {P.CFP: 1, P.PROPOSE: 2, P.ACCEPT_PROPOSAL: 1, P.REJECT_PROPOSAL: 1, P.INFORM: 1},
    ),
    (["good", "busy"], "good", {P.CFP: 1, P.PROPOSE: 1, P.REFUSE: 1, P.ACCEPT_PROPOSAL: 1, P.INFORM: 1}),
    (["good", "broken"], "good", {P.CFP: 1, P.PROPOSE: 1, P.REFUSE: 1, P.ACCEPT_PROPOSAL: 1, P.INFORM: 1}),
    (["good", "aside"], "good", {P.CFP: 1, P.PROPOSE: 1, P.REFUSE: 1, P.ACCEPT_PROPOSAL: 1, P.INFORM: 1}),
    (["busy", "broken"], NoBids, {P.CFP: 1, P.REFUSE: 2}),
    (
        ["good", "failing"],
        Failed,
        {P.CFP: 1, P.PROPOSE: 2, P.ACCEPT_PROPOSAL: 1, P.REJECT_PROPOSAL: 1, P.FAILURE: 1},
    ),
]


@pytest.mark.parametrize(("asked", "outcome", "counts"), SCENARIOS, ids=lambda value: str(value)[:30])
async def test_scenarios(asked: list[str], outcome: object, counts: dict[Performative, int]) -> None:
    network = Network()
    asking = network.join("ann")
    for name in asked:
        network.join(name, BIDDERS[name])
    announce = contract_net(asking, [agent(name) for name in asked], ACT, rank=most_confident, bid_timeout=5, timeout=5)
    if isinstance(outcome, str):
        award = await announce
        assert award.winner.bidder == agent(outcome)
        assert award.value == Calculation(expression="1+1", value=outcome, exact=True)
    else:
        with pytest.raises(outcome):  # type: ignore[call-overload]
            await announce
    await network.settle()
    assert network.count() == counts


async def test_who_does_not_bid_in_time_is_left_out() -> None:
    network = Network()
    asking = network.join("ann")
    network.join("good", BIDDERS["good"])
    network.join("silent", calculator(answer("silent"), _silent))
    award = await contract_net(
        asking, [agent("silent"), agent("good")], ACT, rank=most_confident, bid_timeout=0.05, timeout=5
    )
    assert award.winner.bidder == agent("good")
    await network.close()


async def test_a_late_bid_is_rejected() -> None:
    network = Network()
    asking = network.join("ann")
    bid_now, finish = asyncio.Event(), asyncio.Event()

    def late(message: ACLMessage) -> None:
        async def bid() -> None:
            await bid_now.wait()
            spoken = asking.content.encode(Bid(seconds=0.1, confidence=1))
            said = message.reply(P.PROPOSE, sender=agent("late"), content=spoken.content)
            network.members["late"].transport.send(said)

        if message.performative is P.CFP:
            asking.spawn(bid())

    async def works(act: Calculate, _: Job) -> Calculation:
        bid_now.set()
        await finish.wait()
        return Calculation(expression=act.expression, value="good", exact=True)

    network.join("good", calculator(works, bids(0.9)))
    network.join("late").deliver = late  # type: ignore[method-assign,assignment]
    work = asyncio.create_task(
        contract_net(asking, [agent("good"), agent("late")], ACT, rank=most_confident, bid_timeout=0.05, timeout=5)
    )
    await network.until(lambda: P.REJECT_PROPOSAL in network.count())
    finish.set()
    assert (await work).winner.bidder == agent("good")
    await network.settle()


async def test_work_that_takes_too_long_is_cancelled_and_named() -> None:
    network = Network()
    asking = network.join("ann")
    network.join("endless", BIDDERS["endless"])
    with pytest.raises(DeadlinePassed) as caught:
        await contract_net(asking, [agent("endless")], ACT, rank=most_confident, bid_timeout=5, timeout=0.05)
    assert caught.value.agent == agent("endless")
    await network.settle()
    assert network.count()[P.CANCEL] == 1


async def test_an_agent_may_bid_for_its_own_call() -> None:
    network = Network()
    asking = network.join("ann", BIDDERS["better"])
    network.join("good", BIDDERS["good"])
    award = await contract_net(
        asking, [agent("ann"), agent("good")], ACT, rank=most_confident, bid_timeout=5, timeout=5
    )
    assert award.winner.bidder == agent("ann")
    await network.settle()


def _bidding(confidence: float | None) -> Bidding:
    return _too_busy if confidence is None else bids(confidence)


@settings(deadline=None, max_examples=40)
@given(st.lists(st.none() | st.floats(0, 1), min_size=1, max_size=8))
def test_the_best_bid_wins_whoever_else_is_there(confidences: list[float | None]) -> None:
    async def run() -> None:
        network = Network()
        asking = network.join("ann")
        names = [f"b{number}" for number in range(len(confidences))]
        for name, confidence in zip(names, confidences, strict=True):
            network.join(name, calculator(answer(name), _bidding(confidence)))
        announce = contract_net(asking, [agent(n) for n in names], ACT, rank=most_confident, bid_timeout=5, timeout=5)
        made = [confidence for confidence in confidences if confidence is not None]
        if made:
            award = await announce
            assert award.winner.bid.confidence == max(made)
            assert len(award.offers) == len(made)
        else:
            with pytest.raises(NoBids, match="busy"):
                await announce
        await network.settle()

    asyncio.run(run())


async def test_a_bid_that_crosses_the_cancel_is_let_be(caplog: pytest.LogCaptureFixture) -> None:
    network = Network()
    asking = network.join("ann")
    network.join("endless", BIDDERS["endless"])

    def late(message: ACLMessage) -> None:
        if message.performative is P.CANCEL:
            spoken = asking.content.encode(Bid(seconds=0.1, confidence=1))
            called = next(sent for sent in network.sent if sent.performative is P.CFP)
            network.members["late"].transport.send(
                called.reply(P.PROPOSE, sender=agent("late"), content=spoken.content)
            )

    network.join("late").deliver = late  # type: ignore[method-assign,assignment]
    with pytest.raises(DeadlinePassed):
        await contract_net(
            asking, [agent("endless"), agent("late")], ACT, rank=most_confident, bid_timeout=0.05, timeout=0.05
        )
    await network.until(lambda: network.count()[P.PROPOSE] == 2)
    await asyncio.sleep(0)
    assert network.count()[P.REJECT_PROPOSAL] == 0
    assert not [record for record in caplog.records if record.levelname == "ERROR"]
    await network.close()
