from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slixmpp.stanza import Message

from ontology.acl import ANONYMOUS, ACLMessage, AgentIdentifier, InvalidMessage, Performative
from ontology.encodings.errors import MalformedMessage
from tests.ontology.encodings.messages import XML_MESSAGES, spoiled
from xmpp import stanza, stanza_text

Stanza: Any = Message  # slixmpp's stanzas are untyped
PIECES = st.sampled_from([*"<>&\"'/= \n", "<x", "</body>", "<!DOCTYPE a>", "&lt;", "&#0;", "é", "\ud800"])
FORM = (
    '<x xmlns="jabber:x:data" type="form"><title>spade:x:metadata</title>'
    '<field var="performative" type="text-single"><value>inform</value></field>{fields}</x>'
)


def text_of(fields: str = "", *, attributes: str = "", body: str = "<body>hi</body>") -> str:
    return f'<message xmlns="jabber:client"{attributes}>{body}{FORM.format(fields=fields)}</message>'


def message(**more: Any) -> ACLMessage:
    slots: dict[str, Any] = {
        "performative": Performative.INFORM,
        "sender": AgentIdentifier(name="ann@h"),
        "receivers": (AgentIdentifier(name="bob@h"),),
        "content": "hi",
    }
    return ACLMessage(**(slots | more))


def test_how_a_message_is_written() -> None:
    assert stanza_text.encode(message(language="<fipa-sl>")) == (
        '<message xmlns="jabber:client" type="chat" from="ann@h" to="bob@h"><body>hi</body>'
        '<x xmlns="jabber:x:data" type="form"><title>spade:x:metadata</title>'
        '<field var="performative" type="text-single"><value>inform</value></field>'
        '<field var="language" type="text-single"><value>&lt;fipa-sl&gt;</value></field></x></message>'
    )


@given(XML_MESSAGES)
def test_it_is_what_goes_over_the_wire(message: ACLMessage) -> None:
    """What is written as text is read from a stanza in the same way."""
    arrived = Stanza(xml=ET.fromstring(stanza_text.encode(message)))
    arrived["from"], arrived["to"] = "ann@h/agent", "bob@h"  # names of other platforms' agents are no JIDs
    read = stanza.read(arrived)
    assert read.sender == AgentIdentifier(name="ann@h")
    assert replace(read, sender=message.sender, receivers=message.receivers) == message


def test_what_the_wire_carries_is_read() -> None:
    said = message(content=None, reply_by=datetime(2026, 11, 24, 15, tzinfo=UTC))
    sent = stanza.text(said, to="bob@h", stanza_id="m1")
    stamp = "<message xmlns='jabber:client' from='ann@h/agent'"
    assert stanza_text.decode(sent.replace("<message", stamp, 1)) == said


@pytest.mark.parametrize(
    ("attributes", "sender", "receivers"),
    [
        ("", ANONYMOUS, ()),
        (' from="ann@h/agent" to="bob@h/x/y"', "ann@h", ("bob@h",)),
        (' from="ann@host:1099/JADE"', "ann@host:1099/JADE", ()),
        (' from="h/res"', "h", ()),
    ],
)
def test_sender_and_receiver_are_those_of_the_stanza(
    attributes: str, sender: str | AgentIdentifier, receivers: tuple[str, ...]
) -> None:
    read = stanza_text.decode(text_of(attributes=attributes))
    assert read.sender == (AgentIdentifier(name=sender) if isinstance(sender, str) else sender)
    assert read.receivers == tuple(AgentIdentifier(name=name) for name in receivers)


def test_more_of_the_sender_than_its_name_is_not_said() -> None:
    sender = AgentIdentifier(name="ann@h", addresses=("xmpp:ann@h",), user_defined=(("X-a", "1"),))
    assert stanza_text.decode(stanza_text.encode(message(sender=sender))) == message()


def test_all_of_the_receivers_is_said() -> None:
    receivers = (AgentIdentifier(name="bob@h", addresses=("xmpp:bob@h",), user_defined=(("X-a", "1"),)),)
    assert stanza_text.decode(stanza_text.encode(message(receivers=receivers))).receivers == receivers


@pytest.mark.parametrize(
    "slots",
    [
        {"content": "a\rb"},
        {"content": "\x00"},
        {"content": "\udcff"},
        {"sender": AgentIdentifier(name="ann@h/agent")},
        {"sender": AgentIdentifier(name="\x01")},
        {"receivers": (AgentIdentifier(name="\x01"),)},
        {"user_defined": {"X-a b": "1"}},
    ],
)
def test_what_cannot_be_said_is_refused(slots: dict[str, Any]) -> None:
    with pytest.raises(InvalidMessage):
        stanza_text.encode(message(**slots))


@pytest.mark.parametrize(
    "text",
    [
        text_of().replace('xmlns="jabber:client"', "", 1),
        text_of().replace("jabber:client", "jabber:server"),
        "<?xml version='1.0'?>\n" + text_of(),
        text_of(body="<body><![CDATA[hi]]></body>"),
        text_of(attributes=" id='1' xml:lang='en'"),
        text_of(body="<thread>t</thread><body>hi</body>"),
    ],
)
def test_stanzas_are_read_in_any_dress(text: str) -> None:
    assert stanza_text.decode(text).content == "hi"


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ("", 0, "no element found"),
        ("(inform)", 0, "syntax error"),
        ("<message>", 9, "no element found"),
        ("<message>é</body></message>", 12, "mismatched tag"),
        (text_of() + "x", len(text_of()), "junk after document element"),
        ("<iq/>", 0, "expected a message stanza"),
        ("<message xmlns='jabber:client'/>", 0, "a form titled spade:x:metadata"),
        ("<!DOCTYPE a [<!ENTITY b 'c'>]><message/>", 12, "expected no document type"),
        (text_of('<field var="reply-by"><value>x</value></field>'), 188, "reply-by: it is not an ISO 8601 time"),
        (text_of('<field var="X-a"/><field var="x-A"/>'), 206, "x-A: it is given twice"),
        (text_of('<field var="receiver"><value>[{}]</value></field>'), 188, "receiver: it is not a list of"),
        (text_of().replace("inform", "dance"), 114, "performative: it is none of the 22"),
    ],
)
def test_errors_say_what_is_wrong_and_where(text: str, position: int, said: str) -> None:
    with pytest.raises(MalformedMessage) as caught:
        stanza_text.decode(text)
    assert said in str(caught.value)
    assert caught.value.position == position


@given(st.text() | st.lists(PIECES).map("".join))
def test_any_text_is_read_or_malformed(text: str) -> None:
    with suppress(MalformedMessage):
        stanza_text.decode(text)


@settings(max_examples=60)
@given(st.data())
def test_a_spoiled_message_is_read_or_malformed(data: st.DataObject) -> None:
    with suppress(MalformedMessage):
        stanza_text.decode(data.draw(spoiled(data.draw(XML_MESSAGES.map(stanza_text.encode)), PIECES)))
