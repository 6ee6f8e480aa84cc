"""What a class of an ontology may be made of, checked when the ontology is declared.

A slot may have the type ``str``, ``int``, ``float``, ``bool``, ``Decimal``, ``datetime``, ``timedelta``, an enumeration
or ``Literal`` of texts, an element's class, ``AgentIdentifier``, ``Term``, several of them with ``|``; a tuple,
``SetOf`` or ``frozenset`` of any number of these; or a mapping from texts to them. A slot that may be unset is
``... | None`` with the default None. Everything else is not the same in every content language.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from typing import Any, Final, Literal, get_args, get_origin

from ontology.acl import AgentIdentifier
from ontology.elements import AgentAction, Concept, Element, Predicate
from ontology.references import Pattern
from ontology.slots import kinds_of, slots_of

ABSTRACT: Final = frozenset({Element, Concept, Predicate, AgentAction})
"""Classes that stand for any element of their kind."""

RESERVED: Final = frozenset({"agent-identifier", "map", *(cls.wire_name for cls in ABSTRACT)})
"""Names that content languages use themselves."""

_PLAIN: Final = frozenset({str, int, float, bool, Decimal, datetime, timedelta, AgentIdentifier})


def problems(cls: type[Element], known: Collection[type[Element]]) -> Iterator[str]:
    """Yield what is wrong with a class, in sentences.

    Args:
        cls: the class.
        known: the classes of its ontology.
    """
    if cls.wire_name in RESERVED:
        yield f"the name {cls.wire_name} is taken"
    if not cls.model_config.get("frozen"):
        yield "it must be frozen"
    names = [name for slot in slots_of(cls) for name in {slot.wire, slot.sl}]
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield f"two slots are called {name}"
    if cls is Pattern:
        return  # its slots are those of the class that it is of
    for slot in slots_of(cls):
        if slot.wire == "class":
            yield "no slot may be called class: JSON has the class's name there"
        for problem in _slot_problems(cls, slot.name, known):
            yield f"slot {slot.name}: {problem}"


def _slot_problems(cls: type[Element], name: str, known: Collection[type[Element]]) -> Iterator[str]:
    field = cls.model_fields[name]
    kinds = kinds_of(field.annotation)
    if type(None) in kinds and (field.is_required() or field.get_default(call_default_factory=True) is not None):
        yield "what may be None must have the default None, for that is how it is left out"
    present = [kind for kind in kinds if kind is not type(None)]
    aggregates = [kind for kind in present if get_origin(kind) not in {None, Literal}]
    if len(aggregates) > 1 or (aggregates and len(present) > 1):
        yield "several values must be the only choice"
    for kind in present:
        yield from _kind_problems(kind, known)
    if {str, datetime} <= set(present) or {str, timedelta} <= set(present):
        yield "JSON cannot tell a time from a text; take Term"


def _kind_problems(kind: Any, known: Collection[type[Element]]) -> Iterator[str]:
    origin, args = get_origin(kind), get_args(kind)
    if origin is tuple:
        if len(args) != 2 or args[1] is not Ellipsis:
            yield "a tuple must be of any number of one type, tuple[T, ...]"
            return
        yield from _item_problems(args[0], known)
    elif origin is frozenset:
        yield from _item_problems(args[0], known)
    elif isinstance(origin, type) and issubclass(origin, Mapping):
        if issubclass(origin, dict):
            yield "a dict can be changed; take Mapping"
        if args[0] is not str:
            yield "the names of a mapping must be texts"
        yield from _item_problems(args[1], known)
    else:
        yield from _single_problems(kind, known)


def _item_problems(annotation: Any, known: Collection[type[Element]]) -> Iterator[str]:
    for kind in kinds_of(annotation):
        if kind is type(None):
            yield "what is among several values may not be None"
        elif get_origin(kind) not in {None, Literal}:
            yield "several values of several values need a concept between them"
        else:
            yield from _single_problems(kind, known)


def _single_problems(kind: Any, known: Collection[type[Element]]) -> Iterator[str]:
    if get_origin(kind) is Literal:
        if not all(isinstance(value, str) for value in get_args(kind)):
            yield "a Literal must be of texts"
    elif not isinstance(kind, type):
        yield f"{kind} is no type that content languages know"
    elif issubclass(kind, Enum):
        if not issubclass(kind, str):
            yield f"the enumeration {kind.__name__} must be of texts (StrEnum)"
    elif issubclass(kind, Element):
        if kind not in ABSTRACT and not any(issubclass(cls, kind) for cls in known):
            yield f"{kind.__name__} is not in the ontology"
    elif kind not in _PLAIN:
        yield f"{kind.__name__} is no type that content languages know"
