import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from knowledge.chunking import chunk_document
from knowledge.readers.model import Document, sections_from

WORDS = st.text(alphabet="abcdeé.!? \n", max_size=400)
PARTS = st.lists(st.tuples(WORDS, st.none() | st.integers(1, 5), st.none() | st.just("Heading")), max_size=4)


def document(*parts: tuple[str, int | None, str | None]) -> Document:
    return Document(path=Path("x"), title="x", sections=sections_from(parts), digest="", size=0)


@given(PARTS, st.integers(10, 120), st.integers(0, 60))
def test_chunks_are_exact_bounded_ordered_and_lose_nothing(
    parts: list[tuple[str, int | None, str | None]], size: int, overlap: int
) -> None:
    whole = document(*parts)
    chunks = chunk_document(whole, size=size, overlap=min(overlap, size // 2))
    covered: set[int] = set()
    for number, chunk in enumerate(chunks):
        assert whole.text[chunk.start : chunk.end] == chunk.text
        assert 0 < len(chunk.text) <= size
        assert chunk.position == number
        home = [s for s in whole.sections if s.offset <= chunk.start and chunk.end <= s.offset + len(s.text)]
        assert [(s.page, s.heading) for s in home] == [(chunk.page, chunk.heading)]
        covered |= set(range(chunk.start, chunk.end))
    for before, after in itertools.pairwise(chunks):
        assert before.start < after.start
        assert before.end < after.end
    missing = set(range(len(whole.text))) - covered
    assert all(whole.text[index].isspace() for index in missing)


@given(PARTS)
def test_overlap_is_whole_sentences_and_bounded(parts: list[tuple[str, int | None, str | None]]) -> None:
    chunks = chunk_document(document(*parts), size=80, overlap=30)
    for before, after in itertools.pairwise(chunks):
        assert before.end - after.start <= 30


def test_sentences_stay_whole_and_are_repeated() -> None:
    text = "Alpha is first. Beta is second. Gamma is third. Delta is fourth."
    chunks = chunk_document(document((text, 3, "Greek")), size=35, overlap=16)
    assert [chunk.text for chunk in chunks] == [
        "Alpha is first. Beta is second.",
        "Beta is second. Gamma is third.",
        "Gamma is third. Delta is fourth.",
    ]
    assert {(chunk.page, chunk.heading) for chunk in chunks} == {(3, "Greek")}


def test_a_word_longer_than_a_chunk_is_cut() -> None:
    assert [c.text for c in chunk_document(document(("x" * 25, None, None)), size=10, overlap=0)] == [
        "x" * 10,
        "x" * 10,
        "x" * 5,
    ]


@pytest.mark.parametrize("overlap", [-1, 51])
def test_an_impossible_overlap_is_refused(overlap: int) -> None:
    with pytest.raises(ValueError, match="overlap"):
        chunk_document(document(("x", None, None)), size=100, overlap=overlap)
