"""What one encoding writes, it reads; and between any two nothing is lost that both can say."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings

from ontology.acl import ACLMessage, AgentIdentifier, InvalidMessage, Performative
from ontology.encodings import bitefficient, json, string
from ontology.encodings.code_table import CodeTable
from tests.ontology.encodings.messages import XML_MESSAGES, messages
from xmpp import stanza_text


@dataclass(frozen=True)
class Encoding:
    name: str
    carried: Callable[[ACLMessage], ACLMessage]


def through_bytes(message: ACLMessage) -> ACLMessage:
    octets = string.encode(message).encode("utf-8", "surrogateescape")
    return string.decode(octets.decode("utf-8", "surrogateescape"))


def through_json_bytes(message: ACLMessage) -> ACLMessage:
    return json.decode(json.encode(message).encode().decode())


STRING = Encoding("string", through_bytes)
BITEFFICIENT = Encoding("bitefficient", lambda message: bitefficient.decode(bitefficient.encode(message)))
JSON = Encoding("json", through_json_bytes)
STANZA = Encoding("stanza", lambda message: stanza_text.decode(stanza_text.encode(message)))
ALL = (STRING, BITEFFICIENT, JSON, STANZA)
HI = ACLMessage(
    performative=Performative.INFORM, sender=AgentIdentifier(name="a"), receivers=(AgentIdentifier(name="b"),)
)


@pytest.mark.parametrize("encoding", [STRING, BITEFFICIENT, JSON], ids=lambda encoding: encoding.name)
@given(message=messages())
def test_what_is_written_is_read(encoding: Encoding, message: ACLMessage) -> None:
    assert encoding.carried(message) == message


@given(message=XML_MESSAGES)
def test_what_is_written_as_a_stanza_is_read(message: ACLMessage) -> None:
    assert STANZA.carried(message) == message


@pytest.mark.parametrize("second", ALL, ids=lambda encoding: encoding.name)
@pytest.mark.parametrize("first", ALL, ids=lambda encoding: encoding.name)
@settings(max_examples=20)
@given(message=XML_MESSAGES)
def test_between_two_encodings_nothing_is_lost(first: Encoding, second: Encoding, message: ACLMessage) -> None:
    assert second.carried(first.carried(message)) == message


@given(message=messages())
def test_a_code_table_changes_nothing(message: ACLMessage) -> None:
    writing, reading = CodeTable(), CodeTable()
    lengths = []
    for _ in range(3):
        written = bitefficient.encode(message, writing)
        assert bitefficient.decode(written, reading) == message
        lengths.append(len(written))
    assert lengths[0] >= lengths[1] == lengths[2]


@pytest.mark.parametrize(
    ("encoding", "seen"),
    [
        (JSON, datetime(2026, 11, 24, 15, 0, 0, 123456, tzinfo=UTC)),
        (STANZA, datetime(2026, 11, 24, 15, 0, 0, 123456, tzinfo=UTC)),
        (STRING, datetime(2026, 11, 24, 15, 0, 0, 123000, tzinfo=UTC)),
        (BITEFFICIENT, datetime(2026, 11, 24, 15, 0, 0, 123000, tzinfo=UTC)),
    ],
    ids=lambda value: value.name if isinstance(value, Encoding) else "",
)
def test_fipa_knows_no_parts_of_milliseconds(encoding: Encoding, seen: datetime) -> None:
    message = ACLMessage(
        performative=Performative.INFORM,
        sender=HI.sender,
        receivers=HI.receivers,
        reply_by=datetime(2026, 11, 24, 15, 0, 0, 123456, tzinfo=UTC),
    )
    assert encoding.carried(message).reply_by == seen


@pytest.mark.parametrize("encoding", [STRING, BITEFFICIENT, STANZA], ids=lambda encoding: encoding.name)
@pytest.mark.parametrize(
    ("content", "user_defined"), [("a\ud800b", {}), ("x", {"X-a b": "1"}), ("x", {"X-a": "\udbff"})]
)
def test_what_cannot_be_said_is_refused(encoding: Encoding, content: str, user_defined: dict[str, str]) -> None:
    message = ACLMessage(
        performative=Performative.INFORM,
        sender=HI.sender,
        receivers=HI.receivers,
        content=content,
        user_defined=user_defined,
    )
    with pytest.raises(InvalidMessage):
        encoding.carried(message)
    if " " not in "".join(user_defined):
        assert JSON.carried(message) == message
