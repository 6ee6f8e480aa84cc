"""Which protocols an agent takes part in, given what it offers, knows, publishes and buys."""

from collections.abc import Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from behaviours import (
    contract_net,
    dutch_auction,
    english_auction,
    iterated_contract_net,
    propose,
    query,
    request,
    request_when,
    request_whenever,
    subscribe,
)
from behaviours.auction import Willing
from behaviours.conversations import Conversations
from behaviours.facts import Facts
from behaviours.services import Service, Services
from behaviours.subscribe import Publisher
from ontology.management import ServiceDescription


@dataclass(frozen=True, slots=True)
class Part:
    """What an agent has to give.

    Args:
        services: the actions that it performs.
        facts: what it knows.
        publisher: what it publishes, and to whom.
        willing: whether it takes a lot at a price; None: it does not go to auctions.
    """

    services: Services
    facts: Facts
    publisher: Publisher
    willing: Willing | None = None

    def take(self, conversations: Conversations) -> None:
        """Serve every protocol in which the agent can play a part."""
        services, facts = self.services, self.facts
        conversations.serve(request.PROTOCOL, partial(request.ServiceRequest, services))
        conversations.serve(contract_net.PROTOCOL, partial(contract_net.ServiceContractNet, services))
        conversations.serve(
            iterated_contract_net.PROTOCOL, partial(iterated_contract_net.ServiceIteratedContractNet, services)
        )
        conversations.serve(propose.PROTOCOL, partial(propose.ServiceProposal, services))
        conversations.serve(query.PROTOCOL, partial(query.FactsQuery, facts))
        conversations.serve(request_when.PROTOCOL, partial(request_when.ServiceRequestWhen, services, facts))
        conversations.serve(
            request_whenever.PROTOCOL, partial(request_whenever.ServiceRequestWhenever, services, facts)
        )
        conversations.serve(subscribe.PROTOCOL, self.publisher.participant)
        if self.willing is not None:
            for auction, bidder in (
                (english_auction, english_auction.EnglishBidder),
                (dutch_auction, dutch_auction.DutchBidder),
            ):
                conversations.serve(auction.PROTOCOL, partial(bidder, self.willing), opens=auction.OPENS)


def described(
    offered: Iterable[Service[Any]], *, languages: tuple[str, ...], ontologies: tuple[str, ...]
) -> tuple[ServiceDescription, ...]:
    """Return the descriptions of services, as they stand in the directory."""
    always = (request.PROTOCOL, request_when.PROTOCOL, propose.PROTOCOL)
    bidding = (*always, contract_net.PROTOCOL, iterated_contract_net.PROTOCOL)
    return tuple(
        ServiceDescription(
            name=service.name or service.action.wire_name,
            type=service.action.wire_name,
            protocols=always if service.bid is None else bidding,
            languages=languages,
            ontologies=ontologies,
        )
        for service in offered
    )
