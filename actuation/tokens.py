"""Splits an arithmetic expression, as people write it, into tokens.

Words and signs that mean the same become the same token here: "times", "multiplied by", "x" and the
multiplication sign are all `*`. Number words are put together afterwards (`actuation.numerals`).
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction

from actuation.errors import NotUnderstood, NumberTooLarge

MAX_CHARACTERS = 1000
MAX_EXPONENT = 2000


class Kind(Enum):
    """What a token is."""

    NUMBER = "number"
    WORD = "word"
    SIGN = "sign"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of the expression: `text` is its canonical form, `start` and `end` its place in the original."""

    kind: Kind
    text: str
    start: int
    end: int
    value: Fraction = Fraction(0)

    def is_word(self, *words: str) -> bool:
        """Tell whether this is one of these words."""
        return self.kind is Kind.WORD and self.text in words

    def is_sign(self, *signs: str) -> bool:
        """Tell whether this is one of these signs."""
        return self.kind is Kind.SIGN and self.text in signs


_NUMBER = re.compile(
    r"(?:(?P<grouped>\d{1,3}(?:,\d{3})+)(?![\d,]*\d)|(?P<plain>\d+))?(?P<fraction>\.\d+)?(?:[eE](?P<exponent>[+-]?\d+))?"
)
_PLAIN_NUMBER = re.compile(r"(?P<grouped>(?!))?(?P<plain>\d+)?(?P<fraction>\.\d+)?(?:[eE](?P<exponent>[+-]?\d+))?")
_ORDINAL = re.compile(r"(?:st|nd|rd|th)\b", re.IGNORECASE)
_WORD = re.compile(r"log10\b|log2\b|[^\W\d_⁰¹²³⁴⁵⁶⁷⁸⁹¼½¾⅐-⅞]+", re.IGNORECASE)
_SPACE = re.compile(r"[\s'\u2019\"“”$€£]+")
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺", "0123456789-+")
_SUPERSCRIPT = re.compile(r"[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]+")
_SIGNS = {
    "**": "^",
    "+": "+",
    "-": "-",
    "\N{MINUS SIGN}": "-",
    "\N{EN DASH}": "-",
    "\N{EM DASH}": "-",
    "*": "*",
    "\N{MULTIPLICATION SIGN}": "*",
    "·": "*",
    "⋅": "*",
    "∙": "*",
    "/": "/",
    "÷": "/",
    "\N{DIVISION SLASH}": "/",
    "^": "^",
    "%": "%",
    "‰": "permille",
    "!": "!",
    "°": "degrees",
    "√": "sqrt",
    "∛": "cbrt",
    "(": "(",
    ")": ")",
    "[": "(",
    "]": ")",
    ",": ",",
    ";": ",",
}
_SEVERAL_ARGUMENTS = frozenset({"min", "max", "gcd", "lcm", "log", "round"})

_LEADING = re.compile(
    r"(?:\s|(?:please|hey|so|and|ok|okay|(?:can|could|would|will) you|tell me|show me|give me|calculate|compute|"
    r"evaluate|work out|figure out|solve|do the math(?: on| for)?|what(?:['\u2019]?s|\s+is|\s+are|\s+does)|"
    r"how much(?:\s+is|\s+are|\s+does)?|(?:the )?(?:value|result|answer) (?:of|to))\b[\s:,]*)*",
    re.IGNORECASE,
)
_TRAILING = re.compile(r"(?:\s|[?.=:]|\b(?:please|equals?(?: what)?|is(?: what)?|make|come to)\b)*$", re.IGNORECASE)

_PHRASES: dict[str, str] = {
    "plus": "+",
    "added to": "+",
    "minus": "-",
    "less": "-",
    "negative": "-",
    "times": "*",
    "x": "*",
    "multiplied by": "*",
    "multiplied with": "*",
    "divided by": "/",
    "over": "/",
    "out of": "/",
    "mod": "mod",
    "modulo": "mod",
    "modulus": "mod",
    "percent": "%",
    "per cent": "%",
    "percents": "%",
    "pct": "%",
    "degrees": "degrees",
    "degree": "degrees",
    "raised to the power of": "^",
    "raised to the power": "^",
    "raised to the": "^",
    "raised to": "^",
    "to the power of": "^",
    "to the power": "^",
    "to the": "^",
    "factorial of": "factorial",
    "square root of": "sqrt",
    "square root": "sqrt",
    "root of": "sqrt",
    "root": "sqrt",
    "cube root of": "cbrt",
    "cube root": "cbrt",
    "cubic root of": "cbrt",
    "absolute value of": "abs",
    "log of": "log",
    "logarithm of": "log",
    "natural log of": "ln",
    "natural logarithm of": "ln",
    "sine of": "sin",
    "sin of": "sin",
    "cosine of": "cos",
    "cos of": "cos",
    "tangent of": "tan",
    "tan of": "tan",
    "sum of": "sum",
    "total of": "sum",
    "difference between": "difference",
    "difference of": "difference",
    "product of": "product",
    "quotient of": "quotient",
    "average of": "average",
    "mean of": "average",
    "subtracted from": "subtracted from",
    "taken from": "subtracted from",
    "what percent of": "what percent of",
    "what percentage of": "what percent of",
    "is what percent of": "as percent of",
    "is what percentage of": "as percent of",
    "as a percentage of": "as percent of",
    "as a percent of": "as percent of",
    "as percentage of": "as percent of",
    "greatest common divisor of": "greatest common divisor of",
    "least common multiple of": "least common multiple of",
    "maximum of": "maximum of",
    "minimum of": "minimum of",
    "π": "pi",
    "τ": "tau",
}
_PHRASE_SIGNS = frozenset({"+", "-", "*", "/", "^", "%", "mod", "degrees"})
_LONGEST_PHRASE = max(phrase.count(" ") + 1 for phrase in _PHRASES)


def shown(text: str) -> str:
    """Shorten a piece of what a person wrote, for quoting it back."""
    flat = " ".join(text.split())
    return flat if len(flat) <= 40 else f"{flat[:39]}…"


def tokenize(expression: str) -> tuple[Token, ...]:
    """Split `expression` into tokens, the last of which is the end.

    Raises:
        NotUnderstood: a character has no meaning here, or nothing is there to work out.
        NumberTooLarge: the text, or an exponent within it, is too long.
    """
    if len(expression) > MAX_CHARACTERS:
        raise NumberTooLarge(
            f"That sum is {len(expression)} characters long; I work out sums of up to {MAX_CHARACTERS}."
        )
    leading = _LEADING.match(expression)
    start = leading.end() if leading else 0
    trailing = _TRAILING.search(expression, start)
    end = trailing.start() if trailing else len(expression)
    tokens = _join_phrases(_split(expression, start, end))
    if not tokens:
        raise NotUnderstood("There is no sum in that: write one such as 12 * (3 + 4).", position=start)
    return (*tokens, Token(Kind.END, "", end, end))


def _split(expression: str, start: int, end: int) -> list[Token]:
    tokens: list[Token] = []
    commas_separate: list[bool] = []  # for each open bracket: are commas in it between arguments?
    position = start
    while position < end:
        if space := _SPACE.match(expression, position, end):
            position = space.end()
            continue
        number = _PLAIN_NUMBER if commas_separate and commas_separate[-1] else _NUMBER
        matched = number.match(expression, position, end)
        if matched and matched.end() > position and (matched["grouped"] or matched["plain"] or matched["fraction"]):
            tokens.append(_number(matched))
            position = matched.end()
            if ordinal := _ORDINAL.match(expression, position, end):
                position = ordinal.end()
            continue
        if word := _WORD.match(expression, position, end):
            tokens.append(Token(Kind.WORD, word[0].casefold(), position, word.end()))
            position = word.end()
            continue
        if power := _SUPERSCRIPT.match(expression, position, end):
            tokens.append(Token(Kind.SIGN, "^", position, position))
            value = Fraction(int(power[0].translate(_SUPERSCRIPTS)))
            tokens.append(Token(Kind.NUMBER, power[0], position, power.end(), value))
            position = power.end()
            continue
        token = _sign(expression, position)
        if token.text == "(":
            commas_separate.append(bool(tokens) and tokens[-1].is_word(*_SEVERAL_ARGUMENTS))
        elif token.text == ")" and commas_separate:
            commas_separate.pop()
        tokens.append(token)
        position = token.end
    return tokens


def _number(matched: re.Match[str]) -> Token:
    digits = (matched["grouped"] or matched["plain"] or "0").replace(",", "")
    exponent = int(matched["exponent"] or 0)
    if abs(exponent) > MAX_EXPONENT:
        raise NumberTooLarge(
            f"“{shown(matched[0])}” has more than {MAX_EXPONENT} digits, which is more than I work with.",
            position=matched.start(),
        )
    value = Fraction(digits + (matched["fraction"] or "")) * Fraction(10) ** exponent
    return Token(Kind.NUMBER, matched[0], matched.start(), matched.end(), value)


def _sign(expression: str, position: int) -> Token:
    for length in (2, 1):
        written = expression[position : position + length]
        if written in _SIGNS:
            return Token(Kind.SIGN, _SIGNS[written], position, position + length)
    character = expression[position]
    if unicodedata.category(character) == "No":  # ½, ¾ and their like
        value = Fraction(unicodedata.numeric(character)).limit_denominator(100)
        return Token(Kind.NUMBER, character, position, position + 1, value)
    raise NotUnderstood(
        f"I do not understand “{character}” at character {position + 1} of “{shown(expression)}”.",
        position=position,
    )


def _join_phrases(tokens: list[Token]) -> list[Token]:
    joined: list[Token] = []
    index = 0
    while index < len(tokens):
        if tokens[index].kind is not Kind.WORD:
            joined.append(tokens[index])
            index += 1
            continue
        for length in range(min(_LONGEST_PHRASE, len(tokens) - index), 0, -1):
            run = tokens[index : index + length]
            if any(token.kind is not Kind.WORD for token in run):
                continue
            meaning = _PHRASES.get(" ".join(token.text for token in run))
            if meaning is not None:
                kind = Kind.SIGN if meaning in _PHRASE_SIGNS else Kind.WORD
                joined.append(Token(kind, meaning, run[0].start, run[-1].end))
                index += length
                break
        else:
            if not tokens[index].is_word("the", "power"):
                joined.append(tokens[index])
            index += 1
    return joined
