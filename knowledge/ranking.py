"""How sure it is that a passage speaks of what was asked.

Three things are measured: how much of what the question is about the passage names (each word weighed by how
telling it is; a word of like meaning counts in part), how near its nearest sentence is in meaning, and how
near it is as a whole. A logistic function joins them. Its weights were fitted to the questions and documents
in `tests/knowledge/corpora`, each collection by the other, and hold there for both.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from knowledge.embedding import Embedder, Vectors
from knowledge.passages import Candidate, Passage
from knowledge.text import content_words, question_words, sentence_spans, stem

_COVERAGE, _SENTENCE, _PASSAGE, _OFFSET = 6.0, 3.2, 3.2, -4.6
# Words of unlike meaning have a cosine of up to 0.3 in the default model; beyond it, likeness counts in part.
_UNLIKE, _LIKE_AT_MOST = 0.3, 0.9


@dataclass(frozen=True, slots=True)
class Query:
    """A question made ready for ranking.

    Attributes:
        text: The question without its frame.
        terms: The words it is about.
        weights: How telling each is; they sum to one.
        term_vectors: One row for each term.
        vector: The embedding of the terms together.
    """

    text: str
    terms: tuple[str, ...]
    weights: Vectors
    term_vectors: Vectors
    vector: Vectors


class Ranker:
    """Gives passages and sentences their confidence. Its methods compute in the calling thread.

    Args:
        embedder: The model the passages were embedded with.
    """

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._word_vector = lru_cache(maxsize=20_000)(self._embed_word)

    def query(self, question: str) -> Query:
        """Make a question, without its frame, ready for ranking."""
        terms = question_words(question) or (question,)
        weights = self._embedder.weigh(terms)
        vectors = self._embedder.encode([*terms, " ".join(terms)])
        return Query(
            text=question,
            terms=terms,
            weights=weights / max(float(weights.sum()), 1e-9),
            term_vectors=vectors[:-1],
            vector=vectors[-1],
        )

    def rank(self, query: Query, candidates: Sequence[Candidate]) -> tuple[Passage, ...]:
        """Score the candidates, best first; of equal ones the one found at the better rank comes first."""
        ordered = sorted(candidates, key=lambda candidate: -candidate.fused)
        scored = [replace(entry.passage, score=self._confidence(query, entry)) for entry in ordered]
        return tuple(sorted(scored, key=lambda passage: -passage.score))

    def coverage(self, query: Query, text: str) -> float:
        """Say how much of what the question is about a text names, from 0 to 1."""
        context = content_words(text)
        stems = {stem(word) for word in context}
        vectors: Vectors | None = None
        total = 0.0
        for term, weight, vector in zip(query.terms, query.weights, query.term_vectors, strict=True):
            if stem(term) in stems:
                total += float(weight)
            elif context:
                if vectors is None:
                    vectors = np.stack([self._word_vector(word) for word in context])
                nearest = float((vectors @ vector).max())
                total += float(weight) * max(0.0, (nearest - _UNLIKE) / (1 - _UNLIKE)) * _LIKE_AT_MOST
        return total

    def nearness(self, query: Query, texts: Sequence[str]) -> Vectors:
        """Say how near each text is to the question in meaning: cosines."""
        if not texts:
            return np.zeros(0, dtype=np.float32)
        cosines: Vectors = self._embedder.encode(texts) @ query.vector
        return cosines

    def _confidence(self, query: Query, candidate: Candidate) -> float:
        passage = candidate.passage
        sentences = [passage.text[span.start : span.end] for span in sentence_spans(passage.text)]
        coverage = self.coverage(query, f"{passage.title}\n{passage.heading or ''}\n{passage.text}")
        sentence = float(max(self.nearness(query, sentences), default=0.0))
        whole = float(candidate.vector @ query.vector)
        return logistic(_COVERAGE * coverage + _SENTENCE * sentence + _PASSAGE * whole + _OFFSET)

    def _embed_word(self, word: str) -> Vectors:
        vector: Vectors = self._embedder.encode([word])[0]
        return vector


def logistic(value: float) -> float:
    """Map any number to between 0 and 1."""
    return 1 / (1 + math.exp(-value))
