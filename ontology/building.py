"""Names and values into typed elements: what reading content has in common, in whatever language it is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from pydantic import BaseModel, ValidationError

from ontology.acl import AgentIdentifier
from ontology.content import Ontology, Version
from ontology.elements import Element
from ontology.language import MalformedContent
from ontology.references import Pattern
from ontology.slots import slots_of

IDENTIFIER: Final = "agent-identifier"


class Place:
    """Where something stands in a content, to be said where it does not fit.

    Args:
        within: what it stands in, or what it is called.
        name: the name of its slot, or its number among others.
    """

    __slots__ = ("_name", "_within")

    def __init__(self, within: "Place | str", name: str | int | None = None) -> None:
        self._within = within
        self._name = name

    def __str__(self) -> str:
        match self._name:
            case None:
                return str(self._within)
            case int():
                return f"{self._within}[{self._name}]"
        return f"{self._within}.{self._name}"


@dataclass(frozen=True, slots=True)
class Unknown:
    """Stands for an element of a newer version that this one does not know; ``problem`` says what it was."""

    problem: str


class Builder:
    """Makes the elements of one content.

    Content of a newer minor version may have more than is known here. Slots that are not known are left out, and so
    is a slot that need not be given if there is something in it that is not known.

    Args:
        ontology: the vocabulary.
        version: the version of it in which the content was said.
    """

    def __init__(self, ontology: Ontology, version: Version) -> None:
        self.ontology = ontology
        self.is_newer = version > ontology.version

    def class_of(self, name: str, where: Place) -> type[Element] | Unknown:
        """Return the class of a wire name.

        Raises:
            MalformedContent: there is none, and the content is of a version that is known in full.
        """
        cls = self.ontology.find(name)
        if cls is not None:
            return cls
        problem = f"{where}: the ontology {self.ontology.name} has no class {name!r}"
        if self.is_newer:
            return Unknown(problem)
        raise MalformedContent(problem)

    def knows_slot(self, cls: type[Element], name: str, known: Mapping[str, Any], where: Place) -> bool:
        """Tell whether a class has the slot; False where it is to be left out.

        Raises:
            MalformedContent: it does not have it, and the content is of a version that is known in full.
        """
        if name in known:
            return True
        if self.is_newer:
            return False
        raise MalformedContent(f"{where} ({cls.wire_name}), {name}: there is no such slot")

    def build(self, cls: type[Element], slots: Mapping[str, object], where: Place) -> Element | Unknown:
        """Return the element of a class with these slots, by their names in Python.

        Raises:
            MalformedContent: they do not fit it.
        """
        if self.is_newer:
            known = _known_of(cls, slots)
            if isinstance(known, Unknown):
                return known
            slots = known
        if cls is Pattern:
            return self._pattern(slots, where)
        element = _validated(cls, cls.wire_name, slots, where)
        assert isinstance(element, Element)
        return element

    def pattern(self, cls: type[Element], slots: Mapping[str, object], where: Place) -> Element | Unknown:
        """Return a pattern of a class.

        Raises:
            MalformedContent: the class cannot have such slots.
        """
        for value in slots.values():
            if (unknown := _unknown_in(value)) is not None:
                return unknown
        try:
            return Pattern.of(cls, **slots)
        except ValueError as error:
            raise MalformedContent(f"{where} ({cls.wire_name}), {error}") from error

    def identifier(self, slots: Mapping[str, object], where: Place) -> AgentIdentifier:
        """Return an agent's identifier.

        Raises:
            MalformedContent: it is none.
        """
        identifier = _validated(AgentIdentifier, IDENTIFIER, slots, where)
        assert isinstance(identifier, AgentIdentifier)
        return identifier

    def _pattern(self, slots: Mapping[str, object], where: Place) -> Element | Unknown:
        bare = _validated(Pattern, Pattern.wire_name, slots, where)
        assert isinstance(bare, Pattern)
        cls = self.class_of(bare.of_class, where)
        return cls if isinstance(cls, Unknown) else self.pattern(cls, bare.slots, where)


def _validated(cls: type[BaseModel], name: str, slots: Mapping[str, object], where: Place) -> BaseModel:
    try:
        return cls.model_validate(slots)
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        slot = ".".join(str(part) for part in first["loc"]) or name
        raise MalformedContent(f"{where} ({name}), {slot}: {first['msg']}") from error


def _known_of(cls: type[Element], slots: Mapping[str, object]) -> Mapping[str, object] | Unknown:
    """Return the slots without those in which there is something unknown; that itself where they must be given."""
    kept = dict(slots)
    for slot in slots_of(cls):
        unknown = _unknown_in(kept.get(slot.name))
        if unknown is not None:
            if slot.is_required:
                return unknown
            del kept[slot.name]
    return kept


def _unknown_in(value: object) -> Unknown | None:
    match value:
        case Unknown():
            return value
        case list() | tuple():
            return next((found for item in value if (found := _unknown_in(item)) is not None), None)
        case Mapping():
            return _unknown_in(tuple(value.values()))
    return None
