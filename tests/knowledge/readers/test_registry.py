from pathlib import Path

import pytest

from knowledge.errors import DocumentUnsupportedError
from knowledge.readers.registry import format_for, formats_by_suffix, supported_suffixes


def test_the_promised_kinds_are_read() -> None:
    assert {".txt", ".md", ".html", ".htm", ".pdf"} <= supported_suffixes()


@pytest.mark.parametrize("name", ["a.TXT", "b.Md", "c.PDF"])
def test_endings_are_found_in_any_case(name: str) -> None:
    assert format_for(Path(name)) is formats_by_suffix()[Path(name).suffix.lower()]


@pytest.mark.parametrize(("name", "says"), [("x.docx", "ending in .docx"), ("README", "without an ending")])
def test_other_kinds_are_refused_with_what_can_be_read(name: str, says: str) -> None:
    with pytest.raises(DocumentUnsupportedError, match=says) as caught:
        format_for(Path(name))
    assert ".pdf" in str(caught.value)
