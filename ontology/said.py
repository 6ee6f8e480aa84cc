"""What was said last in this process, so that agents that share it need not read it again.

Elements are immutable and were checked when they were made, so whoever is sent a text that was written here can have
the very elements from which it was written. That is so only for elements which reading the text would give again:
all of their classes must be of the ontology that the message names, and none may hold a mapping, which is not
immutable.
"""

from collections import OrderedDict
from enum import Enum, auto
from functools import cache
from itertools import repeat
from typing import Any, Final

from ontology.acl import AgentIdentifier
from ontology.content import Ontology
from ontology.elements import Element
from ontology.language import Language
from ontology.references import Pattern
from ontology.slots import kinds_of, slots_of

_MOST: Final = 1024
_LONGEST: Final = 4096
"""Characters of a text that is remembered: what is long takes memory, and is said seldom."""
_PLAIN: Final = frozenset({str, int, float, bool, type(None)})

_Key = tuple[str, Language, Ontology]


class Said:
    """Remembers a bounded number of short contents by their text, language and ontology."""

    def __init__(self) -> None:
        self._said: OrderedDict[_Key, tuple[Element, ...]] = OrderedDict()

    def remember(self, text: str, language: Language, ontology: Ontology, elements: tuple[Element, ...]) -> None:
        """Remember which elements a text says, where they are such that they can be shared."""
        if len(text) > _LONGEST or not _shareable(elements, ontology):
            return
        self._said[text, language, ontology] = elements
        if len(self._said) > _MOST:
            self._said.popitem(last=False)

    def recall(self, text: str, language: Language, ontology: Ontology) -> tuple[Element, ...] | None:
        """Return what a text says, if it was said here a short while ago."""
        return self._said.get((text, language, ontology))


SAID: Final = Said()
"""What was said in this process."""


def _shareable(value: Any, ontology: Ontology) -> bool:
    cls: Any = type(value)
    kind = _kind(cls)
    if kind is _Kind.PLAIN:
        return True
    if kind is _Kind.MANY:
        return all(map(_shareable, value, repeat(ontology)))
    if isinstance(kind, frozenset):
        if ontology.find(value.wire_name) is not cls:
            return False
        return all(map(_shareable, map(value.__dict__.__getitem__, kind), repeat(ontology)))
    return False


class _Kind(Enum):
    PLAIN = auto()
    MANY = auto()
    CHANGEABLE = auto()


@cache
def _kind(cls: Any) -> _Kind | frozenset[str]:
    """Return what values of a class are; for elements, the names of the slots that may hold other elements."""
    if cls in _PLAIN or issubclass(cls, AgentIdentifier):
        return _Kind.PLAIN
    if issubclass(cls, tuple):
        return _Kind.MANY
    if not issubclass(cls, Element) or issubclass(cls, Pattern) or any(slot.is_mapping for slot in slots_of(cls)):
        return _Kind.CHANGEABLE
    names = (slot.name for slot in slots_of(cls))
    settled = _PLAIN | {AgentIdentifier}
    return frozenset(name for name in names if not set(kinds_of(cls.model_fields[name].annotation)) <= settled)
