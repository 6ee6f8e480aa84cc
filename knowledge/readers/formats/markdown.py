"""Markdown (CommonMark with tables): a section per heading, without the markup."""

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.readers.decoding import decode
from knowledge.readers.model import Reading, sections_from
from knowledge.settings import ReadingLimits

if TYPE_CHECKING:
    from markdown_it.token import Token

SUFFIXES = frozenset({".md", ".markdown", ".mdown", ".mkd"})

_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)\n(?:---|\.\.\.)[ \t]*(?:\n|\Z)", re.DOTALL)
_TITLE_LINE = re.compile(r"^title:[ \t]*(.+?)[ \t]*$", re.MULTILINE)


def read(data: bytes, *, path: Path, limits: ReadingLimits) -> Reading:
    """Read Markdown; the title is the front matter's, else the first top-level heading.

    Args:
        data: The file's bytes.
        path: The file, for error texts.
        limits: Not needed here; sizes are checked around this call.

    Raises:
        DocumentUnsupportedError: The bytes are not text.
    """
    from markdown_it import MarkdownIt

    del limits
    source = decode(data, path=path)
    title: str | None = None
    if matter := _FRONT_MATTER.match(source):
        source = source[matter.end() :]
        if line := _TITLE_LINE.search(matter[1]):
            title = line[1].strip("\"'") or None
    tokens = MarkdownIt("commonmark").enable("table").parse(source)
    if title is None:
        title = next(
            (_plain(tokens[i + 1]) for i, t in enumerate(tokens) if t.type == "heading_open" and t.tag == "h1"),
            None,
        )
    return Reading(title=title, sections=sections_from(_parts(tokens)))


def _parts(tokens: "Sequence[Token]") -> Iterator[tuple[str, int | None, str | None]]:
    """Yield (text, no page, heading) per heading."""
    heading: str | None = None
    blocks: list[str] = []
    for kind, text in _blocks(tokens):
        if kind == "heading":
            yield "\n\n".join(blocks), None, heading
            heading, blocks = text, []
        elif kind == "item" and blocks and blocks[-1].startswith("- "):
            blocks[-1] += f"\n{text}"
        else:
            blocks.append(text)
    yield "\n\n".join(blocks), None, heading


def _blocks(tokens: "Sequence[Token]") -> Iterator[tuple[str, str]]:
    """Yield ("heading" | "item" | "block", text) in reading order."""
    cells: list[str] = []
    container = ""
    for token in tokens:
        if token.type in {"heading_open", "list_item_open", "table_open", "table_close"}:
            container = token.type
        elif token.type in {"fence", "code_block"}:
            yield "block", token.content.rstrip()
        elif token.type == "tr_close":
            yield "block", " | ".join(cells)
            cells = []
        elif token.type == "inline" and container == "table_open":
            cells.append(_plain(token))
        elif token.type == "inline":
            text = _plain(token)
            yield {"heading_open": ("heading", text), "list_item_open": ("item", f"- {text}")}.get(
                container, ("block", text)
            )
            container = ""  # what follows in the same list item is a block of its own


def _plain(token: "Token") -> str:
    """Give the text of an inline token without emphasis, links and tags; images give their description."""
    pieces: list[str] = []
    for child in token.children or ():
        match child.type:
            case "text" | "code_inline" | "image":
                pieces.append(child.content)
            case "softbreak":
                pieces.append(" ")
            case "hardbreak":
                pieces.append("\n")
    return "".join(pieces).strip()
