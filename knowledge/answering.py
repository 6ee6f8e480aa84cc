"""An answer in the documents' own words: the sentences of the best passage that say what was asked."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from knowledge.passages import Passage
from knowledge.ranking import Query, Ranker
from knowledge.text import Span, question_words, sentence_spans, stem

_POINTS_BACK = re.compile(
    r"^(?:it|its|they|them|their|he|she|his|her|this|that|these|those|there|so|then|after that|otherwise"
    r"|however|also)\b",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_MONTH = re.compile(
    r"\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\b"
    r"|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b",
    re.IGNORECASE,
)
_NUMBER_WORD = re.compile(
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|thirty|hundred|thousand|half|once|twice)\b",
    re.IGNORECASE,
)
_NAME = re.compile(r"(?<=[a-z,;:] )[A-Z][a-z]+")
_MARKER = re.compile(r"^(?:[-*•]|\d{1,2}[.)])\s+")
_LONG_ENOUGH = 25
_LONGEST = 500
_WORTH_MORE = 0.1


@dataclass(frozen=True, slots=True)
class Answer:
    """What the documents say.

    Attributes:
        text: Their own sentences; empty where they do not answer.
        passages: The passages found, best first; the first is where the text is from.
        confidence: From 0 to 1; that of the first passage.
    """

    text: str
    passages: tuple[Passage, ...]
    confidence: float

    @property
    def citation(self) -> str:
        """Where the text is from, as shown to a person; empty where there is none."""
        return self.passages[0].citation if self.text and self.passages else ""


def answer_from(query: Query, passages: Sequence[Passage], *, ranker: Ranker, min_confidence: float) -> Answer:
    """Answer from passages, or say nothing where they are not about the question. Computes in this thread.

    Args:
        query: The question.
        passages: Best first.
        ranker: What scored the passages.
        min_confidence: Below it the text is left empty.
    """
    confidence = passages[0].score if passages else 0.0
    if not passages or confidence < min_confidence:
        return Answer(text="", passages=tuple(passages), confidence=confidence)
    return Answer(text=_extract(query, passages[0], ranker=ranker), passages=tuple(passages), confidence=confidence)


def _extract(query: Query, passage: Passage, *, ranker: Ranker) -> str:
    spans = sentence_spans(passage.text)
    sentences = [passage.text[span.start : span.end] for span in spans]
    nearness = ranker.nearness(query, sentences)
    scores = [
        ranker.coverage(query, sentence) + float(near) + _fits(query.text, sentence)
        for sentence, near in zip(sentences, nearness, strict=True)
    ]
    best = max(range(len(sentences)), key=lambda index: scores[index])
    first, last = _extend(passage.text, spans, best)
    if last + 1 < len(spans) and _follows(passage.text, spans[last], spans[last + 1]):
        more = ranker.coverage(query, f"{sentences[last]} {sentences[last + 1]}")
        if more > ranker.coverage(query, sentences[last]) + _WORTH_MORE:
            last += 1  # "We chose a new logo. Its colour is teal."
    # A question that names only the heading asks for what is under it, not for one sentence of it.
    if passage.heading and _names_only(query.terms, passage.heading) and len(passage.text) <= _LONGEST:
        first, last = 0, len(sentences) - 1
    return _joined(passage.text, spans[first], spans[last])


def _fits(question: str, sentence: str) -> float:
    """Say whether a sentence has the kind of thing that is asked for: a time, a number, a name."""
    start = question.lower()
    found = False
    if re.match(r"(?:when|what (?:date|day|time|year)|which (?:date|day))\b", start):
        found = bool(_MONTH.search(sentence) or _DIGIT.search(sentence))
    elif re.match(r"(?:how (?:much|many|long|often|high|hot|big|old|far|large)|what (?:number|price))\b", start):
        found = bool(_DIGIT.search(sentence) or _NUMBER_WORD.search(sentence))
    elif re.match(r"(?:who|whom|whose|where)\b", start):
        found = bool(_NAME.search(sentence))
    return 0.25 if found else 0.0


def _extend(text: str, spans: Sequence[Span], best: int) -> tuple[int, int]:
    """Take in the neighbours a sentence does not stand without, as numbers of the first and the last one.

    A question found in the text stands for its answer, a short label takes in what follows, and a sentence that
    points back takes in the one before, in the same paragraph.
    """
    sentence = text[spans[best].start : spans[best].end]
    more = best + 1 < len(spans)
    if sentence.endswith("?") and more:
        return best + 1, best + 1
    label = len(sentence) < _LONG_ENOUGH and sentence[-1].isalnum()
    if (sentence.endswith(":") or label) and more:
        return best, best + 1
    if best > 0 and _follows(text, spans[best - 1], spans[best]):
        return best - 1, best
    return best, best


def _follows(text: str, before: Span, after: Span) -> bool:
    """Say whether a sentence points back to the one before, in the same paragraph."""
    return "\n" not in text[before.end : after.start] and bool(_POINTS_BACK.match(text[after.start : after.end]))


def _names_only(terms: Sequence[str], heading: str) -> bool:
    named = {stem(word) for word in question_words(heading)}
    return bool(named) and {stem(term) for term in terms} <= named


def _joined(text: str, first: Span, last: Span) -> str:
    found = text[first.start : last.end]
    if len(found) > _LONGEST:
        cut = found.rfind(" ", 0, _LONGEST)
        found = f"{found[: cut if cut > 0 else _LONGEST]} …"
    return _MARKER.sub("", found).strip()
