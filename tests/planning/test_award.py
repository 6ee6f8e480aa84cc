"""The award rule: what makes an offer better, and that the same offers give the same award."""

from random import Random

from hypothesis import given
from hypothesis import strategies as st

from ontology.acl import AgentIdentifier
from ontology.expressions import Bid
from planning.award import Offer, rank, utility
from planning.settings import AwardWeights

SHARES = st.floats(0, 1)
BIDS = st.builds(Bid, seconds=st.floats(0, 1e6), confidence=SHARES, cost=SHARES, load=SHARES)
WEIGHTS = st.builds(
    AwardWeights,
    confidence=st.floats(0, 10),
    time=st.floats(0, 10),
    cost=st.floats(0, 10),
    load=st.floats(0, 10),
    half_time=st.floats(0.01, 1000),
)
SAME = st.just(Bid(seconds=1, confidence=0.5))
BIDDERS = st.builds(AgentIdentifier, name=st.sampled_from("abcdefgh"))
OFFERS = st.lists(
    st.builds(Offer, bidder=BIDDERS, bid=BIDS | SAME), max_size=8, unique_by=lambda offer: offer.bidder.name
)


def change(bid: Bid, **slots: float) -> Bid:
    return bid.model_copy(update=slots)


@given(BIDS, WEIGHTS, SHARES)
def test_more_confidence_is_never_worse(bid: Bid, weights: AwardWeights, other: float) -> None:
    low, high = sorted((bid.confidence, other))
    assert utility(change(bid, confidence=high), weights) >= utility(change(bid, confidence=low), weights)


@given(BIDS, WEIGHTS, st.floats(0, 1e6))
def test_more_time_is_never_better(bid: Bid, weights: AwardWeights, other: float) -> None:
    low, high = sorted((bid.seconds, other))
    # the last digits of the curve's division may differ
    assert utility(change(bid, seconds=high), weights) <= utility(change(bid, seconds=low), weights) + 1e-12


@given(BIDS, WEIGHTS, SHARES)
def test_more_cost_is_never_better(bid: Bid, weights: AwardWeights, other: float) -> None:
    low, high = sorted((bid.cost, other))
    assert utility(change(bid, cost=high), weights) <= utility(change(bid, cost=low), weights)


@given(BIDS, WEIGHTS, SHARES)
def test_more_load_is_never_better(bid: Bid, weights: AwardWeights, other: float) -> None:
    low, high = sorted((bid.load, other))
    assert utility(change(bid, load=high), weights) <= utility(change(bid, load=low), weights)


@given(OFFERS, WEIGHTS, st.randoms(use_true_random=False))
def test_it_does_not_matter_who_came_first(offers: list[Offer], weights: AwardWeights, random: Random) -> None:
    shuffled = list(offers)
    random.shuffle(shuffled)
    ranked = rank(shuffled, weights=weights)

    assert ranked == rank(offers, weights=weights)
    assert sorted(offer.bidder.name for offer in ranked) == sorted(offer.bidder.name for offer in offers)
    values = [utility(offer.bid, weights) for offer in ranked]
    assert values == sorted(values, reverse=True)


def offer(name: str, **slots: float) -> Offer:
    return Offer(AgentIdentifier(name=name), Bid(**{"seconds": 1.0, "confidence": 0.9} | slots))


def test_equal_offers_go_to_the_name_that_comes_first() -> None:
    assert [each.bidder.name for each in rank([offer("b"), offer("c"), offer("a")])] == ["a", "b", "c"]


def test_by_default_being_right_counts_most() -> None:
    exact = offer("exact", confidence=0.99, seconds=0.01)
    sandbox = offer("sandbox", confidence=0.9, seconds=0.5, cost=0.1)
    guess = offer("guess", confidence=0.3, seconds=0.001)

    assert rank([guess, sandbox, exact]) == (exact, sandbox, guess)


def test_a_busy_bidder_gives_way_to_a_free_one_of_the_same_kind() -> None:
    busy, free = offer("a", load=1), offer("b", load=0)
    assert rank([busy, free])[0] is free
    assert rank([busy, free], weights=AwardWeights(load=0))[0] is busy


def test_no_offers_give_no_award() -> None:
    assert rank([]) == ()
