"""Exact arithmetic on expressions as people write them.

>>> evaluate("17% of 2340").text
'397.8'
>>> evaluate("100 divided by 7").value
Fraction(100, 7)
>>> evaluate("square root of 2")
Calculation(value=Decimal('1.4142135623730950488016887242096980785696718753769'), text='1.41421356237', exact=False)
"""

import math
from dataclasses import dataclass
from decimal import Context, Decimal
from fractions import Fraction

from actuation import exact
from actuation.errors import ActuationError, NotUnderstood
from actuation.exact import Exact
from actuation.expressions import Binary, Call, Constant, Node, Number, Unary
from actuation.parsing import can_parse, parse

_SHOWN_DIGITS = 12
_LONGEST_DECIMAL = 30
_PLAIN_EXPONENTS = range(-7, 21)


@dataclass(frozen=True, slots=True)
class Calculation:
    """The answer to an expression.

    `value` is a fraction where it is exact, otherwise a decimal of about 50 digits. `text` is for people;
    `exact` says whether `text` is the whole truth, or rounded.
    """

    value: Fraction | Decimal
    text: str
    exact: bool


def can_evaluate(expression: str) -> bool:
    """Tell, without working it out, whether `expression` can be read as arithmetic."""
    return can_parse(expression)


def evaluate(expression: str) -> Calculation:
    """Work out an arithmetic expression such as "12 * (3+4)", "15 percent off 80" or "a third of 99".

    Work is bounded by the length of the expression and of each number in it, so this returns within
    milliseconds.

    Raises:
        ArithmeticProblem: it cannot be read, or has no answer; the text says why, `position` where.
    """
    read = parse(expression)
    value = _value(read.root)
    if read.as_percentage:
        value = exact.multiply(value, Fraction(100), 0)
    text, whole_truth = _text(value)
    return Calculation(value, f"{text}%" if read.as_percentage else text, whole_truth)


def _value(node: Node) -> Exact:
    match node:
        case Number(value=value, position=position):
            return exact.bounded(value, position)
        case Constant(name=name, position=position):
            return _constant(name, position)
        case Unary(operator=operator, operand=operand, position=position):
            return _unary(operator, _value(operand), position)
        case Binary(operator=operator, left=left, right=right, position=position):
            return _BINARY[operator](_value(left), _value(right), position)
        case Call(function=function, arguments=arguments, position=position):
            return _call(function, [_value(argument) for argument in arguments], position)


_BINARY = {
    "+": exact.add,
    "-": exact.subtract,
    "*": exact.multiply,
    "/": exact.divide,
    "mod": exact.remainder,
    "^": exact.power,
}


def _constant(name: str, position: int) -> Exact:
    if name == "e":
        return exact.exponential(Fraction(1), position)
    return exact.pi() if name == "pi" else exact.multiply(exact.pi(), Fraction(2), position)


def _unary(operator: str, value: Exact, position: int) -> Exact:
    if operator == "-":
        return exact.negate(value)
    if operator == "%":
        return exact.divide(value, Fraction(100), position)
    if operator == "!":
        return exact.factorial(value, position)
    return exact.divide(exact.multiply(value, exact.pi(), position), Fraction(180), position)


def _call(function: str, values: list[Exact], position: int) -> Exact:  # noqa: C901, PLR0912 - one table
    first = values[0]
    match function:
        case "sqrt":
            return exact.root(first, 2, position)
        case "cbrt":
            return exact.root(first, 3, position)
        case "abs":
            return exact.absolute(first)
        case "floor":
            return exact.bounded(Fraction(math.floor(first)), position)
        case "ceil":
            return exact.bounded(Fraction(math.ceil(first)), position)
        case "round":
            return exact.rounded(first, values[1] if len(values) > 1 else Fraction(0), position)
        case "exp":
            return exact.exponential(first, position)
        case "ln":
            return exact.logarithm(first, None, position)
        case "log":
            return exact.logarithm(first, values[1] if len(values) > 1 else Fraction(10), position)
        case "log2":
            return exact.logarithm(first, Fraction(2), position)
        case "log10":
            return exact.logarithm(first, Fraction(10), position)
        case "sin":
            return exact.sine(first, position)
        case "cos":
            return exact.cosine(first, position)
        case "tan":
            return exact.tangent(first, position)
        case "min":
            return exact.smallest(values)
        case "max":
            return exact.negate(exact.smallest([exact.negate(value) for value in values]))
        case "factorial":
            return exact.factorial(first, position)
        case "gcd":
            return exact.bounded(Fraction(math.gcd(*_whole_numbers(values, position))), position)
        case "lcm":
            return exact.bounded(Fraction(math.lcm(*_whole_numbers(values, position))), position)
        case _:
            raise ActuationError(f"There is no function named “{function}”.")


def _whole_numbers(values: list[Exact], position: int) -> list[int]:
    whole = [value.numerator for value in values if isinstance(value, Fraction) and value.denominator == 1]
    if len(whole) != len(values):
        raise NotUnderstood("Divisors and multiples are of whole numbers only.", position=position)
    return whole


def _text(value: Exact) -> tuple[str, bool]:
    """Write a number for people; the second value says whether nothing was rounded."""
    if isinstance(value, Fraction):
        if value.denominator == 1:
            return str(value.numerator), True
        written = _terminating(value)
        if written is not None:
            return written, True
    context = Context(prec=exact.MAX_DIGITS + 10)
    return _rounded_text(exact.to_decimal(value, context)), False


def _terminating(value: Fraction) -> str | None:
    """Write a fraction as a decimal when that ends within reason."""
    rest, twos, fives = value.denominator, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    places = max(twos, fives)
    if rest != 1 or places > _LONGEST_DECIMAL:
        return None
    digits = str(abs(value.numerator) * 10**places // value.denominator).rjust(places + 1, "0")
    return f"{'-' if value < 0 else ''}{digits[:-places]}.{digits[-places:]}"


def _rounded_text(value: Decimal) -> str:
    if abs(value) < Decimal(10) ** -40:  # what is left of a zero after rounding, as in sin(pi)
        return "0"
    whole_digits = value.adjusted() + 1
    plain = value.adjusted() in _PLAIN_EXPONENTS
    digits = max(_SHOWN_DIGITS, whole_digits + 2) if plain else _SHOWN_DIGITS
    shown = Context(prec=digits).plus(value)
    if plain:
        text = f"{shown:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    mantissa = f"{shown.scaleb(-shown.adjusted()):f}"
    mantissa = mantissa.rstrip("0").rstrip(".") if "." in mantissa else mantissa
    return f"{mantissa} \N{MULTIPLICATION SIGN} 10^{shown.adjusted()}"
