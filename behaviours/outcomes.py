"""How a conversation can end otherwise than well, and how a handler says so."""

from ontology.acl import AgentIdentifier
from ontology.expressions import InternalError, Reason


class ConversationFailed(Exception):
    """A conversation did not give what it was for.

    Args:
        reason: the typed reason; its explanation is a sentence for people.
        agent: the agent that gave the reason.
    """

    def __init__(self, reason: Reason, agent: AgentIdentifier | None = None) -> None:
        super().__init__(reason.explanation or reason.wire_name)
        self.reason = reason
        self.agent = agent


class Refused(ConversationFailed):
    """The other agent refused."""


class Failed(ConversationFailed):
    """The other agent tried and failed."""


class NotUnderstood(ConversationFailed):
    """The other agent did not understand the message."""


class DeadlinePassed(ConversationFailed):
    """No answer came in time."""

    def __init__(self, explanation: str = "No answer came in time.") -> None:
        super().__init__(InternalError(explanation=explanation))


class NoBids(ConversationFailed):
    """Nobody offered to do it. ``refusals`` are the reasons that were given."""

    def __init__(self, refusals: tuple[Reason, ...]) -> None:
        said = next((reason for reason in refusals if reason.explanation), None)
        super().__init__(said or InternalError(explanation="Nobody here can do that at the moment."))
        self.refusals = refusals


class Refuse(Exception):
    """Raised by a handler: it will not do what is asked."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.explanation)
        self.reason = reason


class Fail(Exception):
    """Raised by a handler: it tried to do what was asked and could not."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.explanation)
        self.reason = reason
