"""An SL tree into text (FIPA 00008, section 2.1): what is printed is read back as the same tree."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from math import isfinite

from ontology.language import DEEPEST, LARGEST, Unspeakable
from ontology.sl import times
from ontology.sl.lexer import DIGITS, is_word
from ontology.sl.parser import IN_ACTIONS, IN_FORMULAS, IN_REFERENCES, IN_TERMS, TRUTHS
from ontology.sl.tree import (
    Constant,
    Content,
    FunctionalTerm,
    Node,
    Parameter,
    Predicate,
    Proposition,
    Truth,
    Variable,
    children_of,
)

_IN_EXPRESSIONS = IN_FORMULAS | IN_ACTIONS | IN_REFERENCES


def print_content(content: Content) -> str:
    """Return the text of a content.

    Raises:
        Unspeakable: it is too long or too deep, or has a number or time that SL cannot write.
    """
    text = _list("", (_print(expression, 2) for expression in content))
    if len(text) > LARGEST:
        raise Unspeakable(f"the content is longer than {LARGEST} characters")
    return text


def _print(node: Node, depth: int) -> str:
    match node:
        case Constant(value):
            return _constant(value)
        case Variable(name):
            return f"?{_string(name)}"
        case Truth(value):
            return "true" if value else "false"
        case Proposition(symbol):
            return _symbol(symbol, TRUTHS)
        case Parameter(name, value):
            return f":{_string(name)} {_print(value, depth)}"
        case FunctionalTerm(symbol):
            head = _symbol(symbol, IN_TERMS)
        case Predicate(symbol):
            head = _symbol(symbol, _IN_EXPRESSIONS)
        case _:
            head = node.operator
    if depth > DEEPEST:
        raise Unspeakable(f"the content is nested deeper than {DEEPEST} levels")
    return _list(head, (_print(child, depth + 1) for child in children_of(node)))


def _list(head: str, rest: Iterable[str]) -> str:
    return f"({' '.join(part for part in (head, *rest) if part)})"


def _constant(value: bool | int | float | str | datetime | timedelta) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            if abs(value) >= 10 ** (DIGITS - 1):
                raise Unspeakable(f"a number has more than {DIGITS} digits")
            return str(value)
        case float():
            if not isfinite(value):
                raise Unspeakable(f"SL has no number {value}")
            return repr(value)
        case str():
            return _symbol(value, TRUTHS)
    token = times.write(value)
    if token is None:
        raise Unspeakable(f"SL cannot say the time {value} exactly")
    return token


def _symbol(text: str, operators: frozenset[str]) -> str:
    """Return a string; as a literal where, as a word, it would be one of the operators of its place."""
    return f'"{text}"' if text.lower() in operators else _string(text)


def _string(text: str) -> str:
    if text.isascii() and text.isprintable() and '"' not in text and is_word(text):
        return text
    if '\\"' in text or text.endswith("\\"):  # a literal would read the backslash as part of \"
        try:
            return f'#{len(text.encode(errors="surrogateescape"))}"{text}'
        except UnicodeEncodeError:
            raise Unspeakable(f"SL cannot say {text[:40]!a}: it has characters that have no bytes") from None
    quoted = text.replace('"', '\\"')
    return f'"{quoted}"'
