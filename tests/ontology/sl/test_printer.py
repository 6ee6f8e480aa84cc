from datetime import UTC, datetime, timedelta, timezone

import pytest

from ontology.language import DEEPEST, LARGEST, Unspeakable
from ontology.sl.printer import print_content
from ontology.sl.tree import (
    Constant,
    Expression,
    FunctionalTerm,
    Not,
    Parameter,
    Predicate,
    Proposition,
    Term,
    Variable,
)


def printed(term: Term) -> str:
    return print_content((Predicate("p", (term,)),))[4:-2]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("word", "word"), ("df@host:1099/JADE", "df@host:1099/JADE"), ("a-b_c.d", "a-b_c.d"),
        ("two words", '"two words"'), ("", '""'), ("12", '"12"'), ("-x", '"-x"'), (":x", '":x"'), ("?x", '"?x"'),
        ("#x", '"#x"'), (".5", '".5"'), ("+x", '"+x"'), ("a(b", '"a(b"'), ("ä", '"ä"'), ("true", '"true"'),
        ("False", '"False"'), ("20261124T150000000Z", '"20261124T150000000Z"'),
        ('say "hi"', r'"say \"hi\""'), (r"C:\new", r"C:\new"), (r"C:\new file", r'"C:\new file"'),
        ("a b\\", '#4"a b\\'), ('\\"', '#2"\\"'), ('ä\\"', '#4"ä\\"'),
        (True, "true"), (False, "false"), (7, "7"), (-7, "-7"), (0.5, "0.5"), (1e-07, "1e-07"), (1e16, "1e+16"),
        (datetime(2026, 11, 24, 15, 0, 0, 5000, UTC), "20261124T150000005Z"),
        (datetime(2026, 11, 24, 15, tzinfo=timezone(timedelta(hours=1))), "20261124T140000000Z"),
        (datetime(2026, 11, 24, 15), "20261124T150000000"),  # noqa: DTZ001 - SL's local time
        (timedelta(seconds=90), "+00000000T000130000"),
        (timedelta(days=-400, milliseconds=1), "-00010104T235959999"),
        (timedelta(days=364), "+00001134T000000000"),
    ],
)  # fmt: skip
def test_constants_are_written_as_fipa_has_them(value: str | float | datetime | timedelta, text: str) -> None:
    assert printed(Constant(value)) == text


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        (Proposition("unauthorised"), "(unauthorised)"),
        (Proposition("TRUE"), '("TRUE")'),
        (Predicate("p"), "((p))"),
        (Predicate("Not", (Constant("a"),)), '(("Not" a))'),
        (Predicate("iota", (Constant("a"),)), '(("iota" a))'),
        (Predicate("set", (Constant("a"),)), "((set a))"),
        (Predicate("p", (FunctionalTerm("Set", (Constant("a"),)),)), '((p ("Set" a)))'),
        (Predicate("p", (FunctionalTerm("not"),)), "((p (not)))"),
        (Predicate("p", (), (Parameter("a b", Variable("x y")),)), '((p :"a b" ?"x y"))'),
    ],
)
def test_symbols_that_are_operators_are_quoted(expression: Expression, text: str) -> None:
    assert print_content((expression,)) == text


def nested(levels: int) -> Expression:
    formula: Expression = Proposition("p")
    for _ in range(levels):
        formula = Not(formula)  # type: ignore[arg-type]
    return formula


@pytest.mark.parametrize(
    ("expression", "says"),
    [
        (Predicate("p", (Constant(float("nan")),)), "no number nan"),
        (Predicate("p", (Constant(float("-inf")),)), "no number -inf"),
        (Predicate("p", (Constant(10**2000),)), "digits"),
        (Predicate("p", (Constant(datetime(2026, 1, 1, microsecond=1, tzinfo=UTC)),)), "exactly"),
        (Predicate("p", (Constant(timedelta(microseconds=1)),)), "exactly"),
        (Predicate("p", (Constant(timedelta(days=365 * 10_000)),)), "exactly"),
        (Predicate("p", (Constant("\ud800\\"),)), "no bytes"),
        (Proposition("x" * LARGEST), "longer"),
        (nested(DEEPEST), "deeper"),
    ],
)
def test_what_sl_cannot_say_is_refused(expression: Expression, says: str) -> None:
    with pytest.raises(Unspeakable, match=says):
        print_content((expression,))


def test_as_deep_as_is_read_is_printed() -> None:
    assert print_content((nested(DEEPEST - 1),))
