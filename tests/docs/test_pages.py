"""The pages themselves: links lead somewhere, generated parts are current, no machine's own names are in them."""

import re
from pathlib import Path

import pytest

from docs.generate.pages import FOLDER, filled
from docs.generate.pages import PAGES as GENERATED
from tests.docs.pages import PAGES, ROOT, blocks_of

_LINK = re.compile(r"\[[^\]\n]+\]\(([^)\s]+)\)")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_FENCED = re.compile(r"^```.*?^```$", re.MULTILINE | re.DOTALL)
_ELSEWHERE = re.compile(r"https?://(?!127\.0\.0\.1|localhost|example\.(?:org|com))\S+")
_FOREIGN = (
    re.compile(r"/(?:home|Users)/(?!ann\b|me\b|you\b)\w+|/root\b|/work/|/tmp/\w"),
    re.compile(r"\b(?:pypi|files\.pythonhosted|registry\.npmjs|deb\.debian|proxy\.golang)\b", re.IGNORECASE),
    re.compile(r"\b(?:TODO|FIXME|XXX|TBD)\b"),
)

page_by_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)


def prose(page: Path) -> str:
    return _FENCED.sub("", page.read_text(encoding="utf-8"))


def anchors(page: Path) -> set[str]:
    """Return the anchors of a page's headings, as GitHub and its like make them."""
    titles = [re.sub(r"[`*]|\]\([^)]*\)|\[", "", title).strip().lower() for title in _HEADING.findall(prose(page))]
    return {re.sub(r"[^\w\- ]", "", title).replace(" ", "-") for title in titles}


@page_by_page
def test_links_lead_somewhere(page: Path) -> None:
    for link in _LINK.findall(prose(page)):
        if link.startswith(("http://", "https://")):
            continue
        place, _, anchor = link.partition("#")
        target = (page.parent / place).resolve() if place else page
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        assert not anchor or anchor in anchors(target), link


@pytest.mark.parametrize("name", GENERATED)
def test_generated_parts_are_current(name: str) -> None:
    text = (FOLDER / name).read_text(encoding="utf-8")
    assert filled(text) == text, "run `python -m docs.generate`"


@page_by_page
def test_nothing_of_a_machine_is_in_a_page(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for foreign in _FOREIGN:
        found = foreign.search(text)
        assert found is None, found[0]


@page_by_page
def test_code_fits_a_narrow_window(page: Path) -> None:
    for block in blocks_of(page):
        longest = max(map(len, block.text.splitlines()), default=0)
        assert longest <= 120, f"{block.name}: {longest} columns"


@page_by_page
def test_diagrams_are_plain(page: Path) -> None:
    """Mermaid of the plainest form: flowcharts with quoted labels, state diagrams with words at their arrows."""
    node = r'\w+(?:\["[^"]+"\]|\(\["[^"]+"\]\))?'
    edge = rf'{node} (?:-->|-\.->|<-->)(?:\|"[^"]+"\|)? {node}'
    move = r"(?:\[\*\]|\w+) --> (?:\[\*\]|\w+)(?:: [\w ,-]+)?"
    line = re.compile(rf'flowchart (?:LR|TB)|stateDiagram-v2|subgraph \w+ ?\["[^"]+"\]|end|{node}|{edge}|{move}')
    for block in blocks_of(page):
        if block.language == "mermaid":
            for text in block.text.splitlines():
                assert line.fullmatch(text.strip()), f"{block.name}: {text}"
