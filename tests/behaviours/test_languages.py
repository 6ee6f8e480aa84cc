"""An answer is in the language of the question."""

import pytest

from behaviours.request import PROTOCOL
from ontology.acl import ACLMessage, AgentIdentifier, Performative
from tests.behaviours.network import Network, answer, calculator

ASKED = '(action (agent-identifier :name bob) (calculate :expression "1+1"))'
FOUND = '(calculation :expression "1+1" :value "2" :exact true)'


@pytest.mark.parametrize(
    ("language", "asked", "performative", "answered_in", "answered"),
    [
        ("fipa-sl0", f"({ASKED})", Performative.INFORM, "fipa-sl0", f"((result {ASKED} {FOUND}))"),
        ("FIPA-SL", f"({ASKED})", Performative.INFORM, "fipa-sl", f"((result {ASKED} {FOUND}))"),
        ("fipa-sl0", "(", Performative.NOT_UNDERSTOOD, "fipa-sl0", None),
        ("klingon", f"({ASKED})", Performative.NOT_UNDERSTOOD, "json", None),
    ],
)
async def test_answers_are_in_the_language_of_the_question(
    language: str, asked: str, performative: Performative, answered_in: str, answered: str | None
) -> None:
    network = Network()
    bob = network.join("bob", calculator(answer("2")))
    bob.deliver(
        ACLMessage(
            performative=Performative.REQUEST,
            sender=AgentIdentifier(name="stranger"),
            receivers=(AgentIdentifier(name="bob"),),
            content=asked,
            language=language,
            ontology="parley-assistant",
            protocol=PROTOCOL,
            conversation_id="c",
        )
    )
    await network.until(lambda: bool(network.sent))
    said = network.sent[0]
    assert (said.performative, said.language) == (performative, answered_in)
    assert answered is None or said.content == answered
    await network.close()
