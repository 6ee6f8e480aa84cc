"""What an agent offers: an agent action, how it bids for it, and how it does it."""

import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic, TypeVar

from behaviours.outcomes import Refuse
from behaviours.roles import Participant, reason_for
from ontology.acl import ACLMessage, AgentIdentifier
from ontology.content import AgentAction, Element
from ontology.expressions import Action, Bid, Reason, UnrecognisedValue, UnsupportedFunction
from ontology.manager import ContentManager, NotUnderstandable

logger = logging.getLogger(__name__)

A = TypeVar("A", bound=AgentAction)


def _unheard(progress: Element) -> None:
    """Let progress that nobody asked for go unsaid."""


@dataclass(frozen=True, slots=True)
class Job:
    """The circumstances of one piece of work.

    Args:
        requester: who asked for it.
        conversation_id: in which conversation.
        report: tells the requester how far the work is, where it wants to know; see ``behaviours.request``.
        until: when the requester stops waiting, where it says so.
    """

    requester: AgentIdentifier
    conversation_id: str
    report: Callable[[Element], None] = _unheard
    until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Service(Generic[A]):
    """One service of an agent.

    Args:
        action: the agent action it performs.
        perform: does it; returns the value of the result, or None where there is none. May raise ``Refuse``
            or ``Fail``.
        bid: says under which conditions, or raises ``Refuse``. None: it is not offered in contract nets.
        name: the service's name in the directory; it tells providers of the same action apart.
    """

    action: type[A]
    perform: Callable[[A, Job], Awaitable[Element | None]]
    bid: Callable[[A], Awaitable[Bid]] | None = None
    name: str = ""


Explain = Callable[[Exception], Reason | None]
"""Turns an exception of a library into the reason to give, or None for one that was not foreseen."""


class Services:
    """The services of one agent, found by the action that is asked for.

    Args:
        services: what is offered.
        explain: turns the library's exceptions into reasons.
    """

    def __init__(self, services: Iterable[Service[Any]], explain: Explain = lambda _: None) -> None:
        self._services: Mapping[type[AgentAction], Service[Any]] = {s.action: s for s in services}
        self._explain = explain

    def find(self, action: AgentAction) -> Service[Any]:
        """Return the service that performs the action.

        Raises:
            Refuse: the action is not offered.
        """
        service = self._services.get(type(action))
        if service is None:
            raise Refuse(
                UnsupportedFunction(function=action.wire_name, explanation=f"I do not offer {action.wire_name}.")
            )
        return service

    def explained(self, error: Exception) -> Reason:
        """Return the reason for an exception that ended a handler. What was not foreseen is logged."""
        return self._explain(error) or reason_for(error)


class ServiceParticipant(Participant):
    """A participant whose part is played by an agent's services.

    Args:
        services: the services.
        conversations: those of the agent.
        first: the message that begins the conversation.
    """

    def __init__(self, services: Services, conversations: Any, first: ACLMessage) -> None:
        super().__init__(conversations, first)
        self.services = services

    def reason(self, error: Exception) -> Reason:
        """Return the reason for an exception, in the words of the agent's library."""
        return self.services.explained(error)


def action_of(content: ContentManager, message: ACLMessage) -> Action:
    """Return the action that a message asks for.

    Raises:
        NotUnderstandable: the content is not one action.
    """
    match content.decode(message):
        case (Action() as action, *_):
            return action
    raise NotUnderstandable(
        UnrecognisedValue(parameter="content", explanation="The content must begin with an action.")
    )
