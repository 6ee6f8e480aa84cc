"""The words, strings, numbers and times of the bit-efficient representation, and the expressions made of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from ontology.encodings import bitefficient_codes as codes
from ontology.encodings.code_table import CodeTable, TableFull
from ontology.encodings.errors import MalformedMessage
from ontology.encodings.octets import Octets
from ontology.encodings.string import DEPTH, quoted

LARGEST: Final = 16 << 20
"""How many bytes of text the codes in one message may stand for."""
_LONGEST_NUMBER: Final = 64


@dataclass(frozen=True, slots=True)
class Token:
    """What stands for one word or string of the string representation."""

    value: str
    is_string: bool = False

    def __str__(self) -> str:
        return quoted("expression", self.value) if self.is_string else self.value


class Tokens:
    """Reads tokens.

    Args:
        source: the bytes.
        table: the code table of sender and receiver; None: there is none.

    Attributes:
        entering: whether words and strings that come in full are entered into the table.
    """

    def __init__(self, source: Octets, table: CodeTable | None) -> None:
        self.table = table
        self.entering = False
        self._source = source
        self._expanded = 0
        self._readers: dict[int, Callable[[], Token]] = {
            codes.WORD: lambda: Token(self._entered(source.until_zero("the word"))),
            codes.WORD_CODE: lambda: Token(self._looked_up()),
            codes.DECIMAL: lambda: Token(codes.read_number(source)),
            codes.HEXADECIMAL: lambda: Token(self._hexadecimal()),
            codes.STRING: lambda: Token(_unquoted(self._entered(source.until_zero("the string"))), is_string=True),
            codes.STRING_CODE: lambda: Token(_unquoted(self._looked_up()), is_string=True),
            codes.COUNTED_CODE: lambda: Token(self._looked_up(), is_string=True),
        }

    def read(self, code: int) -> Token:
        """Return the token that begins with this code, which has been read.

        Raises:
            MalformedMessage: none begins with it, or it is not as it should be.
        """
        begin = self._source.position - 1
        if code in self._readers:
            return self._readers[code]()
        if code in codes.TIMES:
            return Token(self._time(code))
        for width, counted in codes.COUNTED.items():
            if code == counted:
                return Token(self._counted(width), is_string=True)
        raise MalformedMessage(f"expected a word, a string, a number or a time, not 0x{code:02x},", begin)

    def expression(self) -> str:
        """Return the expression that stands next, as text; one that is a single token is what that stands for.

        Raises:
            MalformedMessage: there is none.
        """
        source = self._source
        code = source.byte("an expression")
        if code == codes.AS_STRING:
            return self.read(source.byte("a string")).value
        if code & codes.LEVEL != codes.OPEN:
            return self.read(code).value
        depth = 0
        parts: list[str] = []
        while True:
            inner = code
            if code & codes.LEVEL == codes.OPEN:
                depth, inner = depth + 1, code & ~codes.LEVEL
                _append(parts, "(")
            elif code & codes.LEVEL == codes.CLOSE:
                depth, inner = depth - 1, code & ~codes.LEVEL
                parts.append(")")
            if depth > DEPTH:
                raise MalformedMessage(f"expected no expressions deeper than {DEPTH} levels", source.position - 1)
            if inner and not depth:
                raise MalformedMessage("expected nothing behind the end of the expression", source.position - 1)
            if inner:
                _append(parts, str(self.read(inner)))
            if not depth:
                return "".join(parts)
            code = source.byte("an expression or the end of one")

    def _time(self, code: int) -> str:
        token = codes.TIMES[code] + codes.read_date(self._source)
        if code & codes.DESIGNATED:
            token += chr(self._source.byte("a type designator"))
        return token

    def _hexadecimal(self) -> str:
        begin = self._source.position
        number = codes.read_number(self._source)
        if not number.isdecimal() or len(number) > _LONGEST_NUMBER:
            raise MalformedMessage("expected the digits of a hexadecimal number", begin)
        return f"0x{int(number):x}"

    def _counted(self, width: int) -> str:
        length = int.from_bytes(self._source.take(width, "the length of a string"), "big")
        return self._entered(self._source.take(length, f"a string of {length} bytes"))

    def _entered(self, octets: bytes) -> str:
        if self.entering and self.table is not None:
            try:
                self.table.enter(octets)
            except TableFull as error:
                raise MalformedMessage(f"expected shorter strings: {error},", self._source.position) from None
        return octets.decode("utf-8", "surrogateescape")

    def _looked_up(self) -> str:
        begin = self._source.position
        if self.table is None:
            raise MalformedMessage("expected no code of a string, because no code table is agreed upon,", begin)
        code = int.from_bytes(self._source.take(self.table.width, "the code of a string"), "big")
        octets = self.table.string(code)
        if octets is None:
            raise MalformedMessage(f"expected the code of a string, not {code}, which has none,", begin)
        self._expanded += len(octets)
        if self._expanded > LARGEST:
            raise MalformedMessage(f"expected codes that stand for at most {LARGEST} bytes", begin)
        return octets.decode("utf-8", "surrogateescape")


def _append(parts: list[str], part: str) -> None:
    """Append a part of an expression, with a space before it where it needs one."""
    if parts and parts[-1] != "(":
        parts.append(" ")
    parts.append(part)


def _unquoted(text: str) -> str:
    if len(text) > 1 and text.startswith('"') and text.endswith('"'):
        return text[1:-1].replace('\\"', '"')
    return text
