"""FIPA Recruiting (00034): a recruiter finds the agents that fit a description, and has them answer somebody else.

Initiator, towards the recruiter::

    start                  sends proxy                                     -> asked
    asked                  hears agree                                     -> agreed
    asked                  hears refuse                                    -> (refused)
    asked, agreed          hears failure, not-understood                   -> (failed)
    agreed                 hears inform                                    -> (done)
    asked, agreed          sends cancel                                    -> cancelling
    cancelling             hears agree                                     -> cancelling
    cancelling             hears inform, failure, refuse, not-understood   -> (cancelled)

Recruiter::

    start                  hears proxy                                     -> deciding
    deciding               sends agree                                     -> recruiting
    deciding               sends refuse, not-understood                    -> (refused)
    recruiting             sends inform                                    -> (done)
    recruiting             sends failure                                   -> (failed)
    deciding, recruiting   hears cancel                                    -> cancelling
    deciding, recruiting   hears not-understood, failure                   -> (broken-off)
    cancelling             sends inform, failure                           -> (cancelled)

Designated receiver, of each agent that was recruited::

    start                  hears agree                                     -> agreed
    start                  hears refuse                                    -> (refused)
    start, agreed          hears inform                                    -> (answered)
    start, agreed          hears failure, not-understood                   -> (failed)
    agreed                 hears partial                                   -> agreed

The message that the recruiter passes on bears its reply-to and conversation-id: whoever gets it answers the receiver
that the initiator designated (itself, mostly), in a conversation of the receiver's. The recruiter informs of who was
``Recruited`` and has no part in the rest. Where no agent fits it fails with ``NoMatch``.
"""

import logging
from collections.abc import Sequence
from dataclasses import replace
from typing import ClassVar, Final

from behaviours.brokering import Proxy, ProxyInitiator, ProxyParticipant, message_of, replies_of
from behaviours.conversations import Conversations
from behaviours.machine import Machine, machines
from behaviours.outcomes import Fail, Refuse
from behaviours.roles import Initiator
from ontology.acl import ACLMessage, AgentIdentifier
from ontology.content import Element
from ontology.expressions import InternalError, MissingParameter
from ontology.proxying import Message, Recruited

logger = logging.getLogger(__name__)

PROTOCOL: Final = "fipa-recruiting"
INITIATOR, PARTICIPANT, RECEIVER = machines(__doc__)


async def recruit(
    conversations: Conversations, receiver: AgentIdentifier, proxy: Proxy, *, timeout: float
) -> dict[AgentIdentifier, Message]:
    """Have a recruiter find agents that answer the initiator itself, and wait for their answers.

    Args:
        conversations: those of the asking agent.
        receiver: the recruiter.
        proxy: whom to ask, and what.
        timeout: how long to wait for all of it, in seconds.

    Returns:
        The last word of each agent that answered in time.

    Raises:
        Refused, Failed, NotUnderstood, DeadlinePassed: nobody was recruited. Where no agent fits, the reason is
            ``NoMatch``.
    """
    answers = Answers(timeout=timeout)
    answers.start(conversations)
    try:
        recruited = await recruit_for(
            conversations, receiver, proxy, (conversations.transport.identifier, answers.id), timeout=timeout
        )
        answers.expect(recruited)
        return await answers.outcome
    finally:
        answers.close()


async def recruit_for(
    conversations: Conversations,
    receiver: AgentIdentifier,
    proxy: Proxy,
    designated: tuple[AgentIdentifier, str],
    *,
    timeout: float,
) -> tuple[AgentIdentifier, ...]:
    """Have a recruiter find agents that answer a designated receiver.

    Args:
        conversations: those of the asking agent.
        receiver: the recruiter.
        proxy: whom to ask, and what.
        designated: whom they are to answer, and in which conversation; it waits for them with :class:`Answers`.
        timeout: how long to wait for the recruiter, in seconds.

    Returns:
        Who was recruited.

    Raises:
        Refused, Failed, NotUnderstood, DeadlinePassed: nobody was recruited.
    """
    answered, conversation_id = designated
    message = proxy.message.model_copy(update={"reply_to": (answered,), "conversation_id": conversation_id})
    recruiting = RecruitingInitiator(receiver, replace(proxy, message=message), timeout=timeout)
    said: Recruited = await recruiting.run(conversations)
    return said.agents


class RecruitingInitiator(ProxyInitiator):
    """Has a recruiter pass a message on, and comes to who got it."""

    protocol: ClassVar[str] = PROTOCOL
    machine: ClassVar[Machine] = INITIATOR

    def value(self, message: ACLMessage) -> Recruited:
        """Return who was recruited."""
        return replies_of(self.content, message, Recruited)[0]


class Answers(Initiator[dict[AgentIdentifier, Message]]):
    """The designated receiver: waits for the answers of agents that another agent recruits.

    Who answers is not known at first; the conversation's id is known to those alone that were recruited. The outcome
    is the last word of each that answered before the deadline.

    Args:
        timeout: seconds until the rest is not waited for any more.
        limit: how many agents may answer.
    """

    protocol: ClassVar[str] = PROTOCOL
    machine: ClassVar[Machine] = RECEIVER

    def __init__(self, *, timeout: float, limit: int = 100) -> None:
        super().__init__((), timeout=timeout)
        self._limit = limit
        self._expected: frozenset[str] | None = None
        self._answers: dict[AgentIdentifier, Message] = {}

    def open(self) -> None:
        """Say nothing: the recruiter does."""

    def admits(self, peer: str) -> bool:
        """Tell whether an agent may answer: who was recruited, or anybody while that is not known."""
        if self._expected is not None:
            return peer in self._expected
        return peer in self.states or len(self.states) < self._limit

    def expect(self, recruited: Sequence[AgentIdentifier]) -> None:
        """Wait for these agents and no others, from now on."""
        self._expected = frozenset(agent.name for agent in recruited)
        self._answers = {agent: said for agent, said in self._answers.items() if agent.name in self._expected}
        self.states = {name: self.states.get(name, self.machine.start) for name in self._expected}
        self._settle()

    def deadline(self) -> None:
        """Come to an end without those that have not answered."""
        self.succeed(dict(self._answers))
        self.close()

    def handle_refuse(self, message: ACLMessage) -> None:
        """Hear that an agent does not do it."""
        self._answered(message)

    def handle_inform(self, message: ACLMessage) -> None:
        """Hear that an agent has done it, or what it knows."""
        self._answered(message)

    def handle_failure(self, message: ACLMessage) -> None:
        """Hear that an agent could not do it."""
        self._answered(message)

    def handle_not_understood(self, message: ACLMessage) -> None:
        """Hear that an agent does not understand it."""
        self._answered(message)

    def _answered(self, message: ACLMessage) -> None:
        self._answers[message.sender] = message_of(self.content, message)

    def _settle(self) -> None:
        if self._expected is not None and all(state in self.machine.finals for state in self.states.values()):
            self.succeed(dict(self._answers))
            self.close()


class Recruiter(ProxyParticipant):
    """Passes a message on to the agents that it finds, for them to answer somebody else."""

    protocol: ClassVar[str] = PROTOCOL
    machine: ClassVar[Machine] = PARTICIPANT

    async def prepare_response(self, proxy: Proxy) -> None:
        """Refuse what does not say where answers belong."""
        if proxy.message.conversation_id is None:
            raise Refuse(MissingParameter(object_name=proxy.message.wire_name, parameter="conversation-id"))

    async def prepare_result_notification(self, proxy: Proxy, targets: Sequence[AgentIdentifier]) -> Sequence[Element]:
        """Pass it on to each."""
        recruited = tuple(target for target in targets if self._pass_on(proxy, target))
        if not recruited:
            raise Fail(InternalError(explanation="None of those that fit can be reached."))
        return [Recruited(agents=recruited)]

    def _pass_on(self, proxy: Proxy, target: AgentIdentifier) -> bool:
        message = proxy.message
        spoken = self.content.encode(*message.content, ontology=self.first.ontology)
        try:
            self.conversations.send(
                ACLMessage(
                    performative=message.performative,
                    sender=self.conversations.transport.identifier,
                    receivers=(target,),
                    reply_to=message.reply_to or (self.initiator,),
                    content=spoken.content,
                    language=spoken.language,
                    ontology=spoken.ontology,
                    protocol=proxy.sub_protocol((), timeout=0.0).protocol,
                    conversation_id=message.conversation_id,
                    reply_with=f"{message.conversation_id}~i0",  # answers are for who began that conversation
                    reply_by=self.first.reply_by,
                )
            )
        except OSError as error:
            logger.info("could not reach %s: %s", target, error)
            return False
        return True
