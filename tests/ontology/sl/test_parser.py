from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.language import DEEPEST, LARGEST, MalformedContent, Unspeakable
from ontology.sl.lexer import SLSyntaxError
from ontology.sl.parser import parse
from ontology.sl.printer import print_content
from ontology.sl.tree import (
    Action,
    ActionPair,
    Aggregate,
    Attitude,
    Connection,
    Constant,
    Event,
    Expression,
    FunctionalTerm,
    IdentifyingExpression,
    Not,
    Parameter,
    Predicate,
    Proposition,
    Quantification,
    Relation,
    Truth,
    Variable,
)
from tests.ontology.sl.trees import CONTENTS

A, X = Constant("a"), Variable("x")
P = Predicate("p", (X,))
ACT = Action(A, FunctionalTerm("f"))


@pytest.mark.parametrize(
    ("text", "expressions"),
    [
        ("()", ()),
        ("(true)", (Truth(True),)),
        ("(FALSE)", (Truth(False),)),
        ('("true")', (Proposition("true"),)),
        ("(unauthorised)", (Proposition("unauthorised"),)),
        ('("The moon is full.")', (Proposition("The moon is full."),)),
        ("((unauthorised))", (Predicate("unauthorised"),)),
        ("((p ?x))", (P,)),
        ("((p :to a :of 1))", (Predicate("p", (), (Parameter("to", A), Parameter("of", Constant(1)))),)),
        ("((action a (f)))", (ACT,)),
        ("((ACTION a (f)))", (ACT,)),
        ('(("action" a (f)))', (Predicate("action", (A, FunctionalTerm("f"))),)),
        ("((; (action a (f)) (| (action a (f)) (action a (f)))))", (ActionPair(";", ACT, ActionPair("|", ACT, ACT)),)),
        ("((done (action a (f))))", (Event("done", ACT),)),
        ("((done (action a (f)) (p ?x)))", (Event("done", ACT, P),)),
        ("((Feasible (action a (f))))", (Event("feasible", ACT),)),
        ("((result (action a (f)) 7))", (Relation("result", ACT, Constant(7)),)),
        ("((= ?x a))", (Relation("=", X, A),)),
        ("((not (p ?x)))", (Not(P),)),
        ("((And (p ?x) true))", (Connection("and", P, Truth(True)),)),
        ("((or a b))", (Connection("or", Proposition("a"), Proposition("b")),)),
        ("((implies (p ?x) (equiv a a)))",
         (Connection("implies", P, Connection("equiv", Proposition("a"), Proposition("a"))),)),
        ("((forall ?x (exists ?y (p ?x))))",
         (Quantification("forall", X, Quantification("exists", Variable("y"), P)),)),
        ("((B a (U a (I a (pg a (p ?x))))))",
         (Attitude("B", A, Attitude("U", A, Attitude("I", A, Attitude("PG", A, P)))),)),
        ("((iota ?x (p ?x)) (any ?x (p ?x)) (ALL ?x (p ?x)))",
         tuple(IdentifyingExpression(operator, X, P) for operator in ("iota", "any", "all"))),
        ("((p (set a) (sequence) (set)))",
         (Predicate("p", (Aggregate("set", (A,)), Aggregate("sequence"), Aggregate("set"))),)),
        ("((set a))", (Predicate("set", (A,)),)),
        ("((p (not a)))", (Predicate("p", (FunctionalTerm("not", (A,)),)),)),
        ("((p (f (iota ?x (p ?x)))))",
         (Predicate("p", (FunctionalTerm("f", (IdentifyingExpression("iota", X, P),)),)),)),
        ('((p ?"a b" :c))', None),
        ('((p :"a b" a))', (Predicate("p", (), (Parameter("a b", A),)),)),
        (" \t\r\n(\x00( p\n?x )\n)\x1f", (P,)),
        ("((p ?x)(p ?x))", (P, P)),
    ],
)  # fmt: skip
def test_texts_are_read(text: str, expressions: tuple[Expression, ...] | None) -> None:
    if expressions is None:
        with pytest.raises(SLSyntaxError):
            parse(text)
    else:
        assert repr(parse(text)) == repr(expressions)


@pytest.mark.parametrize(
    ("text", "position", "says"),
    [
        ("", 0, "opening parenthesis"),
        ("p", 0, "opening parenthesis"),
        ("(", 1, "closing parenthesis"),
        ("((p ?x)", 7, "closing parenthesis"),
        ("(true) true", 7, "after the content"),
        ("(true))", 6, "after the content"),
        ("(())", 2, "symbol"),
        ("((?x))", 2, "symbol"),
        ("(1)", 1, "symbol"),
        ("(?x)", 1, "symbol"),
        ("((p :a 1 2))", 9, "parameter"),
        ("((p 1 :a 2))", 6, "term"),
        ("((p :a))", 6, "term"),
        ("((p (a :b 1 (c))))", 12, "parameter"),
        ("((action a))", 10, "term"),
        ("((action a (f) 1))", 15, "closing"),
        ("((done f))", 7, "opening"),
        ("((done (f)))", 8, "action expression"),
        ("((forall x (p ?x)))", 9, "variable"),
        ("((not))", 5, "symbol"),
        ("((and a))", 7, "symbol"),
        ("((= a))", 5, "term"),
        ("((iota ?x))", 9, "symbol"),
        ('((p "no end))', 4, "no end"),
        ('((p "no end\\"))', 4, "no end"),
        ('((p #5"four', 4, "shorter"),
        ('((p #1"ä))', 4, "within a character"),
        ("((p #x))", 4, "form"),
        ("((p #12345678901\"x))", 4, "form"),
        ("((p -x))", 4, "neither a word nor a number"),
        ("((p 12a))", 4, "neither a word nor a number"),
        ("((p ? x))", 5, "name"),
        ("((p : x))", 5, "name"),
        ("((p :-x 1))", 5, "name"),
        ("((p 1e999))", 4, "too large"),
        ("((p 20261324T000000000Z))", 4, "no time"),
        ("((p 20261124T000000000X))", 4, "zone"),
        (f"((p {'9' * 2000}))", 4, "digits"),
        ("((p " + "(f " * 100, 4 + 3 * (DEEPEST - 2), "deeper"),
    ],
)  # fmt: skip
def test_errors_say_where_and_why(text: str, position: int, says: str) -> None:
    with pytest.raises(SLSyntaxError, match=says) as caught:
        parse(text)
    assert caught.value.position == position


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0), ("-12", -12), ("+12", 12), ("007", 7), ("0x1F", 31), ("-0Xff", -255),
        ("1.", 1.0), (".5", 0.5), ("-1.5e-3", -0.0015), ("1E3", 1000.0), ("+2.5", 2.5),
        ("word", "word"), ("a:b-c#d?e", "a:b-c#d?e"), ("+x", "+x"), ("x\"y", "x\"y"), ("a/b@c.d", "a/b@c.d"),
        ('"two words"', "two words"), ('""', ""), (r'"say \"hi\""', 'say "hi"'), (r'"C:\new"', r"C:\new"),
        ('"(p :a ?x)"', "(p :a ?x)"), ('"line\nline"', "line\nline"),
        ('#5"hello', "hello"), ('#0"', ""), ('#2"ä', "ä"), ('#3"")(', '")('), ('#4"\U0001f600', "\U0001f600"),
    ],
)  # fmt: skip
def test_constants_are_read(text: str, value: object) -> None:
    (predicate,) = parse(f"((p {text} end))")
    assert repr(predicate) == repr(Predicate("p", (Constant(value), Constant("end"))))  # type: ignore[arg-type]


def test_too_long_a_content_is_not_read() -> None:
    with pytest.raises(MalformedContent, match="longer"):
        parse("(" + " " * LARGEST + ")")


@given(CONTENTS)
def test_what_is_printed_is_read_back(content: tuple[Expression, ...]) -> None:
    text = print_content(content)
    assert repr(parse(text)) == repr(content)
    assert print_content(parse(text)) == text


ANY = st.lists(
    st.sampled_from(
        ["(", ")", " ", '"', "\\", "#", "#3\"", "?x", ":a", "1", "-", "0x", ".", "e", "20261124T150000000Z", "and",
         "not", "action", "done", "iota", "set", "p", "true", "=", "B", "forall", "ä", "\x00", "\ud800", "\udc80"]
    ),
    max_size=40,
).map("".join) | st.text(max_size=60)  # fmt: skip


@given(ANY | ANY.map(lambda text: f"(({text}))"))
def test_any_text_gives_a_tree_or_an_error_within_it(text: str) -> None:
    try:
        content = parse(text)
    except SLSyntaxError as error:
        problem: SLSyntaxError | None = error
    else:
        problem = None
        with suppress(Unspeakable):  # what has no bytes
            assert repr(parse(print_content(content))) == repr(content)
    assert problem is None or 0 <= problem.position <= len(text)
