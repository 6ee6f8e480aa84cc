r"""The tokens of the string representation (FIPA 00070, lexical rules), with their places.

A token is a parenthesis, a word, a string literal ``"..."`` or a byte-length-encoded string ``#n"..."``. Numbers and
times are words here. Anything up to a space (0x20) separates tokens; FIPA has no comments. In a string literal
``\"`` stands for a quotation mark and is the only escape: every other backslash stands for itself.
"""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from ontology.encodings.errors import MalformedMessage

SPACE: Final = re.compile(r"[\x00-\x20]*")
WORD: Final = re.compile(r"[^\x00-\x20()]+")
COUNT: Final = re.compile(r'#([0-9]{1,10})"')
AFTER_STRING: Final = re.compile(r"[\x00-\x20():]|\Z")
"""What may stand right after a string."""


class Kind(StrEnum):
    """The kinds of tokens; their values are how errors name them."""

    OPEN = "("
    CLOSE = ")"
    WORD = "a word"
    STRING = "a string"
    END = "the end"


@dataclass(frozen=True, slots=True)
class Token:
    """A token, and where in the text it begins and ends. The value of a string is what it stands for."""

    kind: Kind
    value: str
    begin: int
    end: int

    def __str__(self) -> str:
        if self.kind is Kind.WORD:
            return self.value if len(self.value) <= 40 else f"{self.value[:40]}..."
        return self.kind


class Scanner:
    """Reads the tokens of a text one after the other, with one to look ahead at."""

    def __init__(self, text: str) -> None:
        self.text = text
        self._position = 0
        self._ahead: Token | None = None

    def peek(self) -> Token:
        """Return the token that comes next and leave it there.

        Raises:
            MalformedMessage: what comes next is no token.
        """
        if self._ahead is None:
            self._ahead = self._scan(self._position)
        return self._ahead

    def take(self) -> Token:
        """Return the token that comes next and go on behind it; the end comes for ever.

        Raises:
            MalformedMessage: what comes next is no token.
        """
        token = self.peek()
        self._position, self._ahead = token.end, None
        return token

    def expected(self, what: str, token: Token) -> MalformedMessage:
        """Return the error that something else was expected where a token stands."""
        return MalformedMessage(f"expected {what}, not {token},", token.begin, self.text)

    def _scan(self, position: int) -> Token:
        text = self.text
        begin = _end_of(SPACE, text, position)
        if begin == len(text):
            return Token(Kind.END, "", begin, begin)
        match text[begin]:
            case "(":
                return Token(Kind.OPEN, "(", begin, begin + 1)
            case ")":
                return Token(Kind.CLOSE, ")", begin, begin + 1)
            case '"':
                return self._literal(begin)
            case "#":
                return self._counted(begin)
        end = _end_of(WORD, text, begin)
        return Token(Kind.WORD, text[begin:end], begin, end)

    def _literal(self, begin: int) -> Token:
        text = self.text
        end = text.find('"', begin + 1)
        while end >= 0 and text[end - 1] == "\\":
            end = text.find('"', end + 1)
        if end < 0:
            raise MalformedMessage("expected the closing quotation mark of the string that begins", begin, text)
        return self._string(text[begin + 1 : end].replace('\\"', '"'), begin, end + 1)

    def _counted(self, begin: int) -> Token:
        text = self.text
        found = COUNT.match(text, begin)
        if found is None:
            raise MalformedMessage('expected a string of the form #n"..."', begin, text)
        count, start = int(found[1]), found.end()
        # No character has less than one byte, so that many characters are enough.
        try:
            octets = text[start : start + count].encode("utf-8", "surrogateescape")
            value = octets[:count].decode("utf-8", "surrogateescape")
        except UnicodeEncodeError:
            raise MalformedMessage("expected text that has bytes in the string that begins", begin, text) from None
        if len(octets) < count:
            raise MalformedMessage(f"expected {count} bytes, not {len(octets)}, in the string that begins", begin, text)
        if not text.startswith(value, start):
            raise MalformedMessage(
                f"expected a whole character at the end of the {count} bytes of the string that begins", begin, text
            )
        return self._string(value, begin, start + len(value))

    def _string(self, value: str, begin: int, end: int) -> Token:
        if not AFTER_STRING.match(self.text, end):
            raise MalformedMessage("expected a space after the string", end, self.text)
        return Token(Kind.STRING, value, begin, end)


def _end_of(pattern: re.Pattern[str], text: str, position: int) -> int:
    found = pattern.match(text, position)
    return position if found is None else found.end()
