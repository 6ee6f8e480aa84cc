from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ontology.acl import ANONYMOUS, ACLMessage, AgentIdentifier, Performative
from ontology.encodings import string
from ontology.encodings.errors import MalformedMessage
from tests.ontology.encodings.messages import messages, spoiled
from tests.ontology.encodings.samples import SAMPLES, Sample

PIECES = st.sampled_from(
    [*'():"#\\ \n\t-+', ":content", ":sender", "(inform", '"', '#3"', "agent-identifier", "(set", ":name", ":X-a", "é"]
)


def decode(text: str) -> ACLMessage:
    return string.decode(text, zone=ZoneInfo("Europe/Brussels"), now=datetime(2026, 11, 24, 12, tzinfo=UTC))


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.name)
def test_samples_are_read(sample: Sample) -> None:
    message = decode(sample.text)
    assert {slot: getattr(message, slot) for slot in sample.said} == sample.said
    assert decode(string.encode(message)) == message


def test_a_message_without_a_sender_is_anonymous() -> None:
    assert decode("(inform)").sender == ANONYMOUS
    assert ":sender" not in string.encode(decode("(inform)"))


def test_how_a_message_is_written() -> None:
    message = ACLMessage(
        performative=Performative.REQUEST,
        sender=AgentIdentifier(name="a@h", addresses=("http://h/acc",), resolvers=(AgentIdentifier(name="r"),)),
        receivers=(AgentIdentifier(name="b", user_defined=(("X-a", "b c"),)), AgentIdentifier(name="c d")),
        content='say "hi"',
        language="fipa-sl",
        conversation_id="17",
        reply_with="ends in \\",
        in_reply_to="\udcff",
        reply_by=datetime(2026, 11, 24, 15, tzinfo=UTC),
        user_defined={"X-a": ""},
    )
    assert string.encode(message) == (
        "(request\n"
        " :sender (agent-identifier :name a@h :addresses (sequence http://h/acc)"
        " :resolvers (sequence (agent-identifier :name r)))\n"
        ' :receiver (set (agent-identifier :name b :X-a "b c") (agent-identifier :name "c d"))\n'
        ' :content "say \\"hi\\""\n'
        " :language fipa-sl\n"
        ' :conversation-id "17"\n'
        ' :reply-with #9"ends in \\\n'
        ' :in-reply-to #1"\udcff\n'
        " :reply-by 20261124T150000000Z\n"
        ' :X-a "")'
    )


@pytest.mark.parametrize(
    ("text", "position", "said"),
    [
        ("", 0, "expected ( at the beginning of a message, not the end, in line 1, column 1"),
        ("hello", 0, "not hello, in line 1, column 1"),
        ("(", 1, "expected one of the 22 performatives"),
        ("(dance)", 1, "expected one of the 22 performatives, not dance"),
        ('("inform")', 1, "expected one of the 22 performatives"),
        ("(inform", 7, "expected a parameter or ), not the end"),
        ("(inform x)", 8, "expected a parameter or ), not x"),
        ("(inform)\n (agree)", 10, "expected the end of the message, not (, in line 2, column 2"),
        ("(inform)x", 8, "expected the end of the message"),
        ("(inform\n\n  :foo 1)", 11, "not :foo, in line 3, column 3"),
        ("(inform :envelope ())", 8, "one that begins with :X-, not :envelope"),
        ("(inform :language)", 17, "expected a value of :language, not )"),
        ("(inform :language :ontology x)", 18, "expected a value of :language, not :ontology"),
        ("(inform :content", 16, "expected a value of :content, not the end"),
        ("(inform :language a :Language b)", 20, "each parameter once, not :Language"),
        ("(inform :X-a 1 :x-A 2)", 15, "each parameter once"),
        ('(inform :content "abc)', 17, "closing quotation mark of the string that begins in line 1, column 18"),
        ('(inform :content "a\\")', 17, "closing quotation mark"),
        ('(inform :content "a"b)', 20, "expected a space after the string"),
        ('(inform :content #2"abc)', 22, "expected a space after the string"),
        ('(inform :content #x"abc")', 17, 'a string of the form #n"..."'),
        ('(inform :content #99"abc)', 17, "expected 99 bytes, not 4"),
        ('(inform :content #99999999999"abc)', 17, "form #n"),
        ('(inform :content #3"éé)', 17, "expected a whole character at the end of the 3 bytes"),
        ('(inform :content #3"\ud800)', 17, "expected text that has bytes"),
        ("(inform :content (a (b)", 23, "expected ) at the end of the expression"),
        ("(inform :content " + "(" * 65, 81, "no expressions deeper than 64 levels"),
        ("(inform :reply-by tomorrow)", 18, "a time, but it is not of the form"),
        ("(inform :reply-by 20260230T000000000Z)", 18, "a time, but the calendar has no such time"),
        ("(inform :reply-by (x))", 18, "expected a time, not ("),
        ("(inform :sender a)", 16, "( at the beginning of an agent identifier, not a"),
        ("(inform :sender (agent :name a))", 17, "expected agent-identifier, not agent"),
        ("(inform :sender (agent-identifier))", 33, "needs a name"),
        ("(inform :sender (agent-identifier :name a :age 3))", 42, ":name, :addresses, :resolvers or one"),
        ("(inform :sender (agent-identifier :name a :name b))", 42, "each parameter once"),
        ("(inform :sender (agent-identifier :name a :addresses x))", 53, "( at the beginning of a sequence"),
        ("(inform :sender (agent-identifier :name a :addresses (set x)))", 54, "expected sequence, not set"),
        ("(inform :sender (agent-identifier :name \udcff))", 34, "UTF-8"),
        ("(inform :receiver (sequence))", 19, "expected set or agent-identifier, not sequence"),
        ("(inform :receiver (set a))", 23, "( at the beginning of an agent identifier"),
        ("(inform :receiver (set", 22, "not the end"),
    ],
)
def test_errors_say_what_was_expected_and_where(text: str, position: int, said: str) -> None:
    with pytest.raises(MalformedMessage) as caught:
        decode(text)
    assert said in str(caught.value)
    assert caught.value.position == position


def test_resolvers_are_not_nested_without_end() -> None:
    with pytest.raises(MalformedMessage, match="deeper than 64"):
        decode("(inform :sender " + "(agent-identifier :resolvers (sequence " * 5000)


@pytest.mark.parametrize(
    "text",
    [
        "(inform" + " " * 1_000_000 + ")",
        '(inform :content "' + "\\" * 1_000_000 + '")',
        "(inform :content " + '\\"' * 500_000 + ")",
        '(inform :content "' + '\\"' * 500_000,
        '(inform :content (' + '#1"a ' * 50_000 + "))",
        "(inform " + "".join(f":X-{n} #1\"a " for n in range(20_000)) + ")",
        "(inform :receiver (set " + "(agent-identifier :name a)" * 10_000 + "))",
    ],
    ids=["spaces", "backslashes", "a word", "no end", "counted", "parameters", "receivers"],
)  # fmt: skip
def test_long_texts_take_no_time_to_speak_of(text: str) -> None:
    """What took more than linear time would not end within the time that tests have."""
    with suppress(MalformedMessage):
        decode(text)


@given(st.text() | st.lists(PIECES).map("".join) | st.lists(PIECES).map(" ".join))
def test_any_text_is_read_or_malformed(text: str) -> None:
    with suppress(MalformedMessage):
        decode(text)
    with suppress(MalformedMessage):
        decode(f"(inform {text})")


@settings(max_examples=60)
@given(st.data())
def test_a_spoiled_message_is_read_or_malformed(data: st.DataObject) -> None:
    text = data.draw(st.sampled_from([sample.text for sample in SAMPLES]) | messages().map(string.encode))
    with suppress(MalformedMessage):
        decode(data.draw(spoiled(text, PIECES)))
