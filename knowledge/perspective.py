"""A sentence turned round: what someone said of themselves, said to them. Pure.

"my sister lent me her car" becomes "your sister lent you her car", and "your name is Parley" becomes "my name is
Parley".
"""

import re

_TOKEN = re.compile(r"[A-Za-z]+(?:['’][A-Za-z]+)?|[^A-Za-z]+")  # noqa: RUF001
_SWAPS = {
    "i": "you",
    "i'm": "you're",
    "i've": "you've",
    "i'll": "you'll",
    "i'd": "you'd",
    "me": "you",
    "my": "your",
    "mine": "yours",
    "myself": "yourself",
    "we": "you",
    "we're": "you're",
    "we've": "you've",
    "we'll": "you'll",
    "we'd": "you'd",
    "us": "you",
    "our": "your",
    "ours": "yours",
    "ourselves": "yourselves",
    "am": "are",
    "your": "my",
    "yours": "mine",
    "yourself": "myself",
    "you're": "I'm",
    "you've": "I've",
    "you'll": "I'll",
    "you'd": "I'd",
}
# fmt: off
_ADVERBS = frozenset({
    "also", "always", "already", "just", "never", "not", "now", "often", "only", "really", "recently", "still",
    "usually", "sometimes", "once",
})
_VERBS_AFTER_YOU = frozenset({
    "are", "were", "was", "have", "had", "do", "did", "will", "would", "can", "could", "should", "may", "might",
    "must", "know", "like", "want", "need", "said",
})
_BEFORE_SUBJECT = frozenset({
    "that", "if", "when", "where", "because", "and", "but", "while", "although", "as", "what", "who", "how", "why",
})
# fmt: on


def address_speaker(sentence: str) -> str:
    """Turn what a speaker said round, so that it can be said to that speaker.

    Args:
        sentence: A statement in the first person; quotes and line breaks are kept.
    """
    tokens = _TOKEN.findall(sentence)
    lowered = [token.lower().replace("’", "'") for token in tokens]  # noqa: RUF001
    turned = [_turn(tokens[i], lowered, i) for i in range(len(tokens))]
    return "".join(turned)


def as_sentence(text: str) -> str:
    """Begin with a capital letter and end with a full stop, unless it ends a sentence already."""
    stripped = text.strip()
    if not stripped:
        return ""
    first = stripped.split(maxsplit=1)[0]
    # "iPhone" and "https://..." are written as they are.
    if (first.isalpha() and first.islower()) or (first[0].islower() and "'" in first):
        stripped = stripped[0].upper() + stripped[1:]
    return stripped if stripped[-1] in ".!?…" else f"{stripped}."


def _turn(written: str, lowered: list[str], index: int) -> str:
    word = lowered[index]
    if word == "you":
        return "I" if _is_subject(lowered, index) else "me"
    if word == "was" and _word_before(lowered, index) == "i":
        return "were"
    if word == "wasn't" and _word_before(lowered, index) == "i":
        return "weren't"
    if (word == "are" and _word_before(lowered, index) == "you") or (word == "were" and _is_after_you(lowered, index)):
        return "am" if word == "are" else "was"
    swapped = _SWAPS.get(word)
    if swapped is None or (word == "us" and written == "US") or (word == "am" and not _is_verb_am(lowered, index)):
        return written
    if written[0].isupper() and word not in {"i", "i'm", "i've", "i'll", "i'd"}:
        return swapped[0].upper() + swapped[1:]
    return swapped


def _is_after_you(lowered: list[str], index: int) -> bool:
    return _word_before(lowered, index) == "you"


def _is_verb_am(lowered: list[str], index: int) -> bool:
    """Tell "I am" and "am I" from "9 am"."""
    return "i" in {_word_before(lowered, index), _word_after(lowered, index)}


def _is_subject(lowered: list[str], index: int) -> bool:
    """Say whether a "you" does something, or has something done to it."""
    before, after = _word_before(lowered, index), _word_after(lowered, index)
    return before in {"", *_BEFORE_SUBJECT} or after in _VERBS_AFTER_YOU


def _word_before(lowered: list[str], index: int) -> str:
    return _neighbour(lowered[:index][::-1])


def _word_after(lowered: list[str], index: int) -> str:
    return _neighbour(lowered[index + 1 :])


def _neighbour(tokens: list[str]) -> str:
    """Give the nearest word of the same clause that is no adverb, or nothing."""
    for piece in tokens:
        if piece[0].isalpha():
            if piece not in _ADVERBS:
                return piece
        elif piece.strip(" \t\n\"'“”"):
            return ""
    return ""
