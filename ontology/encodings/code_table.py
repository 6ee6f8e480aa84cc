"""The dynamic code table of the bit-efficient representation (FIPA 00069, section on dynamic code tables).

Both sides of a conversation enter each string that is sent in full, and from then on send its code. When all codes
are taken, an eighth of them is freed, those of the strings that were used longest ago, and given out again in that
order.
"""

from collections import OrderedDict, deque
from typing import Final

LARGEST: Final = 64 << 20
"""How many bytes the strings of one table may have together."""


class TableFull(ValueError):
    """The strings of the table would take too much memory."""


class CodeTable:
    """The strings that one sender has sent to one receiver.

    Args:
        bits: the size of codes; there are 2 to the power of it. A code takes one byte where it is 8, else two.

    Raises:
        ValueError: ``bits`` is not between 8 and 16.
    """

    def __init__(self, bits: int = 8) -> None:
        if not 8 <= bits <= 16:
            raise ValueError("the codes of a table have 8 to 16 bits")
        self.width = 1 if bits == 8 else 2
        self._size = 1 << bits
        self._free = deque(range(self._size))
        self._strings: OrderedDict[int, bytes] = OrderedDict()
        self._codes: dict[bytes, int] = {}
        self._bytes = 0

    def string(self, code: int) -> bytes | None:
        """Return the string of a code, or None where it has none."""
        if code in self._strings:
            self._strings.move_to_end(code)
        return self._strings.get(code)

    def code(self, string: bytes) -> int | None:
        """Return the code of a string, or None where it has none."""
        code = self._codes.get(string)
        if code is not None:
            self._strings.move_to_end(code)
        return code

    def has_room(self, count: int) -> bool:
        """Tell whether strings of so many bytes together can be entered for sure."""
        return self._bytes + count <= LARGEST

    def enter(self, string: bytes) -> None:
        """Give a string the next code.

        Raises:
            TableFull: the strings would take too much memory.
        """
        if not self._free:
            for _ in range(self._size >> 3):
                code, old = self._strings.popitem(last=False)
                self._bytes -= len(old)
                if self._codes.get(old) == code:
                    del self._codes[old]
                self._free.append(code)
        if not self.has_room(len(string)):
            raise TableFull(f"the strings of a code table have at most {LARGEST} bytes together")
        self._bytes += len(string)
        code = self._free.popleft()
        self._strings[code] = string
        self._codes[string] = code
