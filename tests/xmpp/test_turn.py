from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slixmpp.stanza import Message
from slixmpp.xmlstream.tostring import tostring

from xmpp import turn
from xmpp.turn import STATES, TurnMark, TurnSource

Stanza: Any = Message  # slixmpp's stanzas are untyped
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\ufffe\uffff"))
SOURCES = st.builds(TurnSource, title=TEXT, location=TEXT, page=st.none() | st.integers(0, 10_000))
MARKS = st.builds(
    TurnMark,
    of=TEXT,
    state=st.sampled_from(STATES),
    end=st.booleans(),
    intent=TEXT,
    task=TEXT,
    sources=st.lists(SOURCES, max_size=3).map(tuple),
)


@given(MARKS)
def test_what_is_written_is_read(mark: TurnMark) -> None:
    stanza = Stanza()
    stanza["body"] = "hello"
    turn.write(stanza, mark)
    arrived = Stanza(xml=ET.fromstring(tostring(stanza.xml)))
    assert turn.read(arrived) == mark
    assert arrived["body"] == "hello"


@pytest.mark.parametrize(
    ("inside", "read"),
    [
        ("", None),
        ("<turn xmlns='urn:other'/>", None),
        (f"<turn xmlns='{turn.NAMESPACE}'/>", None),
        (f"<turn xmlns='{turn.NAMESPACE}' state='dancing'/>", None),
        (f"<turn xmlns='{turn.NAMESPACE}' state='done'/>", TurnMark(of="", state="done", end=False)),
        (
            f"<turn xmlns='{turn.NAMESPACE}' state='done' of='m1' end='true'><source title='a' page='x'/></turn>",
            TurnMark(of="m1", state="done", end=True, sources=(TurnSource("a", ""),)),
        ),
    ],
)
def test_what_makes_no_sense_is_none(inside: str, read: TurnMark | None) -> None:
    stanza = Stanza(xml=ET.fromstring(f"<message xmlns='jabber:client'>{inside}</message>"))
    assert turn.read(stanza) == read


def test_characters_that_xml_cannot_carry_do_not_break_the_stream() -> None:
    stanza = Stanza()
    mark = TurnMark(of="m1", state="done", end=True, sources=(TurnSource("a\x00b", "/tmp/\x01", 1),))
    turn.write(stanza, mark)
    read = turn.read(Stanza(xml=ET.fromstring(tostring(stanza.xml))))
    assert read is not None
    assert read.sources == (TurnSource("a\ufffdb", "/tmp/\ufffd", 1),)
