"""What is shared within a process, and what has to be read again."""

import pytest

from ontology.acl import ACLMessage, AgentIdentifier, Performative
from ontology.assistant import ASSISTANT, Calculate, SetReminder, Text, Wish
from ontology.content import Ontology
from ontology.elements import Element
from ontology.expressions import EXPRESSIONS, Action
from ontology.management import AGENT_MANAGEMENT, Property
from ontology.manager import ContentManager, NotUnderstandable, Spoken

ANN = AgentIdentifier(name="ann@agents.localhost")


def heard(spoken: Spoken) -> ACLMessage:
    return ACLMessage(
        performative=Performative.INFORM,
        sender=ANN,
        receivers=(ANN,),
        content=spoken.content,
        language=spoken.language,
        ontology=spoken.ontology,
    )


def test_who_shares_the_process_gets_the_very_elements() -> None:
    action = Action(actor=ANN, act=Calculate(expression="shared once"))
    spoken = ContentManager((ASSISTANT,)).encode(action)
    (got,) = ContentManager((ASSISTANT,)).decode(heard(spoken))
    assert got is action


@pytest.mark.parametrize(
    "element",
    [
        Wish(intent="calculate", text="what is kept in a mapping is not shared", slots={"expression": "1"}),
        Text(text="long " * 1000),
    ],
)
def test_what_is_long_or_could_be_changed_is_read_again(element: Element) -> None:
    manager = ContentManager((ASSISTANT,))
    (got,) = manager.decode(heard(manager.encode(element)))
    assert got == element
    assert got is not element


def test_what_is_not_of_the_ontology_is_not_let_through() -> None:
    foreign = Ontology("small", classes=(), includes=(EXPRESSIONS,))
    speaker, hearer = ContentManager((foreign,)), ContentManager((foreign,))
    spoken = speaker.encode(Action(actor=ANN, act=Calculate(expression="not of it")))
    with pytest.raises(NotUnderstandable, match="no class 'calculate'"):
        hearer.decode(heard(spoken))


def test_another_ontology_reads_the_same_words_for_itself() -> None:
    said = Property(name="x", value="1")
    spoken = ContentManager((AGENT_MANAGEMENT,)).encode(said)
    other = Ontology(AGENT_MANAGEMENT.name, classes=(SetReminder,), includes=(EXPRESSIONS,))
    with pytest.raises(NotUnderstandable, match="no class 'property'"):
        ContentManager((other,)).decode(heard(spoken))
