from datetime import UTC, datetime
from typing import Any

import pytest

from ontology.acl import ANONYMOUS, AgentIdentifier
from ontology.encodings import string
from ontology.envelope import Envelope, InvalidEnvelope, Received

ANN, BOB = AgentIdentifier(name="ann"), AgentIdentifier(name="bob")
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
NAIVE = NOON.replace(tzinfo=None)


def envelope(**more: Any) -> Envelope:
    return Envelope(**{"to": (ANN, BOB), "from_": BOB, "acl_representation": string.NAME, "date": NOON, **more})


def test_it_is_delivered_to_those_it_is_intended_for() -> None:
    assert envelope().receivers == (ANN, BOB)
    assert envelope(intended_receiver=(BOB,)).receivers == (BOB,)


def test_each_service_adds_its_stamp() -> None:
    first, second = Received(by="http://a/acc", date=NOON), Received(by="http://b/acc", date=NOON, via="http")
    before = envelope()
    after = before.stamped(first).stamped(second)
    assert after.received == (first, second)
    assert before.received == ()
    assert (after.to, after.date) == (before.to, before.date)


def test_user_defined_parameters_cannot_be_changed_afterwards() -> None:
    given = {"X-a": "1"}
    made = envelope(user_defined=given)
    given["X-b"] = "2"
    assert dict(made.user_defined) == {"X-a": "1"}
    with pytest.raises(TypeError):
        made.user_defined["X-a"] = "2"  # type: ignore[index]


@pytest.mark.parametrize(
    ("wrong", "parameter"),
    [
        ({"to": ()}, "to"),
        ({"from_": ANONYMOUS}, "from"),
        ({"acl_representation": ""}, "acl-representation"),
        ({"payload_length": -1}, "payload-length"),
        ({"date": NAIVE}, "date"),
        ({"user_defined": {"a": "1"}}, "a"),
    ],
)
def test_what_fipa_does_not_allow_is_refused(wrong: dict[str, Any], parameter: str) -> None:
    with pytest.raises(InvalidEnvelope, match=f"^{parameter}: "):
        envelope(**wrong)


@pytest.mark.parametrize(("by", "date"), [("", NOON), ("http://a/acc", NAIVE)])
def test_stamps_say_by_whom_and_when(by: str, date: datetime) -> None:
    with pytest.raises(InvalidEnvelope, match=r"^received: "):
        Received(by=by, date=date)
