"""The ontology of agent management (FIPA 00023): what the AMS and the DF are asked and answer.

The directory (one agent that is both) keeps two kinds of descriptions: of agents, for the AMS, and of what
they offer, for the DF. A description is searched by a template: what the template leaves open matches
everything, and what it lists must all be there.
"""

from typing import Literal

from pydantic import Field

from ontology.acl import AgentIdentifier
from ontology.content import AgentAction, Concept, Ontology
from ontology.expressions import EXPRESSIONS


class Property(Concept):
    """A name and a value that describe a service further."""

    name: str
    value: str


class ServiceDescription(Concept):
    """One service that an agent offers. ``type`` is the wire name of the agent action it performs."""

    name: str | None = None
    type: str | None = None
    protocols: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    ontologies: tuple[str, ...] = ()
    ownership: str | None = None
    properties: tuple[Property, ...] = ()


class DFAgentDescription(Concept):
    """What an agent offers, as it registers with the DF.

    ``lease_time`` is for how long, in seconds, the entry holds unless it is renewed.
    """

    wire_name = "df-agent-description"

    name: AgentIdentifier | None = None
    services: tuple[ServiceDescription, ...] = ()
    protocols: tuple[str, ...] = ()
    ontologies: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    lease_time: float | None = Field(default=None, gt=0)


class AMSAgentDescription(Concept):
    """An agent, as the AMS knows it."""

    wire_name = "ams-agent-description"

    name: AgentIdentifier | None = None
    ownership: str | None = None
    state: Literal["initiated", "active", "suspended", "waiting", "transit"] | None = None
    kind: str | None = None


Description = DFAgentDescription | AMSAgentDescription


class Register(AgentAction):
    """Enter a description."""

    description: Description


class Deregister(AgentAction):
    """Take a description out; it only needs the name."""

    description: Description


class Modify(AgentAction):
    """Put a description in place of the one of the same name."""

    description: Description


class Search(AgentAction):
    """Find the descriptions that match a template, ``max_results`` of them at most (None: all)."""

    template: Description
    max_results: int | None = Field(default=None, ge=1)


class Descriptions(Concept):
    """What a search found."""

    items: tuple[Description, ...] = ()


AGENT_MANAGEMENT = Ontology(
    "fipa-agent-management",
    classes=(
        Property, ServiceDescription, DFAgentDescription, AMSAgentDescription, Register, Deregister, Modify,
        Search, Descriptions,
    ),
    includes=(EXPRESSIONS,),
)  # fmt: skip


def matches(template: Description, description: Description) -> bool:
    """Tell whether a description fits a template (FIPA 00023, section 4.2.3 on matching).

    A slot that the template leaves unset matches. A set of the template matches if for each of its elements
    there is a matching one in the description.
    """
    if type(template) is not type(description):
        return False
    return _matches(template, description)


def _matches(template: object, value: object) -> bool:
    if template is None:
        return True
    if isinstance(template, tuple):
        return isinstance(value, tuple) and all(any(_matches(t, v) for v in value) for t in template)
    if isinstance(template, AgentIdentifier):
        return isinstance(value, AgentIdentifier) and template.name == value.name
    if isinstance(template, Concept):
        return isinstance(value, type(template)) and all(
            _matches(getattr(template, slot), getattr(value, slot))
            for slot in type(template).model_fields
            if slot != "lease_time"
        )
    return template == value
