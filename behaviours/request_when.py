"""FIPA Request When (00028): one agent asks others to perform an action once something is true.

Initiator, towards each participant::

    start               sends request-when                              -> asked
    asked               hears agree                                     -> agreed
    asked               hears refuse                                    -> (refused)
    asked, agreed       hears failure, not-understood                   -> (failed)
    agreed              hears inform                                    -> (done)
    asked, agreed       sends cancel                                    -> cancelling
    cancelling          hears agree                                     -> cancelling
    cancelling          hears inform, failure, refuse, not-understood   -> (cancelled)

Participant::

    start               hears request-when                              -> deciding
    deciding            sends agree                                     -> waiting
    deciding            sends refuse, not-understood                    -> (refused)
    waiting             sends inform                                    -> (done)
    waiting             sends failure                                   -> (failed)
    deciding, waiting   hears cancel                                    -> cancelling
    deciding, waiting   hears not-understood, failure                   -> (broken-off)
    cancelling          sends inform, failure                           -> (cancelled)

The agree comes at once, and says that the participant will watch for it. When it is true is the participant's to find
out: it waits for that, and does not ask again and again (``Facts.until``).
"""

from collections.abc import Iterable
from typing import Any, ClassVar, Final

from behaviours.achieve import AchieveInitiator, AchieveOne
from behaviours.conversations import Conversations, instant
from behaviours.facts import Facts
from behaviours.machine import Machine, machines
from behaviours.reading import value_of
from behaviours.request import perform
from behaviours.roles import Participant
from behaviours.services import ServiceParticipant, Services
from ontology.acl import ACLMessage, AgentIdentifier, Performative
from ontology.content import AgentAction, Element, Predicate
from ontology.expressions import Action, UnrecognisedValue, When
from ontology.manager import ContentManager, NotUnderstandable

PROTOCOL: Final = "fipa-request-when"
INITIATOR, PARTICIPANT = machines(__doc__)


async def request_when(
    conversations: Conversations, receiver: AgentIdentifier, act: AgentAction, condition: Predicate, *, timeout: float
) -> Element | None:
    """Ask an agent to perform an action once something is true, and wait for the value of the result.

    Args:
        conversations: those of the asking agent.
        receiver: the agent to ask.
        act: what it is to do.
        condition: what is to be true.
        timeout: how long to wait for that and for the action, in seconds; then the request is cancelled. An agent of
            ours does not wait longer than a day.

    Raises:
        Refused, Failed, NotUnderstood, DeadlinePassed: it was not done.
    """
    value: Element | None = await _One(receiver, act, condition, timeout=timeout).run(conversations)
    return value


class RequestWhenInitiator(AchieveInitiator):
    """Asks agents to perform an action once something is true; subclass it to handle what they say.

    The outcome is the last word of each participant, by its identifier.

    Args:
        receivers: the agents to ask.
        act: what each of them is to do.
        condition: what is to be true.
        timeout: seconds until those that have not done it are told to stop.
    """

    protocol: ClassVar[str] = PROTOCOL
    machine: ClassVar[Machine] = INITIATOR

    def __init__(
        self, receivers: Iterable[AgentIdentifier], act: AgentAction, condition: Predicate, *, timeout: float
    ) -> None:
        super().__init__(receivers, timeout=timeout)
        self.act = act
        self.condition = condition

    def open(self) -> None:
        """Send the request."""
        wanted = When(self._action(), self.condition)
        self.say(Performative.REQUEST_WHEN, self.receivers, *wanted, reply_by=instant(self.timeout))

    def _action(self) -> Action:
        actor = self.receivers[0] if len(self.receivers) == 1 else self.conversations.transport.identifier
        return Action(actor=actor, act=self.act)

    def cancelled(self) -> tuple[Element, ...]:
        """Return the action that is no longer wanted."""
        return (self._action(),)


class _One(AchieveOne, RequestWhenInitiator):
    """Asks one agent, and comes to the value of its result."""

    def __init__(self, receiver: AgentIdentifier, act: AgentAction, condition: Predicate, *, timeout: float) -> None:
        RequestWhenInitiator.__init__(self, (receiver,), act, condition, timeout=timeout)

    def value(self, message: ACLMessage) -> Element | None:
        """Return the value of the result."""
        return value_of(self.content, message)


class RequestWhenParticipant(Participant):
    """Performs an action once something is true; subclass it and write the three coroutines."""

    protocol: ClassVar[str] = PROTOCOL
    machine: ClassVar[Machine] = PARTICIPANT

    async def prepare_response(self, request: ACLMessage) -> None:
        """Decide whether to watch for it: return, or raise ``Refuse`` or ``NotUnderstandable``."""

    async def until(self, request: ACLMessage) -> None:
        """Wait until the condition is true."""
        raise NotImplementedError

    async def prepare_result_notification(self, request: ACLMessage) -> Element:
        """Do it, and return what to inform of; raise ``Fail`` where it cannot be done."""
        raise NotImplementedError

    def handle_request_when(self, message: ACLMessage) -> None:
        """Begin to watch."""
        self.within(message)
        self.work(self._serve)

    async def _serve(self) -> None:
        await self.prepare_response(self.first)
        self.answer(self.first, Performative.AGREE, *self.about)
        await self.until(self.first)
        await self._perform()

    async def _perform(self) -> None:
        self.answer(self.first, Performative.INFORM, await self.prepare_result_notification(self.first))


class ServiceRequestWhen(ServiceParticipant, RequestWhenParticipant):
    """Performs actions with an agent's services once its facts say that it is time.

    Args:
        services: the agent's services.
        facts: what it knows.
        conversations: those of the agent.
        first: the message that begins the conversation.
    """

    def __init__(self, services: Services, facts: Facts, conversations: Any, first: ACLMessage) -> None:
        super().__init__(services, conversations, first)
        self.facts = facts

    async def prepare_response(self, request: ACLMessage) -> None:
        """Watch for it where the action is offered, and the condition is one that the agent tells of."""
        self._action, self._condition = when_of(self.content, request)
        self.about = (self._action,)
        self._service = self.services.find(self._action.act)
        self.facts.require(self._condition)

    async def until(self, request: ACLMessage) -> None:
        """Wait until the facts say so."""
        await self.facts.until(self._condition)

    async def _perform(self) -> None:
        await perform(self, self._service, self._action, self.first)


def when_of(content: ContentManager, message: ACLMessage) -> When:
    """Return the action and the condition that a message asks for.

    Raises:
        NotUnderstandable: the content is not these two.
    """
    try:
        return When.read(content.decode(message))
    except NotUnderstandable:
        raise
    except ValueError as error:
        raise NotUnderstandable(UnrecognisedValue(parameter="content", explanation=str(error))) from error
