"""Secrets in contents: which slots hold one, and how a content is shown without them.

A class marks such a slot where it declares it::

    password: str = Field(repr=False, json_schema_extra=SECRET)

A content is masked as a text, by the names of those slots, and not by its meaning: what cannot be read (it is
malformed, cut off, or of an ontology that is not spoken here) is masked as well, in JSON as in SL. So a slot of the
same name in a class that does not mark it is masked too; that is the safe side. In SL the slots of a statement have
no names, so that none of them may be secret.
"""

import re
from collections.abc import Iterable
from typing import Final

from pydantic import JsonValue

from ontology.content import Ontology, Predicate

SECRET: Final[dict[str, JsonValue]] = {"secret": True}
"""Put as ``json_schema_extra`` of a slot, says that whoever shows a content must not show that slot's value."""
MASKED: Final = "(secret)"
"""What is shown in place of a secret."""

_VALUE: Final = r"""
    "(?:[^"\\]|\\.)*(?:"|\\?\Z)       # a string, up to the end where it is cut off
    | \#\d+".*                        # SL's string of a stated length may hold anything, so nothing after it is shown
    | [\[{(].*                        # nor is anything after a list
    | [^\s"\[\]{}(),]+                # a word or a number
"""


def secret_slots(ontologies: Iterable[Ontology]) -> frozenset[str]:
    """Return the names of the slots that hold secrets, in all classes of these ontologies.

    Raises:
        ValueError: one of them is a slot of a statement.
    """
    found = [
        (cls, name)
        for ontology in ontologies
        for cls in ontology
        for name, slot in cls.model_fields.items()
        if isinstance(slot.json_schema_extra, dict) and slot.json_schema_extra.get("secret")
    ]
    stated = next((f"{cls.__name__}.{name}" for cls, name in found if issubclass(cls, Predicate)), None)
    if stated is not None:
        raise ValueError(f"{stated} cannot be secret: SL does not name the slots of statements")
    return frozenset(name for _, name in found)


class Mask:
    """Shows contents without their secrets.

    Args:
        ontologies: the vocabularies that say which slots are secret.
    """

    def __init__(self, ontologies: Iterable[Ontology]) -> None:
        names = sorted(re.escape(name).replace("_", "[_-]") for name in secret_slots(ontologies))
        # In JSON a slot is "name": value, in SL it is :name value.
        self._secret = (
            re.compile(rf'((?:"(?:{"|".join(names)})"\s*:|:(?:{"|".join(names)})(?=[\s"(#]))\s*)(?:{_VALUE})',
                       re.VERBOSE | re.DOTALL | re.IGNORECASE)
            if names
            else None
        )  # fmt: skip

    def __call__(self, text: str) -> str:
        """Return a text with every secret in it replaced."""
        return text if self._secret is None else self._secret.sub(rf'\1"{MASKED}"', text)
