"""Reading the ends of a conversation: results, and reasons for there being none."""

from behaviours.outcomes import ConversationFailed, Failed, NotUnderstood, Refused
from ontology.acl import ACLMessage, Performative
from ontology.content import Element
from ontology.expressions import Done, InternalError, Reason, Result
from ontology.manager import ContentManager, NotUnderstandable

_ENDS: dict[Performative, type[ConversationFailed]] = {
    Performative.REFUSE: Refused,
    Performative.FAILURE: Failed,
    Performative.NOT_UNDERSTOOD: NotUnderstood,
}


def reason_of(content: ContentManager, message: ACLMessage) -> Reason:
    """Return the reason that a refusal, failure or not-understood gives; a general one if it gives none."""
    try:
        elements = content.decode(message)
    except NotUnderstandable:
        elements = ()
    for element in elements:
        if isinstance(element, Reason):
            return element
    return InternalError(explanation=f"{message.sender} said {message.performative} and gave no reason.")


def failure_of(content: ContentManager, message: ACLMessage) -> ConversationFailed | None:
    """Return the exception for a message that ends a conversation badly, or None if it does not."""
    end = _ENDS.get(message.performative)
    return end(reason_of(content, message), message.sender) if end else None


def value_of(content: ContentManager, message: ACLMessage) -> Element | None:
    """Return the value that an inform gives, or None where the action was done and has none.

    Raises:
        Failed: the content is neither a result nor a done.
    """
    try:
        elements = content.decode(message)
    except NotUnderstandable as error:
        raise Failed(error.reason, message.sender) from error
    match elements:
        case (Result(value=Element() as value),):
            return value
        case (Done(),):
            return None
    raise Failed(InternalError(explanation="The answer is not a result."), message.sender)
