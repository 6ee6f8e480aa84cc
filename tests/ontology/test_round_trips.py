"""Every class of every ontology comes back as it was, in every content language."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ontology.acl import ACLMessage, AgentIdentifier, Performative
from ontology.assistant import ASSISTANT, Calculate
from ontology.content import AgentAction, Element, Ontology, Predicate
from ontology.expressions import EXPRESSIONS, Action, IdentifyingExpression, Result, Variable
from ontology.lifecycle import AGENT_LIFECYCLE, ListAgentTypes
from ontology.management import AGENT_MANAGEMENT, GetDescription
from ontology.manager import ContentManager
from ontology.observation import OBSERVATION, ListMessages
from tests.ontology.strategies import instances

ANN = AgentIdentifier(name="ann@agents.localhost")
ONTOLOGIES = (ASSISTANT, AGENT_MANAGEMENT, AGENT_LIFECYCLE, OBSERVATION)
MANAGER = ContentManager(ONTOLOGIES)
PLAIN = {
    ASSISTANT.name: Calculate(expression="1"),
    AGENT_MANAGEMENT.name: GetDescription(),
    AGENT_LIFECYCLE.name: ListAgentTypes(),
    OBSERVATION.name: ListMessages(),
}
CASES = [
    pytest.param(ontology, cls, id=f"{ontology.name}: {cls.wire_name}")
    for ontology in ONTOLOGIES
    for cls in ontology
    if cls is not Variable and (ontology is ASSISTANT or cls not in set(EXPRESSIONS))
]


def said(element: Element, ontology: Ontology) -> Element:
    """Return what a message can say of an element: SL has mere concepts as terms only."""
    if isinstance(element, AgentAction):
        return Action(actor=ANN, act=element)
    if isinstance(element, Action | Predicate | IdentifyingExpression):
        return element
    return Result(action=Action(actor=ANN, act=PLAIN[ontology.name]), value=element)


@pytest.mark.parametrize(("ontology", "cls"), CASES)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(st.data())
def test_what_is_said_is_what_is_understood(ontology: Ontology, cls: type[Element], data: st.DataObject) -> None:
    element = said(data.draw(instances(cls, ontology)), ontology)
    for language in ("json", "fipa-sl"):
        spoken = MANAGER.encode(element, ontology=ontology.name, language=language)
        assert spoken.language == language
        message = ACLMessage(
            performative=Performative.INFORM,
            sender=ANN,
            receivers=(ANN,),
            content=spoken.content,
            language=spoken.language,
            ontology=spoken.ontology,
        )
        assert MANAGER.decode(message) == (element,)
