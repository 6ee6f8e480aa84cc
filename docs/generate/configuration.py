"""The reference of the configuration, out of the settings' own models."""

from collections.abc import Iterator
from typing import get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from docs.generate.fields import bounds_of, default_of, section_of, type_of
from launching.agent_sets import AgentEntry
from launching.configuration import Configuration


def keys() -> str:
    """Return every key, section by section."""
    plain = {name: field for name, field in Configuration.model_fields.items() if section_of(field.annotation) is None}
    parts = ["### Top level\n\n" + "\n".join(_entry(name, field) for name, field in plain.items())]
    for name, field in Configuration.model_fields.items():
        model = section_of(field.annotation)
        if model is not None:
            parts.append(f"### {name}\n\n{_sentence(field.description)}\n\n" + "\n".join(_section(name, model)))
    return "\n\n".join(parts) + "\n"


def agent_set() -> str:
    """Return the keys of one agent in an agent set."""
    return "\n".join(_entry(name, field) for name, field in AgentEntry.model_fields.items()) + "\n"


def _section(path: str, model: type[BaseModel]) -> Iterator[str]:
    for name, field in model.model_fields.items():
        inner = section_of(field.annotation)
        if inner is None:
            yield _entry(f"{path}.{name}", field)
            continue
        listed = "[]" if get_origin(field.annotation) is tuple else ""
        there = "" if field.annotation == inner else " (empty by default)" if listed else " (unset by default)"
        yield f"- **`{path}.{name}`**{there}: {_sentence(field.description)}"
        yield from (f"  {line}" for line in _section(f"{path}.{name}{listed}", inner))


def _entry(path: str, field: FieldInfo) -> str:
    kind = type_of(field.annotation, {})
    bounds = bounds_of(field)
    default = default_of(field)
    what = ", ".join(part for part in (kind, bounds, default if default == "needed" else f"default {default}") if part)
    return f"- **`{path}`** ({what}): {_sentence(field.description)}"


def _sentence(text: str | None) -> str:
    """Return a description as a sentence: with a capital, where it does not begin with a key, and a full stop."""
    said = (text or "").strip()
    said = said if said.endswith(".") else f"{said}."
    return said[:1].upper() + said[1:] if said[:2].islower() or said[1:2] == " " else said
