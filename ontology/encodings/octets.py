"""Bytes that are read from front to back, all at hand or still arriving."""

import re
from collections.abc import Callable

from ontology.encodings.errors import MalformedMessage


class Octets:
    """Bytes, and how far they have been read.

    Args:
        data: what is at hand.
        more: called for further bytes when those at hand are used up; returns none when there are no more.
        largest: how many bytes a message may have.
    """

    def __init__(self, data: bytes = b"", *, more: Callable[[], bytes] = bytes, largest: int | None = None) -> None:
        self._data = bytearray(data)
        self._more = more
        self._largest = largest
        self.position = 0

    def at_end(self) -> bool:
        """Tell whether there are no more bytes."""
        return not self._have(self.position + 1)

    def byte(self, what: str) -> int:
        """Return the next byte.

        Raises:
            MalformedMessage: there is none.
        """
        return self.take(1, what)[0]

    def take(self, count: int, what: str) -> bytes:
        """Return so many bytes.

        Raises:
            MalformedMessage: there are fewer.
        """
        begin, end = self.position, self.position + count
        if not self._have(end):
            raise MalformedMessage(f"expected {what}, not the end,", begin)
        self.position = end
        return bytes(self._data[begin:end])

    def until_zero(self, what: str) -> bytes:
        """Return the bytes up to the next zero byte, and go on behind it.

        Raises:
            MalformedMessage: there is no zero byte.
        """
        begin = searched = self.position
        while (zero := self._data.find(0, searched)) < 0:
            searched = len(self._data)
            if not self._have(searched + 1):
                raise MalformedMessage(f"expected a zero byte at the end of {what} that begins", begin)
        self.position = zero + 1
        return bytes(self._data[begin:zero])

    def forget(self) -> None:
        """Let go of what has been read; positions count from here."""
        del self._data[: self.position]
        self.position = 0

    def skip_to(self, pattern: re.Pattern[bytes]) -> None:
        """Go to the first place behind the first byte that a pattern of two bytes matches, or to the end."""
        self.position = 1
        self.forget()
        while (found := pattern.search(self._data)) is None:
            self.position = max(len(self._data) - 1, 0)
            self.forget()
            if not self._have(len(self._data) + 1):
                self.position = len(self._data)
                self.forget()
                return
        self.position = found.start()
        self.forget()

    def _have(self, count: int) -> bool:
        if self._largest is not None and count > self._largest:
            raise MalformedMessage(f"expected a message of at most {self._largest} bytes, not a longer one,", 0)
        while len(self._data) < count:
            data = self._more()
            if not data:
                return False
            self._data += data
        return True
