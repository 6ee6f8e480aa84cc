"""FIPA English Auction (00031): the price rises until nobody takes it; the last that took one buys.

Auctioneer, towards each bidder::

    start                                 sends inform                                    -> waiting
    waiting, leading                      sends cfp                                       -> called
    called, waiting                       hears propose                                   -> bidding
    called                                over                                            -> waiting
    bidding                               sends accept-proposal                           -> leading
    bidding                               sends reject-proposal                           -> waiting
    waiting, called, bidding, leading     hears refuse, failure, not-understood           -> (out)
    waiting, called, bidding, leading     sends inform                                    -> (closed)
    waiting, called, bidding, leading     sends cancel                                    -> cancelling
    cancelling                            hears propose                                   -> cancelling
    cancelling                            hears inform, failure, refuse, not-understood   -> (cancelled)

Bidder::

    start                                 hears inform                                    -> waiting
    waiting, leading                      hears cfp                                       -> deciding
    deciding, offered                     hears cfp                                       -> deciding
    deciding                              sends propose                                   -> offered
    waiting, deciding                     sends refuse, not-understood                    -> (out)
    offered                               hears accept-proposal                           -> leading
    offered                               hears reject-proposal                           -> waiting
    deciding                              hears reject-proposal                           -> deciding
    waiting, deciding, offered, leading   hears inform                                    -> (closed)
    waiting, deciding, offered, leading   hears cancel                                    -> cancelling
    waiting, deciding, offered, leading   hears not-understood, failure                   -> (broken-off)
    cancelling                            sends inform, failure                           -> (cancelled)

The auction opens and closes with an inform. Of those that take a price, the first one's proposal is accepted, and it
leads; the others are rejected, and all but the one that leads are asked the next price. A cfp tells whoever led that
it does so no longer. When nobody takes a price the one that leads buys. There is a reserve, which the auctioneer keeps
to itself: below it whoever leads is asked as well, and nothing is sold. Who does not take a price leaves, or says
nothing and may still take the next.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import ClassVar, Final

from behaviours.auction import Auctioneer, AuctionParticipant, NotSold, Payment, Sale, settle
from behaviours.conversations import Conversations
from behaviours.machine import Machine, machines
from behaviours.outcomes import Refuse
from ontology.acl import ACLMessage, AgentIdentifier, Performative
from ontology.content import AgentAction
from ontology.expressions import NotPermitted
from ontology.trade import Price

PROTOCOL: Final = "fipa-english-auction"
INITIATOR, PARTICIPANT = machines(__doc__)
OPENS: Final = frozenset({Performative.INFORM})
"""What an auction begins with, for ``Conversations.serve``."""


async def english_auction(
    conversations: Conversations,
    bidders: Iterable[AgentIdentifier],
    lot: AgentAction,
    *,
    price: Price,
    step: Decimal,
    reserve: Price,
    bid_timeout: float,
    rounds: int = 1000,
    payment: Payment | None = None,
    payment_timeout: float = 60.0,
) -> Sale:
    """Sell something to the highest bidder.

    Args:
        conversations: those of the auctioneer.
        bidders: who may bid.
        lot: what is sold: what the buyer will have the auctioneer do.
        price: what is asked first.
        step: by how much the price rises; more than 0.
        reserve: the least price at which it is sold.
        bid_timeout: how long a round takes at most, in seconds; less where all have answered.
        rounds: after how many rounds it ends in any case.
        payment: what is requested of the winner, so that it pays.
        payment_timeout: how long that may take, in seconds.

    Raises:
        NotSold: nobody bid, or less than the reserve.
        Refused, Failed, NotUnderstood, DeadlinePassed: it was sold, and not paid.
        ValueError: the step or the reserve make no sense.
    """
    if step <= 0 or reserve.unit != price.unit:
        raise ValueError("The price must rise, and the reserve be in the unit of the price.")
    bidders = tuple(bidders)
    if not bidders:
        raise NotSold
    auction = EnglishAuctioneer(bidders, lot, price, step=step, reserve=reserve, bid_timeout=bid_timeout, rounds=rounds)
    return await settle(conversations, await auction.run(conversations), payment, payment_timeout)


class EnglishAuctioneer(Auctioneer):
    """Asks prices that rise.

    Args:
        bidders: who may bid.
        lot: what is sold.
        price: what is asked first.
        step: by how much the price rises.
        reserve: the least price at which it is sold.
        bid_timeout: seconds that a round takes at most.
        rounds: after how many rounds it ends in any case.
    """

    protocol: ClassVar[str] = PROTOCOL
    machine: ClassVar[Machine] = INITIATOR

    def __init__(
        self,
        bidders: Iterable[AgentIdentifier],
        lot: AgentAction,
        price: Price,
        *,
        step: Decimal,
        reserve: Price,
        bid_timeout: float,
        rounds: int,
    ) -> None:
        super().__init__(bidders, lot, price, step=step, reserve=reserve, bid_timeout=bid_timeout)
        self._left = rounds
        self._bids: list[ACLMessage] = []
        self._leader: Sale | None = None

    def is_asked(self, bidder: AgentIdentifier) -> bool:
        """Tell whether a bidder is to be asked: whoever leads need not outbid itself, only the reserve."""
        leader = self._leader
        outbids_itself = (
            leader is not None and leader.winner.name == bidder.name and leader.price.amount >= self._reserve.amount
        )
        return super().is_asked(bidder) and not outbids_itself

    def handle_propose(self, message: ACLMessage) -> None:
        """Take the bid into account, where it is one of this round."""
        if not self.is_bid(message):
            self.answer(message, Performative.REJECT_PROPOSAL, self.action)
            return
        self._bids.append(message)
        self.responded(message)

    def handle_all_responses(self) -> None:
        """Let the first that took the price lead, and ask the next; where nobody took it, the auction is over."""
        bids = [bid for bid in self._bids if self.states[bid.sender.name] == "bidding"]
        self._bids.clear()
        self._left -= 1
        for number, bid in enumerate(bids):
            act = Performative.REJECT_PROPOSAL if number else Performative.ACCEPT_PROPOSAL
            self.answer(bid, act, self.action)
        if bids:
            self._leader = Sale(bids[0].sender, self.price)
            self.price = self.price.plus(self._step)
        if bids and self._left:
            self.ask()
        else:
            self.finish()

    def sold(self) -> Sale | None:
        """Return the sale to whoever leads, where its price is enough."""
        leader = self._leader
        if leader is None or self.states[leader.winner.name] != "leading":
            return None  # nobody took it, or who did is gone
        return leader if leader.price.amount >= self._reserve.amount else None


class EnglishBidder(AuctionParticipant):
    """Bids for as long as the price is one it takes; then it leaves."""

    protocol: ClassVar[str] = PROTOCOL
    machine: ClassVar[Machine] = PARTICIPANT

    def handle_unwilling(self, message: ACLMessage) -> None:
        """Leave: the price only rises."""
        raise Refuse(NotPermitted(explanation="This is more than I pay."))
