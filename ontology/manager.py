"""The content manager: from a message's language and ontology to typed content, and back.

It knows content languages and ontologies by name, as JADE's content manager does; what it cannot read it
answers with the reason that FIPA 00023 has for it. Names are compared without regard to case: other platforms say
*FIPA-Agent-Management*.

The version of an ontology that is not 1.0 travels in the message's user-defined parameter ``X-Ontology-Version``.
Content of another major version is not understood. Content of a newer minor version is, without what is new in it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from ontology.acl import ACLMessage
from ontology.content import Ontology, Version
from ontology.elements import Element
from ontology.expressions import Action, IdentifyingExpression, Pattern, Reason, UnrecognisedValue, UnsupportedValue
from ontology.json_language import JsonLanguage
from ontology.language import Language, MalformedContent, Unspeakable
from ontology.said import SAID
from ontology.sl.language import SLLanguage
from ontology.sl.profiles import Profile

VERSION_PARAMETER: Final = "X-Ontology-Version"

LANGUAGES: Final[tuple[Language, ...]] = (JsonLanguage(), *(SLLanguage(profile) for profile in Profile))
"""The content languages; after the first, each can say what the one before it can, and more."""

_FIRST: Final = Version(1, 0)


class NotUnderstandable(ValueError):
    """The content of a message cannot be read; ``reason`` is the FIPA reason to answer with."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.explanation)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Spoken:
    """Content ready for a message: its text, and the language and the ontology, with its version, in which it is."""

    content: str
    language: str
    ontology: str
    version: Version = _FIRST

    @property
    def parameters(self) -> Mapping[str, str]:
        """The user-defined parameters that the message needs."""
        return {} if self.version == _FIRST else {VERSION_PARAMETER: str(self.version)}


class ContentManager:
    """Encodes and decodes content.

    Args:
        ontologies: the vocabularies that are understood; the first is the one spoken by default.
        languages: the content languages that are spoken; the first is the default and can say everything.
    """

    def __init__(self, ontologies: Iterable[Ontology], languages: Iterable[Language] = LANGUAGES) -> None:
        self._ontologies = {ontology.name.lower(): ontology for ontology in ontologies}
        self._languages = {language.name: language for language in languages}

    @property
    def languages(self) -> tuple[str, ...]:
        """The names of the content languages."""
        return tuple(self._languages)

    def encode(self, *elements: Element, ontology: str | None = None, language: str | None = None) -> Spoken:
        """Return the elements as text.

        Args:
            elements: what to say.
            ontology: the vocabulary to name; None: the first one that has the words for it.
            language: the content language that is wanted. Where it has no means to say this, as ``fipa-sl0`` has no
                *not*, the next one that has is taken; where it is None or not spoken, the default.

        Raises:
            Unspeakable: no language can say this.
        """
        vocabulary = self._ontologies.get((ontology or "").lower()) or self._home(elements)
        problem = Unspeakable("no content language is spoken")
        for each in self._able(language):
            try:
                text = each.encode(elements, vocabulary)
            except Unspeakable as error:
                problem = error
            else:
                SAID.remember(text, each, vocabulary, elements)
                return Spoken(text, each.name, ontology or vocabulary.name, vocabulary.version)
        raise problem

    def decode(self, message: ACLMessage) -> tuple[Element, ...]:
        """Return the typed content of a message.

        Raises:
            NotUnderstandable: language or ontology are unknown, or the content does not fit them.
        """
        language = self._languages.get((message.language or "").lower())
        if language is None:
            raise _unsupported("language", f"I do not speak {message.language}.")
        ontology = self._ontologies.get((message.ontology or "").lower())
        if ontology is None:
            raise _unsupported("ontology", f"I do not know the ontology {message.ontology}.")
        version = _version_of(message)
        if version.major != ontology.version.major:
            raise _unsupported("ontology", f"Of {ontology.name} I know version {ontology.version}, not {version}.")
        text = message.content or ""
        said = SAID.recall(text, language, ontology) if version == ontology.version else None
        if said is not None:
            return said
        try:
            return language.decode(text, ontology, version)
        except MalformedContent as error:
            raise NotUnderstandable(UnrecognisedValue(parameter="content", explanation=str(error))) from error

    def _able(self, wanted: str | None) -> Iterable[Language]:
        default, *others = self._languages
        if wanted is not None and wanted.lower() in others:
            yield from (self._languages[name] for name in others[others.index(wanted.lower()) :])
        yield self._languages[default]

    def _home(self, elements: tuple[Element, ...]) -> Ontology:
        spoken_of = [_spoken_of(element) for element in elements]
        for ontology in self._ontologies.values():
            if all(ontology.find(cls.wire_name) is cls for cls in spoken_of):
                return ontology
        return next(iter(self._ontologies.values()))


def _spoken_of(element: Element) -> type[Element]:
    """Return the class that tells the vocabulary of an element: that of the act, where it speaks of an action."""
    match element:
        case Action(act=act):
            return type(act)
        case IdentifyingExpression(proposition=Pattern(slots=slots)):
            return next((type(each.act) for each in slots.values() if isinstance(each, Action)), type(element))
    return type(element)


def _version_of(message: ACLMessage) -> Version:
    if not message.user_defined:
        return _FIRST
    said = (value for name, value in message.user_defined.items() if name.lower() == VERSION_PARAMETER.lower())
    try:
        return Version.read(next(said, str(_FIRST)))
    except ValueError as error:
        reason = UnrecognisedValue(parameter=VERSION_PARAMETER, explanation=str(error))
        raise NotUnderstandable(reason) from error


def _unsupported(parameter: str, explanation: str) -> NotUnderstandable:
    return NotUnderstandable(UnsupportedValue(parameter=parameter, explanation=explanation))
