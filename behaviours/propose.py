"""FIPA Propose (00036): an agent proposes to do something, another accepts or rejects.

Initiator::

    (start) --propose--> waiting: accept-proposal -> accepted; reject-proposal -> rejected;
    not-understood | refuse | failure -> failed; deadline -> cancelled

Participant::

    (start) --propose--> deciding: accept-proposal | reject-proposal -> (end); cancel -> (end)
"""

import asyncio
import time
from typing import Final

from behaviours.conversations import Conversation, Conversations, instant
from behaviours.outcomes import DeadlinePassed
from behaviours.reading import failure_of
from behaviours.services import Job, Services, action_of
from ontology.acl import ACLMessage, AgentIdentifier, Performative
from ontology.content import AgentAction
from ontology.expressions import Action, Declined, Reason

PROTOCOL: Final = "fipa-propose"


async def propose(conversations: Conversations, receiver: AgentIdentifier, act: AgentAction, *, timeout: float) -> bool:
    """Propose to do something and wait for the decision.

    Args:
        conversations: those of the proposing agent.
        receiver: who is to decide.
        act: what would be done.
        timeout: how long to wait, in seconds; then the proposal is taken back.

    Returns:
        Whether it was accepted.

    Raises:
        Refused, Failed, NotUnderstood, DeadlinePassed: there was no decision.
    """
    deadline = time.monotonic() + timeout
    with conversations.open(PROTOCOL) as conversation:
        action = Action(actor=conversations.transport.identifier, act=act)
        await conversation.say(Performative.PROPOSE, (receiver,), action, reply_by=instant(timeout))
        try:
            while True:
                message = await conversation.receive(deadline)
                failure = failure_of(conversation.content, message)
                if failure is not None:
                    raise failure
                match message.performative:
                    case Performative.ACCEPT_PROPOSAL:
                        return True
                    case Performative.REJECT_PROPOSAL:
                        return False
                    case _:
                        await conversation.unexpected(message)
        except (DeadlinePassed, asyncio.CancelledError):
            await conversation.cancel(receiver, action)
            raise


class ProposeParticipant:
    """Decides on proposals with an agent's services: one that raises ``Refuse`` with ``Declined`` rejects."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, conversation: Conversation, message: ACLMessage) -> None:
        """Serve one conversation that began with a proposal."""
        if message.performative is not Performative.PROPOSE:
            await conversation.unexpected(message)
            return
        action = action_of(conversation.content, message)
        job = Job(message.sender, conversation.id)
        decision = asyncio.create_task(self._decide(action, job))
        listener = asyncio.create_task(self._listen(conversation, decision))
        try:
            reason = await decision
        except asyncio.CancelledError:
            if not decision.cancelled():
                decision.cancel()
                raise
            return
        finally:
            listener.cancel()
        if reason is None:
            await conversation.answer(message, Performative.ACCEPT_PROPOSAL, action)
        elif isinstance(reason, Declined):
            await conversation.answer(message, Performative.REJECT_PROPOSAL, action, reason)
        else:
            await conversation.answer(message, Performative.REFUSE, action, reason)

    async def _decide(self, action: Action, job: Job) -> Reason | None:
        try:
            await self._services.find(action.act).perform(action.act, job)
        except Exception as error:
            return self._services.explained(error)
        return None

    async def _listen(self, conversation: Conversation, decision: "asyncio.Task[Reason | None]") -> None:
        while True:
            message = await conversation.receive(float("inf"))
            if message.performative is Performative.CANCEL:
                decision.cancel()
                return
            await conversation.unexpected(message)
