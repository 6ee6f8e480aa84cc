"""Who is told what becomes of the directory (FIPA Subscribe, 00035).

What is subscribed to is the result of a search: ``(iota ?x (result (action df (search ...)) ?x))``. The first inform
holds the descriptions that match now; each further one holds one description, of an agent that entered or changed. Of
an agent that left, or does not match any more, it holds the name alone. That a lease was renewed is not told. The
constraints of the search do not count, and directories that are federated are not asked.
"""

import logging
from collections.abc import Callable

from behaviours.conversations import Conversations
from behaviours.outcomes import Refuse
from behaviours.subscribe import SubscribeParticipant
from ontology.acl import ACLMessage, AgentIdentifier
from ontology.elements import Variable
from ontology.expressions import (
    Action,
    Equals,
    IdentifyingExpression,
    Iota,
    Overloaded,
    Pattern,
    Result,
    TermSet,
    UnrecognisedValue,
)
from ontology.management import AMSAgentDescription, Description, Search, matcher
from ontology.manager import NotUnderstandable
from xmpp.directory.registry import Change, Registry

logger = logging.getLogger(__name__)


def result_of_search(directory: AgentIdentifier, template: Description) -> Iota:
    """Return the expression by which one subscribes to what matches a template."""
    action = Action(actor=directory, act=Search(template=template))
    found = Variable(name="x")
    return Iota(term=found, proposition=Pattern.of(Result, action=action, value=found))


def is_gone(description: Description) -> bool:
    """Tell whether a description that was told says that its agent has left, or does not match any more."""
    return description.model_fields_set <= {"name"}


class Subscribers:
    """Those who are told what becomes of a registry.

    Args:
        registry: the registry.
        require_known: refuses who is no agent of the platform.
        limit: how many subscriptions there may be; further ones are refused.
    """

    def __init__(
        self, registry: Registry, require_known: Callable[[AgentIdentifier], None], *, limit: int = 100
    ) -> None:
        self.registry = registry
        self._require_known = require_known
        self._limit = limit
        self._subscriptions: dict[DirectorySubscription, None] = {}
        registry.listen(self._tell)

    @property
    def count(self) -> int:
        """How many subscriptions there are."""
        return len(self._subscriptions)

    def participant(self, conversations: Conversations, first: ACLMessage) -> "DirectorySubscription":
        """Return the role that serves a new subscription."""
        return DirectorySubscription(self, conversations, first)

    def enter(self, subscription: "DirectorySubscription") -> None:
        """Enter a subscription.

        Raises:
            Refuse: it is of no agent of the platform, or there are too many.
        """
        self._require_known(subscription.initiator)
        if len(self._subscriptions) >= self._limit:
            raise Refuse(Overloaded(explanation="I have as many subscribers as I can take."))
        self._subscriptions[subscription] = None

    def leave(self, subscription: "DirectorySubscription") -> None:
        """Take a subscription out, where it was entered."""
        self._subscriptions.pop(subscription, None)

    def _tell(self, change: Change) -> None:
        if change.is_renewal:
            return
        has_left = isinstance(change.before, AMSAgentDescription) and change.after is None
        for subscription in tuple(self._subscriptions):
            if has_left and subscription.initiator.name == change.name:
                subscription.close()
            else:
                subscription.tell(change)


class DirectorySubscription(SubscribeParticipant):
    """One subscription at a directory."""

    def __init__(self, subscribers: Subscribers, conversations: Conversations, first: ACLMessage) -> None:
        super().__init__(conversations, first)
        self._subscribers = subscribers
        self._told: set[str] = set()

    async def prepare_response(self, subscription: ACLMessage) -> None:
        """Enter the subscription."""
        match self.content.decode(subscription):
            case (IdentifyingExpression(proposition=Pattern(of_class=Result.wire_name) as result) as expression,):
                self._expression = expression
            case _:
                raise _no_search()
        match result.slots.get("action"):
            case Action(act=Search(template=template)):
                self._template = template
                self._fits = matcher(template)
            case _:
                raise _no_search()
        self.about = (self._expression,)
        self._subscribers.enter(self)

    async def begun(self) -> None:
        """Tell what matches now."""
        found = self._subscribers.registry.search(self._template)
        self._told = {str(each.name) for each in found}
        self._say(*found)

    def tell(self, change: Change) -> None:
        """Tell what became of an entry, if it matches or did."""
        changed = change.after or change.before
        if not self.may_notify() or type(changed) is not type(self._template):
            return
        if change.after is not None and self._fits(change.after):
            self._told.add(change.name)
            self._say(change.after)
        elif change.name in self._told:
            self._told.discard(change.name)
            self._say(type(self._template)(name=AgentIdentifier(name=change.name)))

    def _say(self, *descriptions: Description) -> None:
        try:
            self.notify(Equals(left=self._expression, right=TermSet(items=descriptions)))
        except OSError as error:
            logger.info("%s lost its subscription: %s", self.initiator, error)
            self.stop_work()
            self.close()

    def close(self) -> None:
        """End the subscription."""
        super().close()
        self._subscribers.leave(self)


def _no_search() -> NotUnderstandable:
    return NotUnderstandable(
        UnrecognisedValue(parameter="content", explanation="One subscribes here to the result of a search.")
    )
