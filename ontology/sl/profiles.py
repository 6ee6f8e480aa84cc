"""The profiles of SL (FIPA 00008, annexes): how much of the language a content may use.

=========  ==========================================================================================
profile    has
=========  ==========================================================================================
fipa-sl0   actions, propositions and predicates, ``done``, ``result``, ``true`` and ``false``
fipa-sl1   also ``not``, ``and``, ``or``
fipa-sl2   also ``implies``, ``equiv``, ``=``, variables, identifying expressions, ``feasible``, attitudes,
           formulas of events, composed actions; quantifiers that stand first in a content, an attitude or
           an event, ``forall`` before ``exists`` (so that it stays decidable)
fipa-sl    quantifiers anywhere, in any order
=========  ==========================================================================================
"""

from collections.abc import Iterator
from enum import IntEnum

from ontology.language import Unspeakable
from ontology.sl.tree import (
    ActionPair,
    Attitude,
    Connection,
    Content,
    Event,
    IdentifyingExpression,
    Node,
    Not,
    Quantification,
    Relation,
    Variable,
    children_of,
)


class Profile(IntEnum):
    """The profiles, each of which includes the ones before it."""

    SL0 = 0
    SL1 = 1
    SL2 = 2
    SL = 3

    @property
    def language(self) -> str:
        """The name of the content language."""
        return "fipa-sl" if self is Profile.SL else f"fipa-sl{self.value}"


def check(content: Content, profile: Profile) -> None:
    """Check that a content stays within a profile.

    Raises:
        Unspeakable: it does not; the text names what the profile lacks.
    """
    for expression in content:
        for needed, what in _needs(expression, prenex=True):
            if needed > profile:
                raise Unspeakable(f"{profile.language} has no {what}")


def profile_of(content: Content) -> Profile:
    """Return the smallest profile in which a content stays."""
    return max((needed for part in content for needed, _ in _needs(part, prenex=True)), default=Profile.SL0)


def _needs(node: Node, *, prenex: bool = False) -> Iterator[tuple[Profile, str]]:
    """Yield the profiles that a node needs and what it needs them for; ``prenex`` where quantifiers may stand."""
    own = _own_need(node)
    if own is not None:
        yield own
    if isinstance(node, Quantification):
        if not prenex:
            yield Profile.SL, f"quantifier at this place ({node.operator})"
        if node.operator == "exists" and isinstance(node.formula, Quantification) and node.formula.operator == "forall":
            yield Profile.SL, "forall within exists"
    prenex = isinstance(node, Attitude | Event) or (prenex and isinstance(node, Quantification))
    for child in children_of(node):
        yield from _needs(child, prenex=prenex)


def _own_need(node: Node) -> tuple[Profile, str] | None:
    match node:
        case Not():
            return Profile.SL1, "negation (not)"
        case Connection(operator):
            return Profile.SL1 if operator in {"and", "or"} else Profile.SL2, f"connective {operator}"
        case Variable():
            return Profile.SL2, "variables (?)"
        case ActionPair(operator):
            return Profile.SL2, f"composed actions ({operator})"
        case Relation("="):
            return Profile.SL2, "equality (=)"
        case IdentifyingExpression(operator):
            return Profile.SL2, f"identifying expressions ({operator})"
        case Attitude(operator) | Quantification(operator):
            return Profile.SL2, f"operator {operator}"
        case Event("feasible"):
            return Profile.SL2, "feasible actions"
        case Event(formula=formula) if formula is not None:
            return Profile.SL2, "formulas of events"
    return None
