"""FIPA Dutch Auction (00032): the price falls until somebody takes it.

Auctioneer, towards each bidder::

    start                                 sends inform                                    -> waiting
    waiting                               sends cfp                                       -> called
    called, waiting                       hears propose                                   -> bidding
    called                                over                                            -> waiting
    bidding                               sends accept-proposal                           -> winning
    bidding                               sends reject-proposal                           -> waiting
    waiting, called, bidding, winning     hears refuse, failure, not-understood           -> (out)
    waiting, called, bidding, winning     sends inform                                    -> (closed)
    waiting, called, bidding, winning     sends cancel                                    -> cancelling
    cancelling                            hears propose                                   -> cancelling
    cancelling                            hears inform, failure, refuse, not-understood   -> (cancelled)

Bidder::

    start                                 hears inform                                    -> waiting
    waiting, deciding, offered            hears cfp                                       -> deciding
    deciding                              sends propose                                   -> offered
    waiting, deciding                     sends refuse, not-understood                    -> (out)
    offered                               hears accept-proposal                           -> winning
    offered                               hears reject-proposal                           -> waiting
    deciding                              hears reject-proposal                           -> deciding
    waiting, deciding, offered, winning   hears inform                                    -> (closed)
    waiting, deciding, offered, winning   hears cancel                                    -> cancelling
    waiting, deciding, offered, winning   hears not-understood, failure                   -> (broken-off)
    cancelling                            sends inform, failure                           -> (cancelled)

The first proposal to arrive is accepted at once; what others propose in the rest of that round is rejected, and the
auction closes. A bidder says nothing at a price that it does not take. Below the reserve, which the auctioneer keeps
to itself, nothing is asked any more, and nothing sold.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import ClassVar, Final

from behaviours.auction import Auctioneer, AuctionParticipant, NotSold, Payment, Sale, settle
from behaviours.conversations import Conversations
from behaviours.machine import Machine, machines
from ontology.acl import ACLMessage, AgentIdentifier, Performative
from ontology.content import AgentAction
from ontology.trade import Price

PROTOCOL: Final = "fipa-dutch-auction"
INITIATOR, PARTICIPANT = machines(__doc__)
OPENS: Final = frozenset({Performative.INFORM})
"""What an auction begins with, for ``Conversations.serve``."""


async def dutch_auction(
    conversations: Conversations,
    bidders: Iterable[AgentIdentifier],
    lot: AgentAction,
    *,
    price: Price,
    step: Decimal,
    reserve: Price,
    bid_timeout: float,
    payment: Payment | None = None,
    payment_timeout: float = 60.0,
) -> Sale:
    """Sell something to the first that takes a falling price.

    Args:
        conversations: those of the auctioneer.
        bidders: who may bid.
        lot: what is sold: what the buyer will have the auctioneer do.
        price: what is asked first.
        step: by how much the price falls; more than 0.
        reserve: the least price that is asked.
        bid_timeout: for how long each price is asked, in seconds.
        payment: what is requested of the winner, so that it pays.
        payment_timeout: how long that may take, in seconds.

    Raises:
        NotSold: nobody took a price of the reserve or more.
        Refused, Failed, NotUnderstood, DeadlinePassed: it was sold, and not paid.
        ValueError: the step or the reserve make no sense.
    """
    if step <= 0 or reserve.unit != price.unit:
        raise ValueError("The price must fall, and the reserve be in the unit of the price.")
    bidders = tuple(bidders)
    if not bidders or price.amount < reserve.amount:
        raise NotSold
    auction = DutchAuctioneer(bidders, lot, price, step=step, reserve=reserve, bid_timeout=bid_timeout)
    return await settle(conversations, await auction.run(conversations), payment, payment_timeout)


class DutchAuctioneer(Auctioneer):
    """Asks prices that fall.

    Args:
        bidders: who may bid.
        lot: what is sold.
        price: what is asked first.
        step: by how much the price falls.
        reserve: the least price that is asked.
        bid_timeout: seconds for which each price is asked.
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
    ) -> None:
        super().__init__(bidders, lot, price, step=step, reserve=reserve, bid_timeout=bid_timeout)
        self._sale: Sale | None = None

    def handle_propose(self, message: ACLMessage) -> None:
        """Sell to the first, and reject whoever comes after it."""
        if self._sale is None and self.is_bid(message):
            self.answer(message, Performative.ACCEPT_PROPOSAL, self.action)
            self._sale = Sale(message.sender, self.price)
            self.succeed(self._sale)
        else:
            self.answer(message, Performative.REJECT_PROPOSAL, self.action)
        self.responded(message)

    def handle_all_responses(self) -> None:
        """Ask less, unless it is sold, or the reserve is reached."""
        lower = self.price.amount - self._step
        if self._sale is not None or lower < self._reserve.amount:
            self.finish()
            return
        self.price = self.price.plus(-self._step)
        self.ask()

    def sold(self) -> Sale | None:
        """Return the sale to the first that took a price."""
        return self._sale


class DutchBidder(AuctionParticipant):
    """Takes the first price that is low enough."""

    protocol: ClassVar[str] = PROTOCOL
    machine: ClassVar[Machine] = PARTICIPANT
