"""PDF: a section per page, by pypdf."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.errors import DocumentProtectedError, DocumentTooLargeError, DocumentUnreadableError
from knowledge.readers.model import Reading, sections_from
from knowledge.settings import ReadingLimits

if TYPE_CHECKING:
    from pypdf import PdfReader

SUFFIXES = frozenset({".pdf"})

_HYPHENATED = re.compile(r"(?<=[a-z])-\n(?=[a-z])")
_SENTENCE_END = re.compile(r"[.!?:;][\"')\]]*\s*$")


def read(data: bytes, *, path: Path, limits: ReadingLimits) -> Reading:
    """Read the text of a PDF, page by page.

    Args:
        data: The file's bytes.
        path: The file, for error texts.
        limits: `max_pages` and `max_characters` are kept while reading, so a bomb stops early.

    Raises:
        DocumentProtectedError: It opens with a password only.
        DocumentTooLargeError: Too many pages, or too much text.
        DocumentUnreadableError: It is broken, or no PDF.
    """
    import io

    from pypdf import PdfReader
    from pypdf.errors import PyPdfError

    try:
        reader = PdfReader(io.BytesIO(data), strict=False)
        if reader.is_encrypted and not reader.decrypt(""):
            raise DocumentProtectedError(
                f"{path.name} is protected by a password; save a copy without one and add that.", path=path
            )
        count = len(reader.pages)
        if count > limits.max_pages:
            raise DocumentTooLargeError(
                f"{path.name} has {count} pages and at most {limits.max_pages} are read; split it.", path=path
            )
        title = _title(reader)
        sections = sections_from((text, number, None) for number, text in _pages(reader, path=path, limits=limits))
    except (PyPdfError, ValueError, KeyError, TypeError, IndexError, AttributeError, OSError,
            RecursionError, OverflowError, NotImplementedError, ArithmeticError) as error:  # fmt: skip
        # pypdf meets broken files with nearly any exception; each means the same to the person.
        raise DocumentUnreadableError(
            f"{path.name} is not a PDF that can be read, it may be damaged; open it and save it anew.",
            path=path,
        ) from error
    return Reading(title=title, sections=sections)


def _title(reader: "PdfReader") -> str | None:
    title = reader.metadata.title if reader.metadata is not None else None
    return " ".join(title.split()) or None if title else None


def _pages(reader: "PdfReader", *, path: Path, limits: ReadingLimits) -> Iterator[tuple[int, str]]:
    total = 0
    for number, page in enumerate(reader.pages, start=1):
        text = unwrap(page.extract_text())
        total += len(text)
        if total > limits.max_characters:
            raise DocumentTooLargeError(
                f"{path.name} holds more than {limits.max_characters} characters of text; split it.", path=path
            )
        yield number, text


def unwrap(text: str) -> str:
    """Join the lines of a paragraph that the page's width had broken.

    A line goes on in the next one when it is nearly as long as the page's longest, does not end a sentence,
    or the next one starts in lower case; headings and list items keep their own line.
    """
    text = _HYPHENATED.sub("", text.replace("\r", "\n").replace("\0", ""))
    lines = [" ".join(line.split()) for line in text.split("\n")]
    longest = max((len(line) for line in lines), default=0)
    joined: list[str] = []
    before = ""
    for line in lines:
        if before and line and _goes_on(before, line, longest):
            joined[-1] = f"{joined[-1]} {line}"
        else:
            joined.append(line)
        before = line
    return re.sub(r"\n{3,}", "\n\n", "\n".join(joined)).strip()


def _goes_on(before: str, line: str, longest: int) -> bool:
    if _SENTENCE_END.search(before):
        return False
    return line[0].islower() or (longest >= 40 and len(before) >= longest * 0.75 and line[0].isalnum())
