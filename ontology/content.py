"""What content is made of: concepts, agent actions and predicates, and the ontologies that name them.

Classes are declared as typed Python classes. On the wire each goes by its *wire name*, the class name in
lower case with hyphens (``SetReminder`` is ``set-reminder``), unless the class sets ``wire_name`` itself.
"""

import re
from collections.abc import Iterable, Iterator
from enum import StrEnum
from typing import Any, ClassVar

from pydantic import BaseModel, ConfigDict


class Effect(StrEnum):
    """What an action does outside, for the person's policy to allow, ask about or deny."""

    READ_FILES = "read_files"
    WRITE_FILES = "write_files"
    DELETE = "delete"
    RUN_CODE = "run_code"
    WEB = "web"
    SEND = "send"
    CLICK = "click"
    CHANGE_REMINDERS = "change_reminders"
    READ_SCREEN = "read_screen"
    REMEMBER = "remember"


class Element(BaseModel):
    """Base of everything that can stand in a content expression. Immutable and typed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    wire_name: ClassVar[str] = "element"

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        if "wire_name" not in cls.__dict__:
            cls.wire_name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", cls.__name__).lower()


class Concept(Element):
    """A thing that is spoken of."""


class Predicate(Element):
    """A statement that may be true or false."""


class AgentAction(Concept):
    """Something that an agent can be asked to do.

    The action's wire name is the type of the service that performs it, so an action names whom to look for.
    """

    effects: ClassVar[frozenset[Effect]] = frozenset()


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
