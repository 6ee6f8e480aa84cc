from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.acl import ANONYMOUS, ACLMessage, AgentIdentifier, InvalidMessage, Performative

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


def test_an_answer_to_nobody_goes_nowhere() -> None:
    message = ACLMessage(performative=Performative.INFORM, sender=ANONYMOUS, receivers=(BOB,))
    assert message.reply(Performative.NOT_UNDERSTOOD, sender=BOB).receivers == ()
    message = ACLMessage(performative=Performative.INFORM, sender=ANONYMOUS, receivers=(BOB,), reply_to=(CAT,))
    assert message.reply(Performative.NOT_UNDERSTOOD, sender=BOB).receivers == (CAT,)


def test_nobody_else_is_called_like_the_anonymous_sender() -> None:
    with pytest.raises(ValueError, match="name"):
        AgentIdentifier(name=ANONYMOUS.name)


@pytest.mark.parametrize("name", ["not-understood", "NOT-UNDERSTOOD", "Not-Understood"])
def test_performatives_are_found_in_any_case(name: str) -> None:
    assert Performative(name) is Performative.NOT_UNDERSTOOD


@pytest.mark.parametrize("name", ["", "dance", "not_understood", " inform"])
def test_there_are_no_other_performatives(name: str) -> None:
    with pytest.raises(ValueError, match="is not a valid Performative"):
        Performative(name)


@pytest.mark.parametrize("pairs", [(("a", "1"),), (("X-a", "1"), ("x-A", "2"))])
def test_parameters_of_identifiers_have_names_of_their_own(pairs: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(ValueError, match="user_defined"):
        AgentIdentifier(name="ann", user_defined=pairs)


@pytest.mark.parametrize(
    ("changes", "parameter"),
    [
        ({"reply_by": datetime(2026, 1, 1)}, "reply-by"),  # noqa: DTZ001 - the missing zone is what is tested
        ({"reply_by": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1)))}, "reply-by"),
        ({"user_defined": {"hint": "1"}}, "hint"),
        ({"user_defined": {"X-a": "1", "x-A": "2"}}, "x-A"),
    ],
)
def test_what_fipa_does_not_allow_is_refused(changes: dict[str, object], parameter: str) -> None:
    arguments: dict[str, object] = {"performative": Performative.INFORM, "sender": ANN, "receivers": (BOB,)}
    with pytest.raises(InvalidMessage) as caught:
        ACLMessage(**(arguments | changes))  # type: ignore[arg-type]
    assert caught.value.parameter == parameter


@given(st.dictionaries(st.text("abc é(", min_size=1).map("X-".__add__), st.text()))
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
