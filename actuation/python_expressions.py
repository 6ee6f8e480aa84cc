"""Translates an arithmetic expression, as people write it, into Python.

This is how the sandbox can offer to work out a sum too: in floating point, where `actuation.arithmetic` is
exact. Only numbers, operators and the functions of `math` come out, whatever goes in.
"""

from fractions import Fraction

from actuation.errors import ArithmeticProblem
from actuation.expressions import Binary, Call, Constant, Node, Number, Unary
from actuation.parsing import parse

_FUNCTIONS = {
    "sqrt": "math.sqrt",
    "cbrt": "math.cbrt",
    "abs": "abs",
    "floor": "math.floor",
    "ceil": "math.ceil",
    "round": "round",
    "exp": "math.exp",
    "ln": "math.log",
    "log": "math.log10",
    "log2": "math.log2",
    "log10": "math.log10",
    "sin": "math.sin",
    "cos": "math.cos",
    "tan": "math.tan",
    "min": "min",
    "max": "max",
    "gcd": "math.gcd",
    "lcm": "math.lcm",
    "factorial": "math.factorial",
}
_OPERATORS = {"+": "+", "-": "-", "*": "*", "/": "/", "mod": "%", "^": "**"}


def expression_to_python(expression: str) -> str | None:
    """Give a Python program whose last expression is the value of `expression`.

    Returns:
        None where `expression` cannot be read as arithmetic.
    """
    try:
        read = parse(expression)
    except ArithmeticProblem:
        return None
    body = _python(read.root)
    if read.as_percentage:
        body = f"{body} * 100"
    return f"import math\n{body}" if "math." in body else body


def _python(node: Node) -> str:
    match node:
        case Number(value=value):
            return _number(value)
        case Constant(name=name):
            return f"math.{name}"
        case Unary():
            return _unary(node)
        case Binary(operator="*", left=Unary(operator="%", operand=share), right=right):
            # Dividing last keeps 17% of 2340 from picking up a rounding error on the way.
            return f"({_python(share)} * {_python(right)} / 100)"
        case Binary(operator=operator, left=left, right=right):
            return f"({_python(left)} {_OPERATORS[operator]} {_python(right)})"
        case Call(function="log", arguments=(value, base)):
            return f"math.log({_python(value)}, {_python(base)})"
        case Call(function=function, arguments=arguments):
            return f"{_FUNCTIONS[function]}({', '.join(_python(argument) for argument in arguments)})"


def _unary(node: Unary) -> str:
    operand = _python(node.operand)
    match node.operator:
        case "-":
            return f"(-{operand})"
        case "%":
            return f"({operand} / 100)"
        case "degrees":
            return f"math.radians({operand})"
        case "!":
            return f"math.factorial({operand})"


def _number(value: Fraction) -> str:
    if value.denominator == 1:
        return str(value.numerator)
    as_float = value.numerator / value.denominator
    return repr(as_float) if Fraction(repr(as_float)) == value else f"({value.numerator} / {value.denominator})"
