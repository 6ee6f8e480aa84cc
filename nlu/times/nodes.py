"""The parts of a template and how each matches tokens; ``grammar`` puts them together."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from nlu.times.tokens import NUMBER

if TYPE_CHECKING:
    from nlu.times.grammar import Run, Symbol

Captures = tuple[tuple[str, Any], ...]

DIGITS = {"n": (1, 9), "n12": (1, 2), "n2": (2, 2), "n4": (4, 4)}
"""The kinds of numbers in a template: least and most digits."""

NONE: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Digits:
    """A number as it was written: "09" is not "9" on a clock."""

    value: int
    text: str


class Node(Protocol):
    """A part of a template."""

    first: frozenset[str]  # keys of the tokens it may begin with
    nullable: bool  # whether it may be empty

    def look(self, key: str) -> "Look":
        """Tell what may follow where this part begins with a token ``key``."""

    def match(self, run: "Run", at: int) -> Iterator[tuple[int, Captures]]:
        """Yield every (end, captures) with which this part matches the tokens from ``at`` on."""


@dataclass(frozen=True, slots=True)
class Look:
    """What a part of a template that begins with a certain token may go on with.

    ``second`` are the keys that may follow within it; ``single`` tells that it may be that one token.
    """

    second: frozenset[str] = NONE
    single: bool = False


class _Token:
    """A part that is one token long."""

    first = NONE
    nullable = False

    def look(self, key: str) -> Look:
        """See :class:`Node`."""
        return Look(single=key in self.first)


class Word(_Token):
    """One literal word or sign."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.first = frozenset((word,))

    def match(self, run: "Run", at: int) -> Iterator[tuple[int, Captures]]:
        """See :class:`Node`."""
        if at < run.size and run.tokens[at].text == self.word:
            yield at + 1, ()


class Glue:
    """No blank between what is before and what is behind."""

    first = NONE
    nullable = True

    def look(self, key: str) -> Look:
        """See :class:`Node`."""
        return Look()

    def match(self, run: "Run", at: int) -> Iterator[tuple[int, Captures]]:
        """See :class:`Node`."""
        if at < run.size and run.tokens[at].glued:
            yield at, ()


class Number(_Token):
    """A run of digits of a certain length."""

    def __init__(self, kind: str, label: str) -> None:
        self.least, self.most = DIGITS[kind]
        self.label = label
        self.first = frozenset((NUMBER,))

    def match(self, run: "Run", at: int) -> Iterator[tuple[int, Captures]]:
        """See :class:`Node`."""
        if at < run.size and run.tokens[at].is_number:
            text = run.tokens[at].text
            if self.least <= len(text) <= self.most:
                yield at + 1, ((self.label, Digits(int(text), text)),)


class Class(_Token):
    """One of the words of a class; captures what the word stands for."""

    def __init__(self, words: Mapping[str, Any], label: str) -> None:
        self.words = words
        self.label = label
        self.first = frozenset(words)

    def match(self, run: "Run", at: int) -> Iterator[tuple[int, Captures]]:
        """See :class:`Node`."""
        if at < run.size and run.tokens[at].text in self.words:
            yield at + 1, ((self.label, self.words[run.tokens[at].text]),)


class Reference:
    """A match of a symbol."""

    def __init__(self, symbol: "Symbol", label: str) -> None:
        self.symbol = symbol
        self.label = label
        self.first = symbol.first
        self.nullable = False

    def look(self, key: str) -> Look:
        """See :class:`Node`."""
        return self.symbol.look(key)

    def match(self, run: "Run", at: int) -> Iterator[tuple[int, Captures]]:
        """See :class:`Node`."""
        for end, value in self.symbol.matches(run, at):
            yield end, ((self.label, value),)


class Series:
    """One part after the other."""

    def __init__(self, nodes: Sequence[Node]) -> None:
        self.nodes = tuple(nodes)
        self._rests: list[tuple[frozenset[str], bool]] = []  # first and nullable of what follows each
        self.first, self.nullable = NONE, True
        for node in reversed(self.nodes):
            self._rests.append((self.first, self.nullable))
            self.first = node.first | (self.first if node.nullable else NONE)
            self.nullable = self.nullable and node.nullable
        self._rests.reverse()

    def look(self, key: str) -> Look:
        """See :class:`Node`."""
        second, single = NONE, False
        for node, (first, nullable) in zip(self.nodes, self._rests, strict=True):
            seen = node.look(key)
            second |= seen.second | (first if seen.single else NONE)
            single = single or (seen.single and nullable)
            if not node.nullable:
                break
        return Look(second, single)

    def match(self, run: "Run", at: int) -> Iterator[tuple[int, Captures]]:
        """See :class:`Node`."""
        return self._rest(run, at, 0, ())

    def _rest(self, run: "Run", at: int, index: int, captures: Captures) -> Iterator[tuple[int, Captures]]:
        if index == len(self.nodes):
            yield at, captures
            return
        node = self.nodes[index]
        if not node.nullable and run.keys[at] not in node.first:
            return
        for middle, more in node.match(run, at):
            yield from self._rest(run, middle, index + 1, captures + more)


class Choice:
    """One of several parts, or nothing where it is optional."""

    def __init__(self, nodes: Sequence[Node], *, optional: bool) -> None:
        self.nodes = tuple(nodes)
        self.optional = optional
        self.first = NONE.union(*(node.first for node in self.nodes))
        self.nullable = optional or any(node.nullable for node in self.nodes)

    def look(self, key: str) -> Look:
        """See :class:`Node`."""
        seen = [node.look(key) for node in self.nodes]
        return Look(NONE.union(*(each.second for each in seen)), any(each.single for each in seen))

    def match(self, run: "Run", at: int) -> Iterator[tuple[int, Captures]]:
        """See :class:`Node`."""
        for node in self.nodes:
            if node.nullable or run.keys[at] in node.first:
                yield from node.match(run, at)
        if self.optional:
            yield at, ()
