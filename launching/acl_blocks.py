"""Messages in a stream of lines: where one ends and the next begins.

Messages are separated by blank lines. A blank line within a string, or within a stanza, belongs to the message; but
if that string or stanza then never ends, or something impossible follows it, the message is taken to have ended at
the first blank line, so that one malformed message does not take others with it.
"""

import re
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final, Protocol

LARGEST: Final = 16 << 20
"""How many bytes a message may have."""

_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class TooLong(Exception):
    """A message that has more than ``LARGEST`` bytes; it has been skipped."""


def string_blocks(stream: BinaryIO) -> Iterator[bytes | TooLong]:
    """Yield the bytes of each message in the string representation (FIPA 00070), as soon as it has ended."""
    return _blocks(stream, _StringFrame)


def stanza_blocks(stream: BinaryIO) -> Iterator[bytes | TooLong]:
    """Yield the bytes of each stanza, as soon as it has ended."""
    return _blocks(stream, _StanzaFrame)


def json_blocks(stream: BinaryIO) -> Iterator[bytes | TooLong]:
    """Yield the bytes of each JSON object, one a line or one in several lines, as soon as it has ended."""
    return _blocks(stream, _JSONFrame)


def _blocks(stream: BinaryIO, frame: Callable[[], "_Frame"]) -> Iterator[bytes | TooLong]:
    lines = _Lines(stream)
    while (block := _block(lines, frame())) is not None:
        yield block


def _block(lines: "_Lines", frame: "_Frame") -> bytes | TooLong | None:
    """Return the next message, or None where there is none."""
    block = bytearray()
    first_blank: int | None = None
    while line := lines.take():
        if not line.strip():
            if not block:
                continue
            if not frame.is_open or lines.is_read_again_often:
                return bytes(block)
            first_blank = len(block) if first_blank is None else first_blank
        elif block and frame.begins(line):
            lines.give_back(line)
            return bytes(block)
        block += line
        frame.feed(line)
        if first_blank is not None and (frame.is_broken or len(block) > LARGEST):
            break
        if len(block) > LARGEST:
            lines.skip(line, to_blank=not frame.is_by_line)
            return TooLong()
        if frame.is_complete:
            return bytes(block)
    if first_blank is not None and (line or frame.is_open):
        lines.give_back(bytes(block[first_blank:]))
        del block[first_blank:]
    return bytes(block) if block else None


class _Lines:
    """The lines of a stream, of which those taken last may be given back."""

    _OFTEN: Final = 16

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._again = b""
        self._position = 0
        self._read = 0
        self._given_back = 0

    @property
    def is_read_again_often(self) -> bool:
        """Whether so much has been given back, for all that was read, that it would take too long to go on so."""
        return self._given_back > self._OFTEN * self._read

    def take(self) -> bytes:
        """Return the next line, or no bytes at the end."""
        if self._position < len(self._again):
            begin = self._position
            self._position = self._again.find(b"\n", begin) + 1 or len(self._again)
            return self._again[begin : self._position]
        self._again, self._position = b"", 0
        line = self._stream.readline(LARGEST + 1)
        if not self._read:
            line = line.removeprefix(_BYTE_ORDER_MARK)
        self._read += len(line)
        return line

    def give_back(self, lines: bytes) -> None:
        """Take back what was taken last."""
        self._given_back += len(lines)
        if self._position:
            self._position -= len(lines)
        else:
            self._again = lines

    def skip(self, line: bytes, *, to_blank: bool) -> None:
        """Go on behind the line of which this is the beginning, or behind the next blank one."""
        while line and not line.endswith(b"\n"):
            line = self.take()
        while to_blank and line and line.strip():
            line = self.take()


class _Frame(Protocol):
    """Follows the lines of one message."""

    @property
    def is_open(self) -> bool:
        """Whether a blank line would belong to the message."""

    @property
    def is_complete(self) -> bool:
        """Whether the message has ended, without a blank line."""

    @property
    def is_broken(self) -> bool:
        """Whether this can be no message any more."""

    @property
    def is_by_line(self) -> bool:
        """Whether messages may stand in lines of their own, without blank lines."""

    def begins(self, line: bytes) -> bool:
        """Tell whether a line begins another message, although this one has not ended."""

    def feed(self, line: bytes) -> None:
        """Take the next line."""


class _StringFrame:
    """Follows the strings of the string representation (FIPA 00070)."""

    is_complete = False
    is_by_line = False

    _BETWEEN: Final = re.compile(rb"[\x00-\x20()]*")
    _WORD: Final = re.compile(rb"[^\x00-\x20()]*")
    _COUNT: Final = re.compile(rb'#([0-9]{1,10})"')
    _AFTER: Final = re.compile(rb"[\x00-\x20():]|\Z")

    def __init__(self) -> None:
        self.is_broken = False
        self._in_literal = False
        self._counted = 0

    @property
    def is_open(self) -> bool:
        return self._in_literal or self._counted > 0

    def begins(self, line: bytes) -> bool:
        return False

    def feed(self, line: bytes) -> None:
        position = 0
        while position < len(line):
            if self._in_literal:
                position = self._literal(line, position)
            elif self._counted:
                taken = min(self._counted, len(line) - position)
                self._counted -= taken
                position += taken
                if not self._counted:
                    self._after(line, position)
            else:
                position = self._between(line, position)

    def _between(self, line: bytes, position: int) -> int:
        position = _end_of(self._BETWEEN, line, position)
        if line.startswith(b'"', position):
            self._in_literal = True
            return position + 1
        counted = self._COUNT.match(line, position)
        if counted:
            self._counted = int(counted[1])
            return counted.end()
        return _end_of(self._WORD, line, position)

    def _literal(self, line: bytes, position: int) -> int:
        end = line.find(b'"', position)
        while end > 0 and line[end - 1 : end] == b"\\":
            end = line.find(b'"', end + 1)
        if end < 0:
            return len(line)
        self._in_literal = False
        self._after(line, end + 1)
        return end + 1

    def _after(self, line: bytes, position: int) -> None:
        self.is_broken = self.is_broken or not self._AFTER.match(line, position)


class _StanzaFrame:
    """Follows a stanza from its first to its last tag; what looks like a tag elsewhere is escaped in XML."""

    is_complete = False
    is_broken = False
    is_by_line = False

    _FIRST: Final = re.compile(rb"\s*<(?:[\w.-]+:)?message\b")
    _LAST: Final = re.compile(rb"</(?:[\w.-]+:)?message\s*>")

    def __init__(self) -> None:
        self.is_open = False
        self._has_begun = False
        self._after_blank = False

    def begins(self, line: bytes) -> bool:
        return self._after_blank and self._FIRST.match(line) is not None

    def feed(self, line: bytes) -> None:
        self._after_blank = not line.strip()
        if not self._has_begun:
            self._has_begun = True
            self.is_open = self._FIRST.match(line) is not None
        if self._LAST.search(line):
            self.is_open = False


class _JSONFrame:
    """Follows the brackets of an object, which may stand in one line or in several.

    It goes on in the next line where its first line ends as only one of several does.
    """

    is_open = False
    is_broken = False
    is_by_line = True

    _STRING: Final = re.compile(rb'"(?:[^"\\]|\\.)*"')
    _GOES_ON: Final = (b"{", b"[", b",", b":")

    def __init__(self) -> None:
        self.is_complete = False
        self._depth = 0
        self._has_begun = False

    def begins(self, line: bytes) -> bool:
        return line.lstrip().startswith(b"{") and b'"performative"' in line and not self._levels(line)

    def feed(self, line: bytes) -> None:
        self._depth += self._levels(line)
        several = self._has_begun or line.rstrip().endswith(self._GOES_ON)
        self._has_begun = True
        self.is_complete = self._depth <= 0 or not several

    def _levels(self, line: bytes) -> int:
        bare = self._STRING.sub(b"", line)
        return bare.count(b"{") + bare.count(b"[") - bare.count(b"}") - bare.count(b"]")


def _end_of(pattern: re.Pattern[bytes], line: bytes, position: int) -> int:
    found = pattern.match(line, position)
    return found.end() if found else position
