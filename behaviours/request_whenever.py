"""FIPA's request-whenever (00037): one agent has another perform an action each time that something becomes true.

Initiator, towards each participant::

    start              sends request-whenever                          -> asked
    asked              hears agree                                     -> agreed
    asked              hears refuse                                    -> (refused)
    asked, agreed      hears inform                                    -> agreed
    asked, agreed      hears failure, not-understood                   -> (failed)
    asked, agreed      sends cancel                                    -> cancelling
    cancelling         hears agree                                     -> cancelling
    cancelling         hears inform, failure, refuse, not-understood   -> (cancelled)

Participant::

    start              hears request-whenever                          -> deciding
    deciding           sends agree                                     -> agreed
    deciding           sends refuse, not-understood                    -> (refused)
    agreed             sends inform                                    -> agreed
    agreed             sends failure                                   -> (failed)
    deciding, agreed   hears cancel                                    -> cancelling
    deciding, agreed   hears not-understood, failure                   -> (broken-off)
    cancelling         sends inform, failure                           -> (cancelled)

FIPA gives it no protocol of its own; it goes as FIPA Subscribe does. Each inform holds a result. After each time the
participant waits until it is not true any more before it watches again.
"""

from collections.abc import Iterable
from typing import Any, ClassVar, Final

from behaviours.conversations import Conversations, instant
from behaviours.facts import Facts
from behaviours.machine import Machine, machines
from behaviours.reading import value_of
from behaviours.request import perform
from behaviours.request_when import when_of
from behaviours.services import ServiceParticipant, Services
from behaviours.stream import DAY, Stream, StreamInitiator
from behaviours.subscribe import TellingParticipant
from ontology.acl import ACLMessage, AgentIdentifier, Performative
from ontology.content import AgentAction, Element, Predicate
from ontology.expressions import Action, Not, When

PROTOCOL: Final = "fipa-request-whenever"
INITIATOR, PARTICIPANT = machines(__doc__)


def request_whenever(
    conversations: Conversations,
    receiver: AgentIdentifier,
    act: AgentAction,
    condition: Predicate,
    *,
    lasting: float = DAY,
    queue: int = 64,
) -> Stream[Element | None]:
    """Have an agent perform an action each time that something becomes true.

    ``async with request_whenever(...) as results`` begins it and waits until it is agreed to, ``async for value in
    results`` takes the values of the results; at the end of the block it is cancelled.

    Args:
        conversations: those of the asking agent.
        receiver: the agent to ask.
        act: what it is to do.
        condition: what is to be true.
        lasting: for how long, in seconds.
        queue: how many results may wait to be taken; when there are more, it is cancelled.

    Raises:
        Refused, Failed, NotUnderstood, DeadlinePassed: it will not be done (any more), or its time is over.
        FellBehind: the results were not taken fast enough.
    """

    def role() -> RequestWheneverInitiator:
        return RequestWheneverInitiator((receiver,), act, condition, lasting=lasting, queue=queue)

    return Stream(conversations, role, lambda told: told.value)


class RequestWheneverInitiator(StreamInitiator):
    """Has agents perform an action each time that something becomes true; subclass it to handle what they say.

    Args:
        receivers: the agents to ask.
        act: what each of them is to do.
        condition: what is to be true.
        lasting: seconds until it is cancelled.
        queue: how many results may wait to be taken.
    """

    protocol: ClassVar[str] = PROTOCOL
    machine: ClassVar[Machine] = INITIATOR

    def __init__(
        self,
        receivers: Iterable[AgentIdentifier],
        act: AgentAction,
        condition: Predicate,
        *,
        lasting: float,
        queue: int,
    ) -> None:
        super().__init__(receivers, lasting=lasting, queue=queue)
        self.act = act
        self.condition = condition

    def open(self) -> None:
        """Send the request."""
        wanted = When(self._action(), self.condition)
        self.say(Performative.REQUEST_WHENEVER, self.receivers, *wanted, reply_by=instant(self.timeout))

    def _action(self) -> Action:
        actor = self.receivers[0] if len(self.receivers) == 1 else self.conversations.transport.identifier
        return Action(actor=actor, act=self.act)

    def cancelled(self) -> tuple[Element, ...]:
        """Return the action that is no longer wanted."""
        return (self._action(),)

    def value(self, message: ACLMessage) -> Element | None:
        """Return the value of a result."""
        return value_of(self.content, message)


class ServiceRequestWhenever(ServiceParticipant, TellingParticipant):
    """Performs actions with an agent's services, each time that its facts say so.

    Args:
        services: the agent's services.
        facts: what it knows.
        conversations: those of the agent.
        first: the message that begins the conversation.
    """

    protocol: ClassVar[str] = PROTOCOL
    machine: ClassVar[Machine] = PARTICIPANT

    def __init__(self, services: Services, facts: Facts, conversations: Any, first: ACLMessage) -> None:
        super().__init__(services, conversations, first)
        self.facts = facts

    def handle_request_whenever(self, message: ACLMessage) -> None:
        """Begin to watch, where the action is offered, and the condition is one that the agent tells of."""
        action, condition = when_of(self.content, message)
        self.about = (action,)
        service = self.services.find(action.act)
        self.facts.require(condition)
        self.within(message)
        self.answer(message, Performative.AGREE, action)

        async def watch() -> None:
            while True:
                await self.facts.until(condition)
                await perform(self, service, action, message)
                await self.facts.until(Not(proposition=condition))

        self.work(watch)
