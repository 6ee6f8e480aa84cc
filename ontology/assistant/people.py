"""What agents ask of people, through the dialogue agent."""

from datetime import datetime

from pydantic import Field

from ontology.content import AgentAction, Concept


class Notify(AgentAction):
    """Tell a person something of the assistant's own accord, once.

    ``delivery`` identifies it: what was delivered under an identifier is not delivered again.
    """

    person: str = Field(description="bare JID")
    text: str = Field(min_length=1)
    delivery: str = Field(min_length=1)
    since: datetime | None = Field(default=None, description="it may have been delivered before, at this time or later")


class Delivered(Concept):
    """The message has reached the server, which keeps it for the person; ``again`` if it had before."""

    again: bool = False


class ConsentTo(AgentAction):
    """Something that an agent proposes to do, for the person to accept or reject."""

    person: str = Field(description="bare JID")
    question: str = Field(min_length=1, description="what would be done, as a question to the person")
