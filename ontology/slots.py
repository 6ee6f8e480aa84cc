"""The slots of an element's class, as content languages write them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from ontology.elements import UNORDERED, Element


@dataclass(frozen=True, slots=True)
class Slot:
    """One slot.

    Attributes:
        name: its attribute in Python.
        wire: its name in JSON.
        sl: its name in SL: with hyphens, as FIPA's names have them.
        is_required: whether it must be given.
        is_many: whether it takes several values, as a tuple or frozenset does.
        is_mapping: whether it takes names and values.
        is_unordered: whether the values have no order.
        takes_times: whether the value, or each of several, may be a plain time or span.
    """

    name: str
    wire: str
    sl: str
    is_required: bool
    is_many: bool
    is_mapping: bool
    is_unordered: bool
    takes_times: bool


@cache
def slots_of(cls: type[Element]) -> tuple[Slot, ...]:
    """Return the slots of a class, in the order of :meth:`~ontology.elements.Element.slot_order`."""
    return tuple(_slot(cls, name) for name in cls.slot_order())


@cache
def by_wire_name(cls: type[Element]) -> Mapping[str, Slot]:
    """Return the slots of a class by their names in JSON."""
    return {slot.wire: slot for slot in slots_of(cls)}


@cache
def by_sl_name(cls: type[Element]) -> Mapping[str, Slot]:
    """Return the slots of a class by their names in SL, in lower case."""
    return {slot.sl.lower(): slot for slot in slots_of(cls)}


def given(element: Element, slot: Slot) -> object:
    """Return the value of a slot that was given one, or None."""
    return element.__dict__[slot.name] if slot.name in element.__pydantic_fields_set__ else None


def kinds_of(annotation: Any) -> tuple[Any, ...]:
    """Return the types that an annotation allows, without what is annotated to them."""
    origin = get_origin(annotation)
    if origin is Annotated:
        return kinds_of(get_args(annotation)[0])
    if origin in {Union, UnionType}:
        return tuple(kind for each in get_args(annotation) for kind in kinds_of(each))
    return (annotation,)


def _slot(cls: type[Element], name: str) -> Slot:
    field = cls.model_fields[name]
    wire = cls.slot_names.get(name, name)
    kinds = kinds_of(field.annotation)
    origins = {get_origin(kind) for kind in kinds}
    items = {item for kind in kinds if get_origin(kind) for arg in get_args(kind) for item in kinds_of(arg)}
    return Slot(
        name=name,
        wire=wire,
        sl=wire.replace("_", "-"),
        is_required=field.is_required(),
        is_many=bool(origins & {tuple, frozenset}),
        is_mapping=any(isinstance(origin, type) and issubclass(origin, Mapping) for origin in origins if origin),
        is_unordered=UNORDERED in field.metadata or frozenset in origins or _has_mark(field.annotation),
        takes_times=bool({datetime, timedelta} & {*kinds, *items}),
    )


def _has_mark(annotation: Any) -> bool:
    args = get_args(annotation)
    if get_origin(annotation) is Annotated:
        return UNORDERED in args[1:] or _has_mark(args[0])
    return get_origin(annotation) in {Union, UnionType} and any(_has_mark(each) for each in args)
