"""FIPA Iterated Contract Net (00030): bidders are asked again, round after round, until a bid is good enough.

Initiator, towards each participant::

    start                                sends cfp                                       -> called
    called                               hears propose                                   -> proposed
    called                               hears refuse, not-understood, failure           -> (out)
    called                               deadline                                        -> overdue
    overdue                              hears propose                                   -> tardy
    overdue                              hears refuse, not-understood, failure           -> (out)
    overdue                              over                                            -> (silent)
    proposed                             hears not-understood, failure                   -> (out)
    proposed                             sends cfp                                       -> called
    proposed                             sends accept-proposal                           -> awarded
    proposed, tardy                      sends reject-proposal                           -> (rejected)
    awarded                              hears partial                                   -> awarded
    awarded                              hears inform                                    -> (done)
    awarded                              hears failure, not-understood                   -> (failed)
    called, overdue, proposed, awarded   sends cancel                                    -> cancelling
    cancelling                           hears propose, partial                          -> cancelling
    cancelling                           hears inform, failure, refuse, not-understood   -> (cancelled)

Participant::

    start                                hears cfp                                       -> bidding
    bidding                              sends refuse, not-understood                    -> (refused)
    bidding                              sends propose                                   -> offered
    offered                              hears cfp                                       -> bidding
    offered                              hears accept-proposal                           -> working
    offered                              hears reject-proposal                           -> (rejected)
    offered                              deadline                                        -> (lapsed)
    working                              sends partial                                   -> working
    working                              sends inform                                    -> (done)
    working                              sends failure                                   -> (failed)
    bidding, offered, working            hears cancel                                    -> cancelling
    bidding, offered, working            hears not-understood, failure                   -> (broken-off)
    cancelling                           sends inform, failure                           -> (cancelled)

It is a contract net in which a bidder that proposed may be called again; those that are not are rejected. Who was too
slow in one round is out, and a bid that comes after its round is rejected.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar, Final

from behaviours.contract_net import Award, AwardToBest, Offer, OnAward, ServiceContractNet
from behaviours.conversations import Conversations
from behaviours.machine import SENDS, Machine, machines
from behaviours.outcomes import NoBids
from ontology.acl import ACLMessage, AgentIdentifier, Performative
from ontology.content import AgentAction
from ontology.expressions import InternalError

PROTOCOL: Final = "fipa-iterated-contract-net"
INITIATOR, PARTICIPANT = machines(__doc__)


@dataclass(frozen=True, slots=True)
class Round:
    """A round of bids.

    Args:
        number: which it is, from 1.
        is_last: whether nobody can be called again.
        offers: the bids.
    """

    number: int
    is_last: bool
    offers: tuple[Offer, ...]


@dataclass(frozen=True, slots=True)
class Accept:
    """One of the bids is good enough; the others are rejected."""

    offer: Offer


@dataclass(frozen=True, slots=True)
class CallAgain:
    """These are asked to bid anew; the others are rejected.

    Args:
        offers: whose bidders are called.
        act: what is to be done, where that has changed.
    """

    offers: Sequence[Offer]
    act: AgentAction | None = None


Decide = Callable[[Round], Accept | CallAgain | None]
"""The rule: what to do after a round that has bids; None: no bid is good enough, nor will be."""


async def iterated_contract_net(
    conversations: Conversations,
    bidders: Sequence[AgentIdentifier],
    act: AgentAction,
    *,
    decide: Decide,
    rounds: int,
    bid_timeout: float,
    timeout: float,
    on_award: OnAward | None = None,
) -> Award:
    """Have an action done by the agent whose bid is good enough, after some rounds of bids.

    Args:
        conversations: those of the announcing agent.
        bidders: whom to announce it to.
        act: what is to be done.
        decide: the rule.
        rounds: how many rounds there may be.
        bid_timeout: how long to wait for bids in each round, in seconds; less where all have answered.
        timeout: how long the work may take after the award, in seconds.
        on_award: awaited before the award is sent, for what must be on disk before anything happens.

    Raises:
        NoBids: nobody bid, or no bid was good enough.
        Failed: who got the award failed; ``agent`` says who.
        DeadlinePassed: who got the award did not answer in time; ``agent`` says who.
    """
    if not bidders:
        raise NoBids(())
    net = IteratedContractNetInitiator(
        bidders, act, decide=decide, rounds=rounds, bid_timeout=bid_timeout, timeout=timeout, on_award=on_award
    )
    award: Award = await net.run(conversations)
    return award


class IteratedContractNetInitiator(AwardToBest):
    """Announces an action, and calls bidders again until a bid is good enough.

    Args:
        bidders: whom to announce it to.
        act: what is to be done.
        decide: the rule.
        rounds: how many rounds there may be.
        bid_timeout: seconds until bids are no longer waited for, in each round.
        timeout: seconds that the work may take after its award.
        on_award: awaited before the award is sent.
    """

    protocol: ClassVar[str] = PROTOCOL
    machine: ClassVar[Machine] = INITIATOR

    def __init__(
        self,
        bidders: Sequence[AgentIdentifier],
        act: AgentAction,
        *,
        decide: Decide,
        rounds: int,
        bid_timeout: float,
        timeout: float,
        on_award: OnAward | None = None,
    ) -> None:
        super().__init__(bidders, act, rank=self._accepted, bid_timeout=bid_timeout, timeout=timeout, on_award=on_award)
        self._decide = decide
        self._rounds = rounds
        self._number = 1
        self._accept: Offer | None = None

    def _accepted(self, offers: Sequence[Offer]) -> Sequence[Offer]:
        assert self._accept is not None
        return (self._accept, *(offer for offer in offers if offer != self._accept))

    def handle_propose(self, message: ACLMessage) -> None:
        """Take the bid; one that was too slow for its round is rejected."""
        if self.states[message.sender.name] == "tardy":
            self.reject(message)
        else:
            super().handle_propose(message)

    def handle_all_responses(self, responses: Sequence[ACLMessage]) -> None:
        """Decide what becomes of the bids of this round."""
        if not self.proposals:
            super().handle_all_responses(responses)
            return
        match self._decide(Round(self._number, self._number == self._rounds, self.offers())):
            case Accept(offer):
                self._accept = offer
                super().handle_all_responses(responses)
            case CallAgain(offers, act) if offers and self._number < self._rounds:
                self._number += 1
                self.act = act or self.act
                again = {offer.bidder.name for offer in offers}
                self._reject_but(again)
                self.call(proposal.sender for proposal in tuple(self.proposals.values()))
                self.after(self.timeout, self.deadline)
            case _:
                self.fail(NoBids((InternalError(explanation="No bid was good enough."),)))
                self._reject_but(set())
                self.over()

    def _reject_but(self, kept: set[str]) -> None:
        for name, proposal in list(self.proposals.items()):
            if name not in kept:
                del self.proposals[name]
                if self.may(name, SENDS[Performative.REJECT_PROPOSAL]):
                    self.reject(proposal)

    def _responded(self, message: ACLMessage) -> None:
        if any(bidder.name == message.sender.name for bidder in self._called):
            super()._responded(message)


class ServiceIteratedContractNet(ServiceContractNet):
    """Bids for actions with an agent's services, in each round anew, and does those whose award it gets."""

    protocol: ClassVar[str] = PROTOCOL
    machine: ClassVar[Machine] = PARTICIPANT
