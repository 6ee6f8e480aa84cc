"""A small engine for grammars that are data: templates over tokens, matched longest first.

A grammar has *classes* (a word and what it stands for) and *symbols* (a list of rules). A rule's template is
written like the sentence it matches::

    in [about] {amount}          a word, something that may be absent, a symbol or class
    (from|since) {day:start}     one of several; a capture under a name of its own
    {n12:hour} ~ : ~ {n2:minute} ``~`` means: no blank here

``{n}`` is a number, ``{n12}``, ``{n2}`` and ``{n4}`` one of one or two, exactly two, exactly four digits.

What a rule matched is handed to its builder (the rule's ``is``) with the captures and the rule's constants
(``with``); a builder that returns None rejects the match. Guards look at the neighbours of a match:
``closed`` (behind it the sentence ends or goes on with a small word), ``no_noun`` (no unit or plural follows),
``after`` and ``not_after`` (the word before it), ``not_first`` (its first word).

Symbols must not be recursive, so that every match is bounded; results are kept per symbol and position, so
that a text costs a time proportional to its length.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from nlu.times.nodes import DIGITS, NONE, Choice, Class, Glue, Look, Node, Number, Reference, Series, Word
from nlu.times.tokens import Token

Builder = Callable[[Mapping[str, Any]], Any]

_PIECE = re.compile(r"\{(\w+)(?::(\w+))?\}|([\[\]()|~])|([^\s\[\](){}|~]+)")


class GrammarError(Exception):
    """The grammar file is wrong; the text says where."""


@dataclass(frozen=True)
class Guards:
    """What may stand around a match."""

    closers: frozenset[str]
    nouns: frozenset[str]

    def ends_well(self, run: "Run", end: int) -> bool:
        """Tell whether the sentence ends at ``end``, or goes on with a small word or a sign."""
        if end >= run.size:
            return True
        token = run.tokens[end]
        return token.text in self.closers or not (token.is_word or token.is_number)

    def counts_something(self, run: "Run", end: int) -> bool:
        """Tell whether a thing that can be counted follows, as in "at 5 files"."""
        if end >= run.size:
            return False
        token = run.tokens[end]
        if token.text in self.nouns or token.text in {"%", "°"}:
            return True
        plural = token.is_word and len(token.text) > 3 and token.text.endswith("s")
        return plural and token.text not in self.closers and not token.text.endswith("ss")


@dataclass(frozen=True)
class Rule:
    """One template with its builder, its constants and its guards."""

    node: Node
    build: Builder
    constants: Mapping[str, Any] = field(default_factory=dict)
    closed: bool = False
    no_noun: bool = False
    after: frozenset[str] = frozenset()
    not_after: frozenset[str] = frozenset()
    not_first: frozenset[str] = frozenset()

    def allowed(self, run: "Run", start: int, end: int) -> bool:
        """Tell whether the neighbours of a match from ``start`` to ``end`` fit the guards."""
        if self.after or self.not_after:
            before = run.tokens[start - 1].text if start else ""
            if before in self.not_after or (self.after and before not in self.after):
                return False
        if self.not_first and run.tokens[start].text in self.not_first:
            return False
        if self.closed and not run.guards.ends_well(run, end):
            return False
        return not (self.no_noun and run.guards.counts_something(run, end))


class Symbol:
    """A named list of rules."""

    def __init__(self, name: str, rules: Sequence[Rule]) -> None:
        self.name = name
        self.rules = tuple(rules)
        self.first = NONE.union(*(rule.node.first for rule in self.rules))
        self._looks: dict[str, tuple[Look, tuple[tuple[Rule, Look], ...]]] = {}

    def look(self, key: str) -> Look:
        """Tell what may follow where a match begins with a token ``key``."""
        return self._seen(key)[0]

    def _seen(self, key: str) -> tuple[Look, tuple[tuple[Rule, Look], ...]]:
        known = self._looks.get(key)
        if known is None:
            rules = tuple((rule, rule.node.look(key)) for rule in self.rules if key in rule.node.first)
            second = NONE.union(*(look.second for _, look in rules))
            known = Look(second, any(look.single for _, look in rules)), rules
            self._looks[key] = known
        return known

    def matches(self, run: "Run", at: int) -> tuple[tuple[int, Any], ...]:
        """Return (end, value) of every match at ``at``, longest first; of equal ends the first rule's."""
        if run.keys[at] not in self.first:
            return ()
        known = run.memo.get((self.name, at))
        if known is not None:
            return known
        following = run.keys[at + 1]
        all_look, rules = self._seen(run.keys[at])
        if not all_look.single and following not in all_look.second:
            rules = ()
        found: dict[int, Any] = {}
        for rule, look in rules:
            if not look.single and following not in look.second:
                continue
            for end, captures in rule.node.match(run, at):
                if end in found or not rule.allowed(run, at, end):
                    continue
                value = rule.build({**rule.constants, **dict(captures)})
                if value is not None:
                    found[end] = value
        result = tuple(sorted(found.items(), key=lambda item: -item[0]))
        run.memo[self.name, at] = result
        return result


@dataclass
class Run:
    """The matching of one text."""

    tokens: Sequence[Token]
    guards: Guards
    memo: dict[tuple[str, int], tuple[tuple[int, Any], ...]] = field(default_factory=dict)
    size: int = 0
    keys: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        self.size = len(self.tokens)
        self.keys = (*(token.key for token in self.tokens), "")  # the last one stands for the end


class Compiler:
    """Turns the templates of a grammar file into symbols, each when it is first needed."""

    def __init__(
        self,
        *,
        classes: Mapping[str, Mapping[str, Any]],
        symbols: Mapping[str, Sequence[Mapping[str, Any]]],
        builders: Mapping[str, Builder],
    ) -> None:
        """Take the ``classes`` and ``symbols`` as the file has them, and the builders that rules may name."""
        self._classes = classes
        self._raw = symbols
        self._builders = builders
        self._done: dict[str, Symbol] = {}
        self._open: list[str] = []

    def symbol(self, name: str) -> Symbol:
        """Return the symbol ``name``.

        Raises:
            GrammarError: where it is unknown, recursive or badly written.
        """
        if name in self._done:
            return self._done[name]
        if name in self._open:
            raise GrammarError(f"The symbol {name} refers to itself: {' > '.join(self._open)}.")
        if name not in self._raw:
            raise GrammarError(f"The grammar has neither a class nor a symbol called {name}.")
        self._open.append(name)
        rules = [self._rule(name, raw) for raw in self._raw[name]]
        self._open.pop()
        self._done[name] = Symbol(name, rules)
        return self._done[name]

    def _rule(self, symbol: str, raw: Mapping[str, Any]) -> Rule:
        unknown = set(raw) - {"say", "is", "with", "closed", "no_noun", "after", "not_after", "not_first"}
        if unknown or "say" not in raw or raw.get("is") not in self._builders:
            raise GrammarError(f"A rule of {symbol} is wrong: {dict(raw)!r}.")
        pieces = [match.groups() for match in _PIECE.finditer(str(raw["say"]))]
        node, rest = self._choice(pieces, 0, closing="")
        if rest != len(pieces) or node.nullable:
            raise GrammarError(f"The template {raw['say']!r} of {symbol} does not close, or can be empty.")
        return Rule(
            node=node,
            build=self._builders[raw["is"]],
            constants=dict(raw.get("with", {})),
            closed=bool(raw.get("closed", False)),
            no_noun=bool(raw.get("no_noun", False)),
            after=frozenset(raw.get("after", ())),
            not_after=frozenset(raw.get("not_after", ())),
            not_first=frozenset(raw.get("not_first", ())),
        )

    def _choice(self, pieces: list[Any], at: int, *, closing: str) -> tuple[Node, int]:
        branches: list[Node] = []
        nodes: list[Node] = []
        while at < len(pieces):
            name, label, sign, word = pieces[at]
            at += 1
            if sign == closing:
                break
            if sign == "|":
                branches.append(Series(nodes))
                nodes = []
            elif sign in {"[", "("}:
                node, at = self._choice(pieces, at, closing="]" if sign == "[" else ")")
                nodes.append(node)
            elif sign == "~":
                nodes.append(Glue())
            elif word is not None:
                nodes.append(Word(word))
            elif name is not None:
                nodes.append(self._capture(name, label or name))
            else:
                raise GrammarError(f"A template has {sign!r} where it closes nothing.")
        else:
            if closing:
                raise GrammarError(f"A template lacks its {closing!r}.")
        branches.append(Series(nodes))
        if closing == "]" or len(branches) > 1:
            return Choice(branches, optional=closing == "]"), at
        return branches[0], at

    def _capture(self, name: str, label: str) -> Node:
        if name in DIGITS:
            return Number(name, label)
        if name in self._classes:
            return Class(self._classes[name], label)
        return Reference(self.symbol(name), label)
