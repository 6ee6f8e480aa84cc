import json
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slixmpp.stanza import Message
from spade.message import Message as SpadeMessage

from ontology.acl import ACLMessage, AgentIdentifier, InvalidMessage, Performative
from xmpp import stanza as codec

Stanza: Any = Message  # slixmpp's stanzas are untyped
SENDER = AgentIdentifier(name="ann@agents.localhost")
RECEIVER = AgentIdentifier(name="bob@agents.localhost")

NOT_XML = "".join(chr(code) for code in range(32) if chr(code) not in "\t\n") + "\ufffe\uffff"
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters=NOT_XML))
WORD = st.text(st.characters(categories=("L", "N"), include_characters="-._"), min_size=1)
IDENTIFIERS = st.builds(
    AgentIdentifier,
    name=WORD,
    addresses=st.lists(WORD, max_size=2).map(tuple),
    resolvers=st.lists(st.builds(AgentIdentifier, name=WORD), max_size=2).map(tuple),
)
OPTIONAL = st.none() | TEXT
MESSAGES = st.builds(
    ACLMessage,
    performative=st.sampled_from(Performative),
    sender=st.just(SENDER),
    receivers=st.just((RECEIVER,)) | st.lists(IDENTIFIERS, min_size=2, max_size=3).map(tuple),
    reply_to=st.lists(IDENTIFIERS, max_size=2).map(tuple),
    content=OPTIONAL,
    language=OPTIONAL,
    encoding=OPTIONAL,
    ontology=OPTIONAL,
    protocol=OPTIONAL,
    conversation_id=OPTIONAL,
    reply_with=OPTIONAL,
    in_reply_to=OPTIONAL,
    reply_by=st.none() | st.datetimes(timezones=st.sampled_from((UTC, timezone(timedelta(hours=-3, minutes=30))))),
    user_defined=st.dictionaries(WORD.map("X-".__add__), TEXT, max_size=3),
)


def carried(message: ACLMessage) -> Any:
    """Return the stanza as it arrives: written as XML, stamped by the server, and parsed again."""
    text = codec.text(message, to=RECEIVER.name, stanza_id="m1")
    stamp = f"<message xmlns='jabber:client' from='{message.sender.name}/agent'"
    return Stanza(xml=ET.fromstring(text.replace("<message", stamp, 1)))


def stamped(fields: dict[str, str], *, body: str = "x", title: str = codec.TITLE) -> Any:
    """Return a stanza with a form of any fields."""
    stanza = Stanza()
    stanza["to"], stanza["from"], stanza["type"], stanza["body"] = (
        RECEIVER.name,
        "ann@agents.localhost/agent",
        "chat",
        body,
    )
    form = ET.SubElement(stanza.xml, "{jabber:x:data}x", {"type": "form"})
    ET.SubElement(form, "{jabber:x:data}title").text = title
    for name, value in fields.items():
        entry = ET.SubElement(form, "{jabber:x:data}field", {"var": name, "type": "text-single"})
        ET.SubElement(entry, "{jabber:x:data}value").text = value
    return stanza


@given(MESSAGES)
def test_what_is_written_is_read(message: ACLMessage) -> None:
    arrived = carried(message)
    assert codec.is_acl(arrived)
    assert arrived["type"] == "chat"
    assert arrived["body"], "slixmpp passes on only messages that have a body"
    assert codec.read(arrived) == message


def test_spade_reads_the_parameters_as_metadata() -> None:
    message = ACLMessage(
        performative=Performative.REQUEST,
        sender=SENDER,
        receivers=(RECEIVER,),
        content="[1]",
        language="json",
        ontology="parley-assistant",
        protocol="fipa-request",
        conversation_id="c1",
        reply_with="r1",
        reply_by=datetime(2026, 11, 20, 9, tzinfo=UTC),
        user_defined={"X-hint": "quick"},
    )
    read = SpadeMessage.from_node(carried(message))
    assert (read.body, str(read.sender.bare), str(read.to)) == ("[1]", SENDER.name, RECEIVER.name)
    wanted = {
        "performative": "request",
        "language": "json",
        "ontology": "parley-assistant",
        "protocol": "fipa-request",
        "conversation-id": "c1",
        "reply-with": "r1",
        "reply-by": "2026-11-20T09:00:00+00:00",
        "X-hint": "quick",
    }
    assert {name: read.get_metadata(name) for name in wanted} == wanted
    assert read.get_metadata("sender") is None


def test_what_spade_writes_is_read() -> None:
    class Client:
        Message = Stanza

    metadata = {"performative": "inform", "language": "json", "conversation-id": "c1"}
    sent = SpadeMessage(to=RECEIVER.name, sender=f"{SENDER.name}/agent", body="hello", metadata=metadata)
    message = codec.read(sent.prepare(Client))
    assert (message.performative, message.content, message.conversation_id) == (Performative.INFORM, "hello", "c1")
    assert (message.sender, message.receivers) == (SENDER, (RECEIVER,))


def test_the_sender_is_never_taken_from_the_form() -> None:
    claimed = json.dumps([{"name": "boss@agents.localhost"}])
    message = codec.read(stamped({"performative": "inform", "sender": claimed, "from": "boss@agents.localhost"}))
    assert message.sender == SENDER


@pytest.mark.parametrize("character", ["\x00", "\x0b", "\x1f", "\r", "\ud800", "\ufffe"])
@pytest.mark.parametrize("parameter", ["content", "conversation_id", "user_defined"])
def test_what_xml_cannot_carry_is_refused_before_it_is_sent(parameter: str, character: str) -> None:
    value = f"a{character}b"
    changed: dict[str, Any] = {parameter: {"X-a": value} if parameter == "user_defined" else value}
    message = ACLMessage(performative=Performative.INFORM, sender=SENDER, receivers=(RECEIVER,), **changed)
    with pytest.raises(InvalidMessage, match="XML cannot carry"):
        codec.check(message)


@pytest.mark.parametrize("name", ["X-a b", "X-a\nb", "X-\x01"])
def test_names_that_would_not_arrive_as_they_are_are_refused(name: str) -> None:
    message = ACLMessage(
        performative=Performative.INFORM, sender=SENDER, receivers=(RECEIVER,), user_defined={name: "1"}
    )
    with pytest.raises(InvalidMessage):
        codec.check(message)


@pytest.mark.parametrize(
    ("fields", "parameter"),
    [
        ({}, "performative"),
        ({"performative": ""}, "performative"),
        ({"performative": "shout"}, "performative"),
        ({"performative": "inform", "reply-by": "tomorrow"}, "reply-by"),
        ({"performative": "inform", "reply-by": ""}, "reply-by"),
        ({"performative": "inform", "reply-by": "2026-11-20T09:00:00"}, "reply-by"),
        ({"performative": "inform", "receiver": "bob"}, "receiver"),
        ({"performative": "inform", "receiver": "7"}, "receiver"),
        ({"performative": "inform", "receiver": '["bob"]'}, "receiver"),
        ({"performative": "inform", "receiver": '[{"name": ""}]'}, "receiver"),
        ({"performative": "inform", "receiver": '[{"name": "bob", "age": 3}]'}, "receiver"),
        ({"performative": "inform", "reply-to": "[" * 100_000}, "reply-to"),
        ({"performative": "inform", "reply-to": '{"name": "bob"}'}, "reply-to"),
    ],
)
def test_malformed_parameters_are_named(fields: dict[str, str], parameter: str) -> None:
    with pytest.raises(codec.MalformedStanza) as caught:
        codec.read(stamped(fields))
    assert caught.value.parameter == parameter
    assert caught.value.fields == fields


@given(st.dictionaries(st.sampled_from(["performative", "reply-by", "receiver", "reply-to", "X-a"]) | TEXT, TEXT), TEXT)
def test_any_form_is_read_or_malformed(fields: dict[str, str], body: str) -> None:
    with suppress(codec.MalformedStanza):
        codec.read(stamped(fields, body=body))


def test_performatives_are_read_in_any_case() -> None:
    assert codec.read(stamped({"performative": "INFORM"})).performative is Performative.INFORM


def test_other_messages_are_no_acl() -> None:
    assert not codec.is_acl(stamped({"performative": "inform"}, title="a survey"))
    plain = Stanza()
    plain["body"] = "hello"
    assert not codec.is_acl(plain)


@pytest.mark.parametrize(
    ("text", "kept"), [("plain\ttext\n", "plain\ttext\n"), ("a\x00b\ud800", "a\ufffdb\ufffd"), ("a\r\nb\rc", "a\nb\nc")]
)
def test_carriable_text(text: str, kept: str) -> None:
    assert codec.carriable(text) == kept
