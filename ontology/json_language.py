"""The JSON content language: typed content as JSON text and back.

A content expression is an array of elements; an element is an object whose member ``class`` holds its wire
name and whose other members are its slots. Unset slots are left out. A slot that takes names and values is an
object without ``class``; where a name in it is ``class`` itself, it is written ``_class``, and so on.
"""

import json
import math
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from functools import cache, partial
from typing import Any, Final

from pydantic import BaseModel, TypeAdapter

from ontology.acl import AgentIdentifier
from ontology.building import IDENTIFIER, Builder, Place, Unknown
from ontology.content import Ontology, Version
from ontology.elements import Element
from ontology.language import DEEPEST, LARGEST, MalformedContent, Unspeakable
from ontology.slots import Slot, by_wire_name, given, slots_of

__all__ = ["NAME", "JsonLanguage", "MalformedContent", "decode", "encode"]

NAME: Final = "json"
_NOT_XML: Final = re.compile("[\x7f\ud800-\udfff\ufffe\uffff]")
_SPAN: Final = TypeAdapter(timedelta)
_WRITER: Final = json.JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))
_quoted: Final = json.encoder.encode_basestring
_CLASS: Final = re.compile("_*class")
_PLAIN: Final = frozenset({str, int, float, bool, type(None)})


@dataclass(frozen=True, slots=True)
class JsonLanguage:
    """The language, for a content manager."""

    name: str = NAME

    def encode(self, elements: tuple[Element, ...], ontology: Ontology) -> str:
        """Return the elements as JSON text; see :class:`ontology.language.Language`."""
        return encode(elements)

    def decode(self, text: str, ontology: Ontology, version: Version) -> tuple[Element, ...]:
        """Return the elements of a JSON content; see :class:`ontology.language.Language`."""
        return decode(text, ontology, version)


def encode(elements: tuple[Element, ...]) -> str:
    """Return the elements as JSON text.

    Raises:
        Unspeakable: they have a number that JSON does not.
    """
    text = _write(elements)
    # These can stand only within strings; escaped, the text can be carried by XML.
    return _NOT_XML.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def decode(text: str, ontology: Ontology, version: Version | None = None) -> tuple[Element, ...]:
    """Return the elements of a JSON content.

    Args:
        text: the content.
        ontology: its vocabulary.
        version: the version of the ontology in which it was said; None: the one that is known.

    Raises:
        MalformedContent: it is not JSON, too large or too deep, names a class that the ontology does not
            have, or a slot does not fit its class.
    """
    if len(text) > LARGEST:
        raise MalformedContent(f"the content is longer than {LARGEST} characters")
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedContent(f"the content is not JSON: {error}") from error
    if not isinstance(tree, list):
        raise MalformedContent("the content must be an array of elements")
    builder = Builder(ontology, version or ontology.version)
    elements = []
    for number, item in enumerate(tree):
        element = _decode(item, builder, Place(f"element {number}"), 0)
        if isinstance(element, Unknown):
            raise MalformedContent(element.problem)
        if not isinstance(element, Element):
            raise MalformedContent(f"element {number} has no class")
        elements.append(element)
    return tuple(elements)


def _write(value: Any) -> str:
    cls: Any = type(value)
    return _writer(cls)(value)


@cache
def _writer(cls: Any) -> Callable[[Any], str]:
    """Return what writes values of a class; found once, for to ask what an element is takes longer than to write it."""
    if issubclass(cls, Element):
        start = f'{{"class":{_quoted(cls.wire_name)}'
        names = tuple((slot, f",{_quoted(slot.wire)}:") for slot in slots_of(cls))
        return partial(_write_element, start, names)
    for kind, write in _WRITERS:
        if issubclass(cls, kind):
            return write
    raise TypeError(f"{cls.__name__} cannot stand in a content expression")


def _write_element(start: str, names: tuple[tuple[Slot, str], ...], element: Element) -> str:
    text = start
    for slot, name in names:
        inner = given(element, slot)
        if inner is not None:
            text += name + _write(inner)
    return text + "}"


def _write_integer(value: int) -> str:
    try:
        return int.__repr__(value)
    except ValueError as error:  # Python writes no numbers of thousands of digits
        raise Unspeakable(f"JSON cannot say this: {error}") from error


def _write_number(value: float) -> str:
    if not math.isfinite(value):
        raise Unspeakable(f"JSON cannot say this: it has no number {value}")
    return float.__repr__(value)


def _write_identifier(identifier: AgentIdentifier) -> str:
    start = f'{{"class":"{IDENTIFIER}","name":{_quoted(identifier.name)}'
    if len(identifier.model_fields_set) == 1:
        return start + "}"
    more = identifier.model_dump(mode="json", exclude_unset=True, exclude={"name"})
    return f"{start},{_WRITER.encode(more)[1:]}"


_WRITERS: Final[tuple[tuple[Any, Callable[[Any], str]], ...]] = (
    (Enum, lambda value: _write(value.value)),
    (str, _quoted),
    (bool, lambda value: "true" if value else "false"),
    (int, _write_integer),
    (float, _write_number),
    (type(None), lambda _: "null"),
    (tuple | list | frozenset, lambda items: f"[{','.join([_write(item) for item in items])}]"),
    (Mapping, lambda items: f"{{{','.join([f'{_quoted(_escaped(str(k)))}:{_write(v)}' for k, v in items.items()])}}}"),
    (AgentIdentifier, _write_identifier),
    (BaseModel, lambda value: _WRITER.encode(value.model_dump(mode="json", exclude_unset=True))),
    (datetime, lambda value: _quoted(value.isoformat())),
    (timedelta, lambda value: _quoted(_SPAN.dump_python(value, mode="json"))),
    (Decimal, lambda value: _quoted(str(value))),
)


def _decode(value: object, builder: Builder, where: Place, depth: int) -> object:
    if depth > DEEPEST:
        raise MalformedContent(f"{where} is nested deeper than {DEEPEST} levels")
    if type(value) in _PLAIN:
        return value
    if isinstance(value, list):
        return [_decode(item, builder, Place(where, n), depth + 1) for n, item in enumerate(value)]
    assert isinstance(value, dict)
    members = {k: _decode(item, builder, Place(where, k), depth + 1) for k, item in value.items() if k != "class"}
    name = value.get("class")
    match name:
        case None:
            return {_unescaped(key): item for key, item in members.items()}
        case "agent-identifier":
            return builder.identifier(members, where)
        case str():
            return _build(name, members, builder, where)
    raise MalformedContent(f"{where}: the ontology {builder.ontology.name} has no class {name!r}")


def _escaped(key: str) -> str:
    """Return a name in a mapping so that it is not taken for the class of an element."""
    return f"_{key}" if _CLASS.fullmatch(key) else key


def _unescaped(key: str) -> str:
    return key[1:] if key.startswith("_") and _CLASS.fullmatch(key) else key


def _build(name: str, members: dict[str, object], builder: Builder, where: Place) -> Element | Unknown:
    cls = builder.class_of(name, where)
    if isinstance(cls, Unknown):
        return cls
    known = by_wire_name(cls)
    slots = {known[key].name: v for key, v in members.items() if builder.knows_slot(cls, key, known, where)}
    return builder.build(cls, slots, where)
