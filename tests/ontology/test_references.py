from collections.abc import Mapping

import pytest

from ontology.content import Concept, Predicate, SetOf, Term
from ontology.expressions import AllOf, AnyOf, Iota, Pattern, TermSequence, TermSet, Variable
from ontology.references import is_open

X, Y = Variable(name="x"), Variable(name="y")


class Book(Concept):
    """A book."""

    title: str
    pages: int | None = None


class Lent(Predicate):
    """A book is lent to somebody."""

    book: Book
    to: str
    since: Term | None = None
    tags: SetOf[str] = ()


FACTS = (
    Lent(book=Book(title="Emma", pages=474), to="ann"),
    Lent(book=Book(title="Emma"), to="bob", since=3),
    Lent(book=Book(title="Ulysses", pages=730), to="bob"),
)


@pytest.mark.parametrize(
    ("pattern", "found"),
    [
        (Pattern.of(Lent), [{}, {}, {}]),
        (Pattern.of(Lent, to="bob"), [{}, {}]),
        (Pattern.of(Lent, to=X), [{"x": "ann"}, {"x": "bob"}, {"x": "bob"}]),
        (Pattern.of(Lent, book=Book(title="Emma"), to=X), [{"x": "bob"}]),
        (Pattern.of(Lent, book=Pattern.of(Book, title="Emma"), to=X), [{"x": "ann"}, {"x": "bob"}]),
        (Pattern.of(Lent, book=Pattern.of(Book, pages=X), to=Y), [{"x": 474, "y": "ann"}, {"x": 730, "y": "bob"}]),
        (Pattern.of(Lent, since=X), [{"x": 3}]),
        (Pattern.of(Lent, book=Pattern.of(Book, title=X), to=X), []),
        (Pattern.of(Book), []),
        (Pattern.of(Lent, to=Pattern.of(Book)), []),
    ],
)
def test_patterns_say_what_their_variables_stand_for(pattern: Pattern, found: list[Mapping[str, object]]) -> None:
    assert [bound for fact in FACTS if (bound := pattern.match(fact)) is not None] == found


def test_one_variable_stands_for_one_thing() -> None:
    twice = Pattern.of(Lent, book=Pattern.of(Book, title=X), to=X)
    assert twice.match(Lent(book=Book(title="ann"), to="ann")) == {"x": "ann"}
    assert twice.match(Lent(book=Book(title="ann"), to="ann"), {"x": "bob"}) is None


@pytest.mark.parametrize(
    ("slots", "says"),
    [({"title": "Emma"}, "no slot title"), ({"to": 3}, "to: Input"), ({"book": "Emma"}, "book: Input")],
)
def test_patterns_are_checked_against_their_class(slots: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        Pattern.of(Lent, **slots)


@pytest.mark.parametrize("kind", [Iota, AnyOf, AllOf])
def test_expressions_find_each_referent_once(kind: type[Iota | AnyOf | AllOf]) -> None:
    assert kind(term=X, proposition=Pattern.of(Lent, to=X)).referents(FACTS) == ("ann", "bob")
    pairs = kind(term=TermSequence(items=(X, Y)), proposition=Pattern.of(Lent, book=Pattern.of(Book, title=X), to=Y))
    assert pairs.referents(FACTS) == (
        TermSequence(items=("Emma", "ann")),
        TermSequence(items=("Emma", "bob")),
        TermSequence(items=("Ulysses", "bob")),
    )


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (X, True), (Pattern.of(Book), True), (TermSet(items=(1, X)), True), ((1, X), True),
        ([TermSet(items=(X,))], True),
        (1, False), (TermSet(items=(1,)), False), (FACTS[0], False),
        (AnyOf(term=X, proposition=Pattern.of(Lent, to=X)), False),
    ],
)  # fmt: skip
def test_what_leaves_something_open_is_told(value: object, said: bool) -> None:
    assert is_open(value) is said
