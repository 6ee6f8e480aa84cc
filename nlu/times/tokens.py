"""Words, numbers and signs of a text, each with its place: what the grammar of time matches on."""

import re
from dataclasses import dataclass

_TOKEN = re.compile(r"[0-9]+|[^\W\d_]+(?:['\u2019][^\W\d_]+)*|\S")

NUMBER = "#"
"""The key under which every run of digits is looked up."""


@dataclass(frozen=True, slots=True)
class Token:
    """One word (with inner apostrophes), one run of ASCII digits, or one other sign.

    ``text`` is in lower case with plain apostrophes, ``key`` is the text or :data:`NUMBER`; ``glued`` tells
    that nothing stands between this token and the one before it.
    """

    text: str
    key: str
    start: int
    end: int
    glued: bool

    @property
    def is_number(self) -> bool:
        """Whether the token is a run of digits."""
        return self.key == NUMBER

    @property
    def is_word(self) -> bool:
        """Whether the token is made of letters."""
        return self.text[0].isalpha()


def tokenize(text: str) -> tuple[Token, ...]:
    """Cut ``text`` into tokens; offsets are those of the text as it is."""
    tokens = []
    last = -1
    for found in _TOKEN.finditer(text):
        raw = found.group()
        plain = raw.lower().replace("\u2019", "'")
        key = NUMBER if "0" <= raw[0] <= "9" else plain
        tokens.append(Token(plain, key, found.start(), found.end(), found.start() == last))
        last = found.end()
    return tuple(tokens)
