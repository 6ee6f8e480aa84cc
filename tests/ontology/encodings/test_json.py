import json as standard
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ontology.acl import ACLMessage, AgentIdentifier, Performative
from ontology.encodings import json
from ontology.encodings.errors import MalformedMessage
from tests.ontology.encodings.messages import messages, spoiled

PIECES = st.sampled_from([*'{}[]:,"\\ \n', "1", "null", "NaN", '"performative"', '"inform"', '"X-a"', '"sender"'])


def test_how_a_message_is_written() -> None:
    message = ACLMessage(
        performative=Performative.REQUEST,
        sender=AgentIdentifier(
            name="a@h", addresses=("u",), resolvers=(AgentIdentifier(name="r"),), user_defined=(("X-a", "1"),)
        ),
        receivers=(AgentIdentifier(name="b"),),
        reply_to=(AgentIdentifier(name="c"),),
        content='é "x"\n\udcff',
        conversation_id="17",
        reply_by=datetime(2026, 11, 24, 15, tzinfo=UTC),
        user_defined={"X-a": ""},
    )
    written = json.encode(message)
    assert standard.loads(written) == {
        "performative": "request",
        "sender": {"name": "a@h", "addresses": ["u"], "resolvers": [{"name": "r"}], "X-a": "1"},
        "receiver": [{"name": "b"}],
        "reply-to": [{"name": "c"}],
        "content": 'é "x"\n\udcff',
        "conversation-id": "17",
        "reply-by": "2026-11-24T15:00:00+00:00",
        "X-a": "",
    }
    assert "\n" not in written
    assert "é" in written
    written.encode()


@pytest.mark.parametrize(
    "text",
    [
        '{"performative":"INFORM"}',
        ' {\n"Performative" : "inform" , "receiver" : [ ] }\r\n',
        '{"X-a": "1", "performative": "inform", "content": "\\u00e9"}',
    ],
)
def test_what_is_read(text: str) -> None:
    assert json.decode(text).performative is Performative.INFORM


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ("", 0, "expected { at the beginning of a message"),
        ("[]", 0, "expected { at the beginning"),
        ("{}", 0, "expected a member performative"),
        ("{", 1, "expecting value"),
        ("{,}", 1, "expecting value"),
        ("{1: 2}", 1, "expected the name of a member"),
        ('{"a', 1, "unterminated string"),
        ('{"performative" "inform"}', 16, "expected : behind"),
        ('{"performative": "inform",}', 26, "expecting value"),
        ('{"performative": "inform" "a"}', 26, "expected , or }"),
        ('{"performative": "inform"', 25, "expected , or }"),
        ('{"performative": "inform"}\n x', 28, "expected the end of the message in line 2, column 2"),
        ('{"performative": "dance"}', 1, "performative: it is none of the 22"),
        ('{"performative": 1}', 1, "performative: its value is of another type"),
        ('{"performative": "inform", "foo": 1}', 27, "foo: there is no such parameter"),
        ('{"performative": "inform", "content": 1}', 27, "content: its value is of another type"),
        ('{"performative": "inform", "content": null}', 27, "another type"),
        ('{"performative": "inform", "X-a": 1}', 27, "another type"),
        ('{"performative": "inform", "X-a": "1", "x-A": "1"}', 39, "x-A: expected each member once"),
        ('{"performative": "inform", "X-a": NaN}', 34, "NaN is not JSON"),
        ('{"performative": "inform", "X-a": 1' + "0" * 5000 + "}", 27, "another type"),
        ('{"performative": "inform", "sender": "a"}', 27, "sender: an agent identifier is an object"),
        ('{"performative": "inform", "sender": {}}', 27, "sender: an agent identifier needs a name"),
        ('{"performative": "inform", "sender": {"name": ""}}', 27, "needs a name"),
        ('{"performative": "inform", "sender": {"name": "\\ud800"}}', 27, "UTF-8"),
        ('{"performative": "inform", "sender": {"name": "a", "age": 1}}', 27, "no such member as age"),
        ('{"performative": "inform", "sender": {"name": "a", "addresses": ["b", 1]}}', 27, "no such member"),
        ('{"performative": "inform", "sender": {"name": "a", "name": "b"}}', 37, "a member comes twice"),
        ('{"performative": "inform", "sender": {"name": "a", "Name": "b"}}', 27, "each member once"),
        ('{"performative": "inform", "receiver": {"name": "a"}}', 27, "another type"),
        ('{"performative": "inform", "receiver": ' + "[" * 100_000, 39, "nested so deep"),
        ('{"performative": "inform", "reply-by": "tomorrow"}', 27, "no time in ISO 8601"),
        ('{"performative": "inform", "reply-by": "2026-11-24T15:00:00"}', 27, "its offset from UTC"),
        ('{"performative": "inform", "reply-by": "0001-01-01T00:00:00+14:00"}', 27, "no time in ISO 8601"),
    ],
)
def test_errors_say_what_is_wrong_and_where(text: str, position: int, said: str) -> None:
    with pytest.raises(MalformedMessage) as caught:
        json.decode(text)
    assert said in str(caught.value)
    assert caught.value.position == position


def test_resolvers_are_not_nested_without_end() -> None:
    text = '{"name": "a", "resolvers": [' * 70 + "]}" * 70
    with pytest.raises(MalformedMessage, match="sender: an agent identifier"):
        json.decode(f'{{"performative": "inform", "sender": {text}}}')


@given(st.text() | st.lists(PIECES).map("".join))
def test_any_text_is_read_or_malformed(text: str) -> None:
    with suppress(MalformedMessage):
        json.decode(text)


@settings(max_examples=60)
@given(st.data())
def test_a_spoiled_message_is_read_or_malformed(data: st.DataObject) -> None:
    with suppress(MalformedMessage):
        json.decode(data.draw(spoiled(data.draw(messages().map(json.encode)), PIECES)))
