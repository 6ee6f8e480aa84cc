"""Ontologies: named, versioned vocabularies of typed classes.

What agents of a shop say, declared::

    class Weight(Concept):
        \"\"\"How heavy something is.\"\"\"

        grams: float = Field(gt=0)

    class Parcel(Concept):
        \"\"\"What is sent.\"\"\"

        weight: Weight                                            # another concept: an aggregate
        kind: Literal["letter", "box"] = "box"                    # one of these
        note: str | None = None                                   # may be left out
        labels: SetOf[str] = ()                                   # any number, in no order
        stops: tuple[str, ...] = Field(default=(), max_length=9)  # up to nine, in this order

    class Gift(Parcel):                                           # has the slots of a parcel, and one more
        \"\"\"A parcel with a greeting.\"\"\"

        greeting: str = Field(min_length=1)

    class Send(AgentAction):
        \"\"\"Send a parcel.\"\"\"

        parcel: Parcel
        from_: str

        slot_names: ClassVar[Mapping[str, str]] = {"from_": "from"}  # what Python has no name for

    class Sent(Predicate):
        \"\"\"A parcel is on its way.\"\"\"

        parcel: Parcel
        at: datetime

    SHOP = Ontology("shop", classes=(Weight, Parcel, Gift, Send, Sent), includes=(EXPRESSIONS,))

Docstrings and ``Field(description=...)`` become the reference. What content languages cannot all say is refused when
the ontology is made (``ontology.declaration`` says what they can). A content manager then says any of it, as JSON or
as SL::

    ContentManager((SHOP,)).encode(Action(actor=agent, act=Send(parcel=..., from_="Ghent")), language="fipa-sl0")

When it changes: a new class, or a new slot at the end of a class that need not be given, makes a new minor version,
``version="1.1"``. Agents that know 1.0 understand what they can. Everything else makes a new major version, which
they answer *not-understood*.
"""

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
