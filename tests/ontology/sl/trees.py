"""SL trees for property tests."""

from datetime import UTC, datetime, timedelta
from functools import reduce
from typing import Any

from hypothesis import strategies as st

from ontology.sl.tree import (
    Action,
    ActionPair,
    Aggregate,
    Attitude,
    Connection,
    Constant,
    Content,
    Event,
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

_WORDS = ["x", "df@host:1099/JADE", "and", "NOT", "action", "iota", "Set", "sequence", "true", "FALSE", "b", "I", "="]
_STRINGS = ["", " ", '"', "\\", '\\"', "a\\", "#3", "-1", "+5", "+x", ".5", "1e5", "0x1f", "20261124T150000000Z", "ä"]
TEXTS = st.sampled_from(_WORDS + _STRINGS) | st.text(max_size=6)
NAMES = TEXTS
MILLISECONDS = st.integers(0, 4 * 10**13)
_BEGIN = datetime(1000, 1, 1, tzinfo=UTC)
TIMES = MILLISECONDS.map(lambda count: _BEGIN + timedelta(milliseconds=count))
SPANS = st.integers(-(10**13), 10**13).map(lambda count: timedelta(milliseconds=count))
CONSTANTS = st.builds(
    Constant,
    st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | TEXTS
    | TIMES
    | TIMES.map(lambda time: time.replace(tzinfo=None))
    | SPANS,
)
VARIABLES = st.builds(Variable, NAMES)


_Level = tuple[st.SearchStrategy[Any], st.SearchStrategy[Any], st.SearchStrategy[Any]]
"""Terms, action expressions and formulas."""


def _few(items: st.SearchStrategy[Any]) -> st.SearchStrategy[tuple[Any, ...]]:
    return st.lists(items, max_size=2).map(tuple)


# Two kinds of node contain each other, so each level is made of the one below.
def _deeper(below: _Level, _: int) -> _Level:
    terms, actions, formulas = below
    parameters = _few(st.builds(Parameter, NAMES, terms))
    deeper_actions = st.builds(Action, terms, terms) | st.builds(
        ActionPair, st.sampled_from([";", "|"]), actions, actions
    )
    references = st.builds(IdentifyingExpression, st.sampled_from(["iota", "any", "all"]), terms, formulas)
    deeper_terms = st.one_of(
        terms,
        deeper_actions,
        references,
        st.builds(FunctionalTerm, NAMES, _few(terms)),
        st.builds(FunctionalTerm, NAMES, st.just(()), parameters),
        st.builds(Aggregate, st.sampled_from(["set", "sequence"]), _few(terms)),
    )
    deeper_formulas = st.one_of(
        formulas,
        st.builds(Predicate, NAMES, _few(terms)),
        st.builds(Predicate, NAMES, st.just(()), parameters),
        st.builds(Relation, st.sampled_from(["=", "result"]), terms, terms),
        st.builds(Not, formulas),
        st.builds(Connection, st.sampled_from(["and", "or", "implies", "equiv"]), formulas, formulas),
        st.builds(Quantification, st.sampled_from(["forall", "exists"]), VARIABLES, formulas),
        st.builds(Attitude, st.sampled_from(["B", "U", "I", "PG"]), terms, formulas),
        st.builds(Event, st.sampled_from(["done", "feasible"]), actions, st.none() | formulas),
    )
    return deeper_terms, deeper_actions, deeper_formulas


_FLAT: _Level = (
    CONSTANTS | VARIABLES,
    st.builds(Action, CONSTANTS, CONSTANTS),
    st.builds(Truth, st.booleans()) | st.builds(Proposition, NAMES),
)
TERMS, ACTIONS, FORMULAS = reduce(_deeper, range(2), _FLAT)
REFERENCES = st.builds(IdentifyingExpression, st.sampled_from(["iota", "any", "all"]), TERMS, FORMULAS)
CONTENTS: st.SearchStrategy[Content] = _few(ACTIONS | FORMULAS | REFERENCES)
"""Contents of every kind of node, with symbols that are hard to write."""
