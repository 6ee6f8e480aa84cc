from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import ClassVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.acl import AgentIdentifier
from ontology.assistant import ASSISTANT, Calculate, Goal, ListReminders, SetReminder, Wish
from ontology.content import Concept, Element, Ontology, Predicate, SetOf, Term
from ontology.expressions import (
    EXPRESSIONS,
    Action,
    AllOf,
    And,
    AnyOf,
    Bid,
    DateTime,
    Done,
    Duration,
    Equals,
    InternalError,
    Iota,
    MissingParameter,
    Not,
    Or,
    Pattern,
    Result,
    TermSequence,
    TermSet,
    Unauthorised,
    UnsupportedAct,
    Variable,
)
from ontology.language import MalformedContent, Unspeakable
from ontology.sl.language import SLLanguage
from ontology.sl.profiles import Profile
from tests.ontology.sl.test_parser import ANY

SL = SLLanguage(Profile.SL)


class Point(Concept):
    """A place."""

    x_pos: int
    y_pos: int = 0
    label: str | None = None


class Near(Predicate):
    """Two things are near each other."""

    first: Term
    second: Term
    metres: float | None = None
    how: str | None = None


class Tags(Concept):
    """Names of something."""

    from_: str
    names: SetOf[str] = ()
    order: tuple[str, ...] = ()

    slot_names: ClassVar[Mapping[str, str]] = {"from_": "from"}


class Box(Concept):
    """What has something in it."""

    thing: Element


PLACES = Ontology("places", classes=(Point, Near, Tags, Box), includes=(EXPRESSIONS,))
ANN = AgentIdentifier(name="ann@host")
X, Y = Variable(name="x"), Variable(name="y")
SUM = Action(actor=ANN, act=Calculate(expression="1+1"))
SUM_SL = '(action (agent-identifier :name ann@host) (calculate :expression "1+1"))'
DUE = datetime(2026, 11, 24, 15, tzinfo=UTC)


@pytest.mark.parametrize(
    ("elements", "text"),
    [
        ((), "()"),
        ((SUM,), f"({SUM_SL})"),
        ((Done(action=SUM),), f"((done {SUM_SL}))"),
        ((Result(action=SUM, value=2),), f"((result {SUM_SL} 2))"),
        ((Result(action=SUM, value=TermSet(items=(1, "a b", True))),), f'((result {SUM_SL} (set 1 "a b" true)))'),
        ((SUM, Bid(seconds=0.5, confidence=1)), f"({SUM_SL} (bid 0.5 1.0))"),
        ((SUM, Bid(seconds=0.5, confidence=1, load=0.25)), f"({SUM_SL} (bid 0.5 1.0 0 0.25))"),
        ((SUM, Unauthorised()), f"({SUM_SL} unauthorised)"),
        ((SUM, Unauthorised(explanation="No.")), f"({SUM_SL} (unauthorised No.))"),
        ((UnsupportedAct(act="propose"),), "((unsupported-act propose))"),
        ((UnsupportedAct(act="propose", explanation="Not I."),), '((unsupported-act propose "Not I."))'),
        ((MissingParameter(object_name="o", parameter="p"),), "((missing-parameter o p))"),
        ((InternalError(explanation="It broke."),), '((internal-error "It broke."))'),
        ((Not(proposition=Unauthorised()),), "((not unauthorised))"),
        ((And(left=Unauthorised(), right=Or(left=Unauthorised(), right=Unauthorised())),),
         "((and unauthorised (or unauthorised unauthorised)))"),
        ((Near(first="a", second=Point(x_pos=1), metres=2),), "((near a (point :x-pos 1) 2.0))"),
        ((Near(first="a", second="b", how="by eye"),), '((near :first a :second b :how "by eye"))'),
        ((Near(first=DUE, second=timedelta(seconds=1)),), "((near 20261124T150000000Z +00000000T000001000))"),
        ((Near(first=DateTime(value=DUE.replace(microsecond=1)), second=1),),
         '((near (date-time :value "2026-11-24T15:00:00.000001+00:00") 1))'),
        ((Near(first=Tags(from_="a", names=("b", "c"), order=("d",)), second=1),),
         "((near (tags :from a :names (set b c) :order (sequence d)) 1))"),
        ((Near(first=Box(thing=DateTime(value=DUE)), second=1),), "((near (box :thing 20261124T150000000Z) 1))"),
        ((AnyOf(term=X, proposition=Pattern.of(Near, first=X, second=Pattern.of(Point, label="here"))),),
         "((any ?x (near ?x (point :label here))))"),
        ((Iota(term=X, proposition=Pattern.of(Near, first=X, second="b")),), "((iota ?x (near ?x b)))"),
        ((AnyOf(term=X, proposition=Pattern.of(Near, second=X)),), "((any ?x (near :second ?x)))"),
        ((AllOf(term=TermSequence(items=(X, Y)), proposition=Pattern.of(Near, first=X, second=Y)),),
         "((all (sequence ?x ?y) (near ?x ?y)))"),
        ((Iota(term=X, proposition=Pattern.of(Result, action=SUM, value=X)),), f"((iota ?x (result {SUM_SL} ?x)))"),
        ((Iota(term=X, proposition=Pattern.of(Equals, left=X, right=1)),), "((iota ?x (= ?x 1)))"),
        ((AnyOf(term=X, proposition=Pattern.of(Near, first=Pattern.of(Point, x_pos=X), second="b")),),
         "((any ?x (near (point :x-pos ?x) b)))"),
        ((Equals(left=Iota(term=X, proposition=Pattern.of(Near, first=X)), right=Point(x_pos=1, label="here")),),
         "((= (iota ?x (near ?x)) (point :x-pos 1 :label here)))"),
    ],
)  # fmt: skip
def test_elements_are_said_in_sl(elements: tuple[Element, ...], text: str) -> None:
    ontology = Ontology("all", classes=(), includes=(PLACES, ASSISTANT))
    spoken = SL.encode(elements, ontology)
    assert spoken == text
    assert SL.decode(spoken, ontology, ontology.version) == elements


def test_an_action_of_the_assistant() -> None:
    act = SetReminder(owner="me@host", text="tea", due=DUE.astimezone(timezone(timedelta(hours=1))), zone="Asia/Tokyo")
    goal = Goal(
        id="g", person="me@host", text="do", now=DUE, zone="UTC",
        wishes=(Wish(intent="calculate", text="sum", slots={"the expression": "1"}),),
    )  # fmt: skip
    said = SL.encode((Action(actor=ANN, act=act), Result(action=SUM, value=goal)), ASSISTANT)
    assert said == (
        "((action (agent-identifier :name ann@host) "
        "(set-reminder :owner me@host :text tea :due 20261124T150000000Z :zone Asia/Tokyo)) "
        f"(result {SUM_SL} (goal :id g :person me@host :text do "
        ':wishes (sequence (wish :intent calculate :text sum :slots (map :"the expression" "1"))) '
        ":now 20261124T150000000Z :zone UTC)))"
    )


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        ("((NEAR a b))", (Near(first="a", second="b"),)),
        ("((near :Second b :FIRST a))", (Near(first="a", second="b"),)),
        ("((near (point 1 2) (Point :X-POS 1)))", (Near(first=Point(x_pos=1, y_pos=2), second=Point(x_pos=1)),)),
        ("((near (tags :from a :names (sequence b)) 1))", (Near(first=Tags(from_="a", names=("b",)), second=1),)),
        ("((near (set (set)) +00000000T000001000))",
         (Near(first=TermSet(items=(TermSet(items=()),)), second=Duration(value=timedelta(seconds=1))),)),
        ("((near (agent-identifier :name a :addresses (sequence b) :X-kind c) 1))",
         (Near(first=AgentIdentifier(name="a", addresses=("b",), user_defined=(("X-kind", "c"),)), second=1),)),
        ("((unauthorised))", (Unauthorised(),)),
        ("((near ?x 1))", (Pattern.of(Near, first=X, second=1),)),
    ],
)  # fmt: skip
def test_more_is_understood_than_is_said(text: str, elements: tuple[Element, ...]) -> None:
    assert SL.decode(text, PLACES, PLACES.version) == elements


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("((far a b))", "expression 0: the ontology places has no class 'far'"),
        ("((point 1))", "point is no statement"),
        ("((near a))", "expression 0 (near), second: Field required"),
        ("((near a b 1 c d))", "it takes 4 terms, not 5"),
        ("((near :first a :third b))", "expression 0 (near), third: there is no such slot"),
        ("((near :first a :first b))", "first: it is given twice"),
        ("((near (point :x-pos one) b))", "expression 0.first (point), x_pos: Input should be a valid integer"),
        ("((near (agent-identifier :nom a) b))", "expression 0.first (agent-identifier), nom"),
        ("((near (agent-identifier) b))", "name: Field required"),
        ("((near (map :a b) 1))", "no class 'map'"),
        ("(unauthorised (near))", "expression 1 (near), first"),
        ("((forall ?x (near ?x b)))", "statements with forall are not taken here"),
        ("((B a (near a b)))", "statements with B"),
        ("((implies (near a b) (near a b)))", "statements with implies"),
        ("(true)", "true alone says nothing"),
        ("((feasible (action (agent-identifier :name a) b)))", "statements with feasible"),
        ("((; (action a b) (action a b)))", "composed actions"),
        ("((near (| (action a b) (action a b)) b))", "composed actions"),
        ("((action ann (point 1)))", "actor"),
        ("((action (agent-identifier :name a) (point 1)))", "act"),
        ("((iota ?x (and (near ?x a) (near ?x b))))", "one plain statement"),
        ("((iota ?x (far ?x)))", "no class 'far'"),
        ("((iota ?x (near ?x :to b)))", "at character 19"),
        ("((iota ?x (near :first ?x :to b)))", "to: there is no such slot"),
        ("((iota ?x (near :first ?x :metres far)))", "metres"),
        ("((iota 1 (near ?x 1)))", "term"),
        ("(", "at character 1"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_refused_with_its_place(text: str, says: str) -> None:
    with pytest.raises(MalformedContent) as caught:
        SL.decode(text, PLACES, PLACES.version)
    assert says in str(caught.value)


@pytest.mark.parametrize(
    ("element", "profile", "says"),
    [
        (Point(x_pos=1), Profile.SL, "cannot stand by itself"),
        (ListReminders(owner="me"), Profile.SL, "cannot stand by itself"),
        (InternalError(explanation="a\x00b"), Profile.SL, "character"),
        (InternalError(explanation="a\r\nb"), Profile.SL, "character"),
        (Not(proposition=Unauthorised()), Profile.SL0, "fipa-sl0 has no negation"),
        (Equals(left=1, right=1), Profile.SL1, "fipa-sl1 has no equality"),
        (AnyOf(term=X, proposition=Pattern(of_class="far")), Profile.SL, "no class 'far'"),
        (Near(first=10**2000, second=1), Profile.SL, "digits"),
    ],
)
def test_what_sl_has_no_means_for_is_not_said(element: Element, profile: Profile, says: str) -> None:
    with pytest.raises(Unspeakable, match=says):
        SLLanguage(profile).encode((element,), PLACES)


def test_a_profile_reads_no_more_than_it_has() -> None:
    with pytest.raises(MalformedContent, match="fipa-sl0 has no negation"):
        SLLanguage(Profile.SL0).decode("((not unauthorised))", PLACES, PLACES.version)


NEARLY = st.recursive(
    st.sampled_from(["a", "1", "0.5", "?x", '"b c"', "true", "20261124T150000000Z", "(point 1)", "(map :a 1)"]),
    lambda inner: st.builds(
        lambda head, items: f"({head} {' '.join(items)})",
        st.sampled_from(
            ["near", "point", "point :x-pos", "near :first a :second", "tags :from a :names", "set", "sequence",
             "action", "done", "result", "=", "not", "and", "any ?x", "iota", "pattern :of-class", "equals", "bid",
             "agent-identifier :name", "unauthorised", "map :a", "variable", "date-time"]
        ),
        st.lists(inner, max_size=3),
    ),
    max_leaves=12,
)  # fmt: skip


@given(NEARLY.map(lambda text: f"({text})") | ANY)
def test_any_text_gives_elements_or_an_error(text: str) -> None:
    try:
        elements = SL.decode(text, PLACES, PLACES.version)
    except MalformedContent:
        return
    assert all(isinstance(element, Element) for element in elements)
