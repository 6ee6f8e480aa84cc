from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from knowledge.readers.model import Document, sections_from

PARTS = st.lists(st.tuples(st.text(max_size=30), st.none() | st.integers(1, 9), st.none() | st.text(max_size=5)))


@given(PARTS)
def test_offsets_point_into_the_text(parts: list[tuple[str, int | None, str | None]]) -> None:
    sections = sections_from(parts)
    document = Document(path=Path("x"), title="x", sections=sections, digest="", size=0)
    assert len(sections) == sum(1 for text, _, _ in parts if text.strip())
    for section in sections:
        assert document.text[section.offset : section.offset + len(section.text)] == section.text
