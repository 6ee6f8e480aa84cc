from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.acl import ACLMessage, AgentIdentifier, InvalidMessage, Performative

ANN = AgentIdentifier(name="ann@agents.localhost")
BOB = AgentIdentifier(name="bob@agents.localhost")
CAT = AgentIdentifier(name="cat@agents.localhost")


def test_there_are_the_22_performatives_of_fipa() -> None:
    assert len(Performative) == 22


def test_a_reply_follows_the_rules() -> None:
    message = ACLMessage(
        performative=Performative.REQUEST,
        sender=ANN,
        receivers=(BOB,),
        reply_to=(CAT,),
        content="x",
        language="json",
        ontology="o",
        protocol="fipa-request",
        conversation_id="c",
        reply_with="r",
        in_reply_to="before",
        user_defined={"X-hint": "1"},
    )
    reply = message.reply(Performative.INFORM, sender=BOB, content="y")
    assert reply.receivers == (CAT,)
    assert reply.sender == BOB
    assert (reply.protocol, reply.conversation_id, reply.language, reply.ontology) == ("fipa-request", "c", "json", "o")
    assert reply.in_reply_to == "r"
    assert reply.reply_with is None
    assert reply.reply_to == ()
    assert not reply.user_defined


def test_without_reply_to_a_reply_goes_to_the_sender() -> None:
    message = ACLMessage(performative=Performative.CFP, sender=ANN, receivers=(BOB, CAT))
    assert message.reply(Performative.PROPOSE, sender=BOB).receivers == (ANN,)


@pytest.mark.parametrize(
    ("changes", "parameter"),
    [
        ({"receivers": ()}, "receiver"),
        ({"reply_by": datetime(2026, 1, 1)}, "reply-by"),  # noqa: DTZ001 - the missing zone is what is tested
        ({"user_defined": {"hint": "1"}}, "hint"),
    ],
)
def test_what_fipa_does_not_allow_is_refused(changes: dict[str, object], parameter: str) -> None:
    arguments: dict[str, object] = {"performative": Performative.INFORM, "sender": ANN, "receivers": (BOB,)}
    with pytest.raises(InvalidMessage) as caught:
        ACLMessage(**(arguments | changes))  # type: ignore[arg-type]
    assert caught.value.parameter == parameter


@given(st.dictionaries(st.text(min_size=1).map("X-".__add__), st.text()))
def test_user_defined_parameters_cannot_be_changed_afterwards(given_by_user: dict[str, str]) -> None:
    message = ACLMessage(
        performative=Performative.INFORM,
        sender=ANN,
        receivers=(BOB,),
        reply_by=datetime(2026, 1, 1, tzinfo=UTC),
        user_defined=given_by_user,
    )
    before = dict(given_by_user)
    given_by_user["X-later"] = "1"
    assert dict(message.user_defined) == before
    with pytest.raises(TypeError):
        message.user_defined["X-a"] = "b"  # type: ignore[index]
