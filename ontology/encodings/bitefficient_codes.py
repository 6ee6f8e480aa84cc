"""The codes of the bit-efficient representation (FIPA 00069), and its numbers and times.

======================  ===========================================================================================
0xFA, 0xFB, 0xFC        begin a message: without a code table; with one; with one that this message does not change
0x10                    the version, 1.0: four bits for each part
0x00                    a performative by its name, as a word
0x01 ... 0x16           the 22 performatives in the alphabetical order of their names
----------------------  -------------------------------------------------------------------------------------------
0x00                    a user-defined parameter: its name, a word, and an expression
0x01                    the end of the message, an agent identifier or a collection
0x02, 0x03, 0x08        sender: an agent identifier; receiver and reply-to: collections of them
0x04                    content: a string
0x06                    reply-by: a time
0x05, 0x07, 0x09, 0x0a  reply-with, in-reply-to, language, encoding: expressions
0x0b, 0x0c, 0x0d        ontology: an expression; protocol: a word; conversation-id: an expression
----------------------  -------------------------------------------------------------------------------------------
0x02                    an agent identifier: its name, a word, then what it has of the following, then 0x01
0x02, 0x03, 0x04        addresses: words up to 0x01; resolvers: agent identifiers up to 0x01; a user-defined parameter
----------------------  -------------------------------------------------------------------------------------------
0x10, 0x11              a word up to a zero byte; the code of one
0x12, 0x13              a decimal number; a hexadecimal number, written as a decimal one
0x14, 0x15              a string up to a zero byte; the code of one
0x16, 0x17, 0x19        a string after its length in one, two or four bytes, the highest first
0x18                    the code of such a one
0x20, 0x21, 0x22        a time: absolute; relative, later; relative, earlier
0x24, 0x25, 0x26        the same with a type designator behind it
0x60, 0x40              ( and ) of an expression; with the bits of 0x10 ... 0x19 set too, such a token follows
0xff                    before a string: the expression is that string
======================  ===========================================================================================

Numbers and times are written in half bytes: 0 is padding, 1 to 10 the digits 0 to 9, and 12 to 15 are ``+``, ``E``,
``-`` and ``.``. A number ends with the first byte whose lower half is padding. A time has 17 digits and one half byte
of padding: year, month, day, hour, minute, second and milliseconds.
"""

import re
from enum import IntEnum
from typing import Final

from ontology.acl import Performative
from ontology.encodings.errors import MalformedMessage
from ontology.encodings.octets import Octets


class Coding(IntEnum):
    """The first byte of a message."""

    PLAIN = 0xFA
    TABLE = 0xFB
    TABLE_UNCHANGED = 0xFC


VERSION: Final = 0x10
BEGINNING: Final = re.compile(rb"[\xfa-\xfc][\x10-\x1f]", re.DOTALL)
"""How a message begins. Its first byte stands in no text in UTF-8, so that it can be found after a malformed one."""

NAMED: Final = 0x00
END: Final = 0x01
ACTS: Final = dict(enumerate(sorted(Performative), start=1))

SENDER: Final = 0x02
RECEIVER: Final = 0x03
REPLY_BY: Final = 0x06
REPLY_TO: Final = 0x08
EXPRESSIONS: Final = {
    0x04: "content",
    0x05: "reply-with",
    0x07: "in-reply-to",
    0x09: "language",
    0x0A: "encoding",
    0x0B: "ontology",
    0x0C: "protocol",
    0x0D: "conversation-id",
}

IDENTIFIER: Final = 0x02
ADDRESSES: Final = 0x02
RESOLVERS: Final = 0x03
USER_DEFINED: Final = 0x04

WORD: Final = 0x10
WORD_CODE: Final = 0x11
DECIMAL: Final = 0x12
HEXADECIMAL: Final = 0x13
STRING: Final = 0x14
STRING_CODE: Final = 0x15
COUNTED_CODE: Final = 0x18
COUNTED: Final = {1: 0x16, 2: 0x17, 4: 0x19}
"""The codes of byte-length-encoded strings by the bytes of their length."""

TIMES: Final = {0x20: "", 0x21: "+", 0x22: "-", 0x24: "", 0x25: "+", 0x26: "-"}
"""The codes of times and the signs of the DateTime tokens that they stand for."""
DESIGNATED: Final = 0x04
"""Set in the codes of times that have a type designator."""

OPEN: Final = 0x60
CLOSE: Final = 0x40
LEVEL: Final = 0xE0
"""The bits of a code that tell parentheses from tokens."""
AS_STRING: Final = 0xFF

_HALVES: Final = "\x000123456789\x00+E-."
_DATE: Final = 9
NUMBER: Final = re.compile(r"-?[0-9]+")
"""What is sent as a number; others may be, but nobody needs it."""


def write_number(number: str) -> bytes:
    """Return a number in half bytes."""
    codes = [_HALVES.index(character) for character in number] + [0]
    codes += [0] * (len(codes) % 2)
    return bytes(high << 4 | low for high, low in zip(codes[::2], codes[1::2], strict=True))


def read_number(octets: Octets) -> str:
    """Return the number that stands next.

    Raises:
        MalformedMessage: it has no end, or is none.
    """
    begin = octets.position
    characters = []
    while True:
        high, low = divmod(octets.byte("a number"), 16)
        if high:
            characters.append(_HALVES[high])
        if low and high:
            characters.append(_HALVES[low])
        if low and not high:
            raise MalformedMessage("expected a digit before another one", octets.position - 1)
        if not low:
            break
    number = "".join(characters)
    if not number or "\x00" in number:
        raise MalformedMessage("expected a number", begin)
    return number


def read_date(octets: Octets) -> str:
    """Return the digits of a time, with ``T`` between date and time, as in a DateTime token.

    Raises:
        MalformedMessage: these are not 17 digits.
    """
    begin = octets.position
    halves = [half for octet in octets.take(_DATE, "the 9 bytes of a time") for half in divmod(octet, 16)]
    if halves.pop() or not all(1 <= half <= 10 for half in halves):
        raise MalformedMessage("expected the 17 digits of a time", begin)
    digits = "".join(_HALVES[half] for half in halves)
    return f"{digits[:8]}T{digits[8:]}"
