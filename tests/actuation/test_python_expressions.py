"""The same sums in Python give the same answers, but for rounding."""

import ast
import math

import pytest

from actuation.arithmetic import evaluate
from actuation.python_expressions import expression_to_python
from tests.actuation.test_arithmetic import EXACT, ROUNDED

_LEAVES_THE_REALS = {"(-8)^(1/3)"}  # a complex number in floating point
_ROUNDS_HALVES_TO_EVEN = {"round(-2.5)"}


def _value(program: str) -> float:
    tree = ast.parse(program)
    last = tree.body[-1]
    assert isinstance(last, ast.Expr)
    names = {"math": math}
    return float(eval(compile(ast.Expression(last.value), "sum", "eval"), names))


@pytest.mark.parametrize(
    "expression", sorted((EXACT.keys() | ROUNDED.keys()) - _LEAVES_THE_REALS - _ROUNDS_HALVES_TO_EVEN)
)
def test_translation_agrees(expression: str) -> None:
    program = expression_to_python(expression)
    assert program is not None
    assert math.isclose(_value(program), float(evaluate(expression).value), rel_tol=1e-9, abs_tol=1e-9)


def test_plain_sums_stay_readable() -> None:
    assert expression_to_python("17% of 2340") == "(17 * 2340 / 100)"
    assert expression_to_python("square root of 2") == "import math\nmath.sqrt(2)"


@pytest.mark.parametrize("text", ["__import__('os')", "hello", "open(1)", "2; 3", "lambda: 1", "1 if 2 else 3"])
def test_code_is_not_a_sum(text: str) -> None:
    assert expression_to_python(text) is None or "import os" not in (expression_to_python(text) or "")
