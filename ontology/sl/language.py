"""SL as a content language: one language for each profile."""

import re
from dataclasses import dataclass
from typing import Final

from ontology.building import Builder, Place, Unknown
from ontology.content import Ontology, Version
from ontology.elements import Element
from ontology.language import MalformedContent, Unspeakable
from ontology.sl.parser import parse
from ontology.sl.printer import print_content
from ontology.sl.profiles import Profile, check
from ontology.sl.reading import Reader
from ontology.sl.writing import Writer

_NOT_XML: Final = re.compile("[^\t\n\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""What XML cannot carry, or not unchanged (a carriage return), and SL has no means to write otherwise."""


@dataclass(frozen=True, slots=True)
class SLLanguage:
    """SL within a profile.

    Args:
        profile: how much of SL may be said and is understood.
    """

    profile: Profile

    @property
    def name(self) -> str:
        """The language's name, such as ``fipa-sl0``."""
        return self.profile.language

    def encode(self, elements: tuple[Element, ...], ontology: Ontology) -> str:
        """Return the elements as SL; see :class:`ontology.language.Language`."""
        writer = Writer(ontology)
        content = tuple(writer.expression(element) for element in elements)
        check(content, self.profile)
        text = print_content(content)
        if found := _NOT_XML.search(text):
            raise Unspeakable(f"SL cannot say the character {found.group()!a}")
        return text

    def decode(self, text: str, ontology: Ontology, version: Version) -> tuple[Element, ...]:
        """Return the elements of an SL content; see :class:`ontology.language.Language`."""
        content = parse(text)
        try:
            check(content, self.profile)
        except Unspeakable as error:
            raise MalformedContent(str(error)) from error
        reader = Reader(Builder(ontology, version))
        elements = []
        for number, node in enumerate(content):
            element = reader.expression(node, Place(f"expression {number}"))
            if isinstance(element, Unknown):
                raise MalformedContent(element.problem)
            elements.append(element)
        return tuple(elements)
