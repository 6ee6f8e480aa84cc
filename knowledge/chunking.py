"""Documents into passages: whole sentences, a little overlap, and where each one came from. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass

from knowledge.readers.model import Document, Section
from knowledge.text import Span, sentence_spans


@dataclass(frozen=True, slots=True)
class Chunk:
    """A passage of a document.

    Attributes:
        text: `document.text[start:end]`.
        page: The page it is on, where the format has pages.
        heading: The heading it is under, where the format has headings.
        start: First character in the document's text.
        end: One past the last.
        position: Its number in the document, from 0.
    """

    text: str
    page: int | None
    heading: str | None
    start: int
    end: int
    position: int


def chunk_document(document: Document, *, size: int = 700, overlap: int = 150) -> tuple[Chunk, ...]:
    """Cut a document into passages that never cross a section.

    Args:
        document: What a reader gave.
        size: Most characters in a passage. A longer sentence is cut at white space, or where it must be.
        overlap: Most characters repeated from the passage before, in whole sentences.

    Raises:
        ValueError: `overlap` is negative or more than half of `size`.
    """
    if not 0 <= overlap <= size // 2:
        raise ValueError("overlap must be from 0 to half of size; choose a smaller one")
    chunks: list[Chunk] = []
    for section in document.sections:
        for span in _passages(section.text, size=size, overlap=overlap):
            chunks.append(_chunk(section, span, position=len(chunks)))
    return tuple(chunks)


def _chunk(section: Section, span: Span, *, position: int) -> Chunk:
    return Chunk(
        text=section.text[span.start : span.end],
        page=section.page,
        heading=section.heading,
        start=section.offset + span.start,
        end=section.offset + span.end,
        position=position,
    )


def _passages(text: str, *, size: int, overlap: int) -> Iterator[Span]:
    units = [piece for span in sentence_spans(text) for piece in _cut(text, span, size=size)]
    first = 0
    while first < len(units):
        last = first
        while last + 1 < len(units) and units[last + 1].end - units[first].start <= size:
            last += 1
        yield Span(units[first].start, units[last].end)
        if last + 1 == len(units):
            return
        # Sentences repeated must leave room for at least one new one, or no passage would move on.
        following = last + 1
        while (
            following - 1 > first
            and units[last].end - units[following - 1].start <= overlap
            and units[last + 1].end - units[following - 1].start <= size
        ):
            following -= 1
        first = following


def _cut(text: str, span: Span, *, size: int) -> Iterator[Span]:
    """Cut what is longer than a passage, at the last white space that fits."""
    start = span.start
    while span.end - start > size:
        space = max(text.rfind(gap, start + 1, start + size + 1) for gap in " \n\t")
        end = space if space > start else start + size
        yield Span(start, end)
        start = end
        while start < span.end and text[start].isspace():
            start += 1
    if start < span.end:
        yield Span(start, span.end)
