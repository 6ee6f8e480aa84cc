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

from collections.abc import Callable, Iterable, Sequence
from typing import Any, ClassVar, Final

from behaviours.conversations import Conversations, instant
from behaviours.machine import Machine, machines
from behaviours.outcomes import DeadlinePassed
from behaviours.reading import failure_of, value_of
from behaviours.roles import PARTIAL_PARAMETER, Initiator, Participant
from behaviours.services import Job, Service, ServiceParticipant, action_of
from ontology.acl import ACLMessage, AgentIdentifier, Performative
from ontology.content import AgentAction, Element
from ontology.expressions import Action, Done, Result
from ontology.manager import NotUnderstandable

PROTOCOL: Final = "fipa-request"
INITIATOR, PARTICIPANT = machines(__doc__)

AGREE_AFTER: Final = 0.2
"""Seconds after which work that is not done yet is agreed to: quick answers need no agree."""

ANSWERED_WITHIN: Final = 10.0
"""Seconds within which a participant that lives has answered or agreed, however long its work will take."""

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


class RequestInitiator(Initiator[Any]):
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
        self._responses: dict[AgentIdentifier, ACLMessage] = {}
        self._results: dict[AgentIdentifier, ACLMessage] = {}

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

    def deadline(self) -> None:
        """Come to an end without those that have not answered."""
        self.handle_all_result_notifications(tuple(self._results.values()))
        self.succeed(dict(self._results))
        self.cancel()

    # -- handlers

    def handle_agree(self, message: ACLMessage) -> None:
        """Hear that a participant will do it."""
        self._responded(message)

    def handle_refuse(self, message: ACLMessage) -> None:
        """Hear that a participant will not do it."""
        self._responded(message)
        self._resulted(message)

    def handle_not_understood(self, message: ACLMessage) -> None:
        """Hear that a participant does not understand what it is asked."""
        self._responded(message)
        self._resulted(message)

    def handle_partial(self, message: ACLMessage) -> None:
        """Hear how far a participant is."""

    def handle_inform(self, message: ACLMessage) -> None:
        """Hear that a participant has done it."""
        self._responded(message)
        self._resulted(message)

    def handle_failure(self, message: ACLMessage) -> None:
        """Hear that a participant could not do it."""
        self._responded(message)
        self._resulted(message)

    def handle_all_responses(self, responses: Sequence[ACLMessage]) -> None:
        """Take note that every participant has agreed, refused, or answered at once."""

    def handle_all_result_notifications(self, results: Sequence[ACLMessage]) -> None:
        """Take note that every participant has come to its end, or the deadline has."""

    def _responded(self, message: ACLMessage) -> None:
        if message.sender not in self._responses:
            self._responses[message.sender] = message
            if len(self._responses) == len(self.receivers):
                self.handle_all_responses(tuple(self._responses.values()))

    def _resulted(self, message: ACLMessage) -> None:
        self._results[message.sender] = message
        if len(self._results) == len(self.receivers):
            self.handle_all_result_notifications(tuple(self._results.values()))
            self.succeed(dict(self._results))


class _One(RequestInitiator):
    """Asks one agent, and comes to the value of its result."""

    def __init__(
        self, receiver: AgentIdentifier, act: AgentAction, *, timeout: float, on_progress: OnProgress | None
    ) -> None:
        super().__init__((receiver,), act, timeout=timeout, progress=on_progress is not None)
        self._on_progress = on_progress
        self._long = timeout > ANSWERED_WITHIN

    def open(self) -> None:
        """Send the request; an agent that is not there is noticed soon."""
        super().open()
        if self._long:
            self.after(ANSWERED_WITHIN, self.deadline)

    def deadline(self) -> None:
        """Give it up."""
        self.fail(DeadlinePassed())
        self.cancel()

    def handle_agree(self, message: ACLMessage) -> None:
        """Wait for as long as the work may take."""
        if self._long:
            self.after(self.timeout, self.deadline)

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

    def _responded(self, message: ACLMessage) -> None:
        """Wait for the result."""

    def _resulted(self, message: ACLMessage) -> None:
        failure = failure_of(self.content, message)
        if failure is not None:
            self.fail(failure)
        else:
            self.succeed(value_of(self.content, message))


class RequestParticipant(Participant):
    """Performs what it is asked to; subclass it and write the two ``prepare`` coroutines."""

    protocol: ClassVar[str] = PROTOCOL
    machine: ClassVar[Machine] = PARTICIPANT

    async def prepare_response(self, request: ACLMessage) -> None:
        """Decide whether to do it: return, or raise ``Refuse`` or ``NotUnderstandable``."""

    async def prepare_result_notification(self, request: ACLMessage) -> Element:
        """Do it, and return what to inform of; raise ``Fail`` where it cannot be done."""
        raise NotImplementedError

    def handle_request(self, message: ACLMessage) -> None:
        """Begin to work."""
        self.work(self._serve)

    async def _serve(self) -> None:
        await self.prepare_response(self.first)
        self.after(AGREE_AFTER, self._agree)
        self.answer(self.first, Performative.INFORM, await self.prepare_result_notification(self.first))

    def _agree(self) -> None:
        if self.may_say(Performative.AGREE):
            self.answer(self.first, Performative.AGREE, *self.about)
        self.within(self.first)


class ServiceRequest(ServiceParticipant, RequestParticipant):
    """Performs requests with an agent's services."""

    def handle_request(self, message: ACLMessage) -> None:
        """Begin to do what is asked, where it is offered."""
        action = action_of(self.content, message)
        self.about = (action,)
        service = self.services.find(action.act)
        self.after(AGREE_AFTER, self._agree)
        self.work(lambda: perform(self, service, action, message))


async def perform(role: Participant, service: Service[Any], action: Action, message: ACLMessage) -> None:
    """Do an action by a service, and answer a message with what comes of it.

    Args:
        role: whose work it is.
        service: does it.
        action: what is done.
        message: asked for it, or awarded it; where it wants to hear of progress, it does.
    """
    if PARTIAL_PARAMETER in message.user_defined:
        job = Job(message.sender, role.id, lambda progress: _report(role, message, action, progress))
    else:
        job = Job(message.sender, role.id)
    value = await service.perform(action.act, job)
    outcome = Done(action=action) if value is None else Result(action=action, value=value)
    role.answer(message, Performative.INFORM, outcome)


def _report(role: Participant, message: ACLMessage, action: Action, progress: Element) -> None:
    if not role.may_report() and role.may_say(Performative.AGREE):
        role.answer(message, Performative.AGREE, action)
        role.within(message)
    if role.may_report():
        role.answer(message, Performative.INFORM, progress, partial=True)
