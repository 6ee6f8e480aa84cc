"""Which of a person's facts answers a question, and how surely.

A question and a fact agree in slots first: each thing the question is about must be in the fact (a word, or
one of the same meaning, fully; one that is near in meaning to the fact's value in part, so that "drink" finds
"tea"), and whose thing it is must agree both ways ("my name" is not "my sister's name"). What "who", "where",
"when" and "how old" ask for must be what the fact gives. The factors are multiplied, so that one clear mismatch
is enough. Embeddings find the few facts looked at closely, and part equals.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from knowledge.embedding import Embedder, Vectors
from knowledge.question import strip_frame
from knowledge.statements import PLACES, canonical, canonical_words, is_relation, plain
from knowledge.text import content_words, is_slip, question_words

_CLOSE_LOOKS = 60
_MISSING = 0.03
_NAME_GIVEN = 0.7
_MISTYPED = 0.95
_PROPER_NAME = re.compile(r"(?<=[\w,] )[A-Z][a-z]+")
_OWNER_MISMATCH, _KIND_MISMATCH, _NOT_ASKED = 0.15, 0.3, 0.8
_UNLIKE, _ALIKE = 0.12, 0.4
_TIME = re.compile(
    r"\d|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b(?:january|february|march|april|may|june|july|august"
    r"|september|october|november|december|today|tomorrow|tonight|noon|midnight|morning|evening|spring|summer"
    r"|autumn|winter|christmas|easter)\b",
    re.IGNORECASE,
)
_PLACE = re.compile(rf"^(?:to|{PLACES})\s|\b(?:street|road|avenue|lane|square|strasse|floor|room)\b", re.IGNORECASE)
_ANY_PLACE = re.compile(rf"\b{PLACES}\s", re.IGNORECASE)
_EITHER = re.compile(r"\b([\w-]+)\s+or\s+([\w-]+)\b", re.IGNORECASE)
_KINDS = (
    ("name", re.compile(r"^(?:who's|who\s+(?:is|are|was|were))\b", re.IGNORECASE)),
    (
        "location",
        re.compile(
            r"^(?:where\b|where's\b|(?:in |at |from |to )?(?:which|what) (?:city|town|village|country|place|street)\b)",
            re.I,
        ),
    ),
    (
        "date",
        re.compile(
            r"^(?:when\b|when's\b|(?:(?:on|in|at) )?(?:which|what) (?:day|date|time|month|year)\b)", re.IGNORECASE
        ),
    ),
    ("age", re.compile(r"^how old\b", re.IGNORECASE)),
)


@dataclass(frozen=True)
class Known:
    """A fact as recall looks at it.

    Attributes:
        text: The sentence.
        subject: What it is about, where that is known.
        attribute: What it says of it, where that is known.
        value: What that is, where it is known.
        vector: The sentence's embedding.
    """

    text: str
    subject: str | None
    attribute: str | None
    value: str | None
    vector: Vectors

    @cached_property
    def about(self) -> frozenset[str]:
        """All that the sentence names."""
        return canonical_words(f"{self.text} {self.attribute or ''}")

    @cached_property
    def owners(self) -> frozenset[str]:
        """Whose thing it is: relations and proper names in the subject."""
        if self.subject is None:
            return frozenset()
        named = {word for word in canonical_words(self.subject) if is_relation(word)}
        proper = re.findall(r"\b[A-Z][\w-]+", self.subject.removeprefix("My ").removeprefix("The "))
        return frozenset(named | {canonical(word.lower()) for word in proper if word != "I"})

    @cached_property
    def attributes(self) -> frozenset[str]:
        """What it says of its subject, as words."""
        return canonical_words(self.attribute or "")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as recall looks at it.

    Attributes:
        terms: What it is about; of several in one group any one will do.
        weights: How telling each group is; they sum to one.
        kind: What kind of thing is asked for: "name", "location", "date", "age" or "".
        vector: The question's embedding.
        vectors: For each group the embeddings of its words.
    """

    terms: tuple[tuple[str, ...], ...]
    weights: Vectors
    kind: str
    vector: Vectors
    vectors: tuple[Vectors, ...]

    @property
    def words(self) -> frozenset[str]:
        """All terms in one form each."""
        return frozenset(canonical(word) for group in self.terms for word in group)


class Matcher:
    """Compares questions with facts. Its methods compute in the calling thread.

    Args:
        embedder: The model the facts were embedded with.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    def asked(self, question: str) -> Asked:
        """Make a question ready."""
        about = plain(strip_frame(question))
        kind, rest = "", about
        for name, pattern in _KINDS:
            if match := pattern.match(about):
                kind, rest = name, about[match.end() :]
                break
        terms = _grouped(about, question_words(rest))
        weights = np.array([self._embedder.weigh(group).max() for group in terms], dtype=np.float32)
        return Asked(
            terms=terms,
            weights=weights / max(float(weights.sum()), 1e-9),
            kind=kind,
            vector=self._embedder.encode([" ".join(word for group in terms for word in group) or about])[0],
            vectors=tuple(self._embedder.encode(group) for group in terms),
        )

    def score(self, asked: Asked, facts: Sequence[Known]) -> tuple[float, ...]:
        """Say for each fact how surely it answers the question, from 0 to 1."""
        if not facts or not asked.terms:
            return (0.0,) * len(facts)
        cosines = np.stack([fact.vector for fact in facts]) @ asked.vector
        wanted = asked.words
        overlap = np.array([len(wanted & fact.about) for fact in facts])
        close = set(np.argsort(-(overlap + cosines))[:_CLOSE_LOOKS].tolist())
        return tuple(
            self._score(asked, fact, float(cosine)) if index in close else 0.0
            for index, (fact, cosine) in enumerate(zip(facts, cosines, strict=True))
        )

    def names(self, asked: Asked, fact: Known) -> bool:
        """Say whether a fact has every single thing that is asked for, in so many words."""
        return bool(asked.terms) and all(any(canonical(word) in fact.about for word in group) for group in asked.terms)

    def _score(self, asked: Asked, fact: Known, cosine: float) -> float:
        covered = [
            max(_MISSING, self._covered(asked, index, fact)) ** float(weight)
            for index, weight in enumerate(asked.weights)
        ]
        value: float = math.prod(covered) * _agreement(asked, fact)
        # The nearer of two that agree alike in all else comes first; never enough to lift a mismatch.
        return min(1.0, value * (0.94 + 0.06 * max(0.0, min(1.0, cosine))))

    def _covered(self, asked: Asked, index: int, fact: Known) -> float:
        group = asked.terms[index]
        forms = {canonical(word) for word in group}
        if forms & fact.about:
            return 1.0
        named = canonical("name") in forms and len(asked.terms) > 1 and not fact.attribute
        if named and _PROPER_NAME.search(fact.value or fact.text):
            return _NAME_GIVEN  # "we have two cats, Tom and Jerry"
        # A sister is near a brother in meaning, and still not him; and one name or number is never nearly another.
        exact = asked.kind == "name" or any(any(map(str.isdigit, form)) for form in forms)
        if exact or any(is_relation(form) for form in forms):
            return 0.0
        if any(is_slip(word, there) for word in group for there in content_words(fact.text)):
            return _MISTYPED
        described = content_words(fact.value or fact.text)
        if not described:
            return 0.0
        nearest = float((asked.vectors[index] @ self._embedder.encode(described).T).max())
        return max(0.0, min(0.9, (nearest - _UNLIKE) / (_ALIKE - _UNLIKE)))


def _grouped(about: str, terms: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """Put the words of "tea or coffee" into one group; each other word has its own."""
    either = _EITHER.search(about)
    pair = tuple(word.lower() for word in either.groups()) if either else ()
    groups: list[tuple[str, ...]] = []
    for term in terms:
        if term not in pair:
            groups.append((term,))
        elif pair not in groups:
            groups.append(pair)
    return tuple(groups)


def _agreement(asked: Asked, fact: Known) -> float:
    """Weigh what the fact is about and the question does not name, and the kind of thing that is asked for."""
    wanted = asked.words
    factor = _kind_fits(asked.kind, fact)
    if fact.subject is None or wanted <= canonical_words(fact.value or ""):
        return factor  # "who is Mia?" asks by the value for all the rest
    if fact.owners and not fact.owners & wanted:
        factor *= _OWNER_MISMATCH
    implied = {canonical(asked.kind)} if asked.kind else set()
    if (canonical_words(fact.subject) | fact.attributes) - fact.owners - implied - wanted and fact.subject != "I":
        factor *= _NOT_ASKED
    return factor


def _kind_fits(kind: str, fact: Known) -> float:
    value = fact.value or fact.text
    if kind == "age":
        fits = fact.attribute == "age" or re.search(r"\d+ years? old|\bborn\b", fact.text) is not None
    elif kind == "date":
        fits = bool(_TIME.search(value))
    elif kind == "location":
        fits = bool(_PLACE.search(value)) or (fact.value is None and bool(_ANY_PLACE.search(value)))
        fits = fits or bool(fact.attributes & canonical_words("address location"))
    elif kind == "name":
        fits = (
            fact.subject is not None
            and fact.attribute not in {"age", "location"}
            and not re.fullmatch(r"[\d\W]+", value)
        )
    else:
        fits = True
    return 1.0 if fits else _KIND_MISMATCH
