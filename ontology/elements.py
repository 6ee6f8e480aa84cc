"""What content is made of: concepts, agent actions and predicates, declared as typed Python classes."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any, ClassVar, Final, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, InstanceOf, SerializeAsAny

from ontology.acl import AgentIdentifier


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
    """Base of everything that can stand in a content expression. Immutable and typed.

    Attributes:
        wire_name: the class's name in content; unless a class sets it, its own name in lower case with hyphens.
        slot_names: names of slots in content where they are not Python's, such as ``{"from_": "from"}``.
        positional: whether SL writes the slots by their order alone, ``(register x)``, and not by their names,
            ``(register :description x)``. The order is that of :meth:`slot_order`. JSON always names them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    wire_name: ClassVar[str] = "element"
    slot_names: ClassVar[Mapping[str, str]] = {}
    positional: ClassVar[bool] = False

    @classmethod
    def __pydantic_init_subclass__(cls, **_: Any) -> None:
        if "wire_name" not in cls.__dict__:
            cls.wire_name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", cls.__name__).lower()

    @classmethod
    def slot_order(cls) -> tuple[str, ...]:
        """Return the slots, those that must be given first, each kind in the order of declaration."""
        return tuple(sorted(cls.model_fields, key=lambda slot: not cls.model_fields[slot].is_required()))


class Concept(Element):
    """A thing that is spoken of."""


class Predicate(Element):
    """A statement that may be true or false. SL's atomic formulas have their terms by order alone."""

    positional: ClassVar[bool] = True


class AgentAction(Concept):
    """Something that an agent can be asked to do.

    The action's wire name is the type of the service that performs it, so an action names whom to look for.
    """

    effects: ClassVar[frozenset[Effect]] = frozenset()


class DateTime(Concept):
    """A time, where any term may stand."""

    value: datetime


class Duration(Concept):
    """A span of time, where any term may stand."""

    value: timedelta


def as_term(value: object) -> object:
    """Return a time or span as the element that stands for it among terms; everything else as it is."""
    match value:
        case datetime():
            return DateTime(value=value)
        case timedelta():
            return Duration(value=value)
    return value


Term = Annotated[
    SerializeAsAny[InstanceOf[Element]] | AgentIdentifier | bool | int | float | str, BeforeValidator(as_term)
]
"""The type of a slot that takes any term (FIPA 00008, *Term*). A time becomes a ``DateTime`` or ``Duration``."""


class Variable(Concept):
    """Something that is left open: SL's ``?name``."""

    name: str = Field(min_length=1)


class TermSet(Concept):
    """Any number of terms in no order: SL's ``(set ...)``."""

    wire_name = "set"

    items: tuple[Term, ...]


class TermSequence(Concept):
    """Any number of terms in their order: SL's ``(sequence ...)``."""

    wire_name = "sequence"

    items: tuple[Term, ...]


UNORDERED: Final = "unordered"
"""Marks a tuple as a set: its order means nothing, and SL writes ``(set ...)`` and not ``(sequence ...)``."""

T = TypeVar("T")
SetOf = Annotated[tuple[T, ...], UNORDERED]
"""The type of a slot that takes a set; a tuple in Python, so that what is shown keeps its order."""
