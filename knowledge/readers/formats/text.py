"""Plain text."""

from pathlib import Path

from knowledge.readers.decoding import decode
from knowledge.readers.model import Reading, sections_from
from knowledge.settings import ReadingLimits

SUFFIXES = frozenset({".txt", ".text", ".log", ".rst", ".org", ".csv", ".tsv"})


def read(data: bytes, *, path: Path, limits: ReadingLimits) -> Reading:
    """Read plain text as one section; form feeds, where there are any, part pages.

    Args:
        data: The file's bytes.
        path: The file, for error texts.
        limits: Not needed here; sizes are checked around this call.

    Raises:
        DocumentUnsupportedError: The bytes are not text.
    """
    del limits
    pages = decode(data, path=path).split("\f")
    if len(pages) == 1:
        return Reading(title=None, sections=sections_from([(pages[0], None, None)]))
    return Reading(title=None, sections=sections_from((text, number, None) for number, text in enumerate(pages, 1)))
