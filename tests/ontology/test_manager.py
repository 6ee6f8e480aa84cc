from collections.abc import Mapping
from types import MappingProxyType

import pytest

from ontology.acl import ACLMessage, AgentIdentifier, Performative
from ontology.assistant import ASSISTANT, Calculate
from ontology.content import AgentAction, Concept, Element, Ontology, Predicate
from ontology.elements import Variable
from ontology.expressions import (
    EXPRESSIONS,
    Action,
    Equals,
    Not,
    TermSet,
    Unauthorised,
    UnrecognisedValue,
    UnsupportedValue,
)
from ontology.language import Unspeakable
from ontology.management import AGENT_MANAGEMENT, AMSAgentDescription, Search
from ontology.manager import ContentManager, NotUnderstandable
from ontology.references import AllOf, Pattern

ANN = AgentIdentifier(name="ann@agents.localhost")
MANAGER = ContentManager((ASSISTANT, AGENT_MANAGEMENT))


def message(
    content: str,
    *,
    language: str | None = "json",
    ontology: str | None = ASSISTANT.name,
    user_defined: Mapping[str, str] = MappingProxyType({}),
) -> ACLMessage:
    return ACLMessage(
        performative=Performative.REQUEST,
        sender=ANN,
        receivers=(ANN,),
        content=content,
        language=language,
        ontology=ontology,
        user_defined=user_defined,
    )


def test_it_names_the_ontology_that_has_the_words() -> None:
    assert MANAGER.encode(Action(actor=ANN, act=Calculate(expression="1"))).ontology == ASSISTANT.name
    search = Search(template=AMSAgentDescription(name=ANN))
    assert MANAGER.encode(Action(actor=ANN, act=search)).ontology == AGENT_MANAGEMENT.name


@pytest.mark.parametrize(
    ("sent", "parameter"),
    [
        (message("[]", language="klingon"), "language"),
        (message("[]", language=None), "language"),
        (message("[]", ontology="astrology"), "ontology"),
        (message("[]", ontology=None), "ontology"),
        (message("[{}]"), "content"),
        (message("()", language="fipa-sl0", ontology="astrology"), "ontology"),
        (message("(", language="fipa-sl0"), "content"),
        (message("((not unauthorised))", language="fipa-sl0"), "content"),
        (message("[]", user_defined={"X-Ontology-Version": "new"}), "X-Ontology-Version"),
        (message("[]", user_defined={"x-ontology-version": "2.0"}), "ontology"),
        (message("[]", user_defined={"X-Ontology-Version": "0.9"}), "ontology"),
    ],
)
def test_it_says_what_it_cannot_read(sent: ACLMessage, parameter: str) -> None:
    with pytest.raises(NotUnderstandable) as caught:
        MANAGER.decode(sent)
    reason = caught.value.reason
    assert isinstance(reason, UnsupportedValue | UnrecognisedValue)
    assert reason.parameter == parameter
    assert reason.explanation


@pytest.mark.parametrize(
    ("element", "wanted", "language"),
    [
        (Unauthorised(), None, "json"),
        (Unauthorised(), "klingon", "json"),
        (Unauthorised(), "json", "json"),
        (Unauthorised(), "fipa-sl0", "fipa-sl0"),
        (Unauthorised(), "FIPA-SL", "fipa-sl"),
        (Not(proposition=Unauthorised()), "fipa-sl0", "fipa-sl1"),
        (Equals(left=1, right=1), "fipa-sl0", "fipa-sl2"),
        (Equals(left=1, right=1), "fipa-sl", "fipa-sl"),
        (Unauthorised(explanation="\x00"), "fipa-sl0", "json"),
        (Calculate(expression="1"), "fipa-sl", "json"),
    ],
)
def test_it_speaks_the_wanted_language_or_the_next_that_can_say_it(
    element: Element, wanted: str | None, language: str
) -> None:
    assert MANAGER.encode(element, language=wanted).language == language


def test_what_no_language_can_say_is_an_error() -> None:
    with pytest.raises(Unspeakable):
        MANAGER.encode(Equals(left=10**5000, right=1), language="fipa-sl")


class Cup(Concept):
    """A cup, in the first version."""

    colour: str
    holds: Element | None = None
    beside: tuple[Element, ...] = ()


class Brew(AgentAction):
    """Brew something, in the first version."""

    cup: Cup


class NewCup(Concept):
    """A cup, in the next version."""

    wire_name = "cup"

    colour: str
    holds: Element | None = None
    beside: tuple[Element, ...] = ()
    handle: str | None = None


class Spoon(Concept):
    """What is new in the next version."""


class NewBrew(AgentAction):
    """Brew something, in the next version."""

    wire_name = "brew"

    cup: NewCup | Spoon
    times: int = 1


OLD = ContentManager((Ontology("tea", classes=(Cup, Brew), includes=(EXPRESSIONS,)),))
NEW = ContentManager((Ontology("tea", classes=(NewCup, Spoon, NewBrew), includes=(EXPRESSIONS,), version="1.1"),))


def carried(act: AgentAction, language: str, *, parameters: Mapping[str, str] | None = None) -> ACLMessage:
    spoken = NEW.encode(Action(actor=ANN, act=act), language=language)
    said = spoken.parameters if parameters is None else parameters
    return message(spoken.content, language=spoken.language, ontology=spoken.ontology, user_defined=said)


def test_the_version_travels_unless_it_is_the_first() -> None:
    assert NEW.encode(Unauthorised()).parameters == {"X-Ontology-Version": "1.1"}
    assert OLD.encode(Unauthorised()).parameters == {}


@pytest.mark.parametrize("language", ["json", "fipa-sl0"])
@pytest.mark.parametrize(
    ("cup", "understood"),
    [
        (NewCup(colour="red"), Cup(colour="red")),
        (NewCup(colour="red", handle="long"), Cup(colour="red")),
        (NewCup(colour="red", holds=Spoon()), Cup(colour="red")),
        (NewCup(colour="red", holds=TermSet(items=(1, Spoon()))), Cup(colour="red")),
        (NewCup(colour="red", beside=(TermSet(items=()), Spoon())), Cup(colour="red")),
        (NewCup(colour="red", holds=NewCup(colour="blue", handle="x")), Cup(colour="red", holds=Cup(colour="blue"))),
    ],
)
def test_of_a_newer_version_what_is_known_is_understood(language: str, cup: NewCup, understood: Cup) -> None:
    (action,) = OLD.decode(carried(NewBrew(cup=cup, times=2), language))
    assert isinstance(action, Action)
    assert action.act == Brew(cup=understood)
    assert NEW.decode(carried(NewBrew(cup=cup, times=2), language)) == (
        Action(actor=ANN, act=NewBrew(cup=cup, times=2)),
    )


@pytest.mark.parametrize("language", ["json", "fipa-sl0"])
def test_what_must_be_given_must_be_known(language: str) -> None:
    with pytest.raises(NotUnderstandable, match="no class 'spoon'"):
        OLD.decode(carried(NewBrew(cup=Spoon()), language))


@pytest.mark.parametrize("language", ["json", "fipa-sl0"])
@pytest.mark.parametrize(
    ("act", "says"),
    [
        (NewBrew(cup=NewCup(colour="red"), times=2), "there is no such slot|it takes 1 terms"),
        (NewBrew(cup=NewCup(colour="red", holds=Spoon())), "no class 'spoon'"),
    ],
)
def test_of_the_same_version_nothing_is_passed_over(language: str, act: NewBrew, says: str) -> None:
    with pytest.raises(NotUnderstandable, match=says):
        OLD.decode(carried(act, language, parameters={}))


@pytest.mark.parametrize("more", ["(unauthorised No. because)", "(unauthorised :explanation No. :since 3)"])
def test_terms_of_a_newer_version_may_be_more(more: str) -> None:
    newer = message(f"({more})", language="fipa-sl0", user_defined={"X-Ontology-Version": "1.7"})
    assert MANAGER.decode(newer) == (Unauthorised(explanation="No."),)
    with pytest.raises(NotUnderstandable):
        MANAGER.decode(message(f"({more})", language="fipa-sl0"))


class CupIs(Predicate):
    """There is a cup of a colour."""

    colour: str


X = Variable(name="x")


def test_the_ontology_that_is_named_has_the_words_for_all_that_is_said() -> None:
    cups = Ontology("cups", classes=(CupIs,), includes=(EXPRESSIONS,))
    manager = ContentManager((Ontology("empty", classes=(), includes=(EXPRESSIONS,)), cups))
    said = CupIs(colour="red")
    for element in (said, Not(proposition=said), AllOf(term=X, proposition=Pattern.of(CupIs, colour=X))):
        assert manager.encode(element).ontology == "cups"
