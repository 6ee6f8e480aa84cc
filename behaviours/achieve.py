"""What the protocols have in common in which an agent is asked for something once, and answers.

FIPA Request, Query, Request When, Brokering and Recruiting are of one shape: a first message, perhaps an agree, then
an inform or a failure. They differ in what is asked, and in what may be skipped; that is in the machine of each.
"""

from collections.abc import Iterable, Sequence
from typing import Any, Final

from behaviours.outcomes import DeadlinePassed
from behaviours.reading import failure_of
from behaviours.roles import Initiator, Participant
from ontology.acl import ACLMessage, AgentIdentifier, Performative
from ontology.content import Element

AGREE_AFTER: Final = 0.2
"""Seconds after which work that is not done yet is agreed to: quick answers need no agree."""

ANSWERED_WITHIN: Final = 10.0
"""Seconds within which a participant that lives has answered or agreed, however long its work will take."""


class AchieveInitiator(Initiator[Any]):
    """Asks agents for something; subclass it to handle what they say.

    The outcome is the last word of each participant, by its identifier.

    Args:
        receivers: the agents to ask.
        timeout: seconds until those that have not answered are told to stop.
    """

    def __init__(self, receivers: Iterable[AgentIdentifier], *, timeout: float) -> None:
        super().__init__(receivers, timeout=timeout)
        self._responses: dict[AgentIdentifier, ACLMessage] = {}
        self._results: dict[AgentIdentifier, ACLMessage] = {}

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
        """Hear that a participant has done it, or what it knows."""
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


class AchieveOne(AchieveInitiator):
    """Asks one agent, and comes to the value of its answer; mix it in before a protocol's initiator.

    An agent that is not there is noticed soon: one that neither agrees nor answers is not waited for.
    """

    def start(self, conversations: Any) -> None:
        """Begin the conversation.

        Raises:
            OSError: the first message could not be handed over.
        """
        if self._is_long:
            self.after(ANSWERED_WITHIN, self.deadline)
        super().start(conversations)

    @property
    def _is_long(self) -> bool:
        return self.timeout > ANSWERED_WITHIN

    def value(self, message: ACLMessage) -> object:
        """Return what an inform comes to.

        Raises:
            Failed: the inform does not say it.
        """
        raise NotImplementedError

    def deadline(self) -> None:
        """Give it up."""
        self.fail(DeadlinePassed())
        self.cancel()

    def handle_agree(self, message: ACLMessage) -> None:
        """Wait for as long as it may take."""
        if self._is_long:
            self.after(self.timeout, self.deadline)

    def _responded(self, message: ACLMessage) -> None:
        """Wait for the result."""

    def _resulted(self, message: ACLMessage) -> None:
        failure = failure_of(self.content, message)
        if failure is not None:
            self.fail(failure)
        else:
            self.succeed(self.value(message))


class AchieveParticipant(Participant):
    """Answers what it is asked; subclass it and write the two ``prepare`` coroutines."""

    async def prepare_response(self, request: ACLMessage) -> None:
        """Decide whether to do it: return, or raise ``Refuse`` or ``NotUnderstandable``."""

    async def prepare_result_notification(self, request: ACLMessage) -> Element:
        """Do it, and return what to inform of; raise ``Fail`` where it cannot be done."""
        raise NotImplementedError

    async def serve(self) -> None:
        """Do the work of a participant: decide, agree where it takes longer than a moment, and answer."""
        self.within(self.first)
        await self.prepare_response(self.first)
        self.agree_later()
        self.answer(self.first, Performative.INFORM, await self.prepare_result_notification(self.first))

    def agree_later(self) -> None:
        """Agree if there is no answer in a moment."""
        self.after(AGREE_AFTER, self.agree)

    def agree(self) -> None:
        """Agree, and take the time that the request leaves."""
        if self.may_say(Performative.AGREE):
            self.answer(self.first, Performative.AGREE, *self.about)
        self.within(self.first)
