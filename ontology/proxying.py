"""What brokers and recruiters are told (FIPA 00033, 00034, 00037 on *proxy*), and what they answer."""

from pydantic import Field, InstanceOf, SerializeAsAny

from ontology.acl import AgentIdentifier, Performative
from ontology.elements import AgentAction, Element, Predicate, Variable
from ontology.reasons import FailureReason
from ontology.references import AllOf, AnyOf, Pattern


class Offers(Predicate):
    """An agent offers a service. ``service`` is its type, the wire name of the action that it performs."""

    agent: AgentIdentifier
    service: str


class AtMost(Predicate):
    """A condition of a proxy: so many agents at most are to get the message."""

    agents: int = Field(ge=1)


class Message(AgentAction):
    """Saying something: a message within a message, such as the one that a broker is to pass on.

    ``conversation_id`` and ``reply_to`` are where the answers belong, if that is not with whoever says it.
    """

    performative: Performative
    content: tuple[SerializeAsAny[InstanceOf[Element]], ...] = ()
    protocol: str | None = None
    conversation_id: str | None = None
    reply_to: tuple[AgentIdentifier, ...] = ()


class Replied(Predicate):
    """An agent has answered with a message."""

    agent: AgentIdentifier
    message: Message


class Recruited(Predicate):
    """These agents have got the message, and answer it themselves."""

    agents: tuple[AgentIdentifier, ...]


class NoMatch(FailureReason):
    """No agent fits the description (FIPA 00033 and 00034, *failure-no-match*)."""


PROXYING: tuple[type[Element], ...] = (Offers, AtMost, Message, Replied, Recruited, NoMatch)


def all_that_offer(service: type[AgentAction]) -> AllOf:
    """Return the description of all agents that offer a service."""
    return AllOf(term=Variable(name="agent"), proposition=_offering(service))


def any_that_offers(service: type[AgentAction]) -> AnyOf:
    """Return the description of any one agent that offers a service."""
    return AnyOf(term=Variable(name="agent"), proposition=_offering(service))


def _offering(service: type[AgentAction]) -> Pattern:
    return Pattern.of(Offers, agent=Variable(name="agent"), service=service.wire_name)
