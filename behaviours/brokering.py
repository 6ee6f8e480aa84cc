"""FIPA Brokering (00033): a broker finds the agents that fit a description, asks them, and passes on what they answer.

Initiator, towards the broker::

    start                 sends proxy                                     -> asked
    asked                 hears agree                                     -> agreed
    asked                 hears refuse                                    -> (refused)
    asked, agreed         hears failure, not-understood                   -> (failed)
    agreed                hears inform                                    -> (done)
    asked, agreed         sends cancel                                    -> cancelling
    cancelling            hears agree                                     -> cancelling
    cancelling            hears inform, failure, refuse, not-understood   -> (cancelled)

Broker::

    start                 hears proxy                                     -> deciding
    deciding              sends agree                                     -> brokering
    deciding              sends refuse, not-understood                    -> (refused)
    brokering             sends inform                                    -> (done)
    brokering             sends failure                                   -> (failed)
    deciding, brokering   hears cancel                                    -> cancelling
    deciding, brokering   hears not-understood, failure                   -> (broken-off)
    cancelling            sends inform, failure                           -> (cancelled)

A *proxy* holds a description of agents, the message that they are to get, and a condition where there is one. The
broker asks them in a conversation of its own (FIPA Request or Query), cancels that when it is cancelled, and informs
of their answers: one ``Replied`` for each that answered. Where no agent fits it fails with ``NoMatch``.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar, Final, TypeVar

from behaviours import query, request
from behaviours.achieve import AchieveInitiator, AchieveOne
from behaviours.conversations import Conversations, instant
from behaviours.machine import Machine, machines
from behaviours.outcomes import Fail, Failed, Refuse
from behaviours.query import QueryInitiator
from behaviours.request import RequestInitiator
from behaviours.roles import Participant
from ontology.acl import ACLMessage, AgentIdentifier, Performative
from ontology.content import Element, Predicate
from ontology.expressions import (
    Action,
    AllOf,
    AnyOf,
    IdentifyingExpression,
    InternalError,
    UnrecognisedValue,
    UnsupportedFunction,
)
from ontology.manager import ContentManager, NotUnderstandable
from ontology.proxying import AtMost, Message, NoMatch, Replied

PROTOCOL: Final = "fipa-brokering"
INITIATOR, PARTICIPANT = machines(__doc__)

_SHARE: Final = 0.9
"""How much of the time that a broker has the agents get that it asks: their answers are to be passed on still."""

Find = Callable[[IdentifyingExpression], Awaitable[Sequence[AgentIdentifier]]]
"""Finds the agents that fit a description, in the directory."""

P = TypeVar("P", bound=Predicate)


@dataclass(frozen=True, slots=True)
class Proxy:
    """What a proxy asks for.

    Args:
        targets: the agents that are to get the message: all that fit, or any one.
        message: what they are to get.
        condition: None, or how many of them at most.
    """

    targets: IdentifyingExpression
    message: Message
    condition: Predicate | None = None

    @property
    def limit(self) -> int | None:
        """How many agents are to get the message at most.

        Raises:
            Refuse: the condition is another one than that.
        """
        match self.condition:
            case None:
                return 1 if isinstance(self.targets, AnyOf) else None
            case AtMost(agents=agents):
                return min(agents, 1) if isinstance(self.targets, AnyOf) else agents
        raise Refuse(UnsupportedFunction(function=self.condition.wire_name))

    def sub_protocol(self, targets: Sequence[AgentIdentifier], *, timeout: float) -> AchieveInitiator:
        """Return the role that says the message to agents.

        Raises:
            Refuse: it is neither a request nor a question, or it names another protocol.
        """
        match self.message.performative, self.message.protocol, self.message.content:
            case Performative.REQUEST, None | request.PROTOCOL, (Action(act=act),):
                return RequestInitiator(targets, act, timeout=timeout)
            case Performative.QUERY_IF, None | query.PROTOCOL, (Predicate() as proposition,):
                return QueryInitiator(targets, proposition, timeout=timeout)
            case Performative.QUERY_REF, None | query.PROTOCOL, (IdentifyingExpression() as expression,):
                return QueryInitiator(targets, expression, timeout=timeout)
        raise Refuse(
            UnsupportedFunction(
                function=self.message.performative, explanation="I pass on requests and questions, in their protocol."
            )
        )

    def elements(self, actor: AgentIdentifier) -> tuple[Element, ...]:
        """Return the content of a proxy to an agent."""
        said = (self.targets, Action(actor=actor, act=self.message))
        return said if self.condition is None else (*said, self.condition)


async def broker(
    conversations: Conversations, receiver: AgentIdentifier, proxy: Proxy, *, timeout: float
) -> dict[AgentIdentifier, Message]:
    """Have a broker ask the agents that fit a description.

    Args:
        conversations: those of the asking agent.
        receiver: the broker.
        proxy: whom to ask, and what.
        timeout: how long to wait, in seconds; then it is cancelled.

    Returns:
        The last word of each agent that answered.

    Raises:
        Refused, Failed, NotUnderstood, DeadlinePassed: it was not done. Where no agent fits, the reason is ``NoMatch``.
    """
    said = await BrokeringInitiator(receiver, proxy, timeout=timeout).run(conversations)
    return {reply.agent: reply.message for reply in said}


class ProxyInitiator(AchieveOne):
    """Has another agent pass a message on; subclass it for a protocol.

    Args:
        receiver: who is to pass it on.
        proxy: to whom, and what.
        timeout: seconds until it is cancelled.
    """

    def __init__(self, receiver: AgentIdentifier, proxy: Proxy, *, timeout: float) -> None:
        super().__init__((receiver,), timeout=timeout)
        self.proxy = proxy

    def open(self) -> None:
        """Ask for it."""
        said = self.proxy.elements(self.receivers[0])
        self.say(Performative.PROXY, self.receivers, *said, reply_by=instant(self.timeout))

    def cancelled(self) -> tuple[Element, ...]:
        """Return what is no longer to be passed on."""
        return (Action(actor=self.receivers[0], act=self.proxy.message),)


class BrokeringInitiator(ProxyInitiator):
    """Has a broker ask other agents, and comes to their answers."""

    protocol: ClassVar[str] = PROTOCOL
    machine: ClassVar[Machine] = INITIATOR

    def value(self, message: ACLMessage) -> tuple[Replied, ...]:
        """Return the answers."""
        return replies_of(self.content, message, Replied)


class ProxyParticipant(Participant):
    """Passes messages on; subclass it for a protocol.

    Args:
        find: finds the agents that fit a description.
        conversations: those of the agent.
        first: the message that begins the conversation.
    """

    def __init__(self, find: Find, conversations: Any, first: ACLMessage) -> None:
        super().__init__(conversations, first)
        self.find = find

    def handle_proxy(self, message: ACLMessage) -> None:
        """Begin to do it."""
        self.within(message)
        self.work(self._serve)

    async def prepare_response(self, proxy: Proxy) -> None:
        """Decide whether to do it: return, or raise ``Refuse``."""

    async def prepare_result_notification(self, proxy: Proxy, targets: Sequence[AgentIdentifier]) -> Sequence[Element]:
        """Pass the message on to those that were found, and return what to inform of; raise ``Fail``."""
        raise NotImplementedError

    async def _serve(self) -> None:
        proxy, action = _proxy_of(self.content, self.first)
        self.about = (action,)
        limit = proxy.limit
        proxy.sub_protocol((), timeout=0.0)
        await self.prepare_response(proxy)
        self.answer(self.first, Performative.AGREE, action)
        targets = tuple(dict.fromkeys(await self.find(proxy.targets)))[:limit]
        if not targets:
            raise Fail(NoMatch(explanation="I know of no agent that fits."))
        self.answer(self.first, Performative.INFORM, *await self.prepare_result_notification(proxy, targets))


class Broker(ProxyParticipant):
    """Asks the agents that it finds, and passes on what they answer."""

    protocol: ClassVar[str] = PROTOCOL
    machine: ClassVar[Machine] = PARTICIPANT

    async def prepare_result_notification(self, proxy: Proxy, targets: Sequence[AgentIdentifier]) -> Sequence[Element]:
        """Ask, and wait for the answers of all, or for most of the time that there is."""
        asking = proxy.sub_protocol(targets, timeout=_SHARE * self.time_left(self.first))
        said: dict[AgentIdentifier, ACLMessage] = await asking.run(self.conversations)
        if not said:
            raise Fail(InternalError(explanation="Nobody answered in time."))
        return [Replied(agent=agent, message=message_of(self.content, answer)) for agent, answer in said.items()]


def message_of(content: ContentManager, message: ACLMessage) -> Message:
    """Return what was said as something to speak of; content that cannot be read becomes the reason why not."""
    try:
        said = content.decode(message)
    except NotUnderstandable as error:
        said = (error.reason,)
    return Message(performative=message.performative, content=said, protocol=message.protocol)


def replies_of(content: ContentManager, message: ACLMessage, kind: type[P]) -> tuple[P, ...]:
    """Return the statements of a kind of which an inform consists.

    Raises:
        Failed: there are others in it.
    """
    try:
        elements = content.decode(message)
    except NotUnderstandable as error:
        raise Failed(error.reason, message.sender) from error
    found = tuple(element for element in elements if isinstance(element, kind))
    if not found or len(found) < len(elements):
        raise Failed(InternalError(explanation="This is no answer to a proxy."), message.sender)
    return found


def _proxy_of(content: ContentManager, message: ACLMessage) -> tuple[Proxy, Action]:
    match content.decode(message):
        case (AnyOf() | AllOf() as targets, Action(act=Message() as told) as action, *rest) if len(rest) <= 1:
            condition = rest[0] if rest else None
            if condition is None or isinstance(condition, Predicate):
                return Proxy(targets, told, condition), action
    raise NotUnderstandable(
        UnrecognisedValue(
            parameter="content", explanation="The content must be a description of agents, a message and a condition."
        )
    )
