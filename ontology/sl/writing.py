"""Typed elements into an SL tree.

==============================================  =============================================================
element                                         in SL
==============================================  =============================================================
action, concept, identifier                     ``(set-reminder :text "tea" :due 20261124T150000000Z)``; by order
                                                alone where the class is positional: ``(register (...))``
predicate                                       ``(unsupported-act propose)``, by order; by name where an unset
                                                slot comes before a set one; ``unauthorised`` where none is set
``Action``, ``Done``, ``Result``, ``Equals``,   SL's operators
``Not``, ``And``, ``Or``, ``Iota``, ``AnyOf``,
``AllOf``, ``Variable``, sets, sequences
tuple                                           ``(sequence ...)``; marked as a set or a frozenset: ``(set ...)``
mapping                                         ``(map :name value ...)``
time, span                                      ``20261124T150000000Z``, ``+00000000T000130000``; what has
                                                microseconds, an ISO 8601 text
==============================================  =============================================================

A predicate in the place of a term, where SL has none, is written as a term of its class's name.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Final

from pydantic import TypeAdapter

from ontology.acl import AgentIdentifier
from ontology.building import IDENTIFIER
from ontology.content import Ontology
from ontology.elements import DateTime, Duration, Element, Predicate, TermSequence, TermSet, Variable
from ontology.expressions import Action, And, Done, Equals, Not, Or, Result
from ontology.language import Unspeakable
from ontology.references import AllOf, AnyOf, IdentifyingExpression, Iota, Pattern
from ontology.sl import times, tree
from ontology.slots import Slot, given, slots_of

MAP: Final = "map"
"""The function symbol of mappings."""

_SPAN: Final = TypeAdapter(timedelta)
_Arguments = tuple[tuple[tree.Term, ...], tuple[tree.Parameter, ...]]


class Writer:
    """Writes the elements of one content; ``ontology`` has the classes of patterns."""

    def __init__(self, ontology: Ontology) -> None:
        self._ontology = ontology

    def expression(self, element: Element) -> tree.Expression:
        """Return an element as a content expression.

        Raises:
            Unspeakable: it is a mere concept, and SL has those as terms only.
        """
        match element:
            case Action():
                return self._action(element)
            case IdentifyingExpression():
                return self._reference(element)
        return self._formula(element)

    def _formula(self, element: Element) -> tree.Formula:
        match element:
            case Done(action=action):
                return tree.Event("done", self._action(action))
            case Result(action=action, value=value):
                return tree.Relation("result", self._action(action), self._term(value))
            case Equals(left=left, right=right):
                return tree.Relation("=", self._term(left), self._term(right))
            case Not(proposition=proposition):
                return tree.Not(self._formula(proposition))
            case And(left=first, right=second):
                return tree.Connection("and", self._formula(first), self._formula(second))
            case Or(left=first, right=second):
                return tree.Connection("or", self._formula(first), self._formula(second))
            case Pattern():
                return self._pattern_formula(element)
            case Predicate():
                terms, parameters = self._arguments(element)
                if terms or parameters:
                    return tree.Predicate(element.wire_name, terms, parameters)
                return tree.Proposition(element.wire_name)
        raise Unspeakable(f"in SL, {element.wire_name} cannot stand by itself: it is neither an action nor a statement")

    def _action(self, action: Action) -> tree.Action:
        return tree.Action(self._term(action.actor), self._term(action.act))

    def _reference(self, reference: IdentifyingExpression) -> tree.IdentifyingExpression:
        term, formula = self._term(reference.term), self._formula(reference.proposition)
        match reference:
            case Iota():
                return tree.IdentifyingExpression("iota", term, formula)
            case AnyOf():
                return tree.IdentifyingExpression("any", term, formula)
            case AllOf():
                return tree.IdentifyingExpression("all", term, formula)
        raise Unspeakable(f"SL has no operator for {reference.wire_name}")

    def _term(self, value: object, *, is_unordered: bool = False) -> tree.Term:
        match value:
            case Element():
                return self._element(value)
            case AgentIdentifier():
                return tree.FunctionalTerm(IDENTIFIER, parameters=tuple(self._identifier(value)))
            case Enum():
                return self._term(value.value)
            case datetime() | timedelta():
                return tree.Constant(value if times.write(value) else _iso(value))
            case Decimal():
                return tree.Constant(str(value))  # as a text it stays exact
            case bool() | int() | float() | str():
                return tree.Constant(value)
            case tuple() | frozenset():
                return tree.Aggregate("set" if is_unordered else "sequence", tuple(self._term(item) for item in value))
            case Mapping():
                return tree.FunctionalTerm(
                    MAP, parameters=tuple(tree.Parameter(str(k), self._term(v)) for k, v in value.items())
                )
        raise TypeError(f"{type(value).__name__} cannot stand in a content expression")

    def _element(self, element: Element) -> tree.Term:
        match element:
            case Variable(name=name):
                return tree.Variable(name)
            case TermSet(items=items):
                return self._term(items, is_unordered=True)
            case TermSequence(items=items):
                return self._term(items)
            case DateTime(value=time) | Duration(value=time) if times.write(time):
                return tree.Constant(time)
            case Action():
                return self._action(element)
            case IdentifyingExpression():
                return self._reference(element)
            case Pattern():
                terms, parameters = self._pattern_arguments(element)
                if element.of_class == Action.wire_name and len(terms) == 2:
                    return tree.Action(*terms)
                return tree.FunctionalTerm(element.of_class, terms, parameters)
        return tree.FunctionalTerm(element.wire_name, *self._arguments(element))

    def _identifier(self, identifier: AgentIdentifier) -> Iterable[tree.Parameter]:
        yield tree.Parameter("name", tree.Constant(identifier.name))
        if identifier.addresses:
            yield tree.Parameter("addresses", self._term(identifier.addresses))
        if identifier.resolvers:
            yield tree.Parameter("resolvers", self._term(identifier.resolvers))
        for name, value in identifier.user_defined:
            yield tree.Parameter(name, self._term(value))

    def _arguments(self, element: Element) -> _Arguments:
        slots = slots_of(type(element))
        values = [(slot, given(element, slot)) for slot in slots]
        if type(element).positional:
            last = max((n for n, (_, value) in enumerate(values) if value is not None), default=-1)
            in_order = [(slot, getattr(element, slot.name)) for slot in slots[: last + 1]]
            if all(value is not None for _, value in in_order):
                return tuple(self._slot(slot, value) for slot, value in in_order), ()
        return (), tuple(
            tree.Parameter(slot.sl, self._slot(slot, value)) for slot, value in values if value is not None
        )

    def _slot(self, slot: Slot, value: object) -> tree.Term:
        return self._term(value, is_unordered=slot.is_unordered)

    def _pattern_formula(self, pattern: Pattern) -> tree.Formula:
        terms, parameters = self._pattern_arguments(pattern)
        match pattern.of_class, terms:
            case Result.wire_name, (left, right):
                return tree.Relation("result", left, right)
            case Equals.wire_name, (left, right):
                return tree.Relation("=", left, right)
            case Done.wire_name, (tree.Action() as action,):
                return tree.Event("done", action)
        if terms or parameters:
            return tree.Predicate(pattern.of_class, terms, parameters)
        return tree.Proposition(pattern.of_class)

    def _pattern_arguments(self, pattern: Pattern) -> _Arguments:
        cls = self._ontology.find(pattern.of_class)
        if cls is None:
            raise Unspeakable(f"the ontology {self._ontology.name} has no class {pattern.of_class!r}")
        wanted = [(slot, pattern.slots[slot.name]) for slot in slots_of(cls) if slot.name in pattern.slots]
        values = [(slot, self._slot(slot, value)) for slot, value in wanted]
        if cls.positional and tuple(slot for slot, _ in values) == slots_of(cls)[: len(values)]:
            return tuple(value for _, value in values), ()
        return (), tuple(tree.Parameter(slot.sl, value) for slot, value in values)


def _iso(time: datetime | timedelta) -> str:
    if isinstance(time, datetime):
        return time.isoformat()
    span: str = _SPAN.dump_python(time, mode="json")
    return span
