"""The ontology of agent management (FIPA 00023, section 6): what the AMS and the DF are asked and answer.

The directory (one agent that is both) keeps two kinds of descriptions: of agents, for the AMS, and of what
they offer, for the DF. A description is searched by a template: what the template leaves open matches
everything, and what it lists must all be there. A search gives a ``TermSet`` of descriptions.

The exceptions of FIPA 00023 are in ``ontology.reasons``. Slots that are not FIPA's are said to be so.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from ontology.acl import AgentIdentifier
from ontology.content import AgentAction, Concept, Ontology, SetOf, Term
from ontology.expressions import EXPRESSIONS


def _as_span(value: object) -> object:
    if isinstance(value, bool):
        raise ValueError("a lease must be a time or a span")  # noqa: TRY004 - pydantic wants a ValueError
    if isinstance(value, int | float):
        try:
            return timedelta(seconds=value)
        except OverflowError:
            raise ValueError("a lease cannot be as long as that") from None
    return value


def _lasting(value: timedelta | datetime) -> timedelta | datetime:
    if isinstance(value, timedelta) and value <= timedelta():
        raise ValueError("a lease must be longer than nothing")
    return value


Lease = Annotated[timedelta | datetime, BeforeValidator(_as_span), AfterValidator(_lasting)]
"""For how long an entry holds, or until when; seconds are taken for the former.

FIPA has a *DateTime*; one with a sign is a span (FIPA 00070), which needs no agreement between two clocks.
"""


class Property(Concept):
    """A name and a value that describe something further."""

    name: str
    value: Term


class ServiceDescription(Concept):
    """One service that an agent offers. ``type`` is the wire name of the agent action it performs."""

    name: str | None = None
    type: str | None = None
    protocols: SetOf[str] = ()
    ontologies: SetOf[str] = ()
    languages: SetOf[str] = ()
    ownership: str | None = None
    properties: SetOf[Property] = ()


class DFAgentDescription(Concept):
    """What an agent offers, as it registers with the DF.

    ``lease_time`` is for how long the entry holds unless it is renewed, or until when.
    """

    wire_name = "df-agent-description"

    name: AgentIdentifier | None = None
    services: SetOf[ServiceDescription] = ()
    protocols: SetOf[str] = ()
    ontologies: SetOf[str] = ()
    languages: SetOf[str] = ()
    lease_time: Lease | None = None
    scope: SetOf[str] = Field(default=(), description="*global* and *local*: which DFs may show it")


class AMSAgentDescription(Concept):
    """An agent, as the AMS knows it."""

    wire_name = "ams-agent-description"

    name: AgentIdentifier | None = None
    ownership: str | None = None
    state: Literal["initiated", "active", "suspended", "waiting", "transit"] | None = None
    kind: str | None = Field(default=None, description="what kind of agent it is; not of FIPA")


class APService(Concept):
    """A service of the platform itself."""

    wire_name = "ap-service"

    name: str
    type: str
    addresses: tuple[str, ...] = ()


class APDescription(Concept):
    """The platform, as its AMS describes it."""

    wire_name = "ap-description"

    name: str
    ap_services: SetOf[APService] = ()


class SearchConstraints(Concept):
    """How far to search.

    ``max_depth`` is over how many directories the search may go, the first one included (less than 0: over all),
    ``max_results`` how many results are wanted (less than 0: all), ``search_id`` tells searches that are passed on
    from one another.
    """

    max_depth: int | None = None
    max_results: int | None = None
    search_id: str | None = None


Description = DFAgentDescription | AMSAgentDescription


class Register(AgentAction):
    """Enter a description."""

    positional: ClassVar[bool] = True

    description: Description


class Deregister(AgentAction):
    """Take a description out; it only needs the name."""

    positional: ClassVar[bool] = True

    description: Description


class Modify(AgentAction):
    """Put a description in place of the one of the same name."""

    positional: ClassVar[bool] = True

    description: Description


class Search(AgentAction):
    """Find the descriptions that match a template."""

    positional: ClassVar[bool] = True

    template: Description
    constraints: SearchConstraints | None = None

    @property
    def limit(self) -> int | None:
        """How many results are wanted; None: all."""
        wanted = self.constraints.max_results if self.constraints is not None else None
        return None if wanted is None or wanted < 0 else wanted

    @property
    def depth(self) -> int:
        """Over how many directories the search may go; less than 0: over all."""
        depth = self.constraints.max_depth if self.constraints is not None else None
        return 1 if depth is None else depth


class GetDescription(AgentAction):
    """Describe the platform. The AMS gives an ``APDescription``."""

    positional: ClassVar[bool] = True


AGENT_MANAGEMENT = Ontology(
    "fipa-agent-management",
    classes=(
        Property, ServiceDescription, DFAgentDescription, AMSAgentDescription, APService, APDescription,
        SearchConstraints, Register, Deregister, Modify, Search, GetDescription,
    ),
    includes=(EXPRESSIONS,),
)  # fmt: skip


Matcher = Callable[[object], bool]
"""Tells whether a value fits a template."""


def matches(template: Description, description: Description) -> bool:
    """Tell whether a description fits a template; see :func:`matcher`."""
    return matcher(template)(description)


def matcher(template: Description) -> Matcher:
    """Return a test of whether descriptions fit a template (the matching criterion of FIPA 00023, section 6.1.1).

    A slot that the template leaves unset matches. A set of the template matches if for each of its elements
    there is a matching one in the description. Leases are not compared. The test is quicker than the template: it
    knows which slots are set.
    """
    return _concept_test(template)


def _test(template: object) -> Matcher | None:
    """Return the test of a value, or None where everything matches."""
    match template:
        case None | ():
            return None
        case tuple():
            return _set_test(template)
        case AgentIdentifier(name=name):
            return lambda value: isinstance(value, AgentIdentifier) and value.name == name
        case Concept():
            return _concept_test(template)
    return lambda value: value == template


def _set_test(template: tuple[object, ...]) -> Matcher:
    tests = [test for test in map(_test, template) if test is not None]

    def fits(value: object) -> bool:
        if not isinstance(value, tuple):
            return False
        for test in tests:
            for element in value:
                if test(element):
                    break
            else:
                return False
        return True

    return fits


def _concept_test(template: Concept) -> Matcher:
    cls = type(template)
    slots = [(name, _test(getattr(template, name))) for name in cls.model_fields if name != "lease_time"]
    tests = [(name, test) for name, test in slots if test is not None]

    def fits(value: object) -> bool:
        if value.__class__ is not cls and not isinstance(value, cls):  # pydantic is slow to say the latter
            return False
        for name, test in tests:  # noqa: SIM110 - a generator takes twice as long
            if not test(getattr(value, name)):
                return False
        return True

    return fits
