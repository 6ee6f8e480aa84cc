"""Values of the ontologies' classes for property tests, made from the classes themselves."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum
from typing import Any, Literal, get_args, get_origin

from hypothesis import strategies as st

from ontology.acl import AgentIdentifier
from ontology.content import AgentAction, Concept, Element, Ontology, Predicate
from ontology.expressions import (
    Action,
    AllOf,
    AnyOf,
    IdentifyingExpression,
    Iota,
    Pattern,
    TermSequence,
    TermSet,
    Variable,
)
from ontology.slots import kinds_of

TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"]) | st.sampled_from('\n\t"\\ ()#?:'), max_size=8
)
"""What XML can carry."""

IDENTIFIERS = st.builds(
    AgentIdentifier,
    name=TEXT.filter(bool),
    addresses=st.lists(TEXT, max_size=2).map(tuple),
    resolvers=st.lists(st.builds(AgentIdentifier, name=TEXT.filter(bool)), max_size=1).map(tuple),
    user_defined=st.just(()) | TEXT.map(lambda value: (("X-hint", value),)),
)
ZONES = st.sampled_from([UTC, timezone(timedelta(hours=-5, minutes=-30))])
_EARLY, _LATE = datetime(1900, 1, 1), datetime(2200, 1, 1)  # noqa: DTZ001 - the zone is drawn
TIMES = st.datetimes(_EARLY, _LATE) | st.datetimes(_EARLY, _LATE, timezones=ZONES)
SPANS = st.timedeltas(timedelta(milliseconds=1), timedelta(days=9999))
_DEPTH = 3
_ABSTRACT = (Element, Concept, Predicate, AgentAction)
_OPEN = (Pattern, Variable)


def instances(cls: type[Element], ontology: Ontology, depth: int = _DEPTH) -> st.SearchStrategy[Element]:
    """Return instances of a class; unset slots among them."""
    if issubclass(cls, IdentifyingExpression):
        return references(cls, ontology, depth)
    if cls is Pattern:
        return patterns(ontology, depth)
    given = {name: _slot(cls, name, ontology, depth) for name in cls.model_fields}
    needed = {name: values for name, values in given.items() if cls.model_fields[name].is_required()}
    optional = {name: values for name, values in given.items() if name not in needed}
    return st.fixed_dictionaries(needed, optional=optional if depth else {}).map(lambda slots: cls(**slots))


def references(
    cls: type[IdentifyingExpression], ontology: Ontology, depth: int = _DEPTH
) -> st.SearchStrategy[IdentifyingExpression]:
    """Return identifying expressions of a kind."""
    variables = st.builds(Variable, name=TEXT.filter(bool))
    terms = variables | st.lists(variables, max_size=2).map(lambda items: TermSequence(items=tuple(items)))
    return st.builds(cls, term=terms, proposition=patterns(ontology, depth))


def patterns(ontology: Ontology, depth: int = _DEPTH) -> st.SearchStrategy[Pattern]:
    """Return patterns of an ontology's predicates, with one slot open at least."""
    predicates = [c for c in ontology if issubclass(c, Predicate) and c not in _OPEN and c.model_fields]

    @st.composite
    def made(draw: st.DrawFn) -> Pattern:
        cls = draw(st.sampled_from(predicates))
        wanted = draw(st.sets(st.sampled_from(sorted(cls.model_fields)), min_size=1))
        opened = draw(st.sampled_from(sorted(wanted)))
        variable = Variable(name=draw(TEXT.filter(bool)))
        return Pattern.of(
            cls, **{s: variable if s == opened else draw(_slot(cls, s, ontology, max(depth - 1, 0))) for s in wanted}
        )

    return made()


def _slot(cls: type[Element], name: str, ontology: Ontology, depth: int) -> st.SearchStrategy[Any]:
    field = cls.model_fields[name]
    rules: dict[str, Any] = {}
    for rule in field.metadata:
        for bound in ("ge", "gt", "le", "min_length", "max_length"):
            if getattr(rule, bound, None) is not None:
                rules[bound] = getattr(rule, bound)
    return _annotated(field.annotation, rules, ontology, depth)


def _annotated(annotation: Any, rules: Mapping[str, Any], ontology: Ontology, depth: int) -> st.SearchStrategy[Any]:
    kinds = [kind for kind in kinds_of(annotation) if kind is not type(None)]
    return st.one_of([_kind(kind, rules, ontology, depth) for kind in kinds])


def _kind(kind: Any, rules: Mapping[str, Any], ontology: Ontology, depth: int) -> st.SearchStrategy[Any]:
    origin, args = get_origin(kind), get_args(kind)
    if origin in {tuple, frozenset}:
        few = st.lists(_annotated(args[0], {}, ontology, depth), min_size=rules.get("min_length", 0), max_size=2)
        return few.map(origin)
    if origin is Literal:
        return st.sampled_from(args)
    if origin is not None and issubclass(origin, Mapping):
        return st.dictionaries(TEXT, _annotated(args[1], {}, ontology, depth), max_size=2)
    if issubclass(kind, Enum):
        return st.sampled_from(list(kind))
    if issubclass(kind, Element):
        return _element(kind, ontology, depth)
    plain: dict[type, st.SearchStrategy[Any]] = {
        str: TEXT.filter(lambda text: len(text) >= rules.get("min_length", 0)),
        int: st.integers(rules.get("ge"), rules.get("le")),
        float: st.floats(rules.get("ge"), rules.get("le"), allow_nan=False, allow_infinity=False),
        bool: st.booleans(),
        Decimal: st.decimals(rules.get("ge"), rules.get("le"), allow_nan=False, allow_infinity=False),
        datetime: TIMES,
        timedelta: SPANS,
        AgentIdentifier: IDENTIFIERS,
    }
    return plain[kind]


def _element(kind: type[Element], ontology: Ontology, depth: int) -> st.SearchStrategy[Element]:
    fitting = [c for c in ontology if issubclass(c, kind) and c not in _OPEN] if kind in _ABSTRACT else [kind]
    if not depth:
        fitting = [cls for cls in fitting if _is_flat(cls)] or fitting
    return st.sampled_from(fitting).flatmap(lambda cls: instances(cls, ontology, max(depth - 1, 0)))


def _is_flat(cls: type[Element]) -> bool:
    kinds = [k for f in cls.model_fields.values() if f.is_required() for k in kinds_of(f.annotation)]
    return not any(isinstance(k, type) and issubclass(k, Element) for k in kinds) and cls not in {
        Action, AllOf, AnyOf, Iota, TermSequence, TermSet,
    }  # fmt: skip
