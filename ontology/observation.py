"""The ontology of observation: an agent tells the operator of the platform what it has said and heard.

It is a vocabulary of Parley's own. Every agent keeps its latest messages (``xmpp.recorder``); the operator reads them
page by page with a cursor, and waits at the end of it for what comes. Secrets in contents are masked before they
leave the agent.
"""

from datetime import datetime
from typing import Literal

from pydantic import Field

from ontology.content import AgentAction, Concept, Ontology
from ontology.expressions import EXPRESSIONS

Taken = Literal["fits", "out-of-sequence", "late", "unknown", "unserved", "overloaded", "unauthorised", "behaviour"]
"""What became of a message: it fits the state of its conversation; it does not; its conversation has ended, or there
never was one; its protocol is not served; there is too much to do; its sender is no agent; a behaviour took it."""


class ListMessages(AgentAction):
    """Tell which messages you have said and heard, the oldest first, a page at a time.

    Where ``newest`` is set, the list begins with that many of the latest; else after number ``after``.
    """

    after: int = Field(default=0, ge=0, description="number of the last message that is known already")
    newest: int | None = Field(default=None, ge=0, description="how many of the latest are wanted")
    conversation: str | None = Field(default=None, description="tell only of the conversation with this id")
    wait: float = Field(default=0, ge=0, le=60, description="seconds to wait for news where there is none")


class Parameter(Concept):
    """A user-defined parameter of a message."""

    name: str
    value: str


class SeenMessage(Concept):
    """A message as one of those saw it who said or heard it."""

    number: int = Field(description="its place among all that this agent has seen")
    seen: datetime = Field(description="when")
    direction: Literal["said", "heard"]
    performative: str
    sender: str
    receivers: tuple[str, ...]
    protocol: str | None = None
    conversation_id: str | None = None
    reply_with: str | None = None
    in_reply_to: str | None = None
    reply_by: datetime | None = None
    language: str | None = None
    ontology: str | None = None
    content: str | None = Field(default=None, description="its beginning where it is long, and without secrets")
    size: int = Field(default=0, description="length of the whole content, in characters")
    parameters: tuple[Parameter, ...] = Field(default=(), description="the user-defined ones")
    role: str = Field(default="", description="the agent's role in the conversation, if it has one")
    before: str = Field(default="", description="the role's state before the message")
    after: str = Field(default="", description="the role's state after it")
    taken: Taken = "fits"


class SeenMessages(Concept):
    """A page of messages. ``last`` is the number to go on after; ``more`` says whether there are more already."""

    items: tuple[SeenMessage, ...] = ()
    last: int
    more: bool = False


OBSERVATION = Ontology(
    "parley-observation", classes=(ListMessages, SeenMessage, SeenMessages, Parameter), includes=(EXPRESSIONS,)
)
