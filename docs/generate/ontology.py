"""The reference of what agents can say, out of the ontologies' classes."""

import inspect
from collections.abc import Iterable

from pydantic.fields import FieldInfo

from docs.generate.fields import bounds_of, default_of, type_of
from ontology.acl import AgentIdentifier
from ontology.assistant import ACTIONS, ASSISTANT
from ontology.assistant import results as result_classes
from ontology.content import AgentAction, Effect, Element
from ontology.expressions import EXPRESSIONS
from ontology.management import AGENT_MANAGEMENT

_NAMES: dict[type, str] = {
    AgentIdentifier: "agent-identifier",
    Element: "any element",
    AgentAction: "any action",
    Effect: "effect",
    **{cls: f"[{cls.wire_name}](#{cls.wire_name})" for ontology in (ASSISTANT, AGENT_MANAGEMENT) for cls in ontology},
}


def actions() -> str:
    """Return the actions that steps of plans hold."""
    return _classes(ACTIONS)


def effects() -> str:
    """Return the kinds of effect that actions may have."""
    return ", ".join(f"`{effect}`" for effect in Effect) + ".\n"


def results() -> str:
    """Return what the actions give."""
    return _classes(cls for cls in ASSISTANT if cls.__module__ == result_classes.__name__)


def people_and_goals() -> str:
    """Return the rest of the assistant's ontology: goals, plans, people and joining."""
    elsewhere = {*ACTIONS, *EXPRESSIONS}
    return _classes(c for c in ASSISTANT if c not in elsewhere and c.__module__ != result_classes.__name__)


def expressions() -> str:
    """Return what messages of every protocol carry."""
    return _classes(EXPRESSIONS)


def management() -> str:
    """Return the ontology of the directory."""
    return _classes(cls for cls in AGENT_MANAGEMENT if cls not in set(EXPRESSIONS))


def _classes(classes: Iterable[type[Element]]) -> str:
    return "\n\n".join(_class(cls) for cls in classes) + "\n"


def _class(cls: type[Element]) -> str:
    lines = [f"### {cls.wire_name}", "", " ".join(inspect.cleandoc(cls.__doc__ or "").replace("``", "`").split())]
    if issubclass(cls, AgentAction) and cls.effects:
        lines += ["", f"Effects: {', '.join(f'`{effect}`' for effect in sorted(cls.effects))}."]
    if cls.model_fields:
        lines += ["", *(_slot(name, field) for name, field in cls.model_fields.items())]
    return "\n".join(lines)


def _slot(name: str, field: FieldInfo) -> str:
    default = default_of(field)
    if default == "needed":
        said = ""
    else:
        said = "may be left out" if default in {"unset", "`[]`", "`{}`"} else f"default {default}"
    what = ", ".join(part for part in (type_of(field.annotation, _NAMES), bounds_of(field), said) if part)
    return f"- `{name}` ({what})" + (f": {field.description}" if field.description else "")
