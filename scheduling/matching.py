"""Which reminder somebody means: "2", "the second one", "the one about John", "stretch", "all".

Numbers count in the list that was shown. Words must all be found in a reminder (other endings and small
slips of the pen allowed) for it to be meant; where only some are, it is offered and not taken, because what
is done with the answer may be a cancellation.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

from scheduling.reminder import Reminder


class MatchKind(StrEnum):
    """How sure it is what was meant."""

    MATCHED = "matched"  # these are meant
    SEVERAL = "several"  # one of these may be meant: ask
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Match:
    """What words come to: the reminders meant, or the ones to ask about."""

    kind: MatchKind
    reminders: tuple[Reminder, ...] = ()


_ORDINALS = (
    "first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth",
    "eleventh", "twelfth",
)  # fmt: skip
_CARDINALS = (
    "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
_NUMBERS = {word: n for words in (_ORDINALS, _CARDINALS) for n, word in enumerate(words, 1)}
_ALL = frozenset({"all", "everything", "every", "each", "both"})
_EMPTY_LINES = (
    "a an the my your our that this those these it its one ones reminder reminders alarm alarms",
    "timer timers about for to of with at on in me i please number no nr and or says saying called",
    "named which where cancel delete remove drop stop forget clear remind single them you have set",
)
_EMPTY = frozenset(word for line in _EMPTY_LINES for word in line.split())
_TIME = re.compile(
    r"\b(?:at |the )?(\d{1,2})(?:[:.](\d{2}))?\s*(?:(am|pm|a\.m\.|p\.m\.)|o'?clock|h\b)(?=\W|$)"
    r"|\bat (\d{1,2})(?:[:.](\d{2}))?(?![\w:])|\b(\d{1,2})[:.](\d{2})(?![\w:])"
)
_CLOSE = 0.8


def match(words: str, reminders: Sequence[Reminder]) -> Match:
    """Tell which of ``reminders`` is meant.

    Args:
        words: what the person said.
        reminders: in the order in which they were shown.
    """
    if not reminders:
        return Match(MatchKind.NONE)
    said = _plain(words)
    whole = [r for r in reminders if _plain(r.text) == said]
    if whole:
        return _among(whole)
    tokens = _tokens(said)
    times = list(_TIME.finditer(said))
    positions = None if times else _positions(tokens, len(reminders))
    if positions is not None:
        picked = tuple(reminders[index] for index in positions if 0 <= index < len(reminders))
        return Match(MatchKind.MATCHED, picked) if len(picked) == len(positions) else Match(MatchKind.NONE)
    everything = bool(_ALL & set(tokens))
    candidates = list(reminders)
    for time in times:
        candidates = [r for r in candidates if _at(r, time)]
    wanted = [t for t in _tokens(_TIME.sub(" ", said)) if t not in _EMPTY | _ALL]
    if not wanted and not times:
        # "the reminder": no word tells which, but there may be only one.
        if everything or len(reminders) == 1:
            return Match(MatchKind.MATCHED, tuple(reminders)) if tokens else Match(MatchKind.NONE)
        return Match(MatchKind.SEVERAL, tuple(reminders)) if tokens else Match(MatchKind.NONE)
    scores = [(_score(wanted, r), r) for r in candidates]
    full = [r for score, r in scores if score == 1]
    if full:
        return Match(MatchKind.MATCHED, tuple(full)) if everything else _among(full)
    close = tuple(r for score, r in scores if score >= 0.5)
    return Match(MatchKind.SEVERAL, close) if close else Match(MatchKind.NONE)


def _among(found: Sequence[Reminder]) -> Match:
    return Match(MatchKind.MATCHED if len(found) == 1 else MatchKind.SEVERAL, tuple(found))


def _plain(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.replace("\u2019", "'").casefold())
    kept = "".join(c for c in decomposed if not unicodedata.combining(c))
    return " ".join(kept.split()).strip(" .!?\"'")


def _tokens(plain: str) -> list[str]:
    return re.findall(r"[^\W_]+", re.sub(r"'s\b", "", plain))


def _positions(tokens: Sequence[str], count: int) -> list[int] | None:
    """Return the places in the list that are named, from 0; None when words say something else."""
    places: list[int] = []
    for index, word in enumerate(tokens):
        digits = re.fullmatch(r"(\d{1,4})(?:st|nd|rd|th)?", word)
        pronoun = word == "one" and index > 0 and tokens[index - 1] not in {"number", "no", "nr", "and"}
        if digits:
            places.append(int(digits[1]) - 1)
        elif word in _NUMBERS and not pronoun:
            places.append(_NUMBERS[word] - 1)
        elif word == "last":
            places.append(count - 1)
        elif word not in _EMPTY:
            return None
    return list(dict.fromkeys(places)) or None


def _at(reminder: Reminder, time: re.Match[str]) -> bool:
    hour, minute, half, at_hour, at_minute, bare_hour, bare_minute = time.groups()
    said_hour = int(hour or at_hour or bare_hour)
    said_minute = minute or at_minute or bare_minute
    due = reminder.due.local
    if said_minute is not None and int(said_minute) != due.minute:
        return False
    if said_minute is None and due.minute != 0:
        return False
    if half is not None:
        return due.hour == said_hour % 12 + (12 if half.startswith("p") else 0)
    return due.hour == said_hour or (said_hour <= 12 and due.hour % 12 == said_hour % 12)


def _score(wanted: Sequence[str], reminder: Reminder) -> float:
    """Return which part of the words is found in a reminder; all, when there are none."""
    if not wanted:
        return 1
    there = _tokens(_plain(reminder.text))
    return sum(any(_alike(word, other) for other in there) for word in wanted) / len(wanted)


def _alike(word: str, other: str) -> bool:
    if word == other or (min(len(word), len(other)) >= 4 and _stem(word) == _stem(other)):
        return True
    if min(len(word), len(other)) < 4 or word[0] != other[0] or word.isdigit() or other.isdigit():
        return False
    return SequenceMatcher(None, word, other).ratio() >= _CLOSE


def _stem(word: str) -> str:
    for ending in ("ing", "ed", "es", "s"):
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word.removesuffix(ending)
            break
    return word.removesuffix("e")
