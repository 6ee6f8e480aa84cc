"""What people write, and what it comes to."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from actuation.arithmetic import can_evaluate, evaluate
from actuation.errors import ArithmeticProblem, DivisionByZero, NoRealAnswer, NotUnderstood, NumberTooLarge

EXACT = {
    "17% of 2340": "397.8",
    "what is 17% of 2340?": "397.8",
    "12 * (3+4)": "84",
    "2^10": "1024",
    "2**10": "1024",
    "5 plus 7 times 2": "19",
    "sqrt(16)": "4",
    "\N{SQUARE ROOT}16 + 9": "13",
    "square root of 16 plus 9": "13",
    "the cube root of 27": "3",
    "a third of 99": "33",
    "1/3 of 99": "33",
    "two thirds of 90": "60",
    "half of 50": "25",
    "a quarter of 10": "2.5",
    "half a million": "500000",
    "15 percent off 80": "68",
    "15% off $80": "68",
    "200 + 10%": "220",
    "100 - 20%": "80",
    "10% + 5%": "0.15",
    "10% of 20% of 500": "10",
    "what is 10 percent of 50 plus 3": "8",
    "20 is what percent of 80": "25%",
    "what percent of 80 is 20": "25%",
    "what is 20 as a percentage of 80?": "25%",
    "1,234.5 + 6": "1240.5",
    "7 x 8": "56",
    "7x8": "56",
    "7\N{MULTIPLICATION SIGN}8\N{DIVISION SIGN}2\N{MINUS SIGN}1": "27",
    "5!": "120",
    "5 factorial": "120",
    "factorial of 5": "120",
    "three hundred times 4": "1200",
    "three hundred and five minus 5": "300",
    "two thousand five hundred": "2500",
    "twenty-one plus twenty - one": "40",
    "one million two hundred thousand and six": "1200006",
    "1.5 million + 3 thousand": "1503000",
    "three point one four times 2": "6.28",
    "two and a half times 4": "10",
    "a dozen times 3": "36",
    "2½ * 2": "5",
    "2³": "8",
    "5 squared": "25",
    "2 to the power of 10": "1024",
    "2 to the 10th power": "1024",
    "two to the tenth": "1024",
    "add 5 and 6": "11",
    "add 5 to 6 times 2": "17",
    "subtract 5 from 12": "7",
    "5 subtracted from 12": "7",
    "multiply 6 by 7": "42",
    "divide 100 by 8": "12.5",
    "the sum of 3, 4 and 5": "12",
    "difference between 10 and 4": "6",
    "the product of 3 and 4 plus 5": "17",
    "average of 1, 2 and 6": "3",
    "double 7": "14",
    "twice 8": "16",
    "2(3+4)": "14",
    "max(1,200,30)": "200",
    "min(3, -2)": "-2",
    "gcd(12, 18)": "6",
    "lcm(4, 6)": "12",
    "round(3.14159, 2)": "3.14",
    "round(-2.5)": "-3",
    "floor(-2.5)": "-3",
    "ceil(2.1)": "3",
    "7 % 3": "1",
    "-7 mod 3": "2",
    "20 over 8": "2.5",
    "20 out of 80": "0.25",
    "minus five plus 3": "-2",
    "-2^2": "-4",
    "2^-1": "0.5",
    "2^3^2": "512",
    "(-8)^(1/3)": "-2",
    "8^(2/3)": "4",
    "log(1000)": "3",
    "log2(8)": "3",
    "log(9, 3)": "2",
    "0.1 + 0.2": "0.3",
    "2/3 * 3": "2",
    "2^100": "1267650600228229401496703205376",
    "1e3 + 1": "1001",
    "calculate 12*12 please": "144",
    "12 times 12 equals what": "144",
    "3 * 4 =": "12",
    "sin(0)": "0",
    "[1 + 2] * 3": "9",
}

ROUNDED = {
    "square root of 2": "1.41421356237",
    "100 divided by 7": "14.2857142857",
    "1/3": "0.333333333333",
    "2 pi": "6.28318530718",
    "sin(30 degrees)": "0.5",
    "sin(pi)": "0",
    "tan 45 degrees": "1",
    "ln(e)": "1",
    "exp(1)": "2.71828182846",
    "1e-30/3": "3.33333333333 \N{MULTIPLICATION SIGN} 10^-31",
    "sqrt(2)*10^30": "1.41421356237 \N{MULTIPLICATION SIGN} 10^30",
    "1000000007 / 3": "333333335.667",
    "cube root of -2": "-1.25992104989",
}

REFUSED: list[tuple[str, type[ArithmeticProblem], int]] = [
    ("10**10**10", NumberTooLarge, 2),
    ("9^9^9", NumberTooLarge, 1),
    ("(0-2)^(10^9)", NumberTooLarge, 5),
    ("1000!", NumberTooLarge, 4),
    ("1e999999", NumberTooLarge, 0),
    ("exp(10^9)", NumberTooLarge, 0),
    ("1" + "+1" * 1000, NumberTooLarge, -1),
    ("1/0", DivisionByZero, 1),
    ("5 % (2-2)", DivisionByZero, 2),
    ("0^-1", DivisionByZero, 1),
    ("sqrt(-4)", NoRealAnswer, 0),
    ("(-2)^0.5", NoRealAnswer, 4),
    ("ln(0)", NoRealAnswer, 0),
    ("2.5!", NoRealAnswer, 3),
    ("2 +", NotUnderstood, 3),
    ("2 2", NotUnderstood, 2),
    ("3 bananas", NotUnderstood, 2),
    ("foo + 2", NotUnderstood, 0),
    ("(2 + 3", NotUnderstood, 0),
    ("2 + 3)", NotUnderstood, 5),
    ("2 + # 3", NotUnderstood, 4),
    ("3,5 + 1", NotUnderstood, 1),
    ("hello", NotUnderstood, 0),
    ("sqrt(1, 2)", NotUnderstood, 0),
    ("gcd(1.5, 2)", NotUnderstood, 0),
    ("", NotUnderstood, 0),
    ("(" * 200 + "1" + ")" * 200, NotUnderstood, 60),
]


@pytest.mark.parametrize(("expression", "text"), EXACT.items())
def test_exact_answers(expression: str, text: str) -> None:
    calculation = evaluate(expression)
    assert calculation.text == text
    assert calculation.exact
    assert isinstance(calculation.value, Fraction)
    assert can_evaluate(expression)


@pytest.mark.parametrize(("expression", "text"), ROUNDED.items())
def test_rounded_answers_say_that_they_are(expression: str, text: str) -> None:
    calculation = evaluate(expression)
    assert calculation.text == text
    assert not calculation.exact


@pytest.mark.parametrize(("expression", "kind", "position"), REFUSED)
def test_refusals_are_precise(expression: str, kind: type[ArithmeticProblem], position: int) -> None:
    with pytest.raises(kind) as caught:
        evaluate(expression)
    assert caught.value.position == position
    assert str(caught.value).endswith(".")
    assert "\n" not in str(caught.value)


def test_an_error_quotes_what_was_not_understood() -> None:
    with pytest.raises(NotUnderstood, match=r"“bananas” at character 8 of “2 and a bananas”|“and” at character 3"):
        evaluate("2 and a bananas")


def test_a_fraction_keeps_its_exact_value() -> None:
    assert evaluate("100 divided by 7").value == Fraction(100, 7)


def test_what_is_not_exact_is_right_to_forty_digits() -> None:
    value = evaluate("sqrt(2)").value
    assert isinstance(value, Decimal)
    assert abs(Fraction(value) ** 2 - 2) < Fraction(1, 10**45)
    pi = evaluate("pi").value
    assert str(pi).startswith("3.1415926535897932384626433832795028841971693993")
    assert evaluate("sin(pi/6)").text == "0.5"


@pytest.mark.parametrize(
    "sentence",
    ["what time is it", "find my notes", "remind me at 5 to call Ann", "what is my sister's name?", "what is a dog"],
)
def test_sentences_are_not_sums(sentence: str) -> None:
    assert not can_evaluate(sentence)


_numbers = st.one_of(
    st.integers(0, 10**6).map(lambda n: (str(n), Fraction(n))),
    st.decimals(min_value=0, max_value=1000, places=3).map(lambda d: (str(d), Fraction(d))),
)


def _combined(
    children: st.SearchStrategy[tuple[str, Fraction]],
) -> st.SearchStrategy[tuple[str, Fraction]]:
    def combine(left: tuple[str, Fraction], sign: str, right: tuple[str, Fraction]) -> tuple[str, Fraction]:
        text = f"({left[0]} {sign} {right[0]})"
        if sign in "+-*":
            operation = {"+": Fraction.__add__, "-": Fraction.__sub__, "*": Fraction.__mul__}[sign]
            return text, operation(left[1], right[1])
        return (text, left[1] / right[1]) if right[1] else (f"({left[0]} + {right[0]})", left[1])

    negated = children.map(lambda child: (f"(-{child[0]})", -child[1]))
    return st.one_of(st.builds(combine, children, st.sampled_from("+-*/"), children), negated)


@given(st.recursive(_numbers, _combined, max_leaves=20))
@settings(max_examples=150, deadline=None)
def test_agrees_with_fractions(case: tuple[str, Fraction]) -> None:
    expression, expected = case
    assert evaluate(expression).value == expected


@given(st.lists(st.tuples(st.sampled_from(["+", "-", "*", "/"]), st.integers(1, 99)), max_size=12), st.integers(0, 99))
@settings(max_examples=100, deadline=None)
def test_precedence_agrees_with_python(rest: list[tuple[str, int]], first: int) -> None:
    written = str(first) + "".join(f" {sign} {number}" for sign, number in rest)
    in_python = f"Fraction({first})" + "".join(f" {sign} Fraction({number})" for sign, number in rest)
    assert evaluate(written).value == eval(in_python, {"Fraction": Fraction})


_PIECES = """
0 1 7 99 2.5 1,000 + - * / ^ % ! ( ) , x of off percent half third three hundred million and a the squared
sqrt root plus minus pi e log sin max degrees divided by point dozen what is 1e300 ^9999 ½ ² 0
"""
_pieces = st.sampled_from(_PIECES.split())


def _outcome(expression: str) -> str:
    try:
        return evaluate(expression).text
    except ArithmeticProblem as problem:
        return str(problem)


@given(st.one_of(st.lists(_pieces, max_size=40).map(" ".join), st.text(max_size=200)))
@settings(max_examples=400, deadline=None)
def test_anything_gets_an_answer_or_one_sentence(expression: str) -> None:
    outcome = _outcome(expression)
    assert outcome
    assert "\n" not in outcome
