"""Identifying expressions: speaking of things by what is true of them (FIPA 00008, section 3.6).

``(any ?x (offers ?x calculate))`` is *any agent that offers to calculate*. Here that is::

    AnyOf(term=Variable(name="x"), proposition=Pattern.of(Offers, agent=Variable(name="x"), action="calculate"))

The answer to such a question is an :class:`~ontology.expressions.Equals` with the expression and what it stands for.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Annotated, Any, Self

from pydantic import Field, TypeAdapter, ValidationError

from ontology.elements import Element, Predicate, Term, TermSequence, TermSet, Variable

Bindings = Mapping[str, Any]
"""What variables stand for, by their names."""


class Pattern(Predicate):
    """An element of which slots are left open: unset ones match anything, variables say what they matched.

    ``Pattern.of`` makes one and checks it.

    Args:
        of_class: the wire name of the element's class.
        slots: what is wanted of its slots: a value that the slot may have, a variable, or a pattern.
    """

    of_class: str
    slots: Mapping[str, object] = Field(default_factory=dict)

    @classmethod
    def of(cls, element: type[Element], **slots: object) -> Self:
        """Return a pattern of elements of a class.

        Raises:
            ValueError: the class has no slot of that name, or the slot cannot have that value.
        """
        return cls(of_class=element.wire_name, slots={slot: checked(element, slot, v) for slot, v in slots.items()})

    def match(self, element: Element, bindings: Bindings | None = None) -> Bindings | None:
        """Return what the variables stand for if the element fits, or None where it does not.

        Args:
            element: what may fit.
            bindings: what variables stand for already.
        """
        found: Bindings | None = bindings or {}
        if element.wire_name != self.of_class:
            return None
        for slot, wanted in self.slots.items():
            found = _match(wanted, getattr(element, slot, None), found or {})
            if found is None:
                return None
        return found


class IdentifyingExpression(Element):
    """Base of the three: what is spoken of by what is true of it.

    Args:
        term: what is asked for: a variable of the proposition, or a sequence of several.
        proposition: what is to be true of it.
    """

    term: Variable | TermSequence
    proposition: Pattern

    def referents(self, facts: Iterable[Predicate]) -> tuple[Term, ...]:
        """Return what fits, each once, among statements that are known to be true."""
        found: list[Term] = []
        for fact in facts:
            bindings = self.proposition.match(fact)
            if bindings is not None:
                referent = _substitute(self.term, bindings)
                if referent not in found:
                    found.append(referent)
        return tuple(found)


class Iota(IdentifyingExpression):
    """The one thing of which the proposition is true: SL's ``(iota ?x ...)``."""


class AnyOf(IdentifyingExpression):
    """Anything of which the proposition is true: SL's ``(any ?x ...)``."""

    wire_name = "any"


class AllOf(IdentifyingExpression):
    """The set of all things of which the proposition is true: SL's ``(all ?x ...)``."""

    wire_name = "all"


def is_open(value: object) -> bool:
    """Tell whether a value leaves something open: whether there is a variable or a pattern in it."""
    match value:
        case Variable() | Pattern():
            return True
        case TermSet(items=items) | TermSequence(items=items):
            return any(is_open(item) for item in items)
        case tuple() | list():
            return any(is_open(item) for item in value)
    return False


def checked(cls: type[Element], slot: str, value: object) -> object:
    """Return a value as a pattern of that class may have it in that slot.

    Raises:
        ValueError: the class has no such slot, or the slot cannot have that value.
    """
    if slot not in cls.model_fields:
        raise ValueError(f"{cls.wire_name} has no slot {slot}")
    if is_open(value):
        return tuple(value) if isinstance(value, list) else value
    try:
        return _adapter(cls, slot).validate_python(value)
    except ValidationError as error:
        raise ValueError(f"{slot}: {error.errors(include_url=False, include_input=False)[0]['msg']}") from error


@cache
def _adapter(cls: type[Element], slot: str) -> TypeAdapter[Any]:
    field = cls.model_fields[slot]
    kind: Any = field.annotation
    for rule in field.metadata:
        kind = Annotated[kind, rule]
    return TypeAdapter(kind)


def _match(wanted: object, value: object, bindings: Bindings) -> Bindings | None:
    match wanted:
        case Variable(name=name):
            if name in bindings:
                return bindings if bindings[name] == value else None
            return None if value is None else {**bindings, name: value}
        case Pattern():
            return wanted.match(value, bindings) if isinstance(value, Element) else None
    return bindings if wanted == value else None


def _substitute(term: Variable | TermSequence, bindings: Bindings) -> Any:
    if isinstance(term, Variable):
        return bindings.get(term.name, term)
    return TermSequence(items=tuple(_substitute(t, bindings) if isinstance(t, Variable) else t for t in term.items))
