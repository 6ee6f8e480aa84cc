from __future__ import annotations

from typing import Any
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st
from slixmpp import Message

from xmpp.receipts import (
    NAMESPACE,
    Numbered,
    Taken,
    TakenMatcher,
    numbered_text,
    read_numbered,
    read_taken,
    taken_text,
)

EPOCHS = st.text("0123456789abcdef", min_size=1, max_size=32)
COUNTS = st.integers(0, 10**18 - 1)


def stanza_of_none() -> Any:
    """A message stanza with nothing in it."""
    return Message()  # type: ignore[no-untyped-call]


def stanza_with(text: str) -> Any:
    """A message stanza with something in it."""
    stanza = stanza_of_none()
    stanza.xml.append(ET.fromstring(text))
    return stanza


@given(EPOCHS, st.integers(1, 10**18 - 1), COUNTS)
def test_numbers_are_read_as_they_were_written(epoch: str, number: int, after: int) -> None:
    stanza = stanza_with(numbered_text(Numbered(epoch, number, after)))
    assert read_numbered(stanza) == Numbered(epoch, number, after)
    assert not TakenMatcher().match(stanza)


@given(EPOCHS, COUNTS, st.booleans())
def test_receipts_are_read_as_they_were_written(epoch: str, number: int, missing: bool) -> None:
    stanza = stanza_with(taken_text(Taken(epoch, number, missing)))
    assert TakenMatcher().match(stanza)
    assert read_taken(stanza) == Taken(epoch, number, missing)


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"epoch": "e"},
        {"epoch": "", "number": "1"},
        {"epoch": "e" * 33, "number": "1"},
        {"epoch": "e", "number": "0"},
        {"epoch": "e", "number": "-1"},
        {"epoch": "e", "number": "1.5"},
        {"epoch": "e", "number": "٣"},
        {"epoch": "e", "number": "9" * 19},
        {"epoch": "e", "number": "2", "after": "x"},
    ],
)
def test_numbers_that_are_none_count_as_none(attributes: dict[str, str]) -> None:
    stanza = stanza_of_none()
    ET.SubElement(stanza.xml, f"{{{NAMESPACE}}}numbered", attributes)
    assert read_numbered(stanza) is None


@pytest.mark.parametrize("number", ["", "-1", "many", "9" * 19])
def test_receipts_that_are_none_count_as_none(number: str) -> None:
    stanza = stanza_of_none()
    ET.SubElement(stanza.xml, f"{{{NAMESPACE}}}taken", {"epoch": "e", "number": number})
    assert read_taken(stanza) is None


def test_a_message_without_either_has_neither() -> None:
    assert read_numbered(stanza_of_none()) is None
    assert read_taken(stanza_of_none()) is None
