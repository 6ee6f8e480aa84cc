"""The JSON content language: typed content as JSON text and back.

A content expression is an array of elements; an element is an object whose member ``class`` holds its wire
name and whose other members are its slots. Unset slots are left out.
"""

import json
import re
from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Final

from pydantic import BaseModel, JsonValue, ValidationError

from ontology.acl import AgentIdentifier
from ontology.content import Element, Ontology

NAME: Final = "json"
_DEPTH: Final = 64
_LARGEST: Final = 1 << 20
_IDENTIFIER: Final = "agent-identifier"
_NOT_XML: Final = re.compile("[\x7f\ud800-\udfff\ufffe\uffff]")


class MalformedContent(ValueError):
    """Content that is not in the language, or not in the ontology. The text says where and why."""


def encode(elements: tuple[Element, ...]) -> str:
    """Return the elements as JSON text."""
    text = json.dumps([_encode(element) for element in elements], ensure_ascii=False, separators=(",", ":"))
    # These can stand only within strings; escaped, the text can be carried by XML.
    return _NOT_XML.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def decode(text: str, ontology: Ontology) -> tuple[Element, ...]:
    """Return the elements of a JSON content.

    Raises:
        MalformedContent: it is not JSON, too large or too deep, names a class that the ontology does not
            have, or a slot does not fit its class.
    """
    if len(text) > _LARGEST:
        raise MalformedContent(f"the content is longer than {_LARGEST} characters")
    try:
        tree = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise MalformedContent(f"the content is not JSON: {error}") from error
    if not isinstance(tree, list):
        raise MalformedContent("the content must be an array of elements")
    elements = []
    for number, item in enumerate(tree):
        element = _decode(item, ontology, f"element {number}", 0)
        if not isinstance(element, Element):
            raise MalformedContent(f"element {number} has no class")
        elements.append(element)
    return tuple(elements)


def _encode(value: object) -> JsonValue:
    match value:
        case AgentIdentifier() | Element():
            name = _IDENTIFIER if isinstance(value, AgentIdentifier) else value.wire_name
            slots = {
                slot: _encode(getattr(value, slot))
                for slot in type(value).model_fields
                if slot in value.model_fields_set and getattr(value, slot) is not None
            }
            return {"class": name, **slots}
        case BaseModel():
            return value.model_dump(mode="json", exclude_unset=True)
        case Enum():
            return _encode(value.value)
        case datetime():
            return value.isoformat()
        case tuple() | list() | frozenset():
            return [_encode(item) for item in value]
        case Mapping():
            return {str(key): _encode(item) for key, item in value.items()}
        case None | bool() | int() | float() | str():
            return value
    raise TypeError(f"{type(value).__name__} cannot stand in a content expression")


def _decode(value: object, ontology: Ontology, where: str, depth: int) -> object:
    if depth > _DEPTH:
        raise MalformedContent(f"{where} is nested deeper than {_DEPTH} levels")
    if isinstance(value, list):
        return [_decode(item, ontology, f"{where}[{n}]", depth + 1) for n, item in enumerate(value)]
    if not isinstance(value, dict):
        return value
    name = value.get("class")
    slots = {key: _decode(item, ontology, f"{where}.{key}", depth + 1) for key, item in value.items() if key != "class"}
    if name is None:
        return slots
    cls: type[BaseModel] | None = None
    if isinstance(name, str):
        cls = AgentIdentifier if name == _IDENTIFIER else ontology.find(name)
    if cls is None:
        raise MalformedContent(f"{where}: the ontology {ontology.name} has no class {name!r}")
    try:
        return cls.model_validate(slots)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        slot = ".".join(str(part) for part in first["loc"]) or name
        raise MalformedContent(f"{where} ({name}), {slot}: {first['msg']}") from error
