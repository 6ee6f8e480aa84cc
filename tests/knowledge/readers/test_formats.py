import contextlib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from knowledge.errors import DocumentUnreadableError, DocumentUnsupportedError
from knowledge.readers.formats import html, markdown, pdf, text
from knowledge.readers.formats.pdf import unwrap
from knowledge.readers.model import Section
from knowledge.settings import ReadingLimits
from tests.knowledge import pdfs

LIMITS = ReadingLimits()
NOWHERE = Path("/nowhere/file")


def outline(sections: tuple[Section, ...]) -> list[tuple[int | None, str | None, str]]:
    return [(section.page, section.heading, section.text) for section in sections]


def test_plain_text_is_one_section() -> None:
    reading = text.read(b"One.\r\nTwo.\n", path=NOWHERE, limits=LIMITS)
    assert outline(reading.sections) == [(None, None, "One.\nTwo.")]


def test_form_feeds_part_pages_of_plain_text() -> None:
    reading = text.read(b"first\f\fthird", path=NOWHERE, limits=LIMITS)
    assert outline(reading.sections) == [(1, None, "first"), (3, None, "third")]


MARKDOWN = """---
title: "The plan"
---
Before any heading.

# Top
This is **bold**, a [link](https://example.org) and `code`,
on two lines.

- one
- two

Lower
-----
| a | b |
|---|---|
| 1 | 2 |

```
# no heading
```
<script>alert(1)</script>
"""


def test_markdown_has_a_section_per_heading_and_no_markup() -> None:
    reading = markdown.read(MARKDOWN.encode(), path=NOWHERE, limits=LIMITS)
    assert reading.title == "The plan"
    assert outline(reading.sections) == [
        (None, None, "Before any heading."),
        (None, "Top", "This is bold, a link and code, on two lines.\n\n- one\n- two"),
        (None, "Lower", "a | b\n\n1 | 2\n\n# no heading"),
    ]


def test_markdown_takes_its_title_from_the_first_heading() -> None:
    assert markdown.read(b"# *Big* plans\ntext", path=NOWHERE, limits=LIMITS).title == "Big plans"
    assert markdown.read(b"just text", path=NOWHERE, limits=LIMITS).title is None


HTML = """<!doctype html><html><head><title> A
 page </title><style>p {color: red}</style></head><body>
<nav>Home</nav><p>Intro <b>in</b> bold.</p><h2>Part <i>one</i></h2><p>First<br>second<script>var x = "no";</script></p>
<!-- no --><table><tr><th>a</th><th>b</th></tr><tr><td>1</td><td>2</td></tr></table>
<ul><li>x</li><li>y</li></ul><noscript>no</noscript></body></html>"""


def test_html_has_its_text_without_scripts_and_styles() -> None:
    reading = html.read(HTML.encode(), path=NOWHERE, limits=LIMITS)
    assert reading.title == "A page"
    assert outline(reading.sections) == [
        (None, None, "Intro in bold."),
        (None, "Part one", "First\n\nsecond\n\na | b\n\n1 | 2\n\nx\n\ny"),
    ]


def test_html_honours_the_declared_charset() -> None:
    page = '<html><head><meta charset="iso-8859-1"></head><body><p>Grüße</p></body></html>'
    assert html.read(page.encode("latin-1"), path=NOWHERE, limits=LIMITS).sections[0].text == "Grüße"


def test_html_of_absurd_depth_is_read() -> None:
    page = "<div>" * 5_000 + "deep" + "</div>" * 5_000
    sections = html.read(page.encode(), path=NOWHERE, limits=LIMITS).sections
    assert all("<" not in section.text for section in sections)


@settings(max_examples=60, deadline=None)
@given(st.binary(max_size=300))
def test_html_reads_any_bytes_or_says_what_is_wrong(data: bytes) -> None:
    with contextlib.suppress(DocumentUnsupportedError):
        html.read(b"<p>" + data, path=NOWHERE, limits=LIMITS)


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_markdown_reads_any_text(source: str) -> None:
    encoded = ("x" + source).encode("utf-8", "replace")
    with contextlib.suppress(DocumentUnsupportedError):
        reading = markdown.read(encoded, path=NOWHERE, limits=LIMITS)
        assert all(section.text.strip() for section in reading.sections)


def test_pdf_has_a_section_per_page() -> None:
    data = pdfs.pdf([["Hello (there)."], [], ["Third page."]], title="My file")
    reading = pdf.read(data, path=NOWHERE, limits=LIMITS)
    assert reading.title == "My file"
    assert outline(reading.sections) == [(1, None, "Hello (there)."), (3, None, "Third page.")]


def test_lines_that_the_page_broke_are_joined() -> None:
    lines = "Heading\nThis sentence is long enough to be broken by the width of the\npage it is on. Next.\n- item"
    assert unwrap(lines) == (
        "Heading\nThis sentence is long enough to be broken by the width of the page it is on. Next.\n- item"
    )
    assert unwrap("a hyphen-\nated word") == "a hyphenated word"


@pytest.mark.parametrize("cut", [0.2, 0.5, 0.8])
def test_a_cut_off_pdf_is_read_or_refused_plainly(cut: float) -> None:
    data = pdfs.pdf([["Some text."]])
    with contextlib.suppress(DocumentUnreadableError):
        pdf.read(data[: int(len(data) * cut)], path=NOWHERE, limits=LIMITS)
