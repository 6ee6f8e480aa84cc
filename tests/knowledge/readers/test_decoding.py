import contextlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.errors import DocumentUnsupportedError
from knowledge.readers.decoding import decode

PATH = Path("letter.txt")
GERMAN = "Die Straße führt über die Brücke zum Bäcker. Schöne Grüße aus Köln, wo die Gärten blühen.\n"
RUSSIAN = "Съешь же ещё этих мягких французских булок, да выпей чаю. Завтра мы поедем в деревню.\n"


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (GERMAN, "utf-8"),
        (GERMAN, "utf-8-sig"),
        (GERMAN, "utf-16"),
        (GERMAN, "utf-16-le"),
        (GERMAN, "utf-16-be"),
        (GERMAN, "utf-32"),
        (GERMAN, "cp1252"),
        (RUSSIAN * 3, "cp1251"),
        (RUSSIAN, "utf-8"),
        ("Plain words.\n", "ascii"),
    ],
)
def test_text_is_read_in_the_encoding_it_was_written_in(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), path=PATH) == text


def test_line_ends_become_line_feeds() -> None:
    assert decode(b"a\r\nb\rc\n", path=PATH) == "a\nb\nc\n"


@pytest.mark.parametrize(
    "data",
    [
        b"\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00" + bytes(range(256)) * 8,
        b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + bytes(range(200)),
        b"PK\x03\x04\x14\x00\x00\x00\x08\x00" + bytes(range(128, 256)) * 4,
        b"\x00" * 1000,
    ],
)
def test_what_is_not_text_is_refused(data: bytes) -> None:
    with pytest.raises(DocumentUnsupportedError, match=r"letter\.txt does not hold text.*save it as text"):
        decode(data, path=PATH)


@given(st.binary(max_size=400))
def test_any_bytes_are_decoded_or_refused(data: bytes) -> None:
    with contextlib.suppress(DocumentUnsupportedError):
        assert "\r" not in decode(data, path=PATH)
