import pytest

from behaviours.iterated_contract_net import Accept, CallAgain, Decide, Round, iterated_contract_net
from behaviours.outcomes import ConversationFailed, Failed, NoBids
from ontology.acl import Performative
from ontology.assistant import Calculate, Calculation
from ontology.expressions import Bid
from tests.behaviours.home import Broken
from tests.behaviours.network import Bidding, Network, agent, answer, calculator
from tests.behaviours.test_contract_net import BIDDERS
from tests.behaviours.virtual import run

ACT = Calculate(expression="1+1")
P = Performative


def improves(by: float) -> Bidding:
    """Bid better each time."""
    confidence = 0.5

    async def bid(_: Calculate) -> Bid:
        nonlocal confidence
        confidence += by
        return Bid(seconds=1, confidence=confidence)

    return bid


def until(enough: float, *, keep: int = 2) -> Decide:
    """Call the best ones again until one is good enough."""

    def decide(each: Round) -> Accept | CallAgain:
        best = sorted(each.offers, key=lambda offer: -offer.bid.confidence)
        return Accept(best[0]) if best[0].bid.confidence >= enough else CallAgain(best[:keep])

    return decide


def _breaks(_: Round) -> Accept:
    raise Broken


# Who is asked; the rule; who wins or what is raised; how many of each message are said.
SCENARIOS: list[tuple[list[str], Decide, str | type[Exception], dict[Performative, int]]] = [
    (["slow"], until(0.5), "slow", {P.CFP: 1, P.PROPOSE: 1, P.ACCEPT_PROPOSAL: 1, P.INFORM: 1}),
    (["slow", "fast"], until(0.75), "fast",
     {P.CFP: 3, P.PROPOSE: 6, P.ACCEPT_PROPOSAL: 1, P.REJECT_PROPOSAL: 1, P.INFORM: 1}),
    (["slow", "fast"], until(0.75, keep=1), "fast",
     {P.CFP: 3, P.PROPOSE: 4, P.ACCEPT_PROPOSAL: 1, P.REJECT_PROPOSAL: 1, P.INFORM: 1}),
    (["slow", "fast", "busy"], until(0.75), "fast",
     {P.CFP: 3, P.PROPOSE: 6, P.REFUSE: 1, P.ACCEPT_PROPOSAL: 1, P.REJECT_PROPOSAL: 1, P.INFORM: 1}),
    (["slow", "fast"], until(2), NoBids, {P.CFP: 4, P.PROPOSE: 8, P.REJECT_PROPOSAL: 2}),
    (["slow", "fast"], lambda _: None, NoBids, {P.CFP: 1, P.PROPOSE: 2, P.REJECT_PROPOSAL: 2}),
    (["busy"], until(0.5), NoBids, {P.CFP: 1, P.REFUSE: 1}),
    (["failing"], until(0.5), Failed, {P.CFP: 1, P.PROPOSE: 1, P.ACCEPT_PROPOSAL: 1, P.FAILURE: 1}),
    (["endless"], until(0.5), ConversationFailed, {}),
    (["slow"], _breaks, Broken, {P.CFP: 1, P.PROPOSE: 1, P.CANCEL: 1, P.INFORM: 1}),
    ([], until(0.5), NoBids, {}),
    (["nobody"], until(0.5), NoBids, {P.CFP: 1}),
]  # fmt: skip


@pytest.mark.parametrize(("names", "decide", "outcome", "counts"), SCENARIOS)
def test_scenarios(
    names: list[str], decide: Decide, outcome: str | type[Exception], counts: dict[Performative, int]
) -> None:
    own = {"slow": calculator(answer("slow"), improves(0.05)), "fast": calculator(answer("fast"), improves(0.1))}
    known = BIDDERS | own

    async def main() -> None:
        network = Network()
        asking = network.join("ann")
        for name in names:
            if name in known:
                network.join(name, known[name])
        net = iterated_contract_net(
            asking, [agent(name) for name in names], ACT, decide=decide, rounds=4, bid_timeout=5, timeout=60
        )
        if isinstance(outcome, str):
            award = await net
            assert award.winner.bidder == agent(outcome)
            assert award.value == Calculation(expression="1+1", value=outcome, exact=True)
        else:
            with pytest.raises(outcome):
                await net
        await network.rest()
        assert not counts or network.count() == counts

    run(main())


def test_what_is_announced_may_change_from_round_to_round() -> None:
    simpler = Calculate(expression="1")

    def decide(each: Round) -> Accept | CallAgain:
        return Accept(each.offers[0]) if each.is_last else CallAgain(each.offers, simpler)

    async def main() -> None:
        network = Network()
        asking = network.join("ann")
        network.join("bob", calculator(answer("1"), improves(0.1)))
        award = await iterated_contract_net(
            asking, [agent("bob")], ACT, decide=decide, rounds=2, bid_timeout=5, timeout=5
        )
        assert award.value == Calculation(expression="1", value="1", exact=True)
        await network.rest()

    run(main())
