"""The bytes here are worked out by hand from the grammar of FIPA 00069."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ontology.acl import ANONYMOUS, ACLMessage, AgentIdentifier, Performative
from ontology.encodings import bitefficient, bitefficient_codes, bitefficient_tokens, code_table
from ontology.encodings.code_table import CodeTable
from ontology.encodings.errors import MalformedMessage
from ontology.encodings.octets import Octets
from tests.ontology.encodings.messages import messages, spoiled

INFORM = bytes.fromhex("fa 10 08")
END = b"\x01"
TIME = bytes.fromhex("31 37 22 35 26 11 11 11 10")
"""2026 11 24 15 00 00 000 and half a byte of padding."""
NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def decode(data: bytes, table: CodeTable | None = None) -> ACLMessage:
    return bitefficient.decode(data, table, zone=ZoneInfo("Europe/Brussels"), now=NOON)


def word(text: str) -> bytes:
    return b"\x10" + text.encode() + b"\x00"


def aid(name: str, *parts: bytes) -> bytes:
    return b"\x02" + word(name) + b"".join(parts) + END


def test_a_whole_message() -> None:
    message = ACLMessage(
        performative=Performative.REQUEST,
        sender=AgentIdentifier(
            name="a@h",
            addresses=("http://h/acc",),
            resolvers=(AgentIdentifier(name="r"),),
            user_defined=(("X-a", "b c"),),
        ),
        receivers=(AgentIdentifier(name="b"), AgentIdentifier(name="c")),
        reply_to=(AgentIdentifier(name="d"),),
        content="(x)",
        language="fipa-sl",
        encoding="utf 8",
        ontology="o",
        protocol="fipa-request",
        conversation_id="17",
        reply_with="-305",
        in_reply_to="r1",
        reply_by=datetime(2026, 11, 24, 15, tzinfo=UTC),
        user_defined={"X-p": "q"},
    )
    written = b"".join(
        [
            b"\xfa\x10\x13",
            b"\x02" + aid("a@h", b"\x02" + word("http://h/acc") + END, b"\x03" + aid("r") + END,
                          b"\x04" + word("X-a") + b"\x14b c\x00"),
            b"\x03" + aid("b") + aid("c") + END,
            b"\x08" + aid("d") + END,
            b"\x04\x14(x)\x00",
            b"\x05\x12" + bytes.fromhex("e4 16 00"),
            b"\x07" + word("r1"),
            b"\x09" + word("fipa-sl"),
            b"\x0a\x14utf 8\x00",
            b"\x0b" + word("o"),
            b"\x0c" + word("fipa-request"),
            b"\x0d\x12" + bytes.fromhex("28 00"),
            b"\x06\x24" + TIME + b"Z",
            b"\x00" + word("X-p") + word("q"),
            b"\x01",
        ]
    )  # fmt: skip
    assert bitefficient.encode(message) == written
    assert decode(written) == message


@pytest.mark.parametrize(("code", "act"), list(enumerate(sorted(Performative), start=1)))
def test_performatives_have_the_codes_1_to_22(code: int, act: Performative) -> None:
    message = decode(b"\xfa\x10" + bytes([code]) + END)
    assert (message.performative, message.sender, message.receivers) == (act, ANONYMOUS, ())
    assert bitefficient.encode(message)[2] == code


@pytest.mark.parametrize(
    ("expression", "text"),
    [
        ("10 61 62 00", "ab"),
        ("14 61 20 62 00", "a b"),
        ("14 22 61 5c 22 62 22 00", 'a"b'),
        ("14 22 00", '"'),
        ("16 03 61 00 62", "a\x00b"),
        ("16 02 22 22", '""'),
        ("17 00 02 c3 a9", "é"),
        ("19 00 00 00 01 ff", "\udcff"),
        ("12 20", "1"),
        ("12 23 00", "12"),
        ("12 23 40", "123"),
        ("12 e2 f6 de 40", "-1.5E-3"),
        ("12 c2 00", "+1"),
        ("13 36 60", "0xff"),
        ("ff 14 28 61 00", "(a"),
        ("24" + TIME.hex() + "5a", "20261124T150000000Z"),
        ("22" + TIME.hex(), "-20261124T150000000"),
        # (a "b c" 12)
        ("70 61 00 14 62 20 63 00 12 23 00 40", '(a "b c" 12)'),
        # ((a (b)) c ()): a level with the token behind it, and levels alone
        ("60 70 61 00 70 62 00 40 50 63 00 60 40 40", "((a (b)) c ())"),
        # strings in an expression get quotation marks, and keep those they have
        ("74 28 20 00 14 22 28 20 22 00 40", '("( " "( ")'),
        ("76 02 22 5c 40", '(#2""\\)'),
        ("72 23 00 24" + TIME.hex() + "5a 21" + TIME.hex() + "40",
         "(12 20261124T150000000Z +20261124T150000000)"),
        ("60 40", "()"),
    ],
)  # fmt: skip
def test_expressions_are_read_as_text(expression: str, text: str) -> None:
    assert decode(INFORM + b"\x05" + bytes.fromhex(expression) + END).reply_with == text


@pytest.mark.parametrize(
    ("time", "said"),
    [
        (b"\x20" + TIME, datetime(2026, 11, 24, 14, tzinfo=UTC)),
        (b"\x24" + TIME + b"z", datetime(2026, 11, 24, 15, tzinfo=UTC)),
        (b"\x21" + bytes.fromhex("11 11 11 11 11 11 21 11 10"), datetime(2026, 11, 24, 12, 0, 10, tzinfo=UTC)),
        (b"\x26" + bytes.fromhex("11 11 11 11 12 11 11 11 10") + b"Z", datetime(2026, 11, 24, 11, tzinfo=UTC)),
    ],
)
def test_times(time: bytes, said: datetime) -> None:
    assert decode(INFORM + b"\x06" + time + END).reply_by == said


@pytest.mark.parametrize(
    ("data", "slots"),
    [
        (b"\xfa\x10\x00" + word("Inform") + END, {"performative": Performative.INFORM}),
        (b"\xfa\x11\x08" + END, {"performative": Performative.INFORM}),
        (INFORM + b"\x00" + word("JADE-Encoding") + word("a") + END, {"user_defined": {"X-JADE-Encoding": "a"}}),
        (INFORM + b"\x04" + word("x") + END, {"content": "x"}),
        (INFORM + b"\x0c\x14a b\x00" + END, {"protocol": "a b"}),
        (INFORM + b"\x03\x01" + END, {"receivers": ()}),
        (INFORM + b"\x02\x02\x14a b\x00\x01" + END, {"sender": AgentIdentifier(name="a b")}),
    ],
)  # fmt: skip
def test_more_is_read_than_is_written(data: bytes, slots: dict[str, object]) -> None:
    message = decode(data)
    assert {slot: getattr(message, slot) for slot in slots} == slots


@pytest.mark.parametrize(
    ("data", "position", "said"),
    [
        (b"", 0, "expected a message, not the end"),
        (b"(inform)", 0, "not 0x28"),
        (b"\xfa", 1, "expected the version"),
        (b"\xfa\x20\x08\x01", 1, "expected version 0x10, not 0x20"),
        (b"\xfa\x10", 2, "expected a performative"),
        (b"\xfa\x10\x17\x01", 2, "the code of a performative, not 0x17"),
        (b"\xfa\x10\x00" + word("dance") + END, 2, "one of the 22 performatives"),
        (b"\xfb\x10\x08\x01", 0, "none is agreed upon"),
        (INFORM, 3, "expected a parameter or the end of the message"),
        (INFORM + END + b"x", 4, "expected the end"),
        (INFORM + b"\x0e\x01", 3, "the code of a parameter, not 0x0e"),
        (INFORM + b"\x09" + word("a") + b"\x09" + word("b") + END, 7, "each parameter once"),
        (INFORM + b"\x00" + word("X-a") + word("b") + b"\x00" + word("x-A") + word("b") + END, 12, "parameter once"),
        (INFORM + b"\x00" + word("X- a") + word("b") + END, 4, "without spaces"),
        (INFORM + b"\x02" + b"\x03", 4, "an agent identifier, not 0x03"),
        (INFORM + b"\x02" + aid("") + END, 4, "needs a name"),
        (INFORM + b"\x02\x02\x10\xff\x00\x01\x01", 4, "UTF-8"),
        (INFORM + b"\x02" + aid("a", b"\x05") + END, 8, "a parameter of an agent identifier, not 0x05"),
        (INFORM + b"\x02" + aid("a", b"\x02\x01", b"\x02\x01") + END, 10, "each parameter once"),
        (INFORM + b"\x03" + b"\x10", 4, "an agent identifier, not 0x10"),
        (INFORM + b"\x09\x10ab", 5, "a zero byte at the end of the word"),
        (INFORM + b"\x09\x14ab", 5, "a zero byte at the end of the string"),
        (INFORM + b"\x09\x1a", 4, "a word, a string, a number or a time, not 0x1a"),
        (INFORM + b"\x09\x11\x00", 5, "no code table is agreed upon"),
        (INFORM + b"\x09\x16\x05ab", 6, "expected a string of 5 bytes"),
        (INFORM + b"\x09\x19\xff\xff\xff\xffab", 9, "expected a string of 4294967295 bytes"),
        (INFORM + b"\x09\x17\x00", 5, "the length of a string"),
        (INFORM + b"\x09\x12\x00", 5, "expected a number"),
        (INFORM + b"\x09\x12\xb0", 5, "expected a number"),
        (INFORM + b"\x09\x12\x02", 5, "a digit before another one"),
        (INFORM + b"\x09\x12\x22", 6, "expected a number, not the end"),
        (INFORM + b"\x09\x13\xe2\x00", 5, "digits of a hexadecimal number"),
        (INFORM + b"\x09\x13" + b"\x22" * 40 + b"\x00", 5, "digits of a hexadecimal number"),
        (INFORM + b"\x06" + word("x"), 4, "expected a time, not 0x10"),
        (INFORM + b"\x06\x20" + TIME[:-1] + b"\x11", 5, "the 17 digits of a time"),
        (INFORM + b"\x06\x20" + b"\xf1" * 8 + b"\x10", 5, "the 17 digits of a time"),
        (INFORM + b"\x06\x20" + TIME[:-1], 5, "the 9 bytes of a time"),
        (INFORM + b"\x06\x20" + b"\x11" * 8 + b"\x10", 4, "the calendar has no such time"),
        (INFORM + b"\x06\x24" + TIME + b"B", 4, "the only type designator"),
        (INFORM + b"\x09\x60\x50" + word("a"), 5, "nothing behind the end of the expression"),
        (INFORM + b"\x09\x60\x61", 5, "a word, a string, a number or a time, not 0x01"),
        (INFORM + b"\x09" + b"\x60" * 65, 68, "no expressions deeper than 64"),
        (INFORM + b"\x02" + b"\x02\x10a\x00\x03" * 5000, 324, "no resolvers deeper than 64"),
    ],
)
def test_errors_say_what_was_expected_and_where(data: bytes, position: int, said: str) -> None:
    with pytest.raises(MalformedMessage) as caught:
        decode(data)
    assert said in str(caught.value)
    assert str(caught.value).endswith(f"at byte {position}")
    assert caught.value.position == position


def test_strings_that_came_before_are_sent_as_codes() -> None:
    message = ACLMessage(
        performative=Performative.INFORM,
        sender=AgentIdentifier(name="a"),
        receivers=(AgentIdentifier(name="a"),),
        content="b c",
        language='"q"',
    )
    table = CodeTable(8)
    # Code 0 is a, code 1 is b c, code 2 is "q" with its quotation marks.
    first = b"\xfb\x10\x08\x02" + aid("a") + b'\x03\x02\x11\x00\x01\x01\x04\x14b c\x00\x09\x16\x03"q"\x01'
    again = b"\xfb\x10\x08\x02\x02\x11\x00\x01\x03\x02\x11\x00\x01\x01\x04\x15\x01\x09\x18\x02\x01"
    assert [bitefficient.encode(message, table) for _ in range(2)] == [first, again]
    table = CodeTable(8)
    assert [decode(data, table) for data in (first, again)] == [message, message]


def test_a_message_may_leave_the_table_as_it_is() -> None:
    table = CodeTable(8)
    decode(b"\xfb\x10\x08\x09" + word("a") + END, table)
    message = decode(b"\xfc\x10\x08\x09\x11\x00\x0b" + word("b") + END, table)
    assert (message.language, message.ontology) == ("a", "b")
    with pytest.raises(MalformedMessage, match="not 1, which has none"):
        decode(b"\xfc\x10\x08\x09\x11\x01" + END, table)


def test_codes_have_two_bytes_in_larger_tables() -> None:
    table = CodeTable(9)
    decode(b"\xfb\x10\x08\x09" + word("a") + END, table)
    assert decode(b"\xfb\x10\x08\x09\x11\x00\x00" + END, table).language == "a"


def test_codes_do_not_stand_for_more_than_a_message_may_have(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bitefficient_tokens, "LARGEST", 100)
    table = CodeTable(8)
    decode(b"\xfb\x10\x08\x04" + word("a" * 60) + END, table)
    with pytest.raises(MalformedMessage, match="at most 100 bytes"):
        decode(b"\xfb\x10\x08\x04\x15\x00\x09\x11\x00" + END, table)


def test_a_table_that_is_full_of_long_strings_takes_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(code_table, "LARGEST", 10)
    message = ACLMessage(performative=Performative.INFORM, sender=ANONYMOUS, receivers=(), content="x" * 11)
    table = CodeTable(8)
    written = bitefficient.encode(message, table)
    assert written[0] == bitefficient_codes.Coding.TABLE_UNCHANGED
    assert decode(written, CodeTable(8)) == message
    with pytest.raises(MalformedMessage, match="at most 10 bytes together"):
        decode(b"\xfb" + written[1:], CodeTable(8))


def test_messages_are_read_one_after_the_other_as_they_arrive() -> None:
    arriving: Iterator[bytes] = iter([bytes([octet]) for octet in (INFORM + b"\x09" + word("a") + END) * 2])
    source = Octets(more=lambda: next(arriving, b""), largest=100)
    for _ in range(2):
        assert bitefficient.decode_next(source).language == "a"
        source.forget()
    assert source.at_end()


def test_a_message_that_never_ends_is_not_kept() -> None:
    source = Octets(INFORM + b"\x04\x10", more=lambda: b"x" * 1000, largest=10_000)
    with pytest.raises(MalformedMessage, match="at most 10000 bytes"):
        bitefficient.decode_next(source)


@given(st.binary() | st.binary().map(INFORM.__add__), st.booleans())
def test_any_bytes_are_read_or_malformed(data: bytes, with_table: bool) -> None:
    with suppress(MalformedMessage):
        decode(data, CodeTable(8) if with_table else None)


@settings(max_examples=60)
@given(st.data())
def test_a_spoiled_message_is_read_or_malformed(data: st.DataObject) -> None:
    whole = data.draw(messages().map(bitefficient.encode))
    spoilt = data.draw(spoiled(whole, st.binary(max_size=3)))
    with suppress(MalformedMessage):
        decode(spoilt)
    with suppress(MalformedMessage):
        decode(b"\xfb" + spoilt[1:], CodeTable(8))
