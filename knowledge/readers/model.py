"""What reading a file gives: a document made of sections."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Section:
    """A stretch of text under one heading or on one page.

    Attributes:
        text: The text, never blank.
        page: Page number counted from 1, where the format has pages.
        heading: The nearest heading above, where the format has headings.
        offset: Where the text starts in the document's text (`Document.text`), in characters.
    """

    text: str
    page: int | None
    heading: str | None
    offset: int


@dataclass(frozen=True, slots=True)
class Reading:
    """What a format reader found in a file's bytes: a title, where the file names one, and sections."""

    title: str | None
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A file that was read.

    Attributes:
        path: The resolved path.
        title: The title the file names, else its name without suffix.
        sections: At least one, in reading order.
        digest: SHA-256 of the file's bytes, in hex; the same read that gave the sections.
        size: The file's size in bytes.
    """

    path: Path
    title: str
    sections: tuple[Section, ...]
    digest: str
    size: int

    @property
    def text(self) -> str:
        """The whole text: the sections, one line break between each."""
        return "\n".join(section.text for section in self.sections)


def sections_from(parts: Iterable[tuple[str, int | None, str | None]]) -> tuple[Section, ...]:
    """Make sections of (text, page, heading) parts, leaving out blank ones and counting offsets."""
    sections: list[Section] = []
    offset = 0
    for text, page, heading in parts:
        stripped = text.strip()
        if not stripped:
            continue
        sections.append(Section(text=stripped, page=page, heading=heading, offset=offset))
        offset += len(stripped) + 1
    return tuple(sections)
