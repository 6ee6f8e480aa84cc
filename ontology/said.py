"""What was said last in this process, so that agents that share it need not read it again.

Elements are immutable and were checked when they were made, so whoever is sent a text that was written here can have
the very elements from which it was written. That is so only for elements which reading the text would give again:
all of their classes must be of the ontology that the message names, and none may hold a mapping, which is not
immutable.
"""

from collections import OrderedDict
from functools import cache
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
    cls = type(value)
    if cls in _PLAIN:
        return True
    if isinstance(value, Element):
        names = _settled(type(value))
        if names is None or ontology.find(cls.wire_name) is not cls:
            return False
        return all(_shareable(inner, ontology) for name, inner in value.__dict__.items() if name in names)
    if isinstance(value, tuple):
        return all(_shareable(item, ontology) for item in value)
    return isinstance(value, AgentIdentifier)


@cache
def _settled(cls: type[Element]) -> frozenset[str] | None:
    """Return the names of a class's slots that may hold other elements; None where its elements are not shared."""
    if issubclass(cls, Pattern) or any(slot.is_mapping for slot in slots_of(cls)):
        return None
    names = (slot.name for slot in slots_of(cls))
    return frozenset(name for name in names if not set(kinds_of(cls.model_fields[name].annotation)) <= _PLAIN)
