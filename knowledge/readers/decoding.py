"""Bytes into text: byte order marks, UTF-8, then detection; what is not text is refused."""

import codecs
from pathlib import Path

from knowledge.errors import DocumentUnsupportedError

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_CONTROLS = frozenset(range(32)) - {9, 10, 12, 13, 27}
_DETECTION_SAMPLE = 200_000
_MAX_CONTROL_SHARE = 0.01


def decode(data: bytes, *, path: Path) -> str:
    """Decode a text file, whatever its character encoding, with line feeds as line ends.

    Args:
        data: The file's bytes.
        path: The file, for the error's text.

    Raises:
        DocumentUnsupportedError: The bytes are not text.
    """
    text = _decode(data)
    if text is None or _looks_binary(text):
        raise DocumentUnsupportedError(
            f"{path.name} does not hold text, although its name says so; give it the right ending, or save it as text.",
            path=path,
        )
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _decode(data: bytes) -> str | None:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return _try(data, encoding)
    if b"\0" in data:
        return _decode_utf16_without_mark(data)
    return _try(data, "utf-8") or _detect(data)


def _try(data: bytes, encoding: str) -> str | None:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError:
        return None


def _decode_utf16_without_mark(data: bytes) -> str | None:
    # In UTF-16 text of most languages every other byte is zero on one side, and nearly none on the other.
    sample = data[:_DETECTION_SAMPLE]
    even, odd = sample[0::2].count(0), sample[1::2].count(0)
    half = max(1, len(sample) // 2)
    if odd > half * 0.3 and even < half * 0.02:
        return _try(data, "utf-16-le")
    if even > half * 0.3 and odd < half * 0.02:
        return _try(data, "utf-16-be")
    return None


def _detect(data: bytes) -> str | None:
    from charset_normalizer import from_bytes

    best = from_bytes(data[:_DETECTION_SAMPLE]).best()
    return None if best is None else data.decode(best.encoding, errors="replace")


def _looks_binary(text: str) -> bool:
    sample = text[:_DETECTION_SAMPLE]
    if not sample:
        return False
    odd = sum(1 for character in sample if ord(character) in _CONTROLS or character == "\ufffd")
    return odd / len(sample) > _MAX_CONTROL_SHARE
