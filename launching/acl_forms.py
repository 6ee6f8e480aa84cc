"""The forms between which ``acl`` translates: how messages are read from a stream of bytes, and written to one.

================  ==================================================================================================
``string``        FIPA 00070; messages are separated by blank lines
``stanza``        the XML of ``xmpp.stanza``; separated by blank lines
``json``          ``ontology.encodings.json``; separated by blank lines or one a line; written one a line
``bitefficient``  FIPA 00069; one a line, in Base64; or the bytes themselves, one message after the other, where the
                  first byte of the stream begins a message. Codes of strings have one byte and hold for the stream
================  ==================================================================================================
"""

import binascii
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import BinaryIO, Final

from launching.acl_blocks import LARGEST, TooLong, json_blocks, stanza_blocks, string_blocks
from ontology.acl import ACLMessage
from ontology.encodings import bitefficient, bitefficient_codes, json, string
from ontology.encodings.code_table import CodeTable
from ontology.encodings.errors import MalformedMessage
from ontology.encodings.octets import Octets
from xmpp import stanza_text

_NOT_BASE64: Final = re.compile(rb"[^A-Za-z0-9+/=]")
_CHUNK: Final = 1 << 16
_TOO_LONG: Final = f"expected a message of at most {LARGEST} bytes, not a longer one,"


class Form(ABC):
    """One form of messages.

    Attributes:
        separator: what stands behind each message that is written.
    """

    separator = b"\n"

    @abstractmethod
    def read(self, stream: BinaryIO) -> Iterator[ACLMessage | MalformedMessage]:
        """Yield the messages of a stream as they come, and what is malformed in its place."""

    @abstractmethod
    def write(self, message: ACLMessage) -> bytes:
        """Return the message, without the separator.

        Raises:
            InvalidMessage: the form cannot carry it.
        """


class TextForm(Form):
    """A form that is text in UTF-8.

    Args:
        blocks: finds where messages begin and end.
        decode: reads one.
        encode: writes one.
        separator: stands behind each that is written.
    """

    def __init__(
        self,
        blocks: Callable[[BinaryIO], Iterator[bytes | TooLong]],
        decode: Callable[[str], ACLMessage],
        encode: Callable[[ACLMessage], str],
        separator: bytes,
    ) -> None:
        self._blocks = blocks
        self._decode = decode
        self._encode = encode
        self.separator = separator

    def read(self, stream: BinaryIO) -> Iterator[ACLMessage | MalformedMessage]:
        """Yield the messages of a stream as they come, and what is malformed in its place."""
        for block in self._blocks(stream):
            if isinstance(block, TooLong):
                yield MalformedMessage(_TOO_LONG, 0, "")
                continue
            try:
                yield self._decode(block.decode("utf-8", "surrogateescape"))
            except MalformedMessage as error:
                yield error

    def write(self, message: ACLMessage) -> bytes:
        """Return the message."""
        return self._encode(message).encode("utf-8", "surrogateescape")


class BitEfficientForm(Form):
    """The bit-efficient form."""

    def read(self, stream: BinaryIO) -> Iterator[ACLMessage | MalformedMessage]:
        """Yield the messages of a stream as they come, and what is malformed in its place."""
        first = stream.read(1)
        if first and first[0] in set(bitefficient_codes.Coding):
            return self._read_bytes(first, stream)
        return self._read_lines(first, stream)

    def write(self, message: ACLMessage) -> bytes:
        """Return the message in Base64."""
        return binascii.b2a_base64(bitefficient.encode(message), newline=False)

    def _read_bytes(self, first: bytes, stream: BinaryIO) -> Iterator[ACLMessage | MalformedMessage]:
        read: Callable[[int], bytes] = getattr(stream, "read1", stream.read)
        source = Octets(first, more=lambda: read(_CHUNK), largest=LARGEST)
        table = CodeTable()
        while not source.at_end():
            try:
                yield bitefficient.decode_next(source, table)
            except MalformedMessage as error:
                yield error
                source.skip_to(bitefficient_codes.BEGINNING)
            else:
                source.forget()

    def _read_lines(self, first: bytes, stream: BinaryIO) -> Iterator[ACLMessage | MalformedMessage]:
        table = CodeTable()
        line = first if first == b"\n" else first + stream.readline(2 * LARGEST)
        while line:
            if line.strip():
                try:
                    yield bitefficient.decode(_from_base64(line), table)
                except MalformedMessage as error:
                    yield error
            while line and not line.endswith(b"\n"):
                line = stream.readline(2 * LARGEST)
            line = stream.readline(2 * LARGEST) if line else line


FORMS: Final[dict[str, Callable[[], Form]]] = {
    "string": lambda: TextForm(string_blocks, string.decode, string.encode, b"\n\n"),
    "bitefficient": BitEfficientForm,
    "stanza": lambda: TextForm(stanza_blocks, stanza_text.decode, stanza_text.encode, b"\n\n"),
    "json": lambda: TextForm(json_blocks, json.decode, json.encode, b"\n"),
}
"""The forms by the names that the command line knows."""


def _from_base64(line: bytes) -> bytes:
    text = line.strip()
    found = _NOT_BASE64.search(text)
    try:
        data = binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error as error:
        position = found.start() if found else len(text)
        raise MalformedMessage(f"expected Base64 ({str(error)[:1].lower()}{str(error)[1:]})", position) from None
    if len(data) > LARGEST:
        raise MalformedMessage(_TOO_LONG, 0)
    return data
