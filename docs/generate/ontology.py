"""The reference of what agents can say, out of the ontologies' classes."""

import inspect
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, get_args

from pydantic.fields import FieldInfo

from docs.generate.fields import bounds_of, default_of, type_of
from ontology.acl import AgentIdentifier, Performative
from ontology.assistant import ACTIONS, ASSISTANT, SetReminder
from ontology.assistant import results as result_classes
from ontology.content import AgentAction, Concept, Effect, Element, Ontology, Predicate, Term
from ontology.expressions import EXPRESSIONS, Action, FailureReason, NotUnderstoodReason, Reason, RefuseReason
from ontology.lifecycle import AGENT_LIFECYCLE
from ontology.management import AGENT_MANAGEMENT
from ontology.manager import ContentManager
from ontology.observation import OBSERVATION
from ontology.slots import Slot, kinds_of, slots_of

ONTOLOGIES = (ASSISTANT, AGENT_MANAGEMENT, AGENT_LIFECYCLE, OBSERVATION)

_KINDS: dict[type, str] = {
    Element: "any element",
    AgentAction: "any action",
    Predicate: "any statement",
    Concept: "any concept",
}
_NAMES: dict[type, str] = {
    AgentIdentifier: "agent-identifier",
    Effect: "effect",
    object: "what that slot takes, a variable or a pattern",
    **_KINDS,
    **{cls: f"[{cls.wire_name}](#{cls.wire_name})" for ontology in ONTOLOGIES for cls in ontology},
}
_CARRIERS: dict[type[Reason], Performative] = {
    NotUnderstoodReason: Performative.NOT_UNDERSTOOD,
    RefuseReason: Performative.REFUSE,
    FailureReason: Performative.FAILURE,
}
_EXAMPLE = Action(
    actor=AgentIdentifier(name="scheduler@agents.localhost"),
    act=SetReminder(
        owner="me@localhost",
        text="call Ann",
        due=datetime(2026, 11, 25, 9, tzinfo=UTC),
        zone="Europe/Lisbon",
    ),
)


def ontologies() -> str:
    """Return the ontologies with their versions."""
    rows = (f"| `{o.name}` | {o.version} | {_count(o)} |" for o in ONTOLOGIES)
    return "\n".join(("| ontology | version | classes of its own |", "|---|---|---|", *rows)) + "\n"


def example() -> str:
    """Return one action in each content language."""
    manager = ContentManager(ONTOLOGIES)
    texts = ((name, manager.encode(_EXAMPLE, language=name).content) for name in ("json", "fipa-sl0"))
    return "\n\n".join(f"`{name}`:\n\n```text\n{_broken(text)}\n```" for name, text in texts) + "\n"


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


def lifecycle() -> str:
    """Return the ontology of starting and stopping agents."""
    return _classes(cls for cls in AGENT_LIFECYCLE if cls not in {*EXPRESSIONS, *AGENT_MANAGEMENT})


def observation() -> str:
    """Return the ontology of looking on."""
    return _classes(cls for cls in OBSERVATION if cls not in set(EXPRESSIONS))


def _count(ontology: Ontology) -> int:
    return len({*ontology} - {*EXPRESSIONS})


def _broken(text: str) -> str:
    """Return a content in several lines, for a narrow window."""
    return re.sub(r',(?="(?:actor|act|due)")| (?=\(agent-identifier|\(set-reminder|:due)', _line, text)


def _line(found: re.Match[str]) -> str:
    return f"{found.group().strip()}\n  "


def _classes(classes: Iterable[type[Element]]) -> str:
    return "\n\n".join(_class(cls) for cls in classes) + "\n"


def _class(cls: type[Element]) -> str:
    lines = [f"### {cls.wire_name}", "", _prose(cls)]
    if (kin := _kin(cls)) is not None:
        lines += ["", kin]
    if issubclass(cls, AgentAction) and cls.effects:
        lines += ["", f"Effects: {', '.join(f'`{effect}`' for effect in sorted(cls.effects))}."]
    if cls.model_fields:
        lines += ["", *(_slot(slot, cls.model_fields[slot.name]) for slot in slots_of(cls))]
    return "\n".join(lines)


def _prose(cls: type[Element]) -> str:
    paragraphs = inspect.cleandoc(cls.__doc__ or "").partition("\n\nArgs:")[0]
    return " ".join(paragraphs.replace("``", "`").split())


def _kin(cls: type[Element]) -> str | None:
    """Return of which class this one is a kind, which are kinds of it, and which act carries it if it is a reason."""
    documented = [each for ontology in ONTOLOGIES for each in ontology]
    base = next((base for base in cls.__mro__[1:] if base in documented), None)
    heirs = {f"[{each.wire_name}](#{each.wire_name})" for each in documented if issubclass(each, cls)}
    carrier = next((act for base, act in _CARRIERS.items() if issubclass(cls, base)), None)
    said = [f"A kind of {_NAMES[base]}."] if base is not None else []
    if len(heirs) > 1:
        said.append(f"Kinds of it: {', '.join(sorted(heirs - {_NAMES[cls]}))}.")
    if carrier is not None:
        said.append(f"Carried by *{carrier}*.")
    return " ".join(said) or None


def _slot(slot: Slot, field: FieldInfo) -> str:
    default = default_of(field)
    said = "" if default in {"needed", "unset", "`[]`", "`{}`"} else f"default {default}"
    bounds = "" if slot.is_many else bounds_of(field)
    what = ", ".join(part for part in (_type(slot, field.annotation), bounds, said) if part)
    return f"- `{slot.wire}` {_cardinality(slot, field)} ({what})" + (
        f": {field.description}" if field.description else ""
    )


def _type(slot: Slot, annotation: Any) -> str:
    kinds = kinds_of(annotation)
    if slot.is_many:
        (many,) = (kind for kind in kinds if kind is not type(None))
        item = "any term" if _is_term(get_args(many)[0]) else type_of(get_args(many)[0], _NAMES)
        return f"{'set' if slot.is_unordered else 'sequence'} of {item}"
    return "any term" if _is_term(annotation) else type_of(annotation, _NAMES)


def _is_term(annotation: Any) -> bool:
    return {*kinds_of(Term)} <= {*kinds_of(annotation)}


def _cardinality(slot: Slot, field: FieldInfo) -> str:
    if not slot.is_many:
        return "1" if slot.is_required else "0..1"
    rules = {name: value for rule in field.metadata for name in ("min_length", "max_length")
             if (value := getattr(rule, name, None)) is not None}  # fmt: skip
    return f"{rules.get('min_length', 0)}..{rules.get('max_length', 'n')}"
