"""Words as spaCy sees them: mistyped key words, kinds of files, and guesses from single words.

A blank English pipeline has no trained parts; it brings the tokenizer, the matcher with its bounded edit
distance and the entity ruler. It is loaded at the first use, which takes a second or more.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from threading import RLock
from typing import Any

from nlu.readings import Intent

_WORD = re.compile(r"[^\W\d_]+")
_HEAD = 10  # a wish says what it is in its first words
_GUESSED = 400  # characters in which single words are looked for


@dataclass(frozen=True)
class Guess:
    """An intent guessed from words, with how sure that is."""

    intent: Intent
    sure: float


@dataclass(frozen=True)
class Kind:
    """A kind of file that a text names, with its place in the text."""

    name: str
    start: int
    end: int


class Words:
    """Looks at single words of a text."""

    def __init__(
        self,
        *,
        key_words: Sequence[str],
        true_words: Sequence[str],
        kinds: Mapping[str, Sequence[str]],
        guesses: Sequence[Mapping[str, Any]],
    ) -> None:
        """Take the word lists as the rule files have them."""
        self._keys = tuple(dict.fromkeys(key_words))
        self._true = frozenset(true_words) | frozenset(key_words)
        self._kinds = kinds
        self._guesses = guesses
        self._lock = RLock()  # spaCy's vocabulary grows while it reads

    def load(self) -> None:
        """Load spaCy now rather than at the first text that needs it."""
        with self._lock:
            _ = (self._pipeline, self._typos, self._matcher)

    @cached_property
    def _pipeline(self) -> Any:
        import spacy

        pipeline = spacy.blank("en")
        ruler: Any = pipeline.add_pipe("entity_ruler")
        ruler.add_patterns(
            [
                {"label": "KIND", "id": kind, "pattern": [{"LOWER": part} for part in words.split()]}
                for kind, names in self._kinds.items()
                for words in names
            ]
        )
        return pipeline

    @cached_property
    def _typos(self) -> Any:
        from spacy.matcher import Matcher

        matcher = Matcher(self._pipeline.vocab)
        for word in self._keys:
            if len(word) >= 5:
                distance = "FUZZY1" if len(word) < 6 else "FUZZY2"
                matcher.add(word, [[{"LOWER": {distance: word}}]])
        return matcher

    @cached_property
    def _matcher(self) -> Any:
        from spacy.matcher import Matcher

        matcher = Matcher(self._pipeline.vocab)
        for index, guess in enumerate(self._guesses):
            matcher.add(str(index), [guess["pattern"]])
        return matcher

    def kinds(self, text: str) -> tuple[Kind, ...]:
        """Return the kinds of files that ``text`` names."""
        with self._lock:
            found = self._pipeline(text).ents
        return tuple(Kind(each.ent_id_, each.start_char, each.end_char) for each in found)

    def guesses(self, text: str) -> tuple[Guess, ...]:
        """Return what single words of ``text`` hint at, surest first, one of each intent."""
        with self._lock:
            hits = self._matcher(self._pipeline.make_doc(text[:_GUESSED]))
        best: dict[Intent, float] = {}
        for key, _, _ in hits:
            guess = self._guesses[int(self._pipeline.vocab.strings[key])]
            intent = Intent(guess["intent"])
            best[intent] = max(best.get(intent, 0.0), float(guess["sure"]))
        ordered = sorted(best.items(), key=lambda item: -item[1])
        return tuple(Guess(intent, sure) for intent, sure in ordered)

    def corrected(self, text: str) -> str:
        """Return ``text`` with mistyped key words among its first words put right.

        A word of five letters may be one letter off, a longer one two; it begins with the right letter, is
        about as long, and is no word of its own. In a word of four letters only two neighbours may be swapped.
        """
        places = list(_WORD.finditer(text[:_GUESSED]))[:_HEAD]
        unknown = [place for place in places if place.group().lower() not in self._true]
        if not unknown:
            return text
        from spacy.tokens import Doc

        with self._lock:
            hits = self._typos(Doc(self._pipeline.vocab, words=[place.group() for place in unknown]))
        close: dict[int, list[str]] = {}
        for key, at, _ in hits:
            close.setdefault(at, []).append(self._pipeline.vocab.strings[key])
        result = text
        for at in range(len(unknown) - 1, -1, -1):
            word = unknown[at].group().lower()
            right = self._meant(word, close.get(at, []))
            if right is not None:
                result = result[: unknown[at].start()] + right + result[unknown[at].end() :]
        return result

    def _meant(self, word: str, close: Sequence[str]) -> str | None:
        swapped = [key for key in self._keys if _is_swap(word, key)]
        near = [key for key in close if key[0] == word[0] and abs(len(key) - len(word)) <= 1 + (len(key) > 7)]
        if swapped or not near:
            return swapped[0] if swapped else None
        return max(near, key=lambda key: len(set(key) & set(word)) - abs(len(key) - len(word)))


def _is_swap(word: str, key: str) -> bool:
    """Tell whether two neighbouring letters of ``key`` are swapped in ``word``, and nothing else differs."""
    if len(word) != len(key) or len(key) < 4:
        return False
    wrong = [at for at in range(len(key)) if word[at] != key[at]]
    if len(wrong) != 2 or wrong[1] != wrong[0] + 1:
        return False
    first, second = wrong
    return word[first] == key[second] and word[second] == key[first]
