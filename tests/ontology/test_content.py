from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import Enum, StrEnum
from typing import Any, ClassVar, Literal

import pytest
from pydantic import BaseModel, ConfigDict

from ontology.acl import AgentIdentifier
from ontology.content import AgentAction, Concept, Element, Ontology, Predicate, SetOf, Term, Version


class Leaf(Concept):
    """A leaf."""


class Stranger(Concept):
    """In no ontology."""


class Colour(StrEnum):
    """Colours."""

    RED = "red"


class Number(Enum):
    """Numbers."""

    ONE = 1


class Plain(BaseModel):
    """No element."""


class Everything(AgentAction):
    """All that a slot may be."""

    text: str
    number: int | float
    truth: bool = False
    at: datetime | None = None
    lasts: timedelta | datetime | None = None
    colour: Colour = Colour.RED
    letter: Literal["a", "b"] = "a"
    leaf: Leaf | None = None
    leaves: tuple[Leaf, ...] = ()
    names: SetOf[str] = ()
    owners: SetOf[str] | None = None
    numbers: frozenset[int] = frozenset()
    named: Mapping[str, Leaf | str] | None = None
    agent: AgentIdentifier | None = None
    whatever: Term | None = None
    any_element: Element | None = None
    statement: Predicate | None = None


def test_what_every_language_can_say_is_taken() -> None:
    ontology = Ontology("all", classes=(Leaf, Everything), version="2.11")
    assert ontology.version == Version(2, 11)
    assert list(ontology) == [Leaf, Everything]
    assert ontology.find("everything") is Everything
    assert ontology.find("nothing") is None


@pytest.mark.parametrize(
    ("annotation", "says"),
    [
        (bytes, "bytes is no type"),
        (object, "object is no type"),
        (Any, "no type that content languages know"),
        (Plain, "Plain is no type"),
        (list[str], "no type that content languages know"),
        (Stranger, "Stranger is not in the ontology"),
        (tuple[Stranger, ...], "Stranger is not in the ontology"),
        (tuple[str, int], "any number of one type"),
        (tuple[tuple[str, ...], ...], "a concept between"),
        (tuple[str | None, ...], "may not be None"),
        (dict[str, str], "take Mapping"),
        (Mapping[int, str], "names of a mapping"),
        (Mapping[str, bytes], "bytes is no type"),
        (Number, "must be of texts"),
        (Literal[1, 2], "must be of texts"),
        (str | datetime, "cannot tell a time from a text"),
        (timedelta | str, "cannot tell a time from a text"),
        (tuple[str, ...] | str, "the only choice"),
        (tuple[str, ...] | Mapping[str, str], "the only choice"),
        (str | None, "the default None"),
    ],
)
def test_what_some_language_cannot_say_is_refused_at_once(annotation: Any, says: str) -> None:
    cls = type("Odd", (Concept,), {"__annotations__": {"slot": annotation}, "__module__": __name__, "__doc__": "Odd."})
    with pytest.raises(ValueError, match=f"ontology odd, Odd: slot slot: .*{says}"):
        Ontology("odd", classes=(cls,))


class Thawed(Concept):
    """Can be changed."""

    model_config = ConfigDict(frozen=False)


class Twice(Concept):
    """Two slots of one name."""

    slot_names: ClassVar[Mapping[str, str]] = {"other": "a-slot"}

    a_slot: str
    other: str


class Classy(Concept):
    """A slot that JSON has taken."""

    slot_names: ClassVar[Mapping[str, str]] = {"class_": "class"}

    class_: str


class Mapped(Concept):
    """A name that SL has taken."""

    wire_name = "map"


@pytest.mark.parametrize(
    ("cls", "says"),
    [
        (Thawed, "must be frozen"),
        (Twice, "two slots are called a-slot"),
        (Classy, "no slot may be called class"),
        (Mapped, "the name map is taken"),
    ],
)
def test_classes_that_cannot_be_told_apart_are_refused(cls: type[Element], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Ontology("odd", classes=(cls,))


def test_what_an_included_ontology_has_may_be_used() -> None:
    class Tree(Concept):
        """A tree."""

        leaves: tuple[Leaf, ...]

    leaves = Ontology("leaves", classes=(Leaf,))
    assert list(Ontology("trees", classes=(Tree,), includes=(leaves,))) == [Leaf, Tree]


def test_two_classes_of_one_name_are_refused() -> None:
    class OtherLeaf(Concept):
        wire_name = "leaf"

    with pytest.raises(ValueError, match="leaf"):
        Ontology("odd", classes=(Leaf, OtherLeaf))


@pytest.mark.parametrize("text", ["", "1", "1.", "1.0.0", "v1.0", "1.-1", "1.٣", "9999999.0"])
def test_what_is_no_version_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="of the form"):
        Ontology("odd", classes=(), version=text)


def test_versions_are_ordered_by_number() -> None:
    assert Version.read("1.10") > Version.read("1.9")
    assert str(Version.read("01.10")) == "1.10"
