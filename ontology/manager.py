"""The content manager: from a message's language and ontology to typed content, and back.

It knows content languages and ontologies by name, as JADE's content manager does; what it cannot read it
answers with the reason that FIPA 00023 has for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from ontology import json_language
from ontology.acl import ACLMessage
from ontology.content import Element, Ontology
from ontology.expressions import Action, Reason, UnrecognisedValue, UnsupportedValue


class NotUnderstandable(ValueError):
    """The content of a message cannot be read; ``reason`` is the FIPA reason to answer with."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.explanation)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Spoken:
    """Content ready for a message: its text, and the language and ontology in which it is."""

    content: str
    language: str
    ontology: str


class ContentManager:
    """Encodes and decodes content.

    Args:
        ontologies: the vocabularies that are understood; the first is the one spoken by default.
    """

    def __init__(self, ontologies: Iterable[Ontology]) -> None:
        self._ontologies = {ontology.name: ontology for ontology in ontologies}

    def encode(self, *elements: Element, ontology: str | None = None) -> Spoken:
        """Return the elements as text in the JSON content language.

        Args:
            elements: what to say.
            ontology: the vocabulary to name; None: the first one that has the words for it.
        """
        return Spoken(json_language.encode(elements), json_language.NAME, ontology or self._home(elements))

    def _home(self, elements: tuple[Element, ...]) -> str:
        spoken_of = {type(e.act if isinstance(e, Action) else e) for e in elements}
        for name, ontology in self._ontologies.items():
            if spoken_of <= set(ontology):
                return name
        return next(iter(self._ontologies))

    def decode(self, message: ACLMessage) -> tuple[Element, ...]:
        """Return the typed content of a message.

        Raises:
            NotUnderstandable: language or ontology are unknown, or the content does not fit them.
        """
        if message.language != json_language.NAME:
            raise NotUnderstandable(
                UnsupportedValue(parameter="language", explanation=f"I do not speak {message.language}.")
            )
        ontology = self._ontologies.get(message.ontology or "")
        if ontology is None:
            raise NotUnderstandable(
                UnsupportedValue(parameter="ontology", explanation=f"I do not know the ontology {message.ontology}.")
            )
        try:
            return json_language.decode(message.content or "", ontology)
        except json_language.MalformedContent as error:
            raise NotUnderstandable(UnrecognisedValue(parameter="content", explanation=str(error))) from error
