"""Ontologies: named, versioned vocabularies of typed classes."""

from collections.abc import Iterable, Iterator

from ontology.elements import (
    UNORDERED,
    AgentAction,
    Concept,
    Effect,
    Element,
    Predicate,
    SetOf,
    Term,
)


class Ontology:
    """A named, versioned vocabulary: the classes that content in this ontology may hold.

    Args:
        name: the ontology's name, as it stands in a message's ``ontology`` parameter.
        classes: its classes.
        includes: ontologies whose classes belong to it as well.

    Raises:
        ValueError: two classes share a wire name.
    """

    def __init__(self, name: str, *, classes: Iterable[type[Element]], includes: Iterable["Ontology"] = ()) -> None:
        self.name = name
        self._classes: dict[str, type[Element]] = {}
        for included in includes:
            self._classes.update({cls.wire_name: cls for cls in included})
        for cls in classes:
            other = self._classes.setdefault(cls.wire_name, cls)
            if other is not cls:
                raise ValueError(f"ontology {name}: two classes are called {cls.wire_name}")

    def __iter__(self) -> Iterator[type[Element]]:
        return iter(self._classes.values())

    def find(self, wire_name: str) -> type[Element] | None:
        """Return the class of that wire name, or None where the ontology has none."""
        return self._classes.get(wire_name)


__all__ = [
    "UNORDERED",
    "AgentAction",
    "Concept",
    "Effect",
    "Element",
    "Ontology",
    "Predicate",
    "SetOf",
    "Term",
]
