"""What auctions have in common: an auctioneer that asks a price round after round, and bidders that take it or not.

English and Dutch auctions (``behaviours.english_auction``, ``behaviours.dutch_auction``) differ in which way the price
goes, and in what becomes of a bid. A round is over when each bidder that was asked has answered, or its time is over;
who came first is told by arrival. The payment is not of the auction: it is requested of the winner (FIPA Request).
"""

import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from behaviours.conversations import Conversations, instant
from behaviours.machine import SENDS
from behaviours.outcomes import ConversationFailed
from behaviours.request import request
from behaviours.roles import Initiator, Participant
from ontology.acl import ACLMessage, AgentIdentifier, Performative
from ontology.content import AgentAction, Element
from ontology.expressions import Action, InternalError, UnrecognisedValue
from ontology.manager import ContentManager, NotUnderstandable
from ontology.trade import AuctionClosed, AuctionOpened, Price

logger = logging.getLogger(__name__)

NEXT_WITHIN: Final = 60.0
"""Seconds after a price's deadline in which a bidder waits for the next word, before it leaves."""


class NotSold(ConversationFailed):
    """Nobody bid, or not enough."""

    def __init__(self) -> None:
        super().__init__(InternalError(explanation="Nobody bid enough."))


@dataclass(frozen=True, slots=True)
class Sale:
    """How an auction went.

    Args:
        winner: who bought.
        price: at which price.
        value: what came of the payment.
    """

    winner: AgentIdentifier
    price: Price
    value: Element | None = None


Payment = Callable[[Sale], AgentAction]
"""What is asked of the winner, so that it pays."""

Willing = Callable[[AgentAction, Price], Awaitable[bool]]
"""Whether a bidder takes a lot at a price. May raise ``Refuse``: it leaves the auction."""


async def settle(conversations: Conversations, sale: Sale, payment: Payment | None, timeout: float) -> Sale:
    """Request the payment of a sale, where there is one to be made.

    Raises:
        Refused, Failed, NotUnderstood, DeadlinePassed: it was not paid.
    """
    if payment is None:
        return sale
    return replace(sale, value=await request(conversations, sale.winner, payment(sale), timeout=timeout))


class Auctioneer(Initiator[Sale]):
    """Asks prices; subclass it for a kind of auction.

    Args:
        bidders: who may bid.
        lot: what is sold: what the buyer will have the auctioneer do.
        price: what is asked first.
        step: by how much the price changes from round to round.
        reserve: the least price at which it is sold.
        bid_timeout: seconds that a round takes at most.
    """

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
        super().__init__(bidders, timeout=bid_timeout)
        self.lot = lot
        self.price = price
        self._step = step
        self._reserve = reserve
        self._asked: set[str] = set()

    @property
    def action(self) -> Action:
        """What is sold."""
        return Action(actor=self.conversations.transport.identifier, act=self.lot)

    def open(self) -> None:
        """Open the auction, and ask the first price."""
        self.say(Performative.INFORM, self.receivers, AuctionOpened(lot=self.lot, price=self.price))
        self.ask()

    def cancelled(self) -> tuple[Element, ...]:
        """Return what is no longer sold."""
        return (self.action,)

    def ask(self) -> None:
        """Ask the price of all that may be asked; where there is nobody, the auction is over."""
        asked = [bidder for bidder in self.receivers if self.is_asked(bidder)]
        if not asked:
            self.finish()
            return
        self._asked = {bidder.name for bidder in asked}
        self.say(Performative.CFP, asked, self.action, self.price, reply_by=instant(self.timeout))
        self.after(self.timeout, self.deadline)

    def is_asked(self, bidder: AgentIdentifier) -> bool:
        """Tell whether a bidder is to be asked the price."""
        return self.may(bidder.name, SENDS[Performative.CFP])

    def deadline(self) -> None:
        """End the round: who was asked and said nothing did not bid."""
        self._move_all((bidder for bidder in self.receivers if bidder.name in self._asked), "over")
        self._asked.clear()
        self.handle_all_responses()

    def is_bid(self, message: ACLMessage) -> bool:
        """Tell whether a proposal is one of this round, at the price that is asked."""
        if message.sender.name not in self._asked:
            return False
        try:
            return self.price in self.content.decode(message)
        except NotUnderstandable:
            return False

    def sold(self) -> Sale | None:
        """Return to whom it goes now, and for how much; None: to nobody."""
        raise NotImplementedError

    def finish(self) -> None:
        """Tell all how it ended, and come to that."""
        sale = self.sold()
        if sale is None:
            self.fail(NotSold())
            closed = AuctionClosed(lot=self.lot)
        else:
            self.succeed(sale)
            closed = AuctionClosed(lot=self.lot, winner=sale.winner, price=sale.price)
        told = [bidder for bidder in self.receivers if self.may(bidder.name, SENDS[Performative.INFORM])]
        try:
            if told:
                self.say(Performative.INFORM, told, closed)
        except OSError as error:  # the bidders find out by their own deadline
            logger.info("could not say how the auction ended: %s", error)
            self.close()
        self._settle()

    # -- handlers

    def handle_propose(self, message: ACLMessage) -> None:
        """Hear a bid."""
        raise NotImplementedError

    def handle_all_responses(self) -> None:
        """Go on: everybody has answered, or the time of the round is over."""
        raise NotImplementedError

    def handle_refuse(self, message: ACLMessage) -> None:
        """Hear that a bidder leaves."""
        self.responded(message)

    def handle_not_understood(self, message: ACLMessage) -> None:
        """Hear that a bidder does not understand; it is out."""
        self.responded(message)

    def handle_failure(self, message: ACLMessage) -> None:
        """Hear that a bidder is not there."""
        self.responded(message)

    def responded(self, message: ACLMessage) -> None:
        """Take note that a bidder has answered; the last one ends the round."""
        if message.sender.name in self._asked:
            self._asked.discard(message.sender.name)
            if not self._asked:
                self.handle_all_responses()


class AuctionParticipant(Participant):
    """Bids at an auction.

    Args:
        willing: whether it takes a lot at a price.
        conversations: those of the agent.
        first: the message that opens the auction.
    """

    def __init__(self, willing: Willing, conversations: Any, first: ACLMessage) -> None:
        super().__init__(conversations, first)
        self.willing = willing

    def handle_inform(self, message: ACLMessage) -> None:
        """Hear that the auction has begun or ended."""
        if self.state in self.machine.finals:
            self.stop_work()
            return
        match self.content.decode(message):
            case (AuctionOpened(),):
                self.after(NEXT_WITHIN, self.overdue)
            case (AuctionClosed(),):
                self.close()  # the opening was lost
            case _:
                raise NotUnderstandable(
                    UnrecognisedValue(parameter="content", explanation="This is no word of an auction.")
                )

    def handle_cfp(self, message: ACLMessage) -> None:
        """Begin to think about a price."""
        self.within(message, grace=NEXT_WITHIN)
        self.work(lambda: self._think(message))

    def handle_accept_proposal(self, message: ACLMessage) -> None:
        """Hear that the bid is taken."""

    def handle_reject_proposal(self, message: ACLMessage) -> None:
        """Hear that the bid is not taken."""

    async def prepare_proposal(self, cfp: ACLMessage) -> bool:
        """Decide whether to bid: tell whether to; raise ``Refuse`` to leave."""
        action, price = _asked(self.content, cfp)
        self.about = (action,)
        return await self.willing(action.act, price)

    def handle_unwilling(self, message: ACLMessage) -> None:
        """Say nothing at a price that is not taken."""

    async def _think(self, cfp: ACLMessage) -> None:
        if await self.prepare_proposal(cfp):
            self.answer(cfp, Performative.PROPOSE, *self.content.decode(cfp))
        else:
            self.handle_unwilling(cfp)


def _asked(content: ContentManager, cfp: ACLMessage) -> tuple[Action, Price]:
    match content.decode(cfp):
        case (Action() as action, Price() as price):
            return action, price
    raise NotUnderstandable(
        UnrecognisedValue(parameter="content", explanation="The content must be what is sold, and a price.")
    )
