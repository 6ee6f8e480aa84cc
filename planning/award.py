"""To whom a step is awarded: the rule over the bids of a contract net (FIPA 00029).

The utility of a bid is::

    confidence * w_confidence
      - w_time * seconds / (seconds + half_time)
      - w_cost * cost
      - w_load * load

Confidence, cost and load lie between 0 and 1 as they are; time is brought there by a curve that tells one
second from five clearly and one minute from two hardly, because a person waits for the answer. By default
being right counts most: a sure offer wins over a fast or cheap one unless they are close. The offer with the
highest utility wins; among equals the bidder whose name comes first, so that the same offers always give the
same award.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from ontology.acl import AgentIdentifier
from ontology.expressions import Bid
from planning.settings import AwardWeights


@dataclass(frozen=True, slots=True)
class Offer:
    """A bid, and whose it is."""

    bidder: AgentIdentifier
    bid: Bid


_DEFAULT = AwardWeights()


def utility(bid: Bid, weights: AwardWeights = _DEFAULT) -> float:
    """Return how good a bid is; higher is better."""
    return (
        weights.confidence * bid.confidence
        - weights.time * bid.seconds / (bid.seconds + weights.half_time)
        - weights.cost * bid.cost
        - weights.load * bid.load
    )


def rank(offers: Sequence[Offer], *, weights: AwardWeights = _DEFAULT) -> tuple[Offer, ...]:
    """Return the offers, the best one first."""
    return tuple(sorted(offers, key=lambda offer: (-utility(offer.bid, weights), offer.bidder.name)))
