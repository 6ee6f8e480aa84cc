"""What an SL text says, as an immutable tree (FIPA 00008, section 2).

A content is a tuple of content expressions; each is an action expression, a formula, or an identifying expression.
Symbols keep the case in which they are written; operators have none.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar, Literal

# -- terms


@dataclass(frozen=True, slots=True)
class Constant:
    """A number, a string or a time; the words ``true`` and ``false`` in the place of a term are truth values.

    A time without a zone is one without a type designator; a ``timedelta`` is a relative time.
    """

    value: bool | int | float | str | datetime | timedelta


@dataclass(frozen=True, slots=True)
class Variable:
    """``?name``."""

    name: str


@dataclass(frozen=True, slots=True)
class Parameter:
    """``:name value``, of a functional term."""

    name: str
    value: "Term"


@dataclass(frozen=True, slots=True)
class FunctionalTerm:
    """``(symbol term ...)`` or ``(symbol :name value ...)``; never both."""

    symbol: str
    terms: tuple["Term", ...] = ()
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Aggregate:
    """``(set term ...)`` or ``(sequence term ...)``."""

    operator: Literal["set", "sequence"]
    terms: tuple["Term", ...] = ()


@dataclass(frozen=True, slots=True)
class Action:
    """``(action agent term)``."""

    operator: ClassVar = "action"

    agent: "Term"
    act: "Term"


@dataclass(frozen=True, slots=True)
class ActionPair:
    """``(; first second)``, one after the other, or ``(| first second)``, one or the other."""

    operator: Literal[";", "|"]
    first: "ActionExpression"
    second: "ActionExpression"


@dataclass(frozen=True, slots=True)
class IdentifyingExpression:
    """``(iota term formula)``, and so with ``any`` and ``all``."""

    operator: Literal["iota", "any", "all"]
    term: "Term"
    formula: "Formula"


# -- formulas


@dataclass(frozen=True, slots=True)
class Truth:
    """``true`` or ``false``."""

    value: bool


@dataclass(frozen=True, slots=True)
class Proposition:
    """A symbol that stands for a statement."""

    symbol: str


@dataclass(frozen=True, slots=True)
class Predicate:
    """``(symbol term ...)``. FIPA gives predicates no parameters; many platforms write them, so they are read."""

    symbol: str
    terms: tuple["Term", ...] = ()
    parameters: tuple[Parameter, ...] = ()


@dataclass(frozen=True, slots=True)
class Relation:
    """``(= left right)`` or ``(result left right)``."""

    operator: Literal["=", "result"]
    left: "Term"
    right: "Term"


@dataclass(frozen=True, slots=True)
class Not:
    """``(not formula)``."""

    operator: ClassVar = "not"

    formula: "Formula"


@dataclass(frozen=True, slots=True)
class Connection:
    """``(and left right)``, and so with ``or``, ``implies`` and ``equiv``."""

    operator: Literal["and", "or", "implies", "equiv"]
    left: "Formula"
    right: "Formula"


@dataclass(frozen=True, slots=True)
class Quantification:
    """``(forall variable formula)`` or ``(exists variable formula)``."""

    operator: Literal["forall", "exists"]
    variable: Variable
    formula: "Formula"


@dataclass(frozen=True, slots=True)
class Attitude:
    """``(B agent formula)``, an agent's belief; uncertainty (``U``), intention (``I``), persistent goal (``PG``)."""

    operator: Literal["B", "U", "I", "PG"]
    agent: "Term"
    formula: "Formula"


@dataclass(frozen=True, slots=True)
class Event:
    """``(done action)`` or ``(feasible action)``, both with a formula that was or would be true, where given."""

    operator: Literal["done", "feasible"]
    action: "ActionExpression"
    formula: "Formula | None" = None


ActionExpression = Action | ActionPair
Term = Constant | Variable | FunctionalTerm | Aggregate | Action | ActionPair | IdentifyingExpression
Formula = Truth | Proposition | Predicate | Relation | Not | Connection | Quantification | Attitude | Event
Expression = ActionExpression | IdentifyingExpression | Formula
Content = tuple[Expression, ...]
Node = Expression | Term | Formula | Parameter


def children_of(node: Node) -> Iterator[Node]:
    """Yield what a node is made of, in the order in which it is written."""
    for name in node.__slots__:
        value = getattr(node, name)
        if isinstance(value, tuple):
            yield from value
        elif isinstance(value, Node):
            yield value
