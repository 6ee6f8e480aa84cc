"""An SL tree into the typed elements of an ontology; ``writing`` has the table of what is what.

Read more widely than it is written: terms by name or by order, sets and sequences in each other's place, names of
classes and slots in any case. Within an identifying expression everything is a pattern; elsewhere, what has a
variable in it is.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from ontology.acl import AgentIdentifier
from ontology.building import IDENTIFIER, Builder, Place, Unknown
from ontology.elements import Element, Predicate, TermSequence, TermSet, Variable, as_term
from ontology.expressions import Action, And, Done, Equals, Not, Or, Result
from ontology.language import MalformedContent
from ontology.references import AllOf, AnyOf, IdentifyingExpression, Iota, is_open
from ontology.sl import tree
from ontology.sl.writing import MAP
from ontology.slots import Slot, by_sl_name, slots_of

_REFERENCES: Final[Mapping[str, type[IdentifyingExpression]]] = {"iota": Iota, "any": AnyOf, "all": AllOf}
_CONNECTIONS: Final[Mapping[str, type[Predicate]]] = {"and": And, "or": Or}
_PATTERNED: Final = frozenset({Action, Done, Result, Equals})
"""What SL has operators for and is a pattern where it leaves something open."""
_IDENTIFIER_SLOTS: Final = frozenset({"name", "addresses", "resolvers"})

_Applied = tree.Predicate | tree.FunctionalTerm


class Reader:
    """Reads the elements of one content with the builder of its ontology."""

    def __init__(self, builder: Builder) -> None:
        self._builder = builder

    def expression(self, node: tree.Expression, where: Place) -> Element | Unknown:
        """Return the element of a content expression.

        Raises:
            MalformedContent: it does not fit the ontology, or there is no element for what it says.
        """
        match node:
            case tree.Action():
                return self._action(node, where)
            case tree.IdentifyingExpression():
                return self._reference(node, where)
            case tree.ActionPair(operator):
                raise MalformedContent(f"{where}: composed actions ({operator}) are not taken here")
        return self._formula(node, where)

    # -- formulas

    def _formula(self, node: tree.Formula, where: Place) -> Element | Unknown:
        match node:
            case tree.Event("done", action, None):
                return self._make(Done, {"action": self._action(action, Place(where, "action"))}, where)
            case tree.Relation(operator, left, right):
                return self._make(*self._relation(operator, left, right, where), where)
            case tree.Not(formula):
                return self._make(Not, {"proposition": self._formula(formula, Place(where, "not"))}, where)
            case tree.Connection(operator, first, second) if operator in _CONNECTIONS:
                both = {
                    "left": self._formula(first, Place(where, "left")),
                    "right": self._formula(second, Place(where, "right")),
                }
                return self._make(_CONNECTIONS[operator], both, where)
            case tree.Proposition() | tree.Predicate():
                return self._statement(node, where, is_pattern=False)
            case tree.Truth(value):
                raise MalformedContent(f"{where}: {'true' if value else 'false'} alone says nothing here")
        raise MalformedContent(f"{where}: statements with {getattr(node, 'operator', '')} are not taken here")

    def _statement(
        self, node: tree.Proposition | tree.Predicate, where: Place, *, is_pattern: bool
    ) -> Element | Unknown:
        applied = tree.Predicate(node.symbol) if isinstance(node, tree.Proposition) else node
        element = self._apply(applied, where, is_pattern=is_pattern, within=is_pattern)
        if not isinstance(element, Predicate | Unknown):
            raise MalformedContent(f"{where}: {node.symbol} is no statement")
        return element

    def _relation(
        self, operator: str, left: tree.Term, right: tree.Term, where: Place, *, within: bool = False
    ) -> tuple[type[Element], dict[str, object]]:
        values = (
            self._term(left, Place(where, "left"), within=within),
            self._term(right, Place(where, "right"), within=within),
        )
        if operator == "result":
            return Result, dict(zip(("action", "value"), values, strict=True))
        return Equals, dict(zip(("left", "right"), values, strict=True))

    def _pattern(self, node: tree.Formula, where: Place) -> Element | Unknown:
        match node:
            case tree.Relation(operator, left, right):
                cls, slots = self._relation(operator, left, right, where, within=True)
                return self._builder.pattern(cls, slots, where)
            case tree.Event("done", action, None):
                done = self._action(action, Place(where, "action"), within=True)
                return self._builder.pattern(Done, {"action": done}, where)
            case tree.Proposition() | tree.Predicate():
                return self._statement(node, where, is_pattern=True)
        raise MalformedContent(f"{where}: things are found here by one plain statement about them")

    # -- terms

    def _action(self, node: tree.ActionExpression, where: Place, *, within: bool = False) -> Element | Unknown:
        if isinstance(node, tree.ActionPair):
            raise MalformedContent(f"{where}: composed actions ({node.operator}) are not taken here")
        actor = self._term(node.agent, Place(where, "actor"), within=within)
        act = self._term(node.act, Place(where, "act"), within=within)
        return self._make(Action, {"actor": actor, "act": act}, where)

    def _reference(self, node: tree.IdentifyingExpression, where: Place) -> Element | Unknown:
        term, proposition = self._term(node.term, where), self._pattern(node.formula, where)
        return self._make(_REFERENCES[node.operator], {"term": term, "proposition": proposition}, where)

    def _term(self, node: tree.Term, where: Place, *, slot: Slot | None = None, within: bool = False) -> Any:
        """Return the value of a term: for ``slot``, and ``within`` an identifying expression or not."""
        match node:
            case tree.Constant(value):
                return value if slot is not None and slot.takes_times else as_term(value)
            case tree.Variable(name):
                return Variable(name=name)
            case tree.Aggregate(operator, terms):
                if slot is not None and slot.is_many:
                    item = replace(slot, is_many=False)
                    return tuple(self._term(t, Place(where, n), slot=item, within=within) for n, t in enumerate(terms))
                items = tuple(self._term(term, Place(where, n), within=within) for n, term in enumerate(terms))
                return self._make(TermSet if operator == "set" else TermSequence, {"items": items}, where)
            case tree.Action() | tree.ActionPair():
                return self._action(node, where, within=within)
            case tree.IdentifyingExpression():
                return self._reference(node, where)
            case tree.FunctionalTerm(symbol, _, parameters) if slot is not None and slot.is_mapping and symbol == MAP:
                item = replace(slot, is_mapping=False)
                return {p.name: self._term(p.value, Place(where, p.name), slot=item, within=within) for p in parameters}
            case tree.FunctionalTerm(symbol) if symbol.lower() == IDENTIFIER:
                return self._identifier(node, where, within=within)
            case tree.FunctionalTerm():
                return self._apply(node, where, is_pattern=False, within=within)

    def _identifier(self, node: tree.FunctionalTerm, where: Place, *, within: bool) -> AgentIdentifier:
        slots: dict[str, object] = {}
        user_defined: list[tuple[str, object]] = []
        for parameter in node.parameters:
            name = parameter.name.lower()
            value = self._term(parameter.value, Place(where, name), within=within)
            if name in _IDENTIFIER_SLOTS:
                slots[name] = value.items if isinstance(value, TermSet | TermSequence) else value
            elif name.startswith("x-"):
                user_defined.append((parameter.name, value))
            else:
                raise MalformedContent(f"{where} ({IDENTIFIER}), {name}: there is no such slot")
        if user_defined:
            slots["user_defined"] = tuple(user_defined)
        return self._builder.identifier(slots, where)

    def _apply(self, node: _Applied, where: Place, *, is_pattern: bool, within: bool) -> Element | Unknown:
        """Return the element of a symbol with its arguments: a pattern where it must be, or leaves something open."""
        is_exact = self._builder.ontology.find(node.symbol) is not None
        cls = self._builder.class_of(node.symbol if is_exact else node.symbol.lower(), where)
        if isinstance(cls, Unknown):
            return cls
        slots = self._slots(cls, node, where, within=within)
        lacks = any(slot.is_required and slot.name not in slots for slot in slots_of(cls))
        if is_pattern or (within and lacks) or any(is_open(value) for value in slots.values()):
            return self._builder.pattern(cls, slots, where)
        return self._builder.build(cls, slots, where)

    def _slots(self, cls: type[Element], node: _Applied, where: Place, *, within: bool) -> dict[str, object]:
        slots: dict[str, object] = {}
        for slot, term in self._arguments(cls, node, where):
            if slot.name in slots:
                raise MalformedContent(f"{where} ({cls.wire_name}), {slot.sl}: it is given twice")
            slots[slot.name] = self._term(term, Place(where, slot.name), slot=slot, within=within)
        return slots

    def _arguments(self, cls: type[Element], node: _Applied, where: Place) -> list[tuple[Slot, tree.Term]]:
        if node.parameters:
            known = by_sl_name(cls)
            named = [(parameter.name.lower(), parameter.value) for parameter in node.parameters]
            return [(known[name], term) for name, term in named if self._builder.knows_slot(cls, name, known, where)]
        slots = slots_of(cls)
        if len(node.terms) > len(slots) and not self._builder.is_newer:
            raise MalformedContent(f"{where} ({cls.wire_name}): it takes {len(slots)} terms, not {len(node.terms)}")
        return list(zip(slots, node.terms, strict=False))

    def _make(self, cls: type[Element], slots: Mapping[str, object], where: Place) -> Element | Unknown:
        if cls in _PATTERNED and any(is_open(value) for value in slots.values()):
            return self._builder.pattern(cls, slots, where)
        return self._builder.build(cls, slots, where)
