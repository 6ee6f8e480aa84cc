"""What a content language is, and how it fails."""

from typing import Final, Protocol

from ontology.content import Ontology, Version
from ontology.elements import Element

LARGEST: Final = 1 << 20
"""How many characters a content may have."""
DEEPEST: Final = 64
"""How deep a content may be nested."""


class MalformedContent(ValueError):
    """Content that is not in the language, or not in the ontology. The text says where and why."""


class Unspeakable(ValueError):
    """Elements that a content language has no means to say. The text says which."""


class Language(Protocol):
    """A content language: typed elements into text and back."""

    @property
    def name(self) -> str:
        """Its name, as it stands in a message's ``language`` parameter."""

    def encode(self, elements: tuple[Element, ...], ontology: Ontology) -> str:
        """Return the elements as text.

        Raises:
            Unspeakable: the language cannot say them.
        """

    def decode(self, text: str, ontology: Ontology, version: Version) -> tuple[Element, ...]:
        """Return the elements that a text says.

        Args:
            text: the content.
            ontology: its vocabulary.
            version: the version of the ontology in which it was said; what is newer in it is left out.

        Raises:
            MalformedContent: it is not in the language, or does not fit the ontology.
        """
