"""SL tokens into a tree (FIPA 00008, section 2.1).

Operators are read in any case, and only where they are words: ``("and" x)`` has a symbol that is called *and*. Which
words are operators depends on the place, so that ``(set x)`` is a set among terms and a predicate among formulas.
One thing more than the grammar has is read: a content of no expressions, ``()``.
"""

from collections.abc import Callable
from typing import Final, Literal, TypeVar, cast

from ontology.language import DEEPEST, LARGEST, MalformedContent
from ontology.sl.lexer import Kind, SLSyntaxError, Token, token_at
from ontology.sl.tree import (
    Action,
    ActionExpression,
    ActionPair,
    Aggregate,
    Attitude,
    Connection,
    Constant,
    Content,
    Event,
    Expression,
    Formula,
    FunctionalTerm,
    IdentifyingExpression,
    Not,
    Parameter,
    Predicate,
    Proposition,
    Quantification,
    Relation,
    Term,
    Truth,
    Variable,
)

IN_TERMS: Final = frozenset({"action", ";", "|", "iota", "any", "all", "set", "sequence"})
"""The operators that begin a term."""
IN_FORMULAS: Final = frozenset(
    {"not", "and", "or", "implies", "equiv", "forall", "exists", "b", "u", "i", "pg", "done", "feasible", "=", "result"}
)
"""The operators that begin a formula."""
IN_ACTIONS: Final = frozenset({"action", ";", "|"})
"""The operators that begin an action expression."""
IN_REFERENCES: Final = frozenset({"iota", "any", "all"})
"""The operators that begin an identifying expression."""
T = TypeVar("T")

TRUTHS: Final = frozenset({"true", "false"})


def parse(text: str) -> Content:
    """Return what an SL content says.

    Raises:
        SLSyntaxError: it is not SL, or nested too deep; the error has the position.
        MalformedContent: it is too long.
    """
    if len(text) > LARGEST:
        raise MalformedContent(f"the content is longer than {LARGEST} characters")
    return _Parser(text).content()


class _Parser:
    def __init__(self, text: str) -> None:
        self._text = text
        self._depth = 0
        self._next, self._end = token_at(text, 0)

    def content(self) -> Content:
        self._open()
        expressions = self._until_close(self._expression)
        if self._next.kind is not Kind.END:
            raise SLSyntaxError(f"after the content comes {self._next.kind.value}", self._next.position)
        return expressions

    # -- tokens

    def _take(self) -> Token:
        token = self._next
        self._next, self._end = token_at(self._text, self._end)
        return token

    def _expect(self, kind: Kind) -> Token:
        if self._next.kind is not kind:
            raise SLSyntaxError(f"{kind.value} is missing; here is {self._next.kind.value}", self._next.position)
        return self._take()

    def _open(self) -> None:
        position = self._expect(Kind.OPEN).position
        self._depth += 1
        if self._depth > DEEPEST:
            raise SLSyntaxError(f"this is nested deeper than {DEEPEST} levels", position)

    def _close(self) -> None:
        self._expect(Kind.CLOSE)
        self._depth -= 1

    def _until_close(self, read: Callable[[], T]) -> tuple[T, ...]:
        found = []
        while self._next.kind is not Kind.CLOSE and self._next.kind is not Kind.END:
            found.append(read())
        self._close()
        return tuple(found)

    def _operator(self, among: frozenset[str]) -> str | None:
        """Take the operator that comes next, if it is one of those, and return it in lower case."""
        if self._next.kind is Kind.WORD and (operator := str(self._next.value).lower()) in among:
            self._take()
            return operator
        return None

    def _symbol(self) -> str:
        if self._next.kind not in {Kind.WORD, Kind.STRING}:
            raise SLSyntaxError(f"a symbol is missing; here is {self._next.kind.value}", self._next.position)
        return str(self._take().value)

    # -- expressions

    def _expression(self) -> Expression:
        if self._next.kind is not Kind.OPEN:
            return self._formula()
        self._open()
        if operator := self._operator(IN_ACTIONS):
            return self._action_of(operator)
        if operator := self._operator(IN_REFERENCES):
            return self._reference_of(operator)
        return self._formula_within()

    def _action(self) -> ActionExpression:
        self._open()
        operator = self._operator(IN_ACTIONS)
        if operator is None:
            raise SLSyntaxError("an action expression is missing", self._next.position)
        return self._action_of(operator)

    def _action_of(self, operator: str) -> ActionExpression:
        expression: ActionExpression
        if operator == "action":
            expression = Action(self._term(), self._term())
        else:
            expression = ActionPair(cast(Literal[";", "|"], operator), self._action(), self._action())
        self._close()
        return expression

    def _reference_of(self, operator: str) -> IdentifyingExpression:
        which = cast(Literal["iota", "any", "all"], operator)
        expression = IdentifyingExpression(which, self._term(), self._formula())
        self._close()
        return expression

    # -- formulas

    def _formula(self) -> Formula:
        if self._next.kind is Kind.OPEN:
            self._open()
            return self._formula_within()
        if truth := self._operator(TRUTHS):
            return Truth(truth == "true")
        return Proposition(self._symbol())

    def _formula_within(self) -> Formula:
        operator = self._operator(IN_FORMULAS)
        if operator is None:
            symbol = self._symbol()
            return Predicate(symbol, *self._arguments())
        formula = self._formula_of(operator)
        self._close()
        return formula

    def _formula_of(self, operator: str) -> Formula:
        match operator:
            case "not":
                return Not(self._formula())
            case "and" | "or" | "implies" | "equiv":
                return Connection(operator, self._formula(), self._formula())
            case "forall" | "exists":
                variable = Variable(str(self._expect(Kind.VARIABLE).value))
                return Quantification(operator, variable, self._formula())
            case "=" | "result":
                return Relation(operator, self._term(), self._term())
            case "done" | "feasible":
                action = self._action()
                return Event(operator, action, None if self._next.kind is Kind.CLOSE else self._formula())
            case _:
                attitude = cast(Literal["B", "U", "I", "PG"], operator.upper())
                return Attitude(attitude, self._term(), self._formula())

    # -- terms

    def _term(self) -> Term:
        token = self._next
        match token.kind:
            case Kind.OPEN:
                self._open()
                return self._term_within()
            case Kind.VARIABLE:
                return Variable(str(self._take().value))
            case Kind.NUMBER | Kind.TIME | Kind.STRING:
                return Constant(self._take().value)
            case Kind.WORD:
                truth = self._operator(TRUTHS)
                return Constant(truth == "true" if truth else self._take().value)
        raise SLSyntaxError(f"a term is missing; here is {token.kind.value}", token.position)

    def _term_within(self) -> Term:
        operator = self._operator(IN_TERMS)
        if operator is None:
            symbol = self._symbol()
            return FunctionalTerm(symbol, *self._arguments())
        if operator in IN_ACTIONS:
            return self._action_of(operator)
        if operator in IN_REFERENCES:
            return self._reference_of(operator)
        return Aggregate(cast(Literal["set", "sequence"], operator), self._until_close(self._term))

    def _arguments(self) -> tuple[tuple[Term, ...], tuple[Parameter, ...]]:
        if self._next.kind is Kind.PARAMETER:
            return (), self._until_close(self._parameter)
        return self._until_close(self._term), ()

    def _parameter(self) -> Parameter:
        return Parameter(str(self._expect(Kind.PARAMETER).value), self._term())
