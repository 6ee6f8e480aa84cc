"""Turns what a server sent into readable text: the title, the main text, and the links in it."""

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

if TYPE_CHECKING:
    from bs4 import BeautifulSoup, Tag

_NOT_TEXT = frozenset(
    {
        *("script", "style", "noscript", "template", "svg", "canvas", "iframe", "object", "form", "button"),
        *("select", "nav", "footer", "aside", "dialog", "head", "title"),
    }
)
_BLOCKS = frozenset(
    {
        *("p", "h1", "h2", "h3", "h4", "h5", "h6", "li", "pre", "blockquote", "td", "th", "tr", "dt", "dd", "div"),
        *("section", "article", "main", "table", "ul", "ol", "dl", "header", "figure", "figcaption", "br", "hr"),
    }
)
_MOST_MAIN_PARTS = 20
_LEAST_MAIN_CHARACTERS = 200
_SPACES = re.compile(r"[^\S\n]+")
_BREAKS = re.compile(r"\s+")
_LINES = re.compile(r"\s*\n\s*")


@dataclass(frozen=True, slots=True)
class Link:
    """A link of a page: its words, and where it leads."""

    text: str
    url: str


@dataclass(frozen=True, slots=True)
class ReadableText:
    """What a page says."""

    title: str
    text: str
    links: tuple[Link, ...]


def readable_html(markup: bytes, *, url: str, encoding: str | None, most_links: int) -> ReadableText:
    """Read an HTML page. The main part is taken where the page marks it, without menus and forms."""
    from bs4 import BeautifulSoup

    soup = BeautifulSoup(markup, "lxml", from_encoding=encoding)
    text, anchors = _walk(_main(soup))
    return ReadableText(_title(soup), text, _links(anchors, url, most_links))


def readable_plain(text: str) -> ReadableText:
    """Read plain text or Markdown; a Markdown heading at the top is the title."""
    heading = re.match(r"\s*#\s+(.+)", text)
    return ReadableText(heading[1].strip() if heading else "", text.strip(), ())


def readable_json(text: str) -> ReadableText:
    """Read JSON, laid out with one value a line where it is valid."""
    try:
        laid_out = json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        laid_out = text
    return ReadableText("", laid_out.strip(), ())


def _title(soup: "BeautifulSoup") -> str:
    for tag in (soup.title, soup.find("h1")):
        if tag is not None and (text := " ".join(tag.get_text().split())):
            return text[:300]
    return ""


def _main(soup: "BeautifulSoup") -> "Tag":
    """Give the part that holds most text among those marked as the main one, or else all of the page."""
    from bs4 import Tag

    marked = (
        tag
        for tag in soup.descendants
        if isinstance(tag, Tag) and (tag.name in {"main", "article"} or tag.get("role") == "main")
    )
    candidates = [(len(_walk(tag)[0]), tag) for tag in islice(marked, _MOST_MAIN_PARTS)]
    length, longest = max(candidates, key=lambda candidate: candidate[0], default=(0, soup))
    return longest if length >= _LEAST_MAIN_CHARACTERS else soup.body or soup


def _walk(root: "Tag") -> tuple[str, list["Tag"]]:
    """Give the text that is to be read below `root`, a line for each block, and the links in it.

    Without recursion, so that a page nested without end does no harm.
    """
    from bs4.element import NavigableString, PageElement, PreformattedString, Tag

    pieces: list[str] = []
    anchors: list[Tag] = []
    waiting: list[PageElement | str] = [root]
    while waiting:
        node = waiting.pop()
        if isinstance(node, Tag):
            if node.name in _NOT_TEXT or node.has_attr("hidden") or node.get("aria-hidden") == "true":
                continue
            if node.name == "a" and node.has_attr("href"):
                anchors.append(node)
            if node.name in _BLOCKS:
                pieces.append("\n\u2022 " if node.name == "li" else "\n")
                waiting.append("\n")
            waiting.extend(reversed(node.contents))
        elif isinstance(node, NavigableString):
            if not isinstance(node, PreformattedString):  # a comment or a declaration
                pieces.append(_BREAKS.sub(" ", node))
        elif isinstance(node, str):
            pieces.append(node)
    return _LINES.sub("\n", _SPACES.sub(" ", "".join(pieces))).strip(), anchors


def _links(anchors: "Iterable[Tag]", url: str, most: int) -> tuple[Link, ...]:
    links: dict[str, Link] = {}
    for anchor in anchors:
        if len(links) >= most:
            break
        try:
            target = urljoin(url, str(anchor["href"])).partition("#")[0]
            scheme = urlsplit(target).scheme
        except ValueError:
            continue  # not an address at all
        text = " ".join(anchor.get_text().split())
        if scheme in {"http", "https"} and text and target != url:
            links.setdefault(target, Link(text, target))
    return tuple(links.values())
