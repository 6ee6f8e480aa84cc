"""What a conversation needs of tracing: a trace that goes along with its messages from agent to agent.

The trace travels in a user-defined parameter, in the form of W3C's *traceparent* (Trace Context, section 3.2). Who
traces (``xmpp.tracing``) fills this interface; where nobody does, nothing is added to a message.
"""

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Final, Protocol

from ontology.acl import ACLMessage

if TYPE_CHECKING:
    from behaviours.roles import Role

TRACE_PARAMETER: Final = "X-Trace"
"""The parameter with the trace to which a message belongs."""


class Tracer(Protocol):
    """Follows conversations, in either role; it must be quick, and must not raise."""

    def saying(self, message: ACLMessage, role: "Role") -> ACLMessage:
        """Return a message that a role is about to send, with the trace to which it belongs.

        The first one of an initiator begins its conversation, as a part of what is being done at present.
        """

    def hearing(self, message: ACLMessage, role: "Role") -> AbstractContextManager[None]:
        """Return the context in which a role hears a message: what it does then is a part of its conversation.

        The first one of a participant begins its conversation, as a part of the trace that the message bears.
        """

    def ended(self, role: "Role") -> None:
        """Take note that a role has ended its conversation."""

    def span(self, name: str) -> AbstractContextManager[None]:
        """Return a context whose conversations are parts of one thing of that name."""
