from __future__ import annotations

import logging
import random
from xml.etree import ElementTree as ET
from xml.sax.saxutils import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.xmpp.test_outbox import BOB, Time, message, outbox, posted
from tests.xmpp.test_receipts import stanza_of_none, stanza_with
from xmpp.parts import (
    LARGEST_PART,
    LARGEST_WHOLE,
    NAMESPACE,
    Assembly,
    MessageTooLargeError,
    Part,
    part_text,
    pieces,
    read_part,
)

EXPANDING = "&<>\"'\n\täß語😀"
LETTERS = "abcdefghij klmnopqrst uvwxyz"


def text(characters: int, *, seed: int = 7) -> str:
    """Text in which characters stand that take more room as XML."""
    block = "".join(random.Random(seed).choices(EXPANDING + LETTERS * 2, k=100_000))
    return (block * (characters // len(block) + 1))[:characters]


@pytest.mark.parametrize("content", ["", "x", "&" * 200_000, "x" * 300_000, "😀" * 100_000, text(500_000)])
def test_pieces_fit_into_a_stanza_and_make_the_whole(content: str) -> None:
    found = pieces(content)
    assert "".join(found) == content
    assert all(len(escape(piece).encode()) <= LARGEST_PART for piece in found)
    assert len(found) <= 2 + 1.2 * len(escape(content).encode()) // LARGEST_PART


@given(st.text("0123456789abcdef-", min_size=1, max_size=64), st.integers(1, 4096), st.data())
def test_parts_are_read_as_they_were_written(transfer: str, count: int, data: st.DataObject) -> None:
    part = Part(transfer, data.draw(st.integers(0, count - 1)), count)
    assert read_part(stanza_with(part_text(part))) == part


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"transfer": "t", "index": "0"},
        {"transfer": "t", "index": "2", "count": "2"},
        {"transfer": "t", "index": "-1", "count": "2"},
        {"transfer": "t", "index": "0", "count": "4097"},
        {"transfer": "t", "index": "0", "count": "999999"},
        {"transfer": "", "index": "0", "count": "2"},
        {"transfer": "t" * 65, "index": "0", "count": "2"},
    ],
)
def test_parts_that_are_none_count_as_none(attributes: dict[str, str]) -> None:
    stanza = stanza_of_none()
    ET.SubElement(stanza.xml, f"{{{NAMESPACE}}}part", attributes)
    assert read_part(stanza) is None


@given(st.permutations(range(5)), st.lists(st.integers(0, 4), max_size=5))
def test_they_are_put_together_in_whatever_order_and_however_often_they_come(
    order: list[int], repeated: list[int]
) -> None:
    assembly = Assembly(clock=Time().monotonic)
    wholes = []
    for index in (*repeated, *order):
        wholes.append(assembly.add(message(f"piece {index};"), Part("t", index, 5)))
        if wholes[-1] is not None:
            break
    (whole,) = [found for found in wholes if found is not None]
    assert whole == message("".join(f"piece {index};" for index in range(5)))
    assert len(assembly) == 0


def test_what_is_never_finished_is_dropped_and_logged(caplog: pytest.LogCaptureFixture) -> None:
    time = Time()
    assembly = Assembly(clock=time.monotonic)
    assembly.add(message("a"), Part("t", 0, 3))
    time.seconds += 50
    assembly.add(message("b"), Part("t", 1, 3))
    time.seconds += 50
    assembly.drop_late()
    assert len(assembly) == 1
    time.seconds += 20
    with caplog.at_level(logging.WARNING, "xmpp.parts"):
        assembly.drop_late()
    assert len(assembly) == 0
    assert "2 of 3 parts came" in caplog.text


@pytest.mark.parametrize(("largest", "room"), [(10, 1000), (1000, 10)])
def test_what_is_too_large_is_dropped(largest: int, room: int, caplog: pytest.LogCaptureFixture) -> None:
    assembly = Assembly(clock=Time().monotonic, largest=largest, room=room)
    with caplog.at_level(logging.WARNING, "xmpp.parts"):
        assert [assembly.add(message("x" * 6), Part("t", index, 2)) for index in range(2)] == [None, None]
    assert "too large" in caplog.text
    assert len(assembly) == 0
    assert assembly.add(message("ok"), Part("u", 0, 1)) == message("ok")


def test_parts_that_contradict_one_another_are_dropped() -> None:
    assembly = Assembly(clock=Time().monotonic)
    assembly.add(message("a"), Part("t", 0, 2))
    assert assembly.add(message("b"), Part("t", 1, 3)) is None
    assert len(assembly) == 0


def test_one_sender_has_few_incomplete_contents() -> None:
    assembly = Assembly(clock=Time().monotonic)
    for number in range(10):
        assembly.add(message("a"), Part(f"t{number}", 0, 2))
    assert len(assembly) == 4


def test_few_parts_are_under_way_at_once_and_what_comes_after_them_waits() -> None:
    box = outbox(Time())
    box.post(BOB, message("x" * LARGEST_PART * 10))
    posted(box, "after")
    first = box.ready(BOB)
    assert [letter.part.index for letter, _ in first if letter.part] == list(range(8))
    assert box.ready(BOB) == []
    box.acknowledge(BOB, 4, missing=False)
    assert [letter.number for letter, _ in box.ready(BOB)] == [9, 10, 11]


def test_a_message_whose_part_is_given_up_is_given_up_as_a_whole() -> None:
    time = Time()
    box = outbox(time)
    box.post(BOB, message("x" * LARGEST_PART * 3, reply_by=time.now()))
    posted(box, "after")
    assert len(box.lapsed(online=True)) == 1
    assert len(box) == 1
    box.post(BOB, message("x" * LARGEST_PART * 3))
    letters = [letter for letter, _ in box.ready(BOB)]
    assert box.returned(letters[2].id, absent=True) is not None
    assert box.returned(letters[3].id, absent=True) is None
    assert len(box) == 1


def test_who_cannot_put_parts_together_gets_none() -> None:
    box = outbox(Time())
    box.learn(BOB, numbers=False)
    with pytest.raises(MessageTooLargeError, match="one stanza"):
        box.post(BOB, message("x" * (LARGEST_WHOLE + 1)))
    assert len(box) == 0
    box.post(BOB, message("x" * LARGEST_WHOLE))
    assert len(box) == 1
