"""FIPA Request (00026): one agent asks another to perform an action.

Initiator::

    (start) --request--> waiting --agree--> agreed
    waiting, agreed: inform -> done; failure -> failed; not-understood -> failed; deadline -> cancelled
    waiting: refuse -> failed

Participant::

    (start) --request--> working
    working, after a moment: agree -> agreed (may be skipped where the answer is quick)
    working: refuse | failure | inform -> (end);  agreed: failure | inform -> (end)
    working, agreed: cancel -> the handler is cancelled, failure or inform done -> (end)
"""

import asyncio
import time
from contextlib import suppress
from typing import Final

from behaviours.conversations import Conversation, Conversations, instant
from behaviours.outcomes import DeadlinePassed, Refuse
from behaviours.reading import failure_of, value_of
from behaviours.services import Job, Services, action_of
from ontology.acl import ACLMessage, AgentIdentifier, Performative
from ontology.content import AgentAction, Element
from ontology.expressions import Action, Done, InternalError, Result

PROTOCOL: Final = "fipa-request"

_AGREE_AFTER: Final = 0.2
"""Seconds after which work that is not done yet is agreed to: quick answers need no agree."""

_ANSWERED_WITHIN: Final = 10.0
"""Seconds within which a participant that lives has answered or agreed, however long its work will take."""


async def request(
    conversations: Conversations,
    receiver: AgentIdentifier,
    act: AgentAction,
    *,
    timeout: float,
) -> Element | None:
    """Ask an agent to perform an action, and wait for the value of the result.

    Args:
        conversations: those of the asking agent.
        receiver: the agent to ask.
        act: what it is to do.
        timeout: how long to wait, in seconds; then the request is cancelled.

    Raises:
        Refused, Failed, NotUnderstood, DeadlinePassed: it was not done.
    """
    deadline = time.monotonic() + timeout
    with conversations.open(PROTOCOL) as conversation:
        action = Action(actor=receiver, act=act)
        await conversation.say(Performative.REQUEST, (receiver,), action, reply_by=instant(timeout))
        try:
            return await _await_result(conversation, deadline)
        except (DeadlinePassed, asyncio.CancelledError):
            await conversation.cancel(receiver, action)
            raise


async def _await_result(conversation: Conversation, deadline: float) -> Element | None:
    agreed = False
    first = min(deadline, time.monotonic() + _ANSWERED_WITHIN)
    while True:
        message = await conversation.receive(deadline if agreed else first)
        failure = failure_of(conversation.content, message)
        if failure is not None and not (agreed and message.performative is Performative.REFUSE):
            raise failure
        if message.performative is Performative.INFORM:
            return value_of(conversation.content, message)
        if message.performative is Performative.AGREE and not agreed:
            agreed = True
        else:
            await conversation.unexpected(message)


class RequestParticipant:
    """Serves requests with an agent's services."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def __call__(self, conversation: Conversation, message: ACLMessage) -> None:
        """Serve one conversation that began with a request."""
        if message.performative is not Performative.REQUEST:
            await conversation.unexpected(message)
            return
        action = action_of(conversation.content, message)
        job = Job(message.sender, conversation.id)
        try:
            service = self._services.find(action.act)
        except Refuse as refusal:
            await conversation.answer(message, Performative.REFUSE, action, refusal.reason)
            return
        work = asyncio.ensure_future(service.perform(action.act, job))
        await perform(conversation, message, action, work, self._services, agrees=True)


async def perform(
    conversation: Conversation,
    message: ACLMessage,
    action: Action,
    work: "asyncio.Future[Element | None]",
    services: Services,
    *,
    agrees: bool,
) -> None:
    """See a piece of work through to its answer: inform, failure or, before it was agreed to, refuse.

    Listens meanwhile: a cancel ends the work, anything else is out of sequence. The initiator's reply-by is
    the work's deadline.

    Args:
        conversation: the conversation with whom asked for it.
        message: what to answer.
        action: what is done.
        work: the doing of it.
        services: explains what goes wrong.
        agrees: whether an agree is due when the work takes long, and a refusal is still possible.
    """
    listener = asyncio.create_task(_until_cancelled(conversation, message, work))
    agreed = not agrees
    try:
        if agrees:
            await asyncio.wait({work}, timeout=_AGREE_AFTER)
            if not work.done():
                await conversation.answer(message, Performative.AGREE, action)
                agreed = True
        value = await work
    except asyncio.CancelledError:
        stopping = not work.cancelled()
        if stopping:
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
        reason = InternalError(explanation="It was cancelled, or its time was over.")
        with suppress(OSError):  # who asked finds out by the deadline, then
            await conversation.answer(message, Performative.FAILURE, action, reason)
        if stopping:
            raise
    except Exception as error:
        refused = isinstance(error, Refuse) and not agreed
        performative = Performative.REFUSE if refused else Performative.FAILURE
        await conversation.answer(message, performative, action, services.explained(error))
    else:
        outcome = Done(action=action) if value is None else Result(action=action, value=value)
        await conversation.answer(message, Performative.INFORM, outcome)
    finally:
        listener.cancel()


async def _until_cancelled(
    conversation: Conversation, request: ACLMessage, work: "asyncio.Future[Element | None]"
) -> None:
    left = float("inf")
    if request.reply_by is not None:
        left = (request.reply_by - instant(0)).total_seconds()
    deadline = time.monotonic() + min(left, 24 * 3600.0)
    while True:
        try:
            message = await conversation.receive(deadline)
        except DeadlinePassed:
            work.cancel()
            return
        if message.performative is Performative.CANCEL:
            work.cancel()
            return
        await conversation.unexpected(message)
