"""FIPA Request (00026): one agent asks others to perform an action.

Initiator, towards each participant::

    start             sends request                                    -> asked
    asked             hears agree                                      -> agreed
    asked             hears refuse, not-understood                     -> (refused)
    asked, agreed     hears inform                                     -> (done)
    asked, agreed     hears failure                                    -> (failed)
    agreed            hears partial                                    -> agreed
    agreed            hears not-understood                             -> (failed)
    asked, agreed     sends cancel                                     -> cancelling
    cancelling        hears agree, partial                             -> cancelling
    cancelling        hears inform, failure, refuse, not-understood    -> (cancelled)

Participant::

    start             hears request                                    -> working
    working           sends agree                                      -> agreed
    working           sends refuse, not-understood                     -> (refused)
    working, agreed   sends inform                                     -> (done)
    working, agreed   sends failure                                    -> (failed)
    agreed            sends partial                                    -> agreed
    working, agreed   hears cancel                                     -> cancelling
    working, agreed   hears not-understood                             -> (broken-off)
    cancelling        sends inform, failure                            -> (cancelled)

The agree may be skipped: it is sent where the work takes longer than a moment. Who wants to hear how far the work is
says so in the request (the parameter ``X-Partial``), and then gets an inform with that parameter each time there is
something to say; this goes beyond FIPA, and nobody gets it unasked. The initiator's reply-by is the deadline of the
work. *cancel* is answered as the cancel meta-protocol has it (FIPA 00026, section 2.2): an inform that it was
cancelled, or a failure; a result that crosses it on the way is taken for the answer.
"""

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import Any, ClassVar, Final

from behaviours.achieve import AchieveInitiator, AchieveOne, AchieveParticipant
from behaviours.conversations import Conversations, instant
from behaviours.machine import Machine, machines
from behaviours.reading import value_of
from behaviours.roles import PARTIAL_PARAMETER, Participant
from behaviours.services import Job, Service, ServiceParticipant, action_of
from ontology.acl import ACLMessage, AgentIdentifier, Performative
from ontology.content import AgentAction, Element
from ontology.expressions import Action, Done, Result
from ontology.manager import NotUnderstandable

PROTOCOL: Final = "fipa-request"
INITIATOR, PARTICIPANT = machines(__doc__)

OnProgress = Callable[[Element], None]
"""Told how far the work is, each time that the participant says so."""


async def request(
    conversations: Conversations,
    receiver: AgentIdentifier,
    act: AgentAction,
    *,
    timeout: float,
    on_progress: OnProgress | None = None,
) -> Element | None:
    """Ask an agent to perform an action, and wait for the value of the result.

    Args:
        conversations: those of the asking agent.
        receiver: the agent to ask.
        act: what it is to do.
        timeout: how long to wait, in seconds; then the request is cancelled.
        on_progress: told how far the work is, where the agent says so.

    Raises:
        Refused, Failed, NotUnderstood, DeadlinePassed: it was not done.
    """
    one = _One(receiver, act, timeout=timeout, on_progress=on_progress)
    value: Element | None = await one.run(conversations)
    return value


async def request_all(
    conversations: Conversations, receivers: Iterable[AgentIdentifier], act: AgentAction, *, timeout: float
) -> dict[AgentIdentifier, ACLMessage]:
    """Ask several agents to perform an action in one conversation.

    Args:
        conversations: those of the asking agent.
        receivers: the agents to ask.
        act: what each of them is to do.
        timeout: how long to wait, in seconds; then those that have not answered are told to stop.

    Returns:
        The last word of each agent that came to an end: inform, failure, refuse or not-understood.
    """
    said: dict[AgentIdentifier, ACLMessage] = await RequestInitiator(receivers, act, timeout=timeout).run(conversations)
    return said


class RequestInitiator(AchieveInitiator):
    """Asks agents to perform an action; subclass it to handle what they say.

    The outcome is the last word of each participant, by its identifier.

    Args:
        receivers: the agents to ask.
        act: what each of them is to do.
        timeout: seconds until those that have not answered are told to stop.
        progress: whether to ask for word of how far the work is.
    """

    protocol: ClassVar[str] = PROTOCOL
    machine: ClassVar[Machine] = INITIATOR

    def __init__(
        self, receivers: Iterable[AgentIdentifier], act: AgentAction, *, timeout: float, progress: bool = False
    ) -> None:
        super().__init__(receivers, timeout=timeout)
        self.act = act
        self._progress = progress

    def open(self) -> None:
        """Send the request; one message to several, so that it is one conversation."""
        self.say(
            Performative.REQUEST,
            self.receivers,
            self._action(),
            reply_by=instant(self.timeout),
            user_defined={PARTIAL_PARAMETER: "true"} if self._progress else {},
        )

    def _action(self) -> Action:
        actor = self.receivers[0] if len(self.receivers) == 1 else self.conversations.transport.identifier
        return Action(actor=actor, act=self.act)

    def cancelled(self) -> tuple[Element, ...]:
        """Return the action that is no longer wanted."""
        return (self._action(),)


class _One(AchieveOne, RequestInitiator):
    """Asks one agent, and comes to the value of its result."""

    def __init__(
        self, receiver: AgentIdentifier, act: AgentAction, *, timeout: float, on_progress: OnProgress | None
    ) -> None:
        RequestInitiator.__init__(self, (receiver,), act, timeout=timeout, progress=on_progress is not None)
        self._on_progress = on_progress

    def value(self, message: ACLMessage) -> Element | None:
        """Return the value of the result."""
        return value_of(self.content, message)

    def handle_partial(self, message: ACLMessage) -> None:
        """Pass the progress on."""
        if self._on_progress is None:
            return
        try:
            said = self.content.decode(message)
        except NotUnderstandable as error:
            self.conversations.not_understood(message, error.reason)
            return
        for element in said:
            self._on_progress(element)


class RequestParticipant(AchieveParticipant):
    """Performs what it is asked to; subclass it and write the two ``prepare`` coroutines."""

    protocol: ClassVar[str] = PROTOCOL
    machine: ClassVar[Machine] = PARTICIPANT

    def handle_request(self, message: ACLMessage) -> None:
        """Begin to work."""
        self.work(self.serve)


class ServiceRequest(ServiceParticipant, RequestParticipant):
    """Performs requests with an agent's services."""

    def handle_request(self, message: ACLMessage) -> None:
        """Begin to do what is asked, where it is offered."""
        action = action_of(self.content, message)
        self.about = (action,)
        service = self.services.find(action.act)
        self.agree_later()
        self.work(lambda: perform(self, service, action, message))


async def perform(role: Participant, service: Service[Any], action: Action, message: ACLMessage) -> None:
    """Do an action by a service, and answer a message with what comes of it.

    Args:
        role: whose work it is.
        service: does it.
        action: what is done.
        message: asked for it, or awarded it; where it wants to hear of progress, it does.
    """
    job = Job(message.sender, role.id, until=message.reply_by)
    if PARTIAL_PARAMETER in message.user_defined:
        job = replace(job, report=lambda progress: _report(role, message, action, progress))
    value = await service.perform(action.act, job)
    outcome = Done(action=action) if value is None else Result(action=action, value=value)
    role.answer(message, Performative.INFORM, outcome)


def _report(role: Participant, message: ACLMessage, action: Action, progress: Element) -> None:
    if not role.may_report() and role.may_say(Performative.AGREE):
        role.answer(message, Performative.AGREE, action)
        role.within(message)
    if role.may_report():
        role.answer(message, Performative.INFORM, progress, partial=True)
