"""Numbers that stay exact for as long as they can, and never grow past what is worth working with.

A number is a `Fraction` while it is exact. Roots, logarithms and the like that have no exact value become a
`Decimal` of 50 digits, and so does all that is worked out from them. Every function here refuses a result
before computing it when that would take more than 2,000 digits.
"""

import math
from collections.abc import Callable, Iterable
from decimal import Context, Decimal, DivisionByZero, Inexact, InvalidOperation, Overflow
from fractions import Fraction

from actuation import errors

Exact = Fraction | Decimal

MAX_DIGITS = 2000
_MAX_BITS = math.ceil(MAX_DIGITS * math.log2(10))
_MAX_FACTORIAL = 810
_MAX_ROOT = 1000
_PRECISION = 50
_MAX_EXPONENT = 9_999
_LARGEST_ANGLE = 10**12
_NOTHING = Decimal("1e-40")


def new_context() -> Context:
    """Give a decimal context of the precision used for what is not exact."""
    return Context(
        prec=_PRECISION, Emax=_MAX_EXPONENT, Emin=-_MAX_EXPONENT, traps=[DivisionByZero, InvalidOperation, Overflow]
    )


def too_large(position: int) -> errors.NumberTooLarge:
    """Give the error for a number that would have too many digits."""
    return errors.NumberTooLarge(f"That comes to more than {MAX_DIGITS:,} digits, so I stop there.", position=position)


def no_real(what: str, position: int) -> errors.NoRealAnswer:
    """Give the error for something that has no value among the real numbers."""
    return errors.NoRealAnswer(f"{what} is not a real number.", position=position)


def to_decimal(value: Exact, context: Context) -> Decimal:
    """Give a number as a decimal, rounded where it must be."""
    if isinstance(value, Decimal):
        return value
    return context.divide(Decimal(value.numerator), Decimal(value.denominator))


def bounded(value: Fraction, position: int) -> Fraction:
    """Give `value` back, or refuse it when it has too many digits."""
    if max(value.numerator.bit_length(), value.denominator.bit_length()) > _MAX_BITS:
        raise too_large(position)
    return value


def _decimal(position: int, operation: Callable[[Context], Decimal]) -> Exact:
    """Run a decimal operation; its result is exact again when nothing in it was rounded."""
    context = new_context()
    try:
        result = operation(context)
    except Overflow:
        raise too_large(position) from None
    except DivisionByZero:
        raise errors.DivisionByZero("That divides by zero.", position=position) from None
    except InvalidOperation:
        raise no_real("That", position) from None
    return result if context.flags[Inexact] else bounded(Fraction(result), position)


def _combine(
    left: Exact,
    right: Exact,
    position: int,
    fractions: Callable[[Fraction, Fraction], Fraction],
    decimals: Callable[[Context, Decimal, Decimal], Decimal],
) -> Exact:
    if isinstance(left, Fraction) and isinstance(right, Fraction):
        return bounded(fractions(left, right), position)
    result = _decimal(
        position, lambda context: decimals(context, to_decimal(left, context), to_decimal(right, context))
    )
    return to_decimal(result, new_context())


def add(left: Exact, right: Exact, position: int) -> Exact:
    """Add two numbers."""
    return _combine(left, right, position, lambda a, b: a + b, Context.add)


def subtract(left: Exact, right: Exact, position: int) -> Exact:
    """Take the second number from the first."""
    return _combine(left, right, position, lambda a, b: a - b, Context.subtract)


def multiply(left: Exact, right: Exact, position: int) -> Exact:
    """Multiply two numbers."""
    return _combine(left, right, position, lambda a, b: a * b, Context.multiply)


def divide(left: Exact, right: Exact, position: int) -> Exact:
    """Divide the first number by the second."""
    if right == 0:
        raise errors.DivisionByZero("That divides by zero, which has no answer.", position=position)
    return _combine(left, right, position, lambda a, b: a / b, Context.divide)


def remainder(left: Exact, right: Exact, position: int) -> Exact:
    """Give what is left over, with the sign of the divisor, as in everyday clock arithmetic."""
    if right == 0:
        raise errors.DivisionByZero("That takes a remainder after dividing by zero.", position=position)

    def of_decimals(context: Context, a: Decimal, b: Decimal) -> Decimal:
        rest = context.remainder(a, b)
        return context.add(rest, b) if rest and (rest < 0) != (b < 0) else rest

    return _combine(left, right, position, lambda a, b: a % b, of_decimals)


def negate(value: Exact) -> Exact:
    """Change the sign of a number."""
    # Decimal's own minus sign would round to the thread's precision.
    return value.copy_negate() if isinstance(value, Decimal) else -value


def absolute(value: Exact) -> Exact:
    """Give the size of a number without its sign."""
    return negate(value) if value < 0 else value


def smallest(values: Iterable[Exact]) -> Exact:
    """Give the smallest of some numbers."""
    iterator = iter(values)
    least = next(iterator)
    for value in iterator:
        if _below(value, least):
            least = value
    return least


def _below(left: Exact, right: Exact) -> bool:
    return Fraction(left) < Fraction(right)


def power(base: Exact, exponent: Exact, position: int) -> Exact:
    """Raise `base` to `exponent`, exactly where the result is a fraction."""
    if base == 0 and exponent < 0:
        raise errors.DivisionByZero("That raises zero to a negative power, which divides by zero.", position=position)
    if isinstance(base, Fraction) and isinstance(exponent, Fraction):
        if exponent.denominator == 1:
            return _whole_power(base, exponent.numerator, position)
        if exponent.denominator <= _MAX_ROOT:
            root = _exact_root(base, exponent.denominator)
            if root is not None:
                return _whole_power(root, exponent.numerator, position)
    if base < 0 and not _is_whole(exponent):
        if isinstance(exponent, Fraction) and exponent.denominator % 2 == 1:
            size = power(negate(base), exponent, position)
            return negate(size) if exponent.numerator % 2 else size
        raise no_real("A broken power of a negative number", position)
    return _decimal(position, lambda context: context.power(to_decimal(base, context), to_decimal(exponent, context)))


def _is_whole(value: Exact) -> bool:
    return value.denominator == 1 if isinstance(value, Fraction) else value == value.to_integral_value()


def _whole_power(base: Fraction, exponent: int, position: int) -> Fraction:
    if base in {0, 1} or exponent == 0:
        return base if exponent else Fraction(1)
    if base == -1:
        return Fraction(-1 if exponent % 2 else 1)
    bits = max(abs(base.numerator).bit_length() - 1, base.denominator.bit_length() - 1)
    if bits * abs(exponent) > _MAX_BITS:
        raise too_large(position)
    return bounded(base**exponent, position)


def _exact_root(value: Fraction, degree: int) -> Fraction | None:
    """Give the root of that degree when it is itself a fraction."""
    if value < 0:
        if degree % 2 == 0:
            return None
        root = _exact_root(-value, degree)
        return None if root is None else -root
    numerator, denominator = _whole_root(value.numerator, degree), _whole_root(value.denominator, degree)
    if numerator is None or denominator is None:
        return None
    return Fraction(numerator, denominator)


def _whole_root(value: int, degree: int) -> int | None:
    if value < 2:
        return value
    if degree == 2:
        root: int = math.isqrt(value)
    else:
        # Newton's way down from above: it stops at the largest whole number not above the root.
        root = 1 << -(-value.bit_length() // degree)
        while (lower := ((degree - 1) * root + value // root ** (degree - 1)) // degree) < root:
            root = lower
    return root if root**degree == value else None


def root(value: Exact, degree: int, position: int) -> Exact:
    """Give the square root (`degree` 2) or the cube root (3)."""
    if value < 0 and degree == 2:
        raise no_real("The square root of a negative number", position)
    if isinstance(value, Decimal) and value < 0:
        return negate(root(negate(value), degree, position))
    if degree == 2 and isinstance(value, Decimal):
        return new_context().sqrt(value)
    return power(value, Fraction(1, degree), position)


def factorial(value: Exact, position: int) -> Fraction:
    """Give n!, for whole n from 0 up."""
    if not isinstance(value, Fraction) or value.denominator != 1 or value < 0:
        raise no_real("The factorial of anything but a whole number from 0 up", position)
    if value > _MAX_FACTORIAL:
        raise too_large(position)
    return bounded(Fraction(math.factorial(value.numerator)), position)


def exponential(value: Exact, position: int) -> Exact:
    """Give e to the power of `value`."""
    return _decimal(position, lambda context: context.exp(to_decimal(value, context)))


def logarithm(value: Exact, base: Exact | None, position: int) -> Exact:
    """Give the logarithm of `value` to `base`; the natural one where that is None."""
    if value <= 0 or (base is not None and (base <= 0 or base == 1)):
        raise no_real("That logarithm", position)
    if base is None:
        return _decimal(position, lambda context: context.ln(to_decimal(value, context)))
    if base == 10:
        return _decimal(position, lambda context: context.log10(to_decimal(value, context)))
    if isinstance(value, Fraction) and isinstance(base, Fraction):
        guess = round(_ratio_of_logarithms(value, base, new_context()))
        if abs(guess) <= _MAX_BITS and _whole_power_or_none(base, guess, position) == value:
            return Fraction(guess)
    return _decimal(position, lambda context: _ratio_of_logarithms(value, base, context))


def _ratio_of_logarithms(value: Exact, base: Exact, context: Context) -> Decimal:
    return context.divide(context.ln(to_decimal(value, context)), context.ln(to_decimal(base, context)))


def _whole_power_or_none(base: Fraction, exponent: int, position: int) -> Fraction | None:
    try:
        return _whole_power(base, exponent, position)
    except errors.NumberTooLarge:
        return None


def pi() -> Decimal:
    """Give pi to the working precision, by Machin's formula."""
    scale: int = 10 ** (_PRECISION + 10)

    def arccot(x: int) -> int:
        term = scale // x
        total = term
        divisor, sign = 3, -1
        while term:
            term //= x * x
            total += sign * (term // divisor)
            divisor, sign = divisor + 2, -sign
        return total

    return new_context().divide(Decimal(4 * (4 * arccot(5) - arccot(239))), Decimal(scale))


def sine(value: Exact, position: int) -> Exact:
    """Give the sine of an angle in radians."""
    if value == 0:
        return Fraction(0)
    if not -_LARGEST_ANGLE <= value <= _LARGEST_ANGLE:
        raise errors.NumberTooLarge("I take sines of angles up to a million million only.", position=position)
    context = new_context()
    angle = context.remainder_near(to_decimal(value, context), context.multiply(pi(), Decimal(2)))
    square = context.multiply(angle, angle)
    term = total = angle
    step = 1
    while term and term.adjusted() > -_PRECISION - 5:
        step += 2
        term = context.divide(context.multiply(term, square.copy_negate()), Decimal(step * (step - 1)))
        total = context.add(total, term)
    return total


def cosine(value: Exact, position: int) -> Exact:
    """Give the cosine of an angle in radians."""
    if value == 0:
        return Fraction(1)
    quarter = new_context().divide(pi(), Decimal(2))
    return sine(add(value, quarter, position), position)


def tangent(value: Exact, position: int) -> Exact:
    """Give the tangent of an angle in radians."""
    below = cosine(value, position)
    if -_NOTHING < below < _NOTHING:
        raise errors.NoRealAnswer("The tangent has no value at a right angle.", position=position)
    return divide(sine(value, position), below, position)


def rounded(value: Exact, places: Exact, position: int) -> Exact:
    """Round to a number of decimal places, halves away from zero as people do."""
    if not isinstance(places, Fraction) or places.denominator != 1 or abs(places) > 100:
        raise errors.NotUnderstood("Numbers are rounded to a whole number of places, up to 100.", position=position)
    exact = value if isinstance(value, Fraction) else Fraction(value)
    scaled = abs(exact) * Fraction(10) ** int(places)
    whole = math.floor(scaled + Fraction(1, 2))
    return bounded(Fraction(whole if exact >= 0 else -whole) / Fraction(10) ** int(places), position)
