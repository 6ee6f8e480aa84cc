"""HTML: the readable text, a section per heading; scripts, styles and the like are dropped."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from knowledge.errors import DocumentUnsupportedError
from knowledge.readers.model import Reading, sections_from
from knowledge.settings import ReadingLimits

if TYPE_CHECKING:
    from bs4 import BeautifulSoup

SUFFIXES = frozenset({".html", ".htm", ".xhtml"})

_DROPPED = ("script", "style", "noscript", "template", "svg", "iframe", "object", "head", "select", "nav")
_HEADINGS = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_BLOCKS = _HEADINGS | {
    "address", "article", "aside", "blockquote", "body", "caption", "dd", "details", "div", "dl", "dt",
    "fieldset", "figcaption", "figure", "footer", "form", "header", "hr", "li", "main", "ol", "p", "pre",
    "section", "summary", "table", "tbody", "tfoot", "thead", "tr", "ul",
}  # fmt: skip


def read(data: bytes, *, path: Path, limits: ReadingLimits) -> Reading:
    """Read HTML with lxml, which repairs what is not well formed and honours the declared charset.

    Args:
        data: The file's bytes.
        path: The file, for error texts.
        limits: Not needed here; sizes are checked around this call.

    Raises:
        DocumentUnsupportedError: The bytes are not a page.
    """
    from bs4 import BeautifulSoup

    del limits
    if b"\0" in data[:4096] and not data.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise DocumentUnsupportedError(
            f"{path.name} does not hold a page, although its name says so; give it the right ending.",
            path=path,
        )
    soup = BeautifulSoup(data, "lxml")
    title = " ".join(soup.title.get_text(" ").split()) if soup.title is not None else None
    for tag in soup.find_all(_DROPPED):
        tag.decompose()
    return Reading(title=title or None, sections=sections_from(_parts(soup)))


def _parts(soup: "BeautifulSoup") -> Iterator[tuple[str, int | None, str | None]]:
    heading: str | None = None
    lines: list[str] = []
    for kind, text in _lines(soup):
        if kind == "heading":
            yield "\n\n".join(lines), None, heading
            heading, lines = text, []
        else:
            lines.append(text)
    yield "\n\n".join(lines), None, heading


def _lines(soup: "BeautifulSoup") -> Iterator[tuple[str, str]]:
    """Yield ("heading" | "block", text).

    The tree is walked flat (`descendants`), never by recursion, so that a page of a hundred thousand nested
    tags is read like any other. A block ends where a text lies under another nearest block element.
    """
    from bs4.element import NavigableString, PreformattedString, Tag

    pieces: list[str] = []
    block: Tag | None = None
    blocks: dict[int, Tag | None] = {}
    breaks = False
    for node in soup.descendants:
        parent = node.parent
        inherited = blocks.get(id(parent)) if parent is not None else None
        if isinstance(node, Tag):
            blocks[id(node)] = node if node.name in _BLOCKS else inherited
            breaks = breaks or node.name == "br"
            if node.name in {"td", "th"} and pieces and inherited is block:
                pieces.append(" | ")
            continue
        if not isinstance(node, NavigableString) or isinstance(node, PreformattedString):
            continue  # comments, doctypes and processing instructions
        if (inherited is not block or breaks) and pieces:
            yield from _flush(pieces, block)
            pieces = []
        block, breaks = inherited, False
        pieces.append(str(node))
    yield from _flush(pieces, block)


def _flush(pieces: list[str], block: object) -> Iterator[tuple[str, str]]:
    text = " ".join("".join(pieces).split()).strip(" |")
    if text:
        yield ("heading" if getattr(block, "name", None) in _HEADINGS else "block"), text
