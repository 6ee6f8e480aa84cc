"""Reads the tokens of an arithmetic expression into a tree, by operator precedence (a Pratt parser).

From loosest to tightest: "as a percentage of"; + and -; *, /, mod, "off" and what is written side by side;
"of"; the minus sign in front; powers, from the right; and what stands behind: !, %, degrees, squared.
As people mean it, "200 + 10%" adds ten percent of the 200, and "15% off 80" takes them away.
"""

from fractions import Fraction

from actuation.errors import ArithmeticProblem, NotUnderstood
from actuation.expressions import ARITIES, Binary, BinaryOperator, Call, Constant, Expression, Node, Number, Unary
from actuation.numerals import join_numerals
from actuation.tokens import Kind, Token, shown, tokenize

_AS_PERCENT, _SUM, _PRODUCT, _OF, _MINUS, _POWER, _BEHIND = 5, 10, 20, 25, 30, 40, 50
_MAX_DEPTH = 60
_CONSTANTS = ("pi", "e", "tau")
_AGGREGATES = (
    "sum",
    "difference",
    "product",
    "quotient",
    "average",
    "greatest common divisor of",
    "least common multiple of",
    "maximum of",
    "minimum of",
)
_LISTED_FUNCTIONS = {
    "greatest common divisor of": "gcd",
    "least common multiple of": "lcm",
    "maximum of": "max",
    "minimum of": "min",
}
_COMMANDS: dict[str, tuple[tuple[str, ...], BinaryOperator]] = {
    "add": (("to", "and"), "+"),
    "subtract": (("from",), "-"),
    "multiply": (("by", "and", "with"), "*"),
    "divide": (("by",), "/"),
}
_MULTIPLES = {"double": 2, "twice": 2, "triple": 3, "thrice": 3, "quadruple": 4}
_WORDS_BEHIND = ("squared", "cubed", "factorial")
_SIGNS_BEFORE = ("(", "sqrt", "cbrt")


def parse(expression: str) -> Expression:
    """Read `expression`.

    Raises:
        NotUnderstood: it, or a part of it at a position, has no reading.
        NumberTooLarge: it is longer than is worked with, or writes a number that is.
    """
    return _Parser(expression).whole()


def can_parse(expression: str) -> bool:
    """Tell whether `expression` has a reading. Works nothing out."""
    try:
        parse(expression)
    except ArithmeticProblem:
        return False
    return True


class _Parser:
    def __init__(self, expression: str) -> None:
        self.written = expression
        self.tokens = join_numerals(tokenize(expression))
        self.index = 0
        self.depth = 0

    @property
    def token(self) -> Token:
        return self.tokens[self.index]

    def take(self) -> Token:
        token = self.token
        if token.kind is not Kind.END:
            self.index += 1
        return token

    def accept_sign(self, sign: str) -> bool:
        found = self.token.is_sign(sign)
        if found:
            self.index += 1
        return found

    def accept_word(self, *words: str) -> bool:
        found = self.token.is_word(*words)
        if found:
            self.index += 1
        return found

    def fail(self, token: Token) -> NotUnderstood:
        if token.kind is Kind.END:
            return NotUnderstood(
                f"“{shown(self.written)}” stops before it is complete: a number is missing at the end.",
                position=token.start,
            )
        piece = self.written[token.start : token.end]
        return NotUnderstood(
            f"I do not understand “{shown(piece)}” at character {token.start + 1} of “{shown(self.written)}”.",
            position=token.start,
        )

    def whole(self) -> Expression:
        if self.accept_word("what percent of"):
            base = self.parse(0)
            if not self.accept_word("is"):
                raise self.fail(self.token)
            start = self.token.start
            expression = Expression(Binary("/", self.parse(0), base, start), as_percentage=True)
        else:
            root = self.parse(0)
            token = self.token
            as_percentage = self.accept_word("as percent of")
            if as_percentage:
                root = Binary("/", root, self.parse(_AS_PERCENT), token.start)
            expression = Expression(root, as_percentage)
        if self.token.kind is not Kind.END:
            raise self.fail(self.token)
        return expression

    def parse(self, binding: int) -> Node:
        """Read an expression whose operators bind tighter than `binding`."""
        self.depth += 1
        if self.depth > _MAX_DEPTH:
            raise NotUnderstood(
                "That sum has more brackets within brackets than I can follow.", position=self.token.start
            )
        left = self.operand()
        while True:
            following = self.continued(left, binding)
            if following is None:
                self.depth -= 1
                return left
            left = following

    # What an operand can begin with.

    def operand(self) -> Node:
        token = self.take()
        if token.kind is Kind.NUMBER:
            return Number(token.value, token.start)
        if token.kind is Kind.SIGN:
            return self.operand_from_sign(token)
        if token.kind is Kind.WORD:
            return self.operand_from_word(token)
        raise self.fail(token)

    def operand_from_sign(self, token: Token) -> Node:
        if token.text == "(":
            inner = self.parse(0)
            if not self.accept_sign(")"):
                if self.token.kind is Kind.END:
                    raise NotUnderstood(
                        f"The bracket opened at character {token.start + 1} of “{shown(self.written)}” is not closed.",
                        position=token.start,
                    )
                raise self.fail(self.token)
            return inner
        if token.text == "-":
            return Unary("-", self.parse(_MINUS), token.start)
        if token.text == "+":
            return self.parse(_MINUS)
        if token.text in {"sqrt", "cbrt"}:
            return Call(token.text, (self.parse(_POWER + 5),), token.start)
        raise self.fail(token)

    def operand_from_word(self, token: Token) -> Node:
        word = token.text
        if word in _CONSTANTS:
            return Constant(word, token.start)
        if word in _AGGREGATES:
            return self.aggregate(token)
        if word in ARITIES:
            return self.call(token)
        if word in _COMMANDS:
            connectors, operator = _COMMANDS[word]
            first = self.parse(0)
            if not self.accept_word(*connectors):
                raise self.fail(self.token)
            second = self.parse(0)
            if operator == "-":
                first, second = second, first
            return Binary(operator, first, second, token.start)
        if word in _MULTIPLES:
            self.accept_word("of")
            return Binary("*", Number(Fraction(_MULTIPLES[word]), token.start), self.parse(_OF), token.start)
        raise self.fail(token)

    def call(self, token: Token) -> Node:
        if not self.accept_sign("("):
            return Call(token.text, (self.parse(_POWER + 5),), token.start)
        arguments = [self.parse(0)]
        while self.accept_sign(","):
            arguments.append(self.parse(0))
        if not self.accept_sign(")"):
            raise self.fail(self.token)
        least, most = ARITIES[token.text]
        if not least <= len(arguments) <= most:
            raise NotUnderstood(
                f"“{token.text}” at character {token.start + 1} takes "
                f"{least if least == most else f'{least} to {most}'} numbers, not {len(arguments)}.",
                position=token.start,
            )
        return Call(token.text, tuple(arguments), token.start)

    def aggregate(self, token: Token) -> Node:
        """Read "the sum of 3, 4 and 5" and its like."""
        items = [self.parse(_SUM)]
        while self.accept_sign(",") or self.token.is_word("and"):
            self.accept_word("and")
            items.append(self.parse(_SUM))
        if len(items) < 2:
            raise self.fail(self.token)
        if token.text in _LISTED_FUNCTIONS:
            return Call(_LISTED_FUNCTIONS[token.text], tuple(items), token.start)
        operators: dict[str, BinaryOperator] = {"difference": "-", "product": "*", "quotient": "/"}
        result = items[0]
        for item in items[1:]:
            result = Binary(operators.get(token.text, "+"), result, item, token.start)
        if token.text == "average":
            return Binary("/", result, Number(Fraction(len(items)), token.start), token.start)
        return result

    # What can follow an operand.

    def continued(self, left: Node, binding: int) -> Node | None:
        token = self.token
        if token.kind is Kind.SIGN:
            return self.continued_by_sign(left, token, binding)
        if token.kind is Kind.WORD:
            return self.continued_by_word(left, token, binding)
        return None

    def continued_by_sign(self, left: Node, token: Token, binding: int) -> Node | None:
        sign = token.text
        if sign == "%" and not self.means_remainder():
            sign = "percent"
        if sign in {"!", "percent", "degrees"}:
            return self.behind(left, token, binding)
        if sign in {"+", "-"} and binding < _SUM:
            return self.sum(left, self.take())
        if sign in {"*", "/", "%", "mod"} and binding < _PRODUCT:
            self.take()
            operator: BinaryOperator = "*" if sign == "*" else "/" if sign == "/" else "mod"
            return Binary(operator, left, self.parse(_PRODUCT), token.start)
        if sign == "^" and binding < _POWER:
            self.take()
            return Binary("^", left, self.parse(_POWER - 1), token.start)
        if sign in _SIGNS_BEFORE and binding < _PRODUCT:
            return Binary("*", left, self.parse(_PRODUCT), token.start)
        return None

    def continued_by_word(self, left: Node, token: Token, binding: int) -> Node | None:
        word = token.text
        if word in _WORDS_BEHIND:
            return self.behind(left, token, binding)
        if word == "subtracted from" and binding < _SUM:
            self.take()
            return Binary("-", self.parse(_SUM), left, token.start)
        if word == "off" and binding < _PRODUCT and _is_percentage(left):
            self.take()
            rest = Binary("-", Number(Fraction(1), token.start), left, token.start)
            return Binary("*", self.parse(_PRODUCT), rest, token.start)
        if word == "of" and binding < _OF and (_is_percentage(left) or _is_part(left)):
            self.take()
            return Binary("*", left, self.parse(_OF - 1), token.start)
        if word in (*_CONSTANTS, *ARITIES) and binding < _PRODUCT:
            return Binary("*", left, self.parse(_PRODUCT), token.start)
        return None

    def behind(self, left: Node, token: Token, binding: int) -> Node | None:
        if binding >= _BEHIND:
            return None
        self.take()
        start = token.start
        match token.text:
            case "%":
                return Unary("%", left, start)
            case "!" | "factorial":
                return Unary("!", left, start)
            case "degrees":
                return Unary("degrees", left, start)
            case "squared":
                return Binary("^", left, Number(Fraction(2), start), start)
            case _:
                return Binary("^", left, Number(Fraction(3), start), start)

    def sum(self, left: Node, token: Token) -> Node:
        right = self.parse(_SUM)
        operator: BinaryOperator = "+" if token.text == "+" else "-"
        if _is_percentage(right) and not _is_percentage(left):
            share = Binary(operator, Number(Fraction(1), token.start), right, token.start)
            return Binary("*", left, share, token.start)
        return Binary(operator, left, right, token.start)

    def means_remainder(self) -> bool:
        """Tell whether the `%` here stands between two numbers (7 % 3) and not behind one (7% of 3)."""
        following = self.tokens[min(self.index + 1, len(self.tokens) - 1)]
        return (
            following.kind is Kind.NUMBER
            or following.is_sign(*_SIGNS_BEFORE)
            or following.is_word(*_CONSTANTS, *ARITIES)
        )


def _is_percentage(node: Node) -> bool:
    if isinstance(node, Unary):
        return node.operator == "%" or (node.operator == "-" and _is_percentage(node.operand))
    if isinstance(node, Binary) and node.operator in {"+", "-"}:
        return _is_percentage(node.left) and _is_percentage(node.right)
    return False


def _is_part(node: Node) -> bool:
    """Tell whether this is a part of something, such as a third, 1/3 or 0.5."""
    if isinstance(node, Number):
        return node.value.denominator != 1
    return isinstance(node, Binary) and node.operator == "/"
