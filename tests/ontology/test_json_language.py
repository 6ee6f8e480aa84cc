import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology import json_language
from ontology.acl import AgentIdentifier
from ontology.assistant import ASSISTANT, Calculate, Goal, Plan, PlanStep, SetReminder, Wish
from ontology.content import Element
from ontology.expressions import Action, Bid, InternalError
from ontology.management import AGENT_MANAGEMENT, DFAgentDescription, Register, ServiceDescription

ANN = AgentIdentifier(name="ann@agents.localhost", addresses=("xmpp:ann@agents.localhost",))
GOAL = Goal(
    id="g",
    person="me@localhost",
    text="do it",
    wishes=(Wish(intent="calculate", text="1+1", slots={"expression": "1+1"}),),
    now=datetime(2026, 11, 20, 9, tzinfo=UTC),
    zone="Europe/Berlin",
)
EXAMPLES: list[Element] = [
    Action(actor=ANN, act=Calculate(expression="1+1")),
    Bid(seconds=0.5, confidence=0.9, load=0.25),
    InternalError(explanation="It broke.\n\u0000\ufffe\ud800"),
    SetReminder(owner="me@localhost", text="tea ☕", due=datetime(2026, 1, 1, tzinfo=UTC), zone="UTC"),
    Plan(goal=GOAL, steps=(PlanStep(id="s1", action=Calculate(expression="1+1"), after=("s0",)),)),
]


@pytest.mark.parametrize("element", EXAMPLES, ids=lambda element: element.wire_name)
def test_elements_come_back_as_they_were(element: Element) -> None:
    assert json_language.decode(json_language.encode((element,)), ASSISTANT) == (element,)


def test_descriptions_of_the_directory_come_back_as_they_were() -> None:
    act = Register(description=DFAgentDescription(name=ANN, services=(ServiceDescription(type="x"),)))
    assert json_language.decode(json_language.encode((act,)), AGENT_MANAGEMENT) == (act,)


@given(st.text())
def test_any_text_travels_and_stays_within_what_xml_can_carry(text: str) -> None:
    written = json_language.encode((InternalError(explanation=text),))
    assert all(c in "\t\n\r" or "\x20" <= c <= "\ud7ff" or "\ue000" <= c <= "\ufffd" or c > "\uffff" for c in written)
    assert json_language.decode(written, ASSISTANT) == (InternalError(explanation=text),)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("", "not JSON"),
        ("{}", "array"),
        ("[1]", "no class"),
        ('[{"class":"nothing-like-it"}]', "no class 'nothing-like-it'"),
        ('[{"class":["x"]}]', "no class"),
        ('[{"class":"calculate"}]', "expression"),
        ('[{"class":"calculate","expression":1}]', "expression"),
        ('[{"class":"calculate","expression":"1","more":2}]', "more"),
        ('[{"class":"bid","seconds":-1,"confidence":0.5}]', "seconds"),
        ('[{"class":"bid","seconds":1,"confidence":NaN}]', "confidence"),
        ("[" * 200 + "]" * 200, "deeper"),
        ("[" * 100_000, "not JSON"),
        ('["' + "x" * (1 << 21) + '"]', "longer"),
    ],
)
def test_what_is_malformed_is_refused_with_a_reason(text: str, says: str) -> None:
    with pytest.raises(json_language.MalformedContent, match=says):
        json_language.decode(text, ASSISTANT)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["class", "act", "x"]), inner),
)


@given(JSON | st.text())
def test_any_json_gives_elements_or_an_error(tree: Any) -> None:
    text = tree if isinstance(tree, str) else json.dumps(tree)
    try:
        found = json_language.decode(text, ASSISTANT)
    except json_language.MalformedContent:
        return
    assert all(isinstance(element, Element) for element in found)


@pytest.mark.parametrize("key", ["class", "_class", "__class", "_", "classes"])
def test_names_in_a_mapping_may_be_any(key: str) -> None:
    wish = Wish(intent="x", text="y", slots={key: "calculate"})
    assert json_language.decode(json_language.encode((wish,)), ASSISTANT) == (wish,)
