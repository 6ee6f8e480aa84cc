"""FIPA Query (00027): one agent asks others whether something is true, or what fits a description.

Initiator, towards each participant::

    start             sends query-if, query-ref                       -> asked
    asked             hears agree                                     -> agreed
    asked             hears refuse                                    -> (refused)
    asked, agreed     hears inform                                    -> (answered)
    asked, agreed     hears failure, not-understood                   -> (failed)
    asked, agreed     sends cancel                                    -> cancelling
    cancelling        hears agree                                     -> cancelling
    cancelling        hears inform, failure, refuse, not-understood   -> (cancelled)

Participant::

    start             hears query-if, query-ref                       -> working
    working           sends agree                                     -> agreed
    working           sends refuse, not-understood                    -> (refused)
    working, agreed   sends inform                                    -> (answered)
    working, agreed   sends failure                                   -> (failed)
    working, agreed   hears cancel                                    -> cancelling
    working, agreed   hears not-understood, failure                   -> (broken-off)
    cancelling        sends inform, failure                           -> (cancelled)

The answer to *query-if* is an inform of the proposition, or of ``Not`` of it; the answer to *query-ref* an inform of
``Equals`` of the expression and what it stands for. The agree may be skipped, as in FIPA Request.
"""

from collections.abc import Iterable
from typing import Any, ClassVar, Final

from behaviours.achieve import AchieveInitiator, AchieveOne, AchieveParticipant
from behaviours.conversations import Conversations, instant
from behaviours.facts import Facts
from behaviours.machine import Machine, machines
from behaviours.outcomes import ConversationFailed, Failed
from behaviours.reading import failure_of
from ontology.acl import ACLMessage, AgentIdentifier, Performative
from ontology.content import Element, Predicate, Term
from ontology.expressions import Equals, IdentifyingExpression, InternalError, Not, UnrecognisedValue
from ontology.manager import ContentManager, NotUnderstandable

PROTOCOL: Final = "fipa-query"
INITIATOR, PARTICIPANT = machines(__doc__)

Question = Predicate | IdentifyingExpression
"""What can be asked: whether a proposition is true, or what an expression stands for."""


async def query_if(
    conversations: Conversations, receiver: AgentIdentifier, proposition: Predicate, *, timeout: float
) -> bool:
    """Ask an agent whether a proposition is true.

    Args:
        conversations: those of the asking agent.
        receiver: the agent to ask.
        proposition: what may be true.
        timeout: how long to wait, in seconds; then the question is cancelled.

    Raises:
        Refused, Failed, NotUnderstood, DeadlinePassed: there was no answer.
    """
    return bool(await _One(receiver, proposition, timeout=timeout).run(conversations))


async def query_ref(
    conversations: Conversations, receiver: AgentIdentifier, expression: IdentifyingExpression, *, timeout: float
) -> Term:
    """Ask an agent what an expression stands for.

    Args:
        conversations: those of the asking agent.
        receiver: the agent to ask.
        expression: what is asked for.
        timeout: how long to wait, in seconds; then the question is cancelled.

    Returns:
        What it stands for; for an ``AllOf`` that is a ``TermSet``.

    Raises:
        Refused, Failed, NotUnderstood, DeadlinePassed: there was no answer.
    """
    value: Term = await _One(receiver, expression, timeout=timeout).run(conversations)
    return value


async def query_all(
    conversations: Conversations, receivers: Iterable[AgentIdentifier], question: Question, *, timeout: float
) -> dict[AgentIdentifier, Term | ConversationFailed]:
    """Ask several agents the same in one conversation.

    Args:
        conversations: those of the asking agent.
        receivers: the agents to ask.
        question: a proposition, or an expression.
        timeout: how long to wait, in seconds; then those that have not answered are told to stop.

    Returns:
        The answer of each agent that gave one (to a proposition: true or false), or why it gave none.
    """
    said = await QueryInitiator(receivers, question, timeout=timeout).run(conversations)
    return {agent: _read(conversations.content, question, message) for agent, message in said.items()}


class QueryInitiator(AchieveInitiator):
    """Asks agents a question; subclass it to handle what they say.

    The outcome is the last word of each participant, by its identifier.

    Args:
        receivers: the agents to ask.
        question: a proposition, or an expression.
        timeout: seconds until those that have not answered are told to stop.
    """

    protocol: ClassVar[str] = PROTOCOL
    machine: ClassVar[Machine] = INITIATOR

    def __init__(self, receivers: Iterable[AgentIdentifier], question: Question, *, timeout: float) -> None:
        super().__init__(receivers, timeout=timeout)
        self.question = question

    def open(self) -> None:
        """Ask."""
        asks_if = isinstance(self.question, Predicate)
        act = Performative.QUERY_IF if asks_if else Performative.QUERY_REF
        self.say(act, self.receivers, self.question, reply_by=instant(self.timeout))

    def cancelled(self) -> tuple[Element, ...]:
        """Return the question that no longer matters."""
        return (self.question,)


class _One(AchieveOne, QueryInitiator):
    """Asks one agent, and comes to its answer."""

    def __init__(self, receiver: AgentIdentifier, question: Question, *, timeout: float) -> None:
        QueryInitiator.__init__(self, (receiver,), question, timeout=timeout)

    def value(self, message: ACLMessage) -> Term:
        """Return the answer."""
        return answer_of(self.content, self.question, message)


class QueryParticipant(AchieveParticipant):
    """Answers questions; subclass it and write the two ``prepare`` coroutines."""

    protocol: ClassVar[str] = PROTOCOL
    machine: ClassVar[Machine] = PARTICIPANT

    def handle_query_if(self, message: ACLMessage) -> None:
        """Begin to look whether it is true."""
        self.work(self.serve)

    def handle_query_ref(self, message: ACLMessage) -> None:
        """Begin to look what fits."""
        self.work(self.serve)


class FactsQuery(QueryParticipant):
    """Answers questions out of what an agent knows.

    Args:
        facts: what it knows.
        conversations: those of the agent.
        first: the message that begins the conversation.
    """

    def __init__(self, facts: Facts, conversations: Any, first: ACLMessage) -> None:
        super().__init__(conversations, first)
        self.facts = facts

    async def prepare_response(self, request: ACLMessage) -> None:
        """Read the question, and refuse it where it is of something that the agent does not tell."""
        self._question = _question_of(self.content, request)
        self.about = (self._question,)
        if isinstance(self._question, Predicate):
            self.facts.require(self._question)
        else:
            self.facts.require(self._question.proposition)

    async def prepare_result_notification(self, request: ACLMessage) -> Element:
        """Find the answer."""
        question = self._question
        if isinstance(question, Predicate):
            return question if await self.facts.holds(question) else Not(proposition=question)
        return Equals(left=question, right=await self.facts.referent(question))


def answer_of(content: ContentManager, question: Question, message: ACLMessage) -> Term:
    """Return the answer that an inform gives to a question.

    Raises:
        Failed: the inform does not answer it.
    """
    try:
        elements = content.decode(message)
    except NotUnderstandable as error:
        raise Failed(error.reason, message.sender) from error
    match elements:
        case (Equals(right=value),) if isinstance(question, IdentifyingExpression):
            return value
        case (Predicate() as said,) if said == question:
            return True
        case (Not(proposition=said),) if said == question:
            return False
        case (Predicate() as said,) if isinstance(question, Not) and said == question.proposition:
            return False
    raise Failed(InternalError(explanation="This is no answer to the question."), message.sender)


def _read(content: ContentManager, question: Question, message: ACLMessage) -> Term | ConversationFailed:
    try:
        return failure_of(content, message) or answer_of(content, question, message)
    except Failed as error:
        return error


def _question_of(content: ContentManager, message: ACLMessage) -> Question:
    match message.performative, content.decode(message):
        case Performative.QUERY_IF, (Predicate() as proposition,):
            return proposition
        case Performative.QUERY_REF, (IdentifyingExpression() as expression,):
            return expression
    raise NotUnderstandable(UnrecognisedValue(parameter="content", explanation="The content must be one question."))
