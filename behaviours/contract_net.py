"""FIPA Contract Net (00029): an action is announced, agents bid, the best bid is awarded.

Initiator, towards each participant::

    start                                   sends cfp                                        -> called
    called                                  hears propose                                    -> proposed
    called                                  hears refuse, not-understood, failure            -> (out)
    called                                  deadline                                         -> overdue
    overdue                                 hears propose                                    -> tardy
    overdue                                 hears refuse, not-understood, failure            -> (out)
    overdue                                 over                                             -> (silent)
    proposed                                hears not-understood, failure                    -> (out)
    proposed                                sends accept-proposal                            -> awarded
    proposed, tardy                         sends reject-proposal                            -> (rejected)
    awarded                                 hears partial                                    -> awarded
    awarded                                 hears inform                                     -> (done)
    awarded                                 hears failure, not-understood                    -> (failed)
    called, overdue, proposed, awarded      sends cancel                                     -> cancelling
    cancelling                              hears propose, partial                           -> cancelling
    cancelling                              hears inform, failure, refuse, not-understood    -> (cancelled)

Participant::

    start                       hears cfp                        -> bidding
    bidding                     sends refuse, not-understood     -> (refused)
    bidding                     sends propose                    -> offered
    offered                     hears accept-proposal            -> working
    offered                     hears reject-proposal            -> (rejected)
    offered                     deadline                         -> (lapsed)
    working                     sends partial                    -> working
    working                     sends inform                     -> (done)
    working                     sends failure                    -> (failed)
    bidding, offered, working   hears cancel                     -> cancelling
    bidding, offered, working   hears not-understood             -> (broken-off)
    cancelling                  sends inform, failure            -> (cancelled)

A proposal that comes after the deadline for bids is rejected. Who gets no word of its bid counts it as lost some time
after that deadline. An award is a request for the work: its reply-by is the deadline of the work, and who wants to
hear of its progress says so in the award (see ``behaviours.request``).
"""

import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final

from behaviours.conversations import Conversations, instant
from behaviours.machine import SENDS, Machine, machines
from behaviours.outcomes import DeadlinePassed, Failed, NoBids, Refuse
from behaviours.reading import failure_of, reason_of, value_of
from behaviours.request import perform
from behaviours.roles import Initiator, Participant
from behaviours.services import Service, ServiceParticipant, action_of
from ontology.acl import ACLMessage, AgentIdentifier, Performative
from ontology.content import AgentAction, Element
from ontology.expressions import Action, Bid, UnsupportedFunction
from ontology.manager import NotUnderstandable

PROTOCOL: Final = "fipa-contract-net"
INITIATOR, PARTICIPANT = machines(__doc__)

BID_GRACE: Final = 1.0
"""Seconds after the bids' deadline until who has not made up its mind gives up; a bid in between is rejected."""
AWARD_WITHIN: Final = 15.0
"""Seconds that a bidder waits for the award after the bids' deadline, before it counts its bid as lost."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A bid and whose it is."""

    bidder: AgentIdentifier
    bid: Bid


@dataclass(frozen=True, slots=True)
class Award:
    """How a contract net went: who won among which offers, what the result is, and how long it took."""

    winner: Offer
    offers: tuple[Offer, ...]
    value: Element | None
    seconds: float


Rank = Callable[[Sequence[Offer]], Sequence[Offer]]
"""The award rule: the same offers, the best one first."""

OnAward = Callable[[Offer], Awaitable[None]]


async def contract_net(
    conversations: Conversations,
    bidders: Sequence[AgentIdentifier],
    act: AgentAction,
    *,
    rank: Rank,
    bid_timeout: float,
    timeout: float,
    on_award: OnAward | None = None,
) -> Award:
    """Have an action done by the agent with the best bid.

    Args:
        conversations: those of the announcing agent.
        bidders: whom to announce it to.
        act: what is to be done.
        rank: the award rule.
        bid_timeout: how long to wait for bids, in seconds; less where all have answered.
        timeout: how long the work may take after the award, in seconds.
        on_award: awaited before the award is sent, for what must be on disk before anything happens.

    Raises:
        NoBids: nobody bid.
        Failed: who got the award failed; ``agent`` says who.
        DeadlinePassed: who got the award did not answer in time; ``agent`` says who.
    """
    if not bidders:
        raise NoBids(())
    net = AwardToBest(bidders, act, rank=rank, bid_timeout=bid_timeout, timeout=timeout, on_award=on_award)
    award: Award = await net.run(conversations)
    return award


class ContractNetInitiator(Initiator[Any]):
    """Announces an action and awards it; subclass it and write ``handle_all_responses``.

    Args:
        bidders: whom to announce it to.
        act: what is to be done.
        bid_timeout: seconds until bids are no longer waited for.
        timeout: seconds that the work may take after its award.
    """

    protocol: ClassVar[str] = PROTOCOL
    machine: ClassVar[Machine] = INITIATOR

    def __init__(
        self, bidders: Iterable[AgentIdentifier], act: AgentAction, *, bid_timeout: float, timeout: float
    ) -> None:
        super().__init__(bidders, timeout=bid_timeout)
        self.act = act
        self.work_timeout = timeout
        self.proposals: dict[str, ACLMessage] = {}
        self.responses: dict[str, ACLMessage] = {}
        self._choosing = False

    @property
    def action(self) -> Action:
        """What is announced: the initiator's doing of it, until somebody is awarded."""
        return Action(actor=self.conversations.transport.identifier, act=self.act)

    def open(self) -> None:
        """Call for proposals."""
        self.call(self.receivers)

    def call(self, bidders: Iterable[AgentIdentifier]) -> None:
        """Call these bidders for proposals, until the deadline for bids."""
        self._called = tuple(bidders)
        self.proposals.clear()
        self.responses.clear()
        self._choosing = False
        self.say(Performative.CFP, self._called, self.action, reply_by=instant(self.timeout))

    def cancelled(self) -> tuple[Element, ...]:
        """Return the action that is no longer wanted."""
        return (self.action,)

    def deadline(self) -> None:
        """Choose among the bids that are there; then give up what was awarded and is not done."""
        if not self._choosing:
            self._move_all(self._called, "deadline")
            self._choose()
        else:
            self.handle_work_overdue()
            self.cancel()

    def accept(self, proposal: ACLMessage) -> None:
        """Award the action to whoever made this proposal."""
        self.answer(proposal, Performative.ACCEPT_PROPOSAL, self.action, reply_by=instant(self.work_timeout))
        self.after(self.work_timeout, self.deadline)

    def reject(self, proposal: ACLMessage) -> None:
        """Reject a proposal."""
        self.answer(proposal, Performative.REJECT_PROPOSAL, self.action)

    # -- handlers

    def handle_propose(self, message: ACLMessage) -> None:
        """Hear a proposal."""
        if self._choosing:
            self.reject(message)  # it came after the deadline
            return
        self.proposals[message.sender.name] = message
        self._responded(message)

    def handle_refuse(self, message: ACLMessage) -> None:
        """Hear that a bidder does not bid."""
        self._responded(message)

    def handle_not_understood(self, message: ACLMessage) -> None:
        """Hear that a bidder does not understand; where it has the award, that is the end of its work."""
        self._responded(message)

    def handle_failure(self, message: ACLMessage) -> None:
        """Hear that a bidder withdraws, or has failed in what it was awarded."""
        self._responded(message)

    def handle_inform(self, message: ACLMessage) -> None:
        """Hear that what was awarded is done."""

    def handle_all_responses(self, responses: Sequence[ACLMessage]) -> None:
        """Choose: every bidder has answered, or the deadline for bids has passed.

        ``self.proposals`` holds those that stand; each is to be answered with :meth:`accept` or :meth:`reject`.
        """
        raise NotImplementedError

    def handle_work_overdue(self) -> None:
        """Take note that what was awarded is not done in time; it is cancelled after this."""
        self.fail(DeadlinePassed())

    def over(self) -> None:
        """Wait no longer for those that have not answered."""
        self._move_all(self.receivers, "over")
        self._settle()

    def _responded(self, message: ACLMessage) -> None:
        name = message.sender.name
        if message.performative is not Performative.PROPOSE:
            self.proposals.pop(name, None)
        self.responses[name] = message
        if not self._choosing and len(self.responses) == len(self._called):
            self._choose()

    def _choose(self) -> None:
        self._choosing = True
        self.handle_all_responses(tuple(self.responses.values()))


class AwardToBest(ContractNetInitiator):
    """Awards the action to the best bid, and comes to an :class:`Award`."""

    def __init__(
        self,
        bidders: Sequence[AgentIdentifier],
        act: AgentAction,
        *,
        rank: Rank,
        bid_timeout: float,
        timeout: float,
        on_award: OnAward | None,
    ) -> None:
        super().__init__(bidders, act, bid_timeout=bid_timeout, timeout=timeout)
        self._rank = rank
        self._on_award = on_award
        self._began = time.monotonic()
        self._bids: dict[str, Bid] = {}
        self._offers: tuple[Offer, ...] = ()
        self._winner: Offer | None = None

    def handle_propose(self, message: ACLMessage) -> None:
        """Take the bid; a proposal without one is not understood."""
        if not self._choosing:
            try:
                bid = next((e for e in self.content.decode(message) if isinstance(e, Bid)), None)
            except NotUnderstandable:
                bid = None
            if bid is None:
                self._without_bid(message)
                return
            self._bids[message.sender.name] = bid
        super().handle_propose(message)

    def _without_bid(self, message: ACLMessage) -> None:
        self.handle_out_of_sequence(message)
        self.reject(message)
        self._responded(message)
        self.proposals.pop(message.sender.name, None)

    def handle_all_responses(self, responses: Sequence[ACLMessage]) -> None:
        """Award the best; where that is to be noted first, when it is noted."""
        if not self.proposals:
            refused = [reason_of(self.content, m) for m in responses if m.performative is not Performative.PROPOSE]
            self.fail(NoBids(tuple(refused)))
            self.over()
            return
        self._offers = self.offers()
        self._winner = self._rank(self._offers)[0]
        if self._on_award is None:
            self._award(self._winner)
        else:
            self.conversations.spawn(self._note(self._winner, self._on_award))

    def offers(self) -> tuple[Offer, ...]:
        """Return the bids that stand."""
        return tuple(Offer(m.sender, self._bids[name]) for name, m in self.proposals.items())

    async def _note(self, winner: Offer, on_award: OnAward) -> None:
        try:
            await on_award(winner)
            self._award(winner)
        except Exception as error:
            self.handler_failed(error, None)

    def _award(self, winner: Offer) -> None:
        if self.closed or self.outcome.done():
            return
        for name, proposal in list(self.proposals.items()):
            if name != winner.bidder.name and self.may(name, SENDS[Performative.REJECT_PROPOSAL]):
                self.reject(proposal)
        if not self.may(winner.bidder.name, SENDS[Performative.ACCEPT_PROPOSAL]):
            self.fail(NoBids(()))  # it has withdrawn while that was noted
            self.over()
            return
        self.accept(self.proposals[winner.bidder.name])

    def handle_inform(self, message: ACLMessage) -> None:
        """Come to the result."""
        if self._winner is None or self.states[message.sender.name] != "done":
            return  # it answers the cancel
        value = value_of(self.content, message)
        self.succeed(Award(self._winner, self._offers, value, time.monotonic() - self._began))
        self.over()

    def handle_failure(self, message: ACLMessage) -> None:
        """Come to the failure of the one that has the award."""
        self._failed(message)

    def handle_not_understood(self, message: ACLMessage) -> None:
        """Come to the failure of the one that has the award."""
        self._failed(message)

    def _failed(self, message: ACLMessage) -> None:
        if self.states[message.sender.name] != "failed":
            self._responded(message)
            return
        failure = failure_of(self.content, message)
        assert failure is not None
        self.fail(Failed(failure.reason, message.sender))
        self.over()

    def handle_work_overdue(self) -> None:
        """Come to the end of the patience with the one that has the award."""
        late = DeadlinePassed()
        late.agent = self._winner.bidder if self._winner is not None else None
        self.fail(late)


class ContractNetParticipant(Participant):
    """Bids, and does what it is awarded; subclass it and write the two ``prepare`` coroutines."""

    protocol: ClassVar[str] = PROTOCOL
    machine: ClassVar[Machine] = PARTICIPANT

    async def prepare_proposal(self, cfp: ACLMessage) -> tuple[Element, ...]:
        """Return what to propose; raise ``Refuse`` or ``NotUnderstandable`` to propose nothing."""
        raise NotImplementedError

    async def prepare_result_notification(self, cfp: ACLMessage, award: ACLMessage) -> Element:
        """Do what was awarded, and return what to inform of; raise ``Fail`` where it cannot be done."""
        raise NotImplementedError

    def handle_cfp(self, message: ACLMessage) -> None:
        """Begin to think of a bid."""
        self.first = message
        self.within(message, grace=BID_GRACE)
        self.work(self._bid)

    async def _bid(self) -> None:
        proposal = await self.prepare_proposal(self.first)
        self.answer(self.first, Performative.PROPOSE, *proposal)
        self.within(self.first, grace=AWARD_WITHIN)

    def handle_accept_proposal(self, message: ACLMessage) -> None:
        """Begin to do what was awarded."""
        self.award = message
        self.within(message)
        self.work(self._perform)

    async def _perform(self) -> None:
        done = await self.prepare_result_notification(self.first, self.award)
        self.answer(self.award, Performative.INFORM, done)

    def handle_reject_proposal(self, message: ACLMessage) -> None:
        """Hear that somebody else does it."""

    def overdue(self) -> None:
        """Count the bid as lost, or end the work."""
        self._move_all((self.initiator,), "deadline")
        super().overdue()


class ServiceContractNet(ServiceParticipant, ContractNetParticipant):
    """Bids for actions with an agent's services, and does those whose award it gets."""

    async def prepare_proposal(self, cfp: ACLMessage) -> tuple[Element, ...]:
        """Bid by the service that performs the action."""
        action = action_of(self.content, cfp)
        self.about = (action,)
        self._service: Service[Any] = self.services.find(action.act)
        if self._service.bid is None:
            raise Refuse(UnsupportedFunction(function=action.act.wire_name))
        return action, await self._service.bid(action.act)

    async def _perform(self) -> None:
        (action,) = self.about
        assert isinstance(action, Action)
        await perform(self, self._service, action, self.award)
