"""Training sentences from a grammar: YAML files of sentence patterns, expanded into what Rasa is trained on.

Each file of ``nlu/assistant/grammar`` may hold ``intents`` (name -> ``count`` and ``sentences``) and ``lists``
(name -> entries). A file's own lists go before those of ``lists.yml``. The notation of a pattern:

====================  ==================================================================================
``(at|by) noon``      one of the alternatives, which may be empty and may hold patterns again
``[please]``          the same, or nothing
``{task}``            an entry of the list ``task``, itself a pattern
``{task:what}``       the same, labelled as the entity ``what``
====================  ==================================================================================

Expansion draws at random from a seed, so the same grammar always gives the same sentences. Each sentence is
then dressed as people write: a greeting before it, thanks behind it, no capitals, no full stop, a slip of the
keyboard.
"""

import random
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Literal

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from nlu.errors import GrammarError

SEED = 20260
"""Seed of all draws; another one gives other sentences of the same kinds."""

_SHARED = "lists.yml"
_NOT_DRESSED = frozenset({"greet", "thank", "goodbye", "run_code"})
_BEFORE = (
    "hi, ",
    "hey, ",
    "hello, ",
    "ok, ",
    "ok ",
    "hey ",
    "hi ",
    "so ",
    "well, ",
    "good morning, ",
    "um ",
    "parley, ",
    "hey parley, ",
    "listen, ",
    "sorry, ",
    "right, ",
    "also ",
    "dude ",
    "hello! ",
)
_BEHIND = (
    " please",
    ", please",
    " pls",
    " thanks",
    ", thanks",
    " thank you",
    "?",
    "?",
    ".",
    ".",
    "!",
    " asap",
    " for me",
    "??",
    "!!",
    " ok?",
    " now",
    ", will you",
    " damn it",
    " if you can",
    "...",
    " :)",
    " thx",
)
_SPECIAL = re.compile(r"[()\[\]{}|]")
_REFERENCE = re.compile(r"\{(\w+)(?::(\w+))?\}")


class IntentRules(BaseModel):
    """How one intent is said, and how many sentences are drawn from that."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    count: int = Field(gt=0, description="sentences to draw; fewer are given where the patterns hold fewer")
    sentences: tuple[str, ...] = Field(min_length=1)


class _File(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    intents: Mapping[str, IntentRules] = Field(default_factory=dict)
    lists: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)


class Piece(BaseModel):
    """A stretch of a sentence, with the name of the entity it stands for, if any."""

    model_config = ConfigDict(frozen=True)

    text: str
    slot: str | None = None


Sentence = tuple[Piece, ...]


def plain(sentence: Sentence) -> str:
    """Return the words of ``sentence`` without labels."""
    return "".join(piece.text for piece in sentence)


def annotated(sentence: Sentence) -> str:
    """Return ``sentence`` in Rasa's notation: ``remind me to [call Ann](what)``."""
    return "".join(f"[{piece.text}]({piece.slot})" if piece.slot else piece.text for piece in sentence)


class _Expander:
    """Draws sentences from patterns, with the lists of one file over the shared ones."""

    def __init__(self, lists: Mapping[str, tuple[str, ...]], draw: random.Random) -> None:
        self._lists = lists
        self._draw = draw

    def expand(self, pattern: str) -> Sentence:
        pieces, rest = self._sequence(pattern, 0, "")
        if rest != len(pattern):
            raise GrammarError(f"The pattern {pattern!r} has an unmatched {pattern[rest]!r}; close or remove it.")
        return _tidy(pieces)

    def _sequence(self, pattern: str, at: int, until: str) -> tuple[list[Piece], int]:
        pieces: list[Piece] = []
        while at < len(pattern) and pattern[at] not in until:
            mark = pattern[at]
            if mark in "([":
                options, at = self._options(pattern, at)
                if mark == "[":
                    options.append([])
                pieces += self._draw.choice(options)
            elif mark == "{":
                chosen, at = self._reference(pattern, at)
                pieces += chosen
            elif mark in ")]|}":
                break
            else:
                special = _SPECIAL.search(pattern, at)
                end = special.start() if special else len(pattern)
                pieces.append(Piece(text=pattern[at:end]))
                at = end
        return pieces, at

    def _options(self, pattern: str, at: int) -> tuple[list[list[Piece]], int]:
        close = ")" if pattern[at] == "(" else "]"
        options: list[list[Piece]] = []
        start = at
        while True:
            pieces, at = self._sequence(pattern, at + 1, "|" + close)
            options.append(pieces)
            if at >= len(pattern):
                raise GrammarError(f"The pattern {pattern!r} opens {pattern[start]!r} and never closes it.")
            if pattern[at] == close:
                return options, at + 1
            if pattern[at] != "|":
                raise GrammarError(f"The pattern {pattern!r} has an unmatched {pattern[at]!r}; close or remove it.")

    def _reference(self, pattern: str, at: int) -> tuple[list[Piece], int]:
        match = _REFERENCE.match(pattern, at)
        if match is None:
            raise GrammarError(f"The pattern {pattern!r} has a brace that names no list; write {{list:slot}}.")
        name, slot = match.groups()
        if name not in self._lists:
            raise GrammarError(f"The pattern {pattern!r} names the list {name!r}, which is nowhere; add it.")
        entry = self._draw.choice(self._lists[name])
        # Program text is full of brackets, so the entries of the list of code are taken as they are.
        inner = (Piece(text=" ".join(entry.split())),) if name == "code" else self.expand(entry)
        return ([Piece(text=plain(inner), slot=slot)] if slot else list(inner)), match.end()


def _tidy(pieces: list[Piece]) -> Sentence:
    """Join neighbouring plain pieces and squeeze the blanks that options left behind."""
    joined: list[Piece] = []
    for piece in pieces:
        if joined and joined[-1].slot is None and piece.slot is None:
            joined[-1] = Piece(text=joined[-1].text + piece.text)
        else:
            joined.append(piece)
    tidy: list[Piece] = []
    for index, piece in enumerate(joined):
        text = re.sub(r" {2,}", " ", piece.text)
        if index == 0 or (tidy and tidy[-1].text.endswith(" ")):
            text = text.lstrip(" ")
        if index == len(joined) - 1:
            text = text.rstrip(" ")
        if text:
            tidy.append(Piece(text=text, slot=piece.slot))
    return tuple(tidy)


class Grammar:
    """The sentences of every intent.

    Args:
        files: the parsed grammar files by name; the one called ``lists.yml`` holds the shared lists.
    """

    def __init__(self, files: Mapping[str, _File]) -> None:
        self._files = files

    @classmethod
    def load(cls, folder: Path) -> "Grammar":
        """Read all YAML files of ``folder``.

        Raises:
            GrammarError: a file cannot be read, or is not a grammar.
        """
        files: dict[str, _File] = {}
        for path in sorted(folder.glob("*.yml")):
            try:
                files[path.name] = _File.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")) or {})
            except (OSError, UnicodeError, yaml.YAMLError, ValidationError) as error:
                raise GrammarError(f"The grammar file {path} is not usable, correct it: {error}") from error
        return cls(files)

    @property
    def intents(self) -> tuple[str, ...]:
        """Names of the intents, in the order of the files."""
        return tuple(name for file in self._files.values() for name in file.intents)

    def sentences(self, *, seed: int = SEED) -> Iterator[tuple[str, Sentence]]:
        """Yield ``(intent, sentence)``; a text that two intents would share is given to the first of them.

        Raises:
            GrammarError: a pattern is malformed.
        """
        shared = self._files[_SHARED].lists if _SHARED in self._files else {}
        taken: set[str] = set()
        for file in self._files.values():
            lists = {**shared, **file.lists}
            for intent, rules in file.intents.items():
                # A source of its own for each intent: a change to one leaves the others' sentences as they are.
                draw = random.Random(f"{seed}:{intent}")  # noqa: S311 - for variety, not for secrets
                for sentence in _draw_sentences(rules, _Expander(lists, draw), draw):
                    dressed = sentence if intent in _NOT_DRESSED else _dress(sentence, draw)
                    key = plain(dressed).strip().lower()
                    if key and key not in taken:
                        taken.add(key)
                        yield intent, dressed


def _draw_sentences(rules: IntentRules, expander: _Expander, draw: random.Random) -> Iterator[Sentence]:
    """Yield up to ``rules.count`` distinct sentences, each pattern having the same share while it has new ones."""
    seen: set[str] = set()
    for attempt in range(rules.count * 6):
        pattern = rules.sentences[attempt % len(rules.sentences)]
        sentence = expander.expand(pattern)
        text = plain(sentence).lower()
        if text in seen:
            continue
        seen.add(text)
        yield sentence
        if len(seen) == rules.count:
            return


def _dress(sentence: Sentence, draw: random.Random) -> Sentence:
    pieces = list(sentence)
    if draw.random() < 0.16:
        pieces.insert(0, Piece(text=draw.choice(_BEFORE)))
    if draw.random() < 0.30:
        pieces.append(Piece(text=draw.choice(_BEHIND)))
    if draw.random() < 0.09:
        pieces = _slip(pieces, draw)
    case: Literal["as is", "lower", "capital", "upper"] = draw.choices(
        ("as is", "lower", "capital", "upper"), (45, 33, 20, 2)
    )[0]
    return _tidy(
        [Piece(text=_cased(piece.text, case, index == 0), slot=piece.slot) for index, piece in enumerate(pieces)]
    )


def _cased(text: str, case: Literal["as is", "lower", "capital", "upper"], first: bool) -> str:
    if case == "lower":
        return text.lower()
    if case == "upper":
        return text.upper()
    if case == "capital" and first:
        return text[:1].upper() + text[1:]
    return text


def _slip(pieces: list[Piece], draw: random.Random) -> list[Piece]:
    """Return ``pieces`` with one word outside the entities mistyped: a letter lost, doubled or swapped."""
    places = [
        (index, match.start(), match.end())
        for index, piece in enumerate(pieces)
        if piece.slot is None
        for match in re.finditer(r"[A-Za-z]{4,}", piece.text)
    ]
    if not places:
        return pieces
    index, start, end = draw.choice(places)
    text = pieces[index].text
    at = draw.randrange(start + 1, end - 1)
    wrong = draw.choice((text[at + 1] + text[at], text[at] * 2 + text[at + 1], text[at + 1]))
    slipped = Piece(text=text[:at] + wrong + text[at + 2 :])
    return [*pieces[:index], slipped, *pieces[index + 1 :]]
