"""FIPA Contract Net (00029): an action is announced, agents bid, the best bid is awarded.

Initiator::

    (start) --cfp to all--> collecting
    collecting: propose | refuse | not-understood | failure, one from each; all in or bid deadline -> choosing
    choosing: no bid -> failed; else accept-proposal to the best, reject-proposal to the others -> awarded
    awarded: inform -> done; failure -> failed; deadline -> cancelled

Participant::

    (start) --cfp--> bidding: refuse -> (end); propose -> offered
    offered: reject-proposal | deadline | cancel -> (end); accept-proposal -> working
    working: inform | failure -> (end); cancel -> the handler is cancelled, failure -> (end)
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

from behaviours.conversations import Conversation, Conversations, instant
from behaviours.outcomes import DeadlinePassed, Failed, NoBids, Refuse
from behaviours.reading import failure_of, reason_of, value_of
from behaviours.request import perform
from behaviours.services import Job, Services, action_of
from ontology.acl import ACLMessage, AgentIdentifier, Performative
from ontology.content import AgentAction, Element
from ontology.expressions import Action, Bid, Reason, UnsupportedFunction
from ontology.manager import NotUnderstandable

PROTOCOL: Final = "fipa-contract-net"

_AWARD_WITHIN: Final = 15.0
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
    started = time.monotonic()
    with conversations.open(PROTOCOL) as conversation:
        action = Action(actor=conversations.transport.identifier, act=act)
        await conversation.say(Performative.CFP, tuple(bidders), action, reply_by=instant(bid_timeout))
        proposals, refusals = await _collect(conversation, len(bidders), started + bid_timeout)
        if not proposals:
            raise NoBids(refusals)
        offers = tuple(Offer(message.sender, bid) for message, bid in proposals)
        winner = rank(offers)[0]
        if on_award is not None:
            await on_award(winner)
        accepted = next(message for message, _ in proposals if message.sender == winner.bidder)
        for message, _ in proposals:
            if message is not accepted:
                await conversation.answer(message, Performative.REJECT_PROPOSAL, action)
        await conversation.answer(accepted, Performative.ACCEPT_PROPOSAL, action, reply_by=instant(timeout))
        try:
            value = await _await_work(conversation, winner.bidder, time.monotonic() + timeout)
        except (DeadlinePassed, asyncio.CancelledError) as error:
            await conversation.cancel(winner.bidder, action)
            if isinstance(error, DeadlinePassed):
                error.agent = winner.bidder
            raise
        return Award(winner, offers, value, time.monotonic() - started)


async def _collect(
    conversation: Conversation, expected: int, deadline: float
) -> tuple[list[tuple[ACLMessage, Bid]], tuple[Reason, ...]]:
    proposals: list[tuple[ACLMessage, Bid]] = []
    refusals: list[Reason] = []
    answered: set[str] = set()
    while len(answered) < expected:
        try:
            message = await conversation.receive(deadline)
        except DeadlinePassed:
            break
        if message.sender.name in answered:
            await conversation.unexpected(message)
            continue
        if message.performative is Performative.PROPOSE:
            try:
                bid = next((e for e in conversation.content.decode(message) if isinstance(e, Bid)), None)
            except NotUnderstandable:
                bid = None
            if bid is None:
                await conversation.unexpected(message)
            else:
                proposals.append((message, bid))
        elif failure_of(conversation.content, message) is not None:
            refusals.append(reason_of(conversation.content, message))
        else:
            await conversation.unexpected(message)
            continue
        answered.add(message.sender.name)
    return proposals, tuple(refusals)


async def _await_work(conversation: Conversation, winner: AgentIdentifier, deadline: float) -> Element | None:
    while True:
        message = await conversation.receive(deadline)
        if message.sender != winner:
            if message.performative is Performative.PROPOSE:  # it came after the deadline for bids
                await conversation.answer(message, Performative.REJECT_PROPOSAL)
            continue
        failure = failure_of(conversation.content, message)
        if failure is not None:
            raise Failed(failure.reason, winner)
        if message.performative is Performative.INFORM:
            return value_of(conversation.content, message)
        await conversation.unexpected(message)


class ContractNetParticipant:
    """Bids for actions with an agent's services, and does those whose award it gets."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, conversation: Conversation, message: ACLMessage) -> None:
        """Serve one conversation that began with a call for proposals."""
        if message.performative is not Performative.CFP:
            await conversation.unexpected(message)
            return
        action = action_of(conversation.content, message)
        try:
            service = self._services.find(action.act)
            if service.bid is None:
                raise Refuse(UnsupportedFunction(function=action.act.wire_name))
            bid = await service.bid(action.act)
        except Exception as error:
            await conversation.answer(message, Performative.REFUSE, action, self._services.explained(error))
            return
        await conversation.answer(message, Performative.PROPOSE, action, bid)
        award = await self._await_award(conversation, message)
        if award is not None:
            work = asyncio.ensure_future(service.perform(action.act, Job(message.sender, conversation.id)))
            await perform(conversation, award, action, work, self._services, agrees=False)

    async def _await_award(self, conversation: Conversation, cfp: ACLMessage) -> ACLMessage | None:
        left = (cfp.reply_by - instant(0)).total_seconds() if cfp.reply_by is not None else 0.0
        deadline = time.monotonic() + min(left, 3600.0) + _AWARD_WITHIN
        while True:
            try:
                message = await conversation.receive(deadline)
            except DeadlinePassed:
                return None
            match message.performative:
                case Performative.ACCEPT_PROPOSAL:
                    return message
                case Performative.REJECT_PROPOSAL | Performative.CANCEL | Performative.NOT_UNDERSTOOD:
                    return None
                case _:
                    await conversation.unexpected(message)
