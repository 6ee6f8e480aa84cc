"""The tree that an arithmetic expression is read into.

Phrases such as "15 percent off 80" or "the average of 3 and 5" are taken apart while reading, so that what
works on the tree (exact evaluation, translation to Python) only meets numbers, operators and functions.
"""

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

BinaryOperator = Literal["+", "-", "*", "/", "mod", "^"]
UnaryOperator = Literal["-", "%", "!", "degrees"]


@dataclass(frozen=True, slots=True)
class Number:
    """A number as written, exactly."""

    value: Fraction
    position: int


@dataclass(frozen=True, slots=True)
class Constant:
    """A number with a name that cannot be written out: pi, e, tau."""

    name: str
    position: int


@dataclass(frozen=True, slots=True)
class Unary:
    """An operator on one operand; `%` is "per cent of one", `degrees` turns an angle into radians."""

    operator: UnaryOperator
    operand: "Node"
    position: int


@dataclass(frozen=True, slots=True)
class Binary:
    """An operator between two operands."""

    operator: BinaryOperator
    left: "Node"
    right: "Node"
    position: int


@dataclass(frozen=True, slots=True)
class Call:
    """A function of one or more arguments."""

    function: str
    arguments: tuple["Node", ...]
    position: int


Node = Number | Constant | Unary | Binary | Call


@dataclass(frozen=True, slots=True)
class Expression:
    """What was read: the tree, and whether the answer is wanted as a percentage."""

    root: Node
    as_percentage: bool


ARITIES: dict[str, tuple[int, int]] = {
    "sqrt": (1, 1),
    "cbrt": (1, 1),
    "abs": (1, 1),
    "floor": (1, 1),
    "ceil": (1, 1),
    "round": (1, 2),
    "exp": (1, 1),
    "ln": (1, 1),
    "log": (1, 2),
    "log2": (1, 1),
    "log10": (1, 1),
    "sin": (1, 1),
    "cos": (1, 1),
    "tan": (1, 1),
    "min": (1, 50),
    "max": (1, 50),
    "gcd": (1, 50),
    "lcm": (1, 50),
    "factorial": (1, 1),
}
"""The functions and how many arguments each takes, at least and at most. `log` is to base 10."""
