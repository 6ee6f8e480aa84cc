"""Sentences and words: what chunking, ranking and recall share. Pure."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Protocol

from knowledge.words import word_set

_BREAK = re.compile(r"\n+|(?<=[.!?…])[\"'”’)\]]*\s+|(?<=[。！？])")  # noqa: RUF001 - marks of other scripts
_LAST_WORD = re.compile(r"([\w.]+?)[.][\"'”’)\]]*\s*$")  # noqa: RUF001
_WORD = re.compile(r"[^\W_]+(?:['’.\-/@:&+][^\W_]+)*", re.UNICODE)  # noqa: RUF001
_LONG_WORD = 6
_MEASURE = re.compile(rf"\bhow\s+(?:{'|'.join(sorted(word_set('measures')))})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a text: `text[start:end]`."""

    start: int
    end: int


class _Stemmer(Protocol):
    def stemWord(self, word: str) -> str: ...  # noqa: N802 - the library's name


def sentence_spans(text: str) -> tuple[Span, ...]:
    """Find where the sentences and lines of a text lie, without the white space between them.

    A sentence ends at ".", "!", "?" with white space behind, and at a line break; abbreviations, initials and
    numbered lists do not end one.
    """
    spans: list[Span] = []
    start = 0
    for match in _BREAK.finditer(text):
        if "\n" not in match[0] and _is_abbreviation(text[start : match.start()]):
            continue
        _append(spans, text, start, match.end())
        start = match.end()
    _append(spans, text, start, len(text))
    return tuple(spans)


def _append(spans: list[Span], text: str, start: int, end: int) -> None:
    piece = text[start:end]
    left = len(piece) - len(piece.lstrip())
    stripped = piece.strip()
    if stripped:
        spans.append(Span(start + left, start + left + len(stripped)))


def _is_abbreviation(before: str) -> bool:
    match = _LAST_WORD.search(before[-40:])
    if match is None:
        return False
    word = match[1].lower()
    initial = len(word) == 1 and match[1].isupper() and word != "i"
    number_of_list = word.isdigit() and not before[:-40].strip() and not before[-40:][: match.start()].strip()
    return word in word_set("abbreviations") or initial or number_of_list


def words(text: str) -> tuple[str, ...]:
    """Give the words of a text in lower case; "I've", "Q3", "12:30", "wi-fi" and "a@b.org" are one each."""
    return tuple(_WORD.findall(text.lower().replace("’", "'")))  # noqa: RUF001


def content_words(text: str) -> tuple[str, ...]:
    """Give the words a text is about, each once, in order, without possessive endings."""
    function_words = word_set("function_words")
    found: dict[str, None] = {}
    for word in words(text):
        plain = word.removesuffix("'s")
        if plain.split("'")[0] not in function_words and plain not in function_words:
            found[plain] = None
    return tuple(found)


def question_words(question: str) -> tuple[str, ...]:
    """Give the words an answer should be about; "how long is the warranty" is about "warranty" alone."""
    return content_words(_MEASURE.sub("how ", question)) or content_words(question)


def is_slip(word: str, meant: str) -> bool:
    """Tell whether a word is another one with two neighbouring letters swapped, or one letter wrong in a long one."""
    if (
        word == meant
        or not (word.isalpha() and meant.isalpha())
        or word[0] != meant[0]
        or abs(len(word) - len(meant)) > 1
    ):
        return False
    start = next((i for i, (a, b) in enumerate(zip(word, meant, strict=False)) if a != b), min(len(word), len(meant)))
    rest, right = word[start:], meant[start:]
    if len(word) == len(meant) and rest[1::-1] == right[:2] and rest[2:] == right[2:]:
        return True
    long = min(len(word), len(meant)) >= _LONG_WORD
    return long and (rest[1:] == right[1:] or rest[1:] == right or rest == right[1:])


@lru_cache(maxsize=20_000)
def stem(word: str) -> str:
    """Give the stem of a lower-case English word: "parked", "parking" and "parks" have the same."""
    return _stemmer().stemWord(word)


@cache
def _stemmer() -> _Stemmer:
    import snowballstemmer  # type: ignore[import-untyped]

    stemmer: _Stemmer = snowballstemmer.stemmer("english")
    return stemmer
