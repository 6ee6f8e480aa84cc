"""Ontologies: named, versioned vocabularies of typed classes."""

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple, Self

from ontology.declaration import problems
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


class Version(NamedTuple):
    """The version of an ontology: what is added without harm raises ``minor``, everything else ``major``."""

    major: int
    minor: int

    @classmethod
    def read(cls, text: str) -> Self:
        """Return the version that a text such as ``1.2`` says.

        Raises:
            ValueError: it says none.
        """
        if not re.fullmatch(r"\d{1,6}\.\d{1,6}", text, re.ASCII):
            raise ValueError(f"a version is of the form 1.0, and this is {text[:40]!r}")
        major, _, minor = text.partition(".")
        return cls(int(major), int(minor))

    def __str__(self) -> str:
        return f"{self.major}.{self.minor}"


class Ontology:
    """A named, versioned vocabulary: the classes that content in this ontology may hold.

    Args:
        name: the ontology's name, as it stands in a message's ``ontology`` parameter.
        classes: its classes.
        includes: ontologies whose classes belong to it as well.
        version: its version, such as ``1.0``.

    Raises:
        ValueError: two classes share a wire name, a class has something that content languages cannot say alike,
            or the version is none. The text says what is wrong with which class.
    """

    def __init__(
        self,
        name: str,
        *,
        classes: Iterable[type[Element]],
        includes: Iterable["Ontology"] = (),
        version: str = "1.0",
    ) -> None:
        self.name = name
        self.version = Version.read(version)
        self._classes: dict[str, type[Element]] = {}
        for included in includes:
            self._classes.update({cls.wire_name: cls for cls in included})
        own = tuple(classes)
        for cls in own:
            other = self._classes.setdefault(cls.wire_name, cls)
            if other is not cls:
                raise ValueError(f"ontology {name}: two classes are called {cls.wire_name}")
        for cls in own:
            for problem in problems(cls, self._classes.values()):
                raise ValueError(f"ontology {name}, {cls.__name__}: {problem}")

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
