"""Prices, and what an auctioneer says of its auction (FIPA 00031, 00032)."""

from decimal import Decimal
from typing import Self

from pydantic import Field

from ontology.acl import AgentIdentifier
from ontology.elements import AgentAction, Concept, Element, Predicate


class Price(Concept):
    """An amount of money, or of whatever else is paid with. ``unit`` is a code of ISO 4217, or the platform's own."""

    amount: Decimal = Field(ge=0)
    unit: str = Field(min_length=1)

    def plus(self, step: Decimal) -> Self:
        """Return the price that lies a step higher, or lower where the step is negative; it is never below 0."""
        return self.model_copy(update={"amount": max(Decimal(0), self.amount + step)})


class AuctionOpened(Predicate):
    """An auction has begun. ``lot`` is what the buyer will have the auctioneer do, ``price`` what is asked first."""

    lot: AgentAction
    price: Price


class AuctionClosed(Predicate):
    """An auction has ended: the lot goes to the winner at that price, or to nobody."""

    lot: AgentAction
    winner: AgentIdentifier | None = None
    price: Price | None = None


TRADE: tuple[type[Element], ...] = (Price, AuctionOpened, AuctionClosed)
