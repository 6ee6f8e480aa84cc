"""The ontology of starting and stopping agents on demand, which the AMS is asked for.

FIPA 00023 (section 5.1) has the states of an agent's life and leaves open how they are asked for. The names here are
those that JADE has for it. Who asked for an agent may stop it; the AMS refuses others as *unauthorised*. An agent
that was started so is stopped by the AMS when it has had nothing to do for a time.
"""

from datetime import timedelta

from pydantic import Field

from ontology.acl import AgentIdentifier
from ontology.content import AgentAction, Concept, Ontology, SetOf
from ontology.expressions import EXPRESSIONS
from ontology.management import Property


class CreateAgent(AgentAction):
    """Start an agent of a type. The result is a ``CreatedAgent``; it is then registered with the AMS and the DF.

    A type that is not known, or an argument that it does not take, is refused as *unrecognised-parameter-value*, a
    name that is taken as *already-registered*, and an agent too many as *overloaded*.
    """

    type: str = Field(min_length=1, description="the type of agent, by its name on the platform")
    name: str | None = Field(default=None, description="local part of its JID; unset: one is made up")
    arguments: SetOf[Property] = ()
    idle: timedelta | None = Field(
        default=None,
        gt=timedelta(),
        description="for how long it may have nothing to do; then it is stopped; unset: five minutes",
    )


class CreatedAgent(Concept):
    """An agent that was started."""

    agent: AgentIdentifier


class KillAgent(AgentAction):
    """Stop an agent: it ends its conversations and leaves the directory.

    An agent that is not there is refused as *not-registered*.
    """

    agent: AgentIdentifier


class ListAgentTypes(AgentAction):
    """Say which types of agents can be started."""


class AgentTypes(Concept):
    """Types of agents that can be started."""

    types: SetOf[str] = ()


AGENT_LIFECYCLE = Ontology(
    "parley-agent-lifecycle",
    classes=(Property, CreateAgent, CreatedAgent, KillAgent, ListAgentTypes, AgentTypes),
    includes=(EXPRESSIONS,),
)
