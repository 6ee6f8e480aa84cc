"""What a field of a pydantic model is, in words: its type, its bounds, its default."""

import types
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo

_PLAIN: dict[Any, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    Decimal: "exact number",
    bool: "true or false",
    Path: "path",
    SecretStr: "text, kept secret",
    datetime: "time (ISO 8601)",
    timedelta: "span of time (ISO 8601)",
    type(None): "nothing",
}

_RULES = {
    "ge": "at least {}",
    "gt": "more than {}",
    "le": "at most {}",
    "lt": "less than {}",
    "min_length": "at least {} long",
    "max_length": "at most {} long",
    "pattern": "fits `{}`",
}


def type_of(annotation: Any, name_of: Mapping[type, str]) -> str:
    """Return a type in words.

    Args:
        annotation: the type.
        name_of: what classes are called, of those that have a name of their own.
    """
    origin, inner = get_origin(annotation), get_args(annotation)
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    if isinstance(annotation, type) and annotation in name_of:
        return name_of[annotation]
    if origin is Annotated:
        return type_of(inner[0], name_of)
    if origin is Literal:
        return _one_of([str(value) for value in inner])
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return _one_of([str(member.value) for member in annotation])
    if origin in {Union, types.UnionType}:
        kinds = [type_of(each, name_of) for each in inner if each is not type(None)]
        return " or ".join(kinds)
    if origin in {tuple, frozenset, list}:
        return f"list of {_plural(type_of(inner[0], name_of))}"
    if origin is not None and issubclass(origin, Mapping):
        return f"names and values, each {type_of(inner[1], name_of)}"
    return str(getattr(annotation, "__name__", annotation))


def section_of(annotation: Any) -> type[BaseModel] | None:
    """Return the model that a type is, holds in a list, or may be; None where it is none of these."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for each in get_args(annotation) if (found := section_of(each)) is not None), None)


def bounds_of(field: FieldInfo) -> str:
    """Return what a value must fulfil, in words; empty where anything goes."""
    rules: dict[str, object] = {}
    for rule in field.metadata:
        rules |= {name: value for name in _RULES if (value := getattr(rule, name, None)) is not None}
    if {"ge", "le"} <= set(rules):
        return f"{rules['ge']} to {rules['le']}"
    if {"min_length", "max_length"} <= set(rules):
        return f"{rules['min_length']} to {rules['max_length']} long"
    return ", ".join(_RULES[name].format(value) for name, value in rules.items())


def default_of(field: FieldInfo) -> str:
    """Return the default as YAML would have it, between backquotes; *needed* or *unset* where there is none."""
    if field.is_required():
        return "needed"
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None or value == "":
        return "unset"
    return f"`{_yaml(value)}`"


def _yaml(value: Any) -> str:
    match value:
        case bool():
            return str(value).lower()
        case Enum():
            return str(value.value)
        case str() | int() | float() | Path():
            return str(value)
        case Mapping() if not value:
            return "{}"
        case Sequence() | frozenset():
            return f"[{', '.join(_yaml(each) for each in value)}]"
    raise TypeError(f"no way to write {value!r} is known")


def _one_of(values: Sequence[str]) -> str:
    quoted = [f"`{value}`" for value in values]
    return f"{', '.join(quoted[:-1])} or {quoted[-1]}" if len(quoted) > 1 else quoted[0]


def _plural(kind: str) -> str:
    return {"text": "texts", "path": "paths", "whole number": "whole numbers", "number": "numbers"}.get(kind, kind)
