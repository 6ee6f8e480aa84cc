"""FIPA Subscribe (00035): one agent is told by others how things are, and each time that they change.

Initiator, towards each participant::

    start                  sends subscribe                                 -> asked
    asked                  hears agree                                     -> subscribed
    asked                  hears refuse                                    -> (refused)
    asked, subscribed      hears inform                                    -> subscribed
    asked, subscribed      hears failure, not-understood                   -> (failed)
    asked, subscribed      sends cancel                                    -> cancelling
    cancelling             hears agree                                     -> cancelling
    cancelling             hears inform, failure, refuse, not-understood   -> (cancelled)

Participant::

    start                  hears subscribe                                 -> deciding
    deciding               sends agree                                     -> subscribed
    deciding               sends refuse, not-understood                    -> (refused)
    subscribed             sends inform                                    -> subscribed
    subscribed             sends failure                                   -> (failed)
    deciding, subscribed   hears cancel                                    -> cancelling
    deciding, subscribed   hears not-understood, failure                   -> (broken-off)
    cancelling             sends inform, failure                           -> (cancelled)

Each inform holds ``Equals`` of what was asked for and what it stands for now; an inform without an agree before it is
taken for one. The subscriber's reply-by is when the subscription ends; an agent of ours ends it after a day. A
subscriber that is not there any more loses its subscription: the wire says so with a failure.
"""

import logging
from collections.abc import Iterable
from typing import ClassVar, Final

from behaviours.conversations import Conversations, instant
from behaviours.facts import Facts, referent_of
from behaviours.machine import Machine, machines
from behaviours.outcomes import Fail, Refuse
from behaviours.query import answer_of
from behaviours.roles import Participant
from behaviours.stream import DAY, Stream, StreamInitiator, Told
from ontology.acl import ACLMessage, AgentIdentifier, Performative
from ontology.content import Element, Predicate, Term
from ontology.expressions import (
    Equals,
    IdentifyingExpression,
    InternalError,
    Overloaded,
    UnrecognisedValue,
    UnsupportedFunction,
)
from ontology.manager import NotUnderstandable

logger = logging.getLogger(__name__)

PROTOCOL: Final = "fipa-subscribe"
INITIATOR, PARTICIPANT = machines(__doc__)


def subscribe(
    conversations: Conversations,
    publisher: AgentIdentifier,
    expression: IdentifyingExpression,
    *,
    lasting: float = DAY,
    queue: int = 64,
) -> Stream[Term]:
    """Be told by an agent what an expression stands for, and each time that this changes.

    ``async with subscribe(...) as changes`` begins the subscription and waits until it is agreed to, ``async for
    value in changes`` takes the values; at the end of the block it is cancelled.

    Args:
        conversations: those of the subscribing agent.
        publisher: the agent to subscribe at.
        expression: what is asked for.
        lasting: for how long, in seconds.
        queue: how many values may wait to be taken; when there are more, the subscription is cancelled.

    Raises:
        Refused, Failed, NotUnderstood, DeadlinePassed: there is no subscription (any more), or it has run out.
        FellBehind: the values were not taken fast enough.
    """

    def role() -> SubscribeInitiator:
        return SubscribeInitiator((publisher,), expression, lasting=lasting, queue=queue)

    return Stream(conversations, role, lambda told: told.value)


def subscribe_all(
    conversations: Conversations,
    publishers: Iterable[AgentIdentifier],
    expression: IdentifyingExpression,
    *,
    lasting: float = DAY,
    queue: int = 64,
) -> Stream[Told[Term]]:
    """Be told by several agents in one conversation; see :func:`subscribe`.

    It begins when each has agreed or said why not and one at least agreed, and goes on for as long as one tells.
    """
    publishers = tuple(publishers)

    def role() -> SubscribeInitiator:
        return SubscribeInitiator(publishers, expression, lasting=lasting, queue=queue)

    return Stream(conversations, role, lambda told: told)


class SubscribeInitiator(StreamInitiator):
    """Subscribes at agents; subclass it to handle what they say.

    Args:
        receivers: the agents to subscribe at.
        expression: what is asked for.
        lasting: seconds until the subscription is cancelled.
        queue: how many values may wait to be taken.
    """

    protocol: ClassVar[str] = PROTOCOL
    machine: ClassVar[Machine] = INITIATOR

    def __init__(
        self, receivers: Iterable[AgentIdentifier], expression: IdentifyingExpression, *, lasting: float, queue: int
    ) -> None:
        super().__init__(receivers, lasting=lasting, queue=queue)
        self.expression = expression

    def open(self) -> None:
        """Subscribe."""
        self.say(Performative.SUBSCRIBE, self.receivers, self.expression, reply_by=instant(self.timeout))

    def cancelled(self) -> tuple[Element, ...]:
        """Return what is no longer to be told."""
        return (self.expression,)

    def value(self, message: ACLMessage) -> Term:
        """Return what the expression stands for now."""
        return answer_of(self.content, self.expression, message)


class TellingParticipant(Participant):
    """Goes on telling; subclass it for a protocol."""

    async def prepare_response(self, subscription: ACLMessage) -> None:
        """Decide whether to tell: return, or raise ``Refuse`` or ``NotUnderstandable``."""

    def notify(self, *elements: Element) -> None:
        """Tell something.

        Raises:
            OSError: it could not be handed over.
            MachineError: the subscription has ended.
        """
        self.answer(self.first, Performative.INFORM, *elements)

    def may_notify(self) -> bool:
        """Tell whether the subscription has begun, and not ended."""
        return self.may_say(Performative.INFORM)

    def overdue(self) -> None:
        """Say that the subscription has run out."""
        self._end("The time for which it was to last is over.")

    def stop(self) -> None:
        """Say that the agent stops."""
        self._end("I stop.")

    def _end(self, why: str) -> None:
        if not self.stop_work():
            self.give_up(Fail(InternalError(explanation=why)))


class SubscribeParticipant(TellingParticipant):
    """Tells a subscriber how things are; subclass it, or let a :class:`Publisher` play it."""

    protocol: ClassVar[str] = PROTOCOL
    machine: ClassVar[Machine] = PARTICIPANT

    def handle_subscribe(self, message: ACLMessage) -> None:
        """Begin to decide."""
        self.within(message)
        self.work(self._begin)

    async def _begin(self) -> None:
        await self.prepare_response(self.first)
        self.answer(self.first, Performative.AGREE, *self.about)
        await self.begun()

    async def begun(self) -> None:
        """Take note that the subscription has begun; this is the place to tell how things are."""


class Publisher:
    """Those who subscribed at an agent, and what they are told.

    ``conversations.serve(PROTOCOL, publisher.participant)`` lets others subscribe.

    Args:
        topics: the kinds of statement that are published.
        facts: what is known already, for the first word to a new subscriber; it is told where its kind is known.
        limit: how many subscriptions there may be; further ones are refused.
    """

    def __init__(self, topics: Iterable[type[Predicate]], *, facts: Facts | None = None, limit: int = 100) -> None:
        self._subscriptions: dict[str, dict[PublishedSubscription, None]] = {t.wire_name: {} for t in topics}
        self._limit = limit
        self.facts = facts

    @property
    def count(self) -> int:
        """How many subscriptions there are."""
        return sum(map(len, self._subscriptions.values()))

    def participant(self, conversations: Conversations, first: ACLMessage) -> "PublishedSubscription":
        """Return the role that serves a new subscription."""
        return PublishedSubscription(self, conversations, first)

    def publish(self, *facts: Predicate) -> int:
        """Tell every subscriber what these statements say about what it asked for.

        Whoever asked for all that fits is told all that fits among these statements.

        Args:
            facts: what is true now; they may be of several kinds.

        Returns:
            How many subscribers were told. One that cannot be reached loses its subscription.
        """
        told = 0
        for topic in dict.fromkeys(fact.wire_name for fact in facts):
            for subscription in tuple(self._subscriptions.get(topic, ())):
                told += subscription.tell(facts)
        return told

    def enter(self, subscription: "PublishedSubscription") -> None:
        """Enter a subscription.

        Raises:
            Refuse: its kind is not published, or there are too many.
        """
        topic = subscription.expression.proposition.of_class
        if topic not in self._subscriptions:
            raise Refuse(UnsupportedFunction(function=topic, explanation=f"I do not publish {topic}."))
        if self.count >= self._limit:
            raise Refuse(Overloaded(explanation="I have as many subscribers as I can take."))
        self._subscriptions[topic][subscription] = None

    def leave(self, subscription: "PublishedSubscription") -> None:
        """Take a subscription out, where it was entered."""
        for subscriptions in self._subscriptions.values():
            subscriptions.pop(subscription, None)


class PublishedSubscription(SubscribeParticipant):
    """One subscription at a :class:`Publisher`."""

    expression: IdentifyingExpression

    def __init__(self, publisher: Publisher, conversations: Conversations, first: ACLMessage) -> None:
        super().__init__(conversations, first)
        self._publisher = publisher
        self._was_told = False

    async def prepare_response(self, subscription: ACLMessage) -> None:
        """Enter the subscription."""
        match self.content.decode(subscription):
            case (IdentifyingExpression() as expression,):
                self.expression = expression
            case _:
                raise NotUnderstandable(
                    UnrecognisedValue(parameter="content", explanation="The content must be one expression.")
                )
        self.about = (self.expression,)
        self._publisher.enter(self)

    async def begun(self) -> None:
        """Tell what is known already, unless there is something newer."""
        if self._publisher.facts is None:
            return
        try:
            value = await self._publisher.facts.referent(self.expression)
        except (Refuse, Fail):
            return  # it will be told when it is known
        if not self._was_told and self.may_notify():
            self.notify(Equals(left=self.expression, right=value))

    def tell(self, facts: Iterable[Predicate]) -> bool:
        """Tell what statements say about the expression, if anything; tell whether it was told."""
        if not self.may_notify():
            return False
        try:
            said = Equals(left=self.expression, right=referent_of(self.expression, facts))
        except Fail:
            return False
        try:
            self.notify(said)
        except OSError as error:
            logger.info("%s lost its subscription: %s", self.initiator, error)
            self.stop_work()
            self.close()
            return False
        self._was_told = True
        return True

    def close(self) -> None:
        """End the subscription."""
        super().close()
        self._publisher.leave(self)
