r"""SL text into tokens (FIPA 00008, section 2.1.2).

White space and control characters part tokens; there are no comments. Within a string literal ``\"`` stands for a
quotation mark, and every other backslash for itself. Text that cannot be written so has a byte-length encoding,
``#5"hello``, which counts the bytes of its UTF-8.
"""

import re
from datetime import datetime, timedelta
from enum import Enum
from typing import Final, NamedTuple

from ontology.language import MalformedContent
from ontology.sl import times


class SLSyntaxError(MalformedContent):
    """Text that is not SL. ``position`` is the index of the character at which this shows."""

    def __init__(self, problem: str, position: int) -> None:
        super().__init__(f"at character {position}: {problem}")
        self.position = position


class Kind(Enum):
    """What a token is."""

    OPEN = "an opening parenthesis"
    CLOSE = "a closing parenthesis"
    WORD = "a word"
    STRING = "a string"
    NUMBER = "a number"
    TIME = "a time"
    VARIABLE = "a variable"
    PARAMETER = "a parameter"
    END = "the end"


class Token(NamedTuple):
    """One token: its kind, what it says, and where it begins. Of variables and parameters it says the name."""

    kind: Kind
    value: str | int | float | datetime | timedelta
    position: int


DIGITS: Final = 1000
"""How many digits a number may have: reading one takes the square of their count."""

_NEXT: Final = re.compile(r"[\x00-\x20]*+([^\x00-\x20()]*+)")
"""What parts tokens, and the run of characters up to where they are parted again."""
_QUOTED: Final = re.compile(r'"((?:[^"\\]++|\\"?)*+)"')
_COUNTED: Final = re.compile(r'#(\d{1,9})"', re.ASCII)
_WORD: Final = re.compile(r"[^\x00-\x20()#0-9:?\"-][^\x00-\x20()]*")
_INTEGER: Final = re.compile(r"[+-]?(?:0[xX][0-9a-fA-F]+|\d+)", re.ASCII)
_FLOAT: Final = re.compile(r"[+-]?(?:(?:\d+\.\d*|\.\d+)(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)", re.ASCII)


def token_at(text: str, position: int) -> tuple[Token, int]:
    """Return the next token at or after a position, and where it ends.

    Raises:
        SLSyntaxError: there is none.
    """
    run, position = _run_at(text, position)
    match run[:1]:
        case "":
            if position == len(text):
                return Token(Kind.END, "", position), position
            bracket = text[position]
            return Token(Kind.OPEN if bracket == "(" else Kind.CLOSE, bracket, position), position + 1
        case '"' | "#":
            value, end = _string(text, position)
            return Token(Kind.STRING, value, position), end
        case "?" | ":" as mark:
            name, end = _name(text, run, position)
            return Token(Kind.VARIABLE if mark == "?" else Kind.PARAMETER, name, position), end
    return _plain(run, position), position + len(run)


def is_word(text: str) -> bool:
    """Tell whether a text can stand as a word: whether it reads as one, and as nothing else."""
    return _WORD.fullmatch(text) is not None and _FLOAT.fullmatch(text) is None and text[0] != "+"


def _run_at(text: str, position: int) -> tuple[str, int]:
    """Return the characters that stand together at or after a position, and where they begin."""
    found = _NEXT.match(text, position)
    assert found is not None  # it takes nothing as well
    return found[1], found.start(1)


def _plain(run: str, position: int) -> Token:
    if times.TOKEN.fullmatch(run):
        try:
            return Token(Kind.TIME, times.read(run), position)
        except ValueError as error:
            raise SLSyntaxError(f"{run} is no time: {error}", position) from None
    if _INTEGER.fullmatch(run) or _FLOAT.fullmatch(run):
        return Token(Kind.NUMBER, _number(run, position), position)
    if _WORD.fullmatch(run):
        return Token(Kind.WORD, run, position)
    raise SLSyntaxError(f"{_shown(run)} is neither a word nor a number", position)


def _number(run: str, position: int) -> int | float:
    if len(run) > DIGITS:
        raise SLSyntaxError(f"a number has more than {DIGITS} digits", position)
    if _INTEGER.fullmatch(run):
        return int(run, 16) if "x" in run.lower() else int(run)
    number = float(run)
    if number in {float("inf"), float("-inf")}:
        raise SLSyntaxError(f"{_shown(run)} is too large a number", position)
    return number


def _name(text: str, run: str, position: int) -> tuple[str, int]:
    """Return the name that follows a ``?`` or ``:``, with which a run begins, and where it ends."""
    if run[1:2] in {'"', "#"}:
        return _string(text, position + 1)
    if not _WORD.fullmatch(run, 1):
        raise SLSyntaxError("a name must follow", position + 1)
    return run[1:], position + len(run)


def _string(text: str, position: int) -> tuple[str, int]:
    if text[position] == '"':
        found = _QUOTED.match(text, position)
        if found is None:
            raise SLSyntaxError("a string has no end", position)
        return found[1].replace('\\"', '"'), found.end()
    found = _COUNTED.match(text, position)
    if found is None:
        raise SLSyntaxError('a string must be of the form #5"hello', position)
    length = int(found[1])
    rest = text[found.end() : found.end() + length]  # no character takes less than a byte
    try:
        wanted = rest.encode(errors="surrogateescape")[:length]
    except UnicodeEncodeError:
        raise SLSyntaxError("a string has characters that have no bytes", position) from None
    if len(wanted) < length:
        raise SLSyntaxError("a string is shorter than it says", position)
    value = wanted.decode(errors="surrogateescape")
    if not rest.startswith(value):
        raise SLSyntaxError("a string ends within a character", position)
    return value, found.end() + len(value)


def _shown(run: str) -> str:
    return run if len(run) <= 40 else f"{run[:40]}..."
