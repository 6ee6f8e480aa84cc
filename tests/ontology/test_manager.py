import pytest

from ontology.acl import ACLMessage, AgentIdentifier, Performative
from ontology.assistant import ASSISTANT, Calculate
from ontology.content import Concept, Ontology
from ontology.expressions import Action, UnrecognisedValue, UnsupportedValue
from ontology.management import AGENT_MANAGEMENT, AMSAgentDescription, Search
from ontology.manager import ContentManager, NotUnderstandable

ANN = AgentIdentifier(name="ann@agents.localhost")
MANAGER = ContentManager((ASSISTANT, AGENT_MANAGEMENT))


def message(content: str, *, language: str | None = "json", ontology: str | None = ASSISTANT.name) -> ACLMessage:
    return ACLMessage(
        performative=Performative.REQUEST,
        sender=ANN,
        receivers=(ANN,),
        content=content,
        language=language,
        ontology=ontology,
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
    ],
)
def test_it_says_what_it_cannot_read(sent: ACLMessage, parameter: str) -> None:
    with pytest.raises(NotUnderstandable) as caught:
        MANAGER.decode(sent)
    reason = caught.value.reason
    assert isinstance(reason, UnsupportedValue | UnrecognisedValue)
    assert reason.parameter == parameter
    assert reason.explanation


def test_an_ontology_does_not_take_two_classes_of_one_name() -> None:
    class Tea(Concept):
        wire_name = "calculate"

    with pytest.raises(ValueError, match="calculate"):
        Ontology("tea", classes=(Calculate, Tea))
