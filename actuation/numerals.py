"""Puts number words together: "three hundred and five", "two thirds", "1.5 million", "two and a half"."""

from collections.abc import Sequence
from fractions import Fraction

from actuation.tokens import Kind, Token

_UNITS = {
    "zero": 0,
    "one": 1,
    "two": 2,
    "three": 3,
    "four": 4,
    "five": 5,
    "six": 6,
    "seven": 7,
    "eight": 8,
    "nine": 9,
    "ten": 10,
    "eleven": 11,
    "twelve": 12,
    "thirteen": 13,
    "fourteen": 14,
    "fifteen": 15,
    "sixteen": 16,
    "seventeen": 17,
    "eighteen": 18,
    "nineteen": 19,
}
_TENS = {
    "twenty": 20,
    "thirty": 30,
    "forty": 40,
    "fifty": 50,
    "sixty": 60,
    "seventy": 70,
    "eighty": 80,
    "ninety": 90,
}
_SCALES = {
    "thousand": 10**3,
    "million": 10**6,
    "billion": 10**9,
    "trillion": 10**12,
    "quadrillion": 10**15,
}
_PARTS = {
    "half": 2,
    "halves": 2,
    "third": 3,
    "quarter": 4,
    "fourth": 4,
    "fifth": 5,
    "sixth": 6,
    "seventh": 7,
    "eighth": 8,
    "ninth": 9,
    "tenth": 10,
    "twelfth": 12,
    "twentieth": 20,
    "hundredth": 100,
    "thousandth": 1000,
}
_PARTS |= {f"{word}s": value for word, value in _PARTS.items() if word not in {"half", "halves"}}
_DOZEN = {"dozen": 12, "dozens": 12}
_ARTICLES = ("a", "an")


class _Reader:
    """Walks over the tokens and reads one number at a time."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self.tokens = tokens
        self.index = 0

    def peek(self, ahead: int = 0) -> Token:
        return self.tokens[min(self.index + ahead, len(self.tokens) - 1)]

    def number(self) -> Token | None:
        """Read the number that starts here, or leave everything as it is."""
        first = self.index
        whole = self.whole()
        in_parts = self.peek().is_word(*_ARTICLES)
        value = self.part(after_article=in_parts) if whole is None else self.with_parts(whole)
        if value is None:
            self.index = first
            return None
        start, end = self.tokens[first].start, self.tokens[self.index - 1].end
        return Token(Kind.NUMBER, str(value), start, end, value)

    def whole(self) -> Fraction | None:
        """Read "three hundred and five", "1.5 million", "a dozen", "three point one four", or digits."""
        first = self.index
        if self.peek().is_word(*_ARTICLES) and self.peek(1).is_word("hundred", *_SCALES, *_DOZEN):
            self.index += 1
            group: Fraction | None = Fraction(1)
        else:
            group = self.group()
        if group is None:
            self.index = first
            return None
        total = Fraction(0)
        last_scale: int | None = None
        while True:
            group = self.hundreds(group)
            token = self.peek()
            scale = _SCALES.get(token.text) if token.kind is Kind.WORD else None
            if scale is None or (last_scale is not None and scale >= last_scale):
                break
            self.index += 1
            total += group * scale
            last_scale = scale
            following = self.following_group()
            if following is None:
                return total
            group = following
        total += group
        if self.peek().is_word(*_DOZEN):
            self.index += 1
            total *= 12
        return total + self.decimals()

    def group(self) -> Fraction | None:
        """Read what can stand before "hundred" or a scale: digits, "seven", "twenty-one", "twenty"."""
        token = self.peek()
        if token.kind is Kind.NUMBER:
            self.index += 1
            if self.peek().kind is Kind.NUMBER and 0 < self.peek().value < 1 and not self.peek().text[0].isascii():
                self.index += 1  # 2½
                return token.value + self.tokens[self.index - 1].value
            return token.value
        if token.is_word(*_UNITS):
            self.index += 1
            return Fraction(_UNITS[token.text])
        if not token.is_word(*_TENS):
            return None
        self.index += 1
        value = _TENS[token.text]
        unit = self.peek()
        if unit.is_sign("-") and unit.start == token.end and self.peek(1).start == unit.end:
            if 1 <= _UNITS.get(self.peek(1).text, 0) <= 9:
                value += _UNITS[self.peek(1).text]
                self.index += 2
        elif 1 <= _UNITS.get(unit.text, 0) <= 9:
            value += _UNITS[unit.text]
            self.index += 1
        return Fraction(value)

    def hundreds(self, group: Fraction) -> Fraction:
        """Read "hundred (and) twenty" after a number."""
        if not self.peek().is_word("hundred"):
            return group
        self.index += 1
        return group * 100 + (self.following_group(below=100) or 0)

    def following_group(self, *, below: int = 1000) -> Fraction | None:
        """Read the rest of a number after "hundred" or a scale, with "and" before it or not."""
        first = self.index
        if self.peek().is_word("and"):
            self.index += 1
            if not self.peek().is_word(*_UNITS, *_TENS):
                self.index = first
                return None
        group = self.group()
        if group is None or group >= below or self.peek().is_word(*_PARTS):
            self.index = first
            return None
        return group

    def decimals(self) -> Fraction:
        """Read "point one four"."""
        if not self.peek().is_word("point"):
            return Fraction(0)
        first = self.index
        self.index += 1
        digits = ""
        while self.peek().is_word(*_UNITS) and _UNITS[self.peek().text] < 10:
            digits += str(_UNITS[self.peek().text])
            self.index += 1
        if not digits and self.peek().kind is Kind.NUMBER and self.peek().text.isdecimal():
            digits = self.peek().text
            self.index += 1
        if not digits:
            self.index = first
            return Fraction(0)
        return Fraction(f"0.{digits}")

    def with_parts(self, value: Fraction) -> Fraction:
        """Read "thirds" after "two", or "and a half" after "three"."""
        token = self.peek()
        if token.is_word(*_PARTS) and token.text != "half":
            self.index += 1
            return value / _PARTS[token.text]
        if not token.is_word("and"):
            return value
        first = self.index
        self.index += 1
        count = Fraction(1)
        if self.peek().is_word(*_ARTICLES):
            self.index += 1
        else:
            count = self.group() or Fraction(0)
        part = self.peek()
        if count and part.is_word(*_PARTS) and not self.peek(1).is_word("of"):
            self.index += 1
            return value + count / _PARTS[part.text]
        self.index = first
        return value

    def part(self, *, after_article: bool) -> Fraction | None:
        """Read "a third" or "half"."""
        token = self.peek(1 if after_article else 0)
        if not token.is_word(*_PARTS):
            return None
        self.index += 2 if after_article else 1
        return Fraction(1, _PARTS[token.text])


def join_numerals(tokens: Sequence[Token]) -> tuple[Token, ...]:
    """Put the number words among `tokens` together into numbers.

    A part before an amount ("half a million") is a product. After a power sign an ordinal is the whole number
    ("two to the tenth").
    """
    reader = _Reader(tokens)
    joined: list[Token] = []
    while reader.index < len(tokens):
        here = reader.peek()
        if joined and joined[-1].is_sign("^") and here.is_word(*_PARTS):
            reader.index += 1
            joined.append(Token(Kind.NUMBER, here.text, here.start, here.end, Fraction(_PARTS[here.text])))
            continue
        number = reader.number()
        if number is None:
            joined.append(here)
            reader.index += 1
            continue
        if joined and joined[-1].kind is Kind.NUMBER and 0 < joined[-1].value < 1 and here.is_word(*_ARTICLES):
            joined.append(Token(Kind.WORD, "of", number.start, number.start))
        joined.append(number)
    return tuple(joined)
