"""Contents that do not fit into one stanza, sent in parts and put together again.

Servers take stanzas up to a size (Prosody of ours: 256 KiB). A larger content is cut into pieces, each of which
stays below :data:`LARGEST_PART` also when it is written as XML. Each goes as a message of its own, with all parameters
and ``<part xmlns="urn:parley:parts:0" transfer="..." index="0" count="12"/>``. Parts are numbered, acknowledged and
sent again like any message. The receiver's endpoint puts them together; what comes of it is one message, which is
checked as any other is. What does not become whole in time is dropped, with a line in the log.
"""

import logging
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Final
from xml.sax.saxutils import escape, quoteattr

from ontology.acl import ACLMessage

logger = logging.getLogger(__name__)

NAMESPACE: Final = "urn:parley:parts:0"
LARGEST_PART: Final = 64 * 1024
"""Bytes of a piece of content, as XML."""
LARGEST_WHOLE: Final = 192 * 1024
"""Bytes, as XML, of a content for somebody who puts no pieces together; the server takes stanzas of 256 KiB."""
LARGEST_CONTENT: Final = 16 * 2**20
"""Characters of a content, together."""

_PART: Final = f"{{{NAMESPACE}}}part"
_MOST_PARTS: Final = 4096
_WITHIN: Final = 60.0
"""Seconds within which the next part has to come."""
_OF_ONE: Final = 4
"""How many contents of one sender may be incomplete."""
_CHARACTERS: Final = 64 * 2**20
"""How many characters of incomplete contents are kept, together."""
_LONGEST_ID: Final = 64


class MessageTooLargeError(OSError):
    """A content is larger than what is taken, or larger than what its receiver can put together."""


@dataclass(frozen=True, slots=True)
class Part:
    """Which part of a content a message has.

    Args:
        transfer: tells the contents of one sender apart.
        index: from 0.
        count: how many there are.
    """

    transfer: str
    index: int
    count: int


def check_size(message: ACLMessage) -> None:
    """Make sure that a content is not larger than what endpoints take.

    Raises:
        MessageTooLargeError: it is.
    """
    if message.content is not None and len(message.content) > LARGEST_CONTENT:
        raise MessageTooLargeError(
            f"a content of {len(message.content)} characters is not sent; {LARGEST_CONTENT} is the most"
        )


def pieces(content: str | None, largest: int = LARGEST_PART) -> list[str]:
    """Return a content in pieces of so many bytes, as XML, at most; one piece where it fits as it is."""
    return [""] if not content else list(_pieces(content, largest))


def _pieces(content: str, largest: int) -> Iterator[str]:
    at = 0
    while at < len(content):
        length = largest
        while True:
            piece = content[at : at + length]
            # No character takes more than five bytes as XML.
            size = 0 if len(piece) * 5 <= largest else len(escape(piece).encode())
            if size <= largest:
                break
            length = max(1, length * largest // size - 1)
        yield piece
        at += len(piece)


def part_text(part: Part) -> str:
    """Return the element that says which part a message has."""
    transfer = quoteattr(part.transfer)
    return f"<part xmlns='{NAMESPACE}' transfer={transfer} index='{part.index}' count='{part.count}'/>"


def read_part(stanza: Any) -> Part | None:
    """Return which part a message has; None where it is whole, or does not say it in a way that can be read."""
    found = stanza.xml.find(_PART)
    if found is None:
        return None
    transfer, index, count = found.get("transfer", ""), found.get("index", ""), found.get("count", "")
    if not 0 < len(transfer) <= _LONGEST_ID or not all(_is_number(text) for text in (index, count)):
        return None
    part = Part(transfer, int(index), int(count))
    return part if part.index < part.count <= _MOST_PARTS else None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 5


@dataclass(slots=True)
class _Incomplete:
    count: int
    latest: float
    first: ACLMessage | None = None
    found: dict[int, str] = field(default_factory=dict)
    size: int = 0


class Assembly:
    """Puts contents together.

    Args:
        clock: seconds, monotonic.
        largest: how many characters a content may have.
        room: how many characters of incomplete contents are kept.
    """

    def __init__(self, *, clock: Callable[[], float], largest: int = LARGEST_CONTENT, room: int = _CHARACTERS) -> None:
        self._clock = clock
        self._largest = largest
        self._room = room
        self._incomplete: OrderedDict[tuple[str, str], _Incomplete] = OrderedDict()

    def add(self, message: ACLMessage, part: Part) -> ACLMessage | None:
        """Take a part, in whatever order they come; return the whole message with the last one."""
        self.drop_late()
        key = (message.sender.name, part.transfer)
        known = self._incomplete.get(key)
        if known is None:
            if sum(1 for sender, _ in self._incomplete if sender == key[0]) >= _OF_ONE:
                logger.warning("a part of %s was dropped: too many of its contents are incomplete", key[0])
                return None
            known = self._incomplete[key] = _Incomplete(part.count, self._clock())
        piece = message.content or ""
        if part.count != known.count:
            self._drop(key, "its parts contradict one another")
            return None
        if part.index in known.found:
            return None
        known.found[part.index] = piece
        known.size += len(piece)
        self._room -= len(piece)
        known.latest = self._clock()
        self._incomplete.move_to_end(key)
        if part.index == 0:
            known.first = replace(message, content=None)
        if known.size > self._largest or self._room < 0:
            self._drop(key, "it is too large")
            return None
        if len(known.found) < known.count or known.first is None:
            return None
        del self._incomplete[key]
        self._room += known.size
        return replace(known.first, content="".join(known.found[index] for index in range(known.count)))

    def drop_late(self) -> None:
        """Drop what did not go on in time."""
        while self._incomplete:
            key, known = next(iter(self._incomplete.items()))
            if self._clock() - known.latest < _WITHIN:
                return
            self._drop(key, f"{len(known.found)} of {known.count} parts came, and then no more")

    def __len__(self) -> int:
        return len(self._incomplete)

    def _drop(self, key: tuple[str, str], why: str) -> None:
        known = self._incomplete.pop(key)
        self._room += known.size
        logger.warning("a content of %s was dropped: %s", key[0], why)
