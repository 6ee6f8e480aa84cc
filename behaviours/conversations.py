"""One dispatcher per agent: it routes messages to conversations in constant time.

A conversation that this agent began is found by its conversation-id; one that another agent began by the
conversation-id and that agent's name, so that two agents that happen to choose the same identifier do not
meet in one conversation. Only those who take part in a conversation are heard in it.

================================================  =====================================================
a message                                         goes to
================================================  =====================================================
of a conversation that is open, from a member     that conversation
of none, that can begin its protocol              a new conversation, served by the protocol's participant
of none, in a protocol that is not served         nobody; *not-understood* goes back
of none, an answer (its conversation has ended)   nobody; it is late and is dropped
================================================  =====================================================
"""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Final, Self
from uuid import uuid4

from behaviours.outcomes import DeadlinePassed
from behaviours.transport import Transport
from ontology.acl import ACLMessage, AgentIdentifier, Performative
from ontology.content import Element
from ontology.expressions import Action, Overloaded, Reason, UnexpectedAct, UnsupportedAct, UnsupportedValue
from ontology.manager import ContentManager, NotUnderstandable

logger = logging.getLogger(__name__)

Participant = Callable[["Conversation", ACLMessage], Awaitable[None]]
"""Serves one conversation that another agent began with the given message."""

BEGINNINGS: Final = frozenset(
    {
        Performative.REQUEST, Performative.CFP, Performative.PROPOSE, Performative.QUERY_IF,
        Performative.QUERY_REF, Performative.SUBSCRIBE, Performative.REQUEST_WHEN,
        Performative.REQUEST_WHENEVER, Performative.PROXY, Performative.PROPAGATE,
        Performative.INFORM_IF, Performative.INFORM_REF,
    }
)  # fmt: skip
"""Performatives that can begin a conversation."""


def instant(seconds: float) -> datetime:
    """Return the instant that lies so many seconds ahead, for a message's reply-by."""
    return datetime.now(UTC) + timedelta(seconds=seconds)


class Conversation:
    """One conversation as one of its members sees it. Close it, or use it in a ``with``.

    Attributes:
        id: the conversation-id.
        protocol: the interaction protocol.
    """

    def __init__(self, owner: "Conversations", key: object, conversation_id: str, protocol: str) -> None:
        self.id = conversation_id
        self.protocol = protocol
        self._owner = owner
        self._key = key
        self._members: set[str] = set()
        self._said: set[str] = set()
        self._inbox: asyncio.Queue[ACLMessage] = asyncio.Queue(maxsize=owner.inbox_limit)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def content(self) -> ContentManager:
        """The content manager of the agent."""
        return self._owner.content

    def admits(self, sender: AgentIdentifier) -> bool:
        """Tell whether that agent takes part."""
        return sender.name in self._members

    def has_said(self, reply_with: str) -> bool:
        """Tell whether the message of that reply-with was sent from this side."""
        return reply_with in self._said

    def put(self, message: ACLMessage) -> bool:
        """Put a message that arrived into the inbox; False when the inbox is full."""
        try:
            self._inbox.put_nowait(message)
        except asyncio.QueueFull:
            return False
        return True

    def close(self) -> None:
        """End the conversation: what still arrives for it is late."""
        self._owner.drop(self._key)

    def join(self, member: AgentIdentifier) -> None:
        """Hear this agent too in the conversation."""
        self._members.add(member.name)

    async def say(
        self,
        performative: Performative,
        receivers: tuple[AgentIdentifier, ...],
        *elements: Element,
        reply_by: datetime | None = None,
    ) -> None:
        """Send a message that answers none, to agents that are members from now on."""
        for receiver in receivers:
            self.join(receiver)
        spoken = self.content.encode(*elements)
        reply_with = self._new_reply_with()
        await self._owner.transport.send(
            ACLMessage(
                performative=performative,
                sender=self._owner.transport.identifier,
                receivers=receivers,
                content=spoken.content,
                language=spoken.language,
                ontology=spoken.ontology,
                protocol=self.protocol,
                conversation_id=self.id,
                reply_with=reply_with,
                reply_by=reply_by,
            )
        )

    async def answer(
        self,
        message: ACLMessage,
        performative: Performative,
        *elements: Element,
        reply_by: datetime | None = None,
    ) -> None:
        """Answer a message, in its ontology."""
        spoken = self.content.encode(*elements, ontology=message.ontology)
        await self._owner.transport.send(
            message.reply(
                performative,
                sender=self._owner.transport.identifier,
                content=spoken.content,
                language=spoken.language,
                ontology=spoken.ontology,
                reply_with=self._new_reply_with(),
                reply_by=reply_by,
            )
        )

    async def cancel(self, receiver: AgentIdentifier, action: Action) -> None:
        """Tell an agent that an action is no longer wanted, where it can be told: its own deadline will do too."""
        with suppress(OSError):
            await self.say(Performative.CANCEL, (receiver,), action)

    async def receive(self, deadline: float) -> ACLMessage:
        """Wait for the next message.

        Args:
            deadline: until when, on the clock of ``time.monotonic``.

        Raises:
            DeadlinePassed: none came.
        """
        try:
            async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
                return await self._inbox.get()
        except TimeoutError:
            raise DeadlinePassed from None

    def _new_reply_with(self) -> str:
        reply_with = uuid4().hex
        self._said.add(reply_with)
        return reply_with

    async def unexpected(self, message: ACLMessage) -> None:
        """Say *not-understood* to a message that does not fit the state of the conversation."""
        await self._owner.not_understood(
            message,
            UnexpectedAct(
                act=message.performative,
                explanation=f"{message.performative} does not fit here in {self.protocol}.",
            ),
        )


class Conversations:
    """Every conversation of one agent.

    Args:
        transport: carries the messages.
        content: reads and writes their content.
        limit: how many conversations that others began may be open; further ones are refused.
        inbox_limit: how many messages may wait in one conversation.
    """

    def __init__(
        self, transport: Transport, content: ContentManager, *, limit: int = 1000, inbox_limit: int = 64
    ) -> None:
        self.transport = transport
        self.content = content
        self.inbox_limit = inbox_limit
        self._limit = limit
        self._begun: dict[str, Conversation] = {}
        self._joined: dict[tuple[str, str], Conversation] = {}
        self._participants: dict[str, Participant] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def serve(self, protocol: str, participant: Participant) -> None:
        """Serve conversations of that protocol that others begin."""
        self._participants[protocol] = participant

    def open(self, protocol: str) -> Conversation:
        """Begin a conversation."""
        conversation_id = uuid4().hex
        conversation = Conversation(self, conversation_id, conversation_id, protocol)
        self._begun[conversation_id] = conversation
        return conversation

    def drop(self, key: object) -> None:
        """Forget a conversation; what arrives for it from now on is late."""
        if isinstance(key, str):
            self._begun.pop(key, None)
        elif isinstance(key, tuple):
            self._joined.pop(key, None)

    @property
    def open_count(self) -> int:
        """How many conversations are open."""
        return len(self._begun) + len(self._joined)

    def claims(self, message: ACLMessage) -> bool:
        """Tell whether a message is of an open conversation, or can begin one that is served here."""
        return self._find(message) is not None or (
            message.performative in BEGINNINGS and message.protocol in self._participants
        )

    def deliver(self, message: ACLMessage) -> None:
        """Take a message that arrived. Its sender must have been checked. Never raises, never blocks."""
        conversation = self._find(message)
        if conversation is not None:
            if not conversation.put(message):
                self._refuse(message, "I have too many messages of this conversation waiting.")
            return
        if message.performative not in BEGINNINGS:
            logger.info("late %s from %s dropped", message.performative, message.sender)
            return
        participant = self._participants.get(message.protocol or "")
        if participant is None:
            self._reject(message)
        elif len(self._joined) >= self._limit:
            self._refuse(message, "I have too much to do at the moment.")
        else:
            self._begin(message, participant)

    async def not_understood(self, message: ACLMessage, reason: Reason) -> None:
        """Say *not-understood*; never in answer to itself (FIPA 00037)."""
        if message.performative is Performative.NOT_UNDERSTOOD:
            return
        try:
            await self.transport.send(self._excuse(message, Performative.NOT_UNDERSTOOD, reason))
        except OSError as error:
            logger.warning("could not answer %s: %s", message.sender, error)

    async def close(self) -> None:
        """End every conversation; handlers that still run are cancelled."""
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        self._begun.clear()
        self._joined.clear()

    def background(self, work: Awaitable[None]) -> asyncio.Task[None]:
        """Run something beside, until it ends or the agent stops."""

        async def run() -> None:
            try:
                await work
            except Exception:
                logger.exception("a conversation ended with an error")

        task = asyncio.get_running_loop().create_task(run())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    def _find(self, message: ACLMessage) -> Conversation | None:
        if message.conversation_id is None:
            return None
        joined = self._joined.get((message.conversation_id, message.sender.name))
        if message.sender == self.transport.identifier:
            # An agent that asks itself is in both roles; what a message answers tells for which one it is.
            if message.in_reply_to is None or (joined is not None and joined.has_said(message.in_reply_to)):
                return joined
        elif joined is not None:
            return joined
        begun = self._begun.get(message.conversation_id)
        return begun if begun is not None and begun.admits(message.sender) else None

    def _begin(self, message: ACLMessage, participant: Participant) -> None:
        key = (message.conversation_id or uuid4().hex, message.sender.name)
        conversation = Conversation(self, key, key[0], message.protocol or "")
        conversation.join(message.sender)
        self._joined[key] = conversation

        async def serve() -> None:
            with conversation:
                try:
                    await participant(conversation, message)
                except NotUnderstandable as error:
                    await self.not_understood(message, error.reason)

        self.background(serve())

    def _reject(self, message: ACLMessage) -> None:
        reason: Reason
        if message.protocol:
            reason = UnsupportedValue(parameter="protocol", explanation=f"I do not take part in {message.protocol}.")
        else:
            reason = UnsupportedAct(
                act=message.performative, explanation="The message does not say its interaction protocol."
            )
        self.background(self.not_understood(message, reason))

    def _refuse(self, message: ACLMessage, explanation: str) -> None:
        async def refuse() -> None:
            with suppress(OSError):
                reason = Overloaded(explanation=explanation)
                await self.transport.send(self._excuse(message, Performative.REFUSE, reason))

        logger.warning("%s from %s refused: %s", message.performative, message.sender, explanation)
        self.background(refuse())

    def _excuse(self, message: ACLMessage, performative: Performative, reason: Reason) -> ACLMessage:
        """Return the answer to a message that is not served, in a language that we speak."""
        spoken = self.content.encode(reason, ontology=message.ontology)
        return message.reply(
            performative,
            sender=self.transport.identifier,
            content=spoken.content,
            language=spoken.language,
            ontology=spoken.ontology,
        )
