"""FIPA Propose (00036): an agent proposes to do something, another accepts or rejects.

Initiator::

    start        sends propose                                                             -> waiting
    waiting      hears accept-proposal                                                     -> (accepted)
    waiting      hears reject-proposal                                                     -> (rejected)
    waiting      hears refuse, failure, not-understood                                     -> (failed)
    waiting      sends cancel                                                              -> cancelling
    cancelling   hears inform, failure, not-understood, accept-proposal, reject-proposal   -> (cancelled)

Participant::

    start        hears propose                                                             -> deciding
    deciding     sends accept-proposal                                                     -> (accepted)
    deciding     sends reject-proposal                                                     -> (rejected)
    deciding     sends refuse, failure, not-understood                                     -> (failed)
    deciding     hears cancel                                                              -> cancelling
    deciding     hears not-understood                                                      -> (broken-off)
    cancelling   sends inform, failure                                                     -> (cancelled)
"""

from typing import ClassVar, Final

from behaviours.conversations import Conversations, instant
from behaviours.machine import Machine, machines
from behaviours.reading import failure_of
from behaviours.roles import Initiator, Participant
from behaviours.services import Job, ServiceParticipant, action_of
from ontology.acl import ACLMessage, AgentIdentifier, Performative
from ontology.content import AgentAction, Element
from ontology.expressions import Action, Declined

PROTOCOL: Final = "fipa-propose"
INITIATOR, PARTICIPANT = machines(__doc__)


async def propose(conversations: Conversations, receiver: AgentIdentifier, act: AgentAction, *, timeout: float) -> bool:
    """Propose to do something and wait for the decision.

    Args:
        conversations: those of the proposing agent.
        receiver: who is to decide.
        act: what would be done.
        timeout: how long to wait, in seconds; then the proposal is taken back.

    Returns:
        Whether it was accepted.

    Raises:
        Refused, Failed, NotUnderstood, DeadlinePassed: there was no decision.
    """
    return await ProposeInitiator(receiver, act, timeout=timeout).run(conversations)


class ProposeInitiator(Initiator[bool]):
    """Proposes to do an action, and comes to whether that was accepted.

    Args:
        receiver: who is to decide.
        act: what would be done.
        timeout: seconds until the proposal is taken back.
    """

    protocol: ClassVar[str] = PROTOCOL
    machine: ClassVar[Machine] = INITIATOR

    def __init__(self, receiver: AgentIdentifier, act: AgentAction, *, timeout: float) -> None:
        super().__init__((receiver,), timeout=timeout)
        self.act = act

    def open(self) -> None:
        """Propose it."""
        self.say(Performative.PROPOSE, self.receivers, *self.cancelled(), reply_by=instant(self.timeout))

    def cancelled(self) -> tuple[Element, ...]:
        """Return the action that is proposed."""
        return (Action(actor=self.conversations.transport.identifier, act=self.act),)

    def handle_accept_proposal(self, message: ACLMessage) -> None:
        """Hear that it may be done."""
        self.succeed(True)

    def handle_reject_proposal(self, message: ACLMessage) -> None:
        """Hear that it is not to be done."""
        self.succeed(False)

    def handle_refuse(self, message: ACLMessage) -> None:
        """Hear that there is no decision."""
        self._failed(message)

    def handle_failure(self, message: ACLMessage) -> None:
        """Hear that there is no decision."""
        self._failed(message)

    def handle_not_understood(self, message: ACLMessage) -> None:
        """Hear that there is no decision."""
        self._failed(message)

    def _failed(self, message: ACLMessage) -> None:
        failure = failure_of(self.content, message)
        assert failure is not None
        self.fail(failure)


class ProposeParticipant(Participant):
    """Decides on proposals; subclass it and write ``prepare_response``."""

    protocol: ClassVar[str] = PROTOCOL
    machine: ClassVar[Machine] = PARTICIPANT

    async def prepare_response(self, proposal: ACLMessage) -> tuple[Element, ...]:
        """Decide: return what to say with the acceptance; raise ``Refuse`` with ``Declined`` to reject."""
        raise NotImplementedError

    def handle_propose(self, message: ACLMessage) -> None:
        """Begin to think."""
        self.within(message)
        self.work(self._decide)

    async def _decide(self) -> None:
        try:
            said = await self.prepare_response(self.first)
        except Exception as error:
            reason = self.reason(error)
            if not isinstance(reason, Declined):
                raise
            self.answer(self.first, Performative.REJECT_PROPOSAL, *self.about, reason)
        else:
            self.answer(self.first, Performative.ACCEPT_PROPOSAL, *said)


class ServiceProposal(ServiceParticipant, ProposeParticipant):
    """Decides on proposals with an agent's services: one that raises ``Refuse`` with ``Declined`` rejects."""

    async def prepare_response(self, proposal: ACLMessage) -> tuple[Element, ...]:
        """Have the service that performs the action decide."""
        action = action_of(self.content, proposal)
        self.about = (action,)
        await self.services.find(action.act).perform(action.act, Job(proposal.sender, self.id))
        return self.about
