"""Words become lines, blocks and an order."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from vision.geometry import Region
from vision.layout import Word, arrange


def words(text: str, left: int, top: int, *, height: int = 12) -> list[Word]:
    """Lay out words: a line of the text a line of the page, letters 8 wide, lines 18 apart."""
    found = []
    for row, line in enumerate(text.splitlines()):
        x = left
        for word in line.split():
            width = len(word) * 8
            found.append(Word(word, Region(x, top + row * (height + 6), width, height), 90.0))
            x += width + 6
    return found


def texts(found: list[Word]) -> list[str]:
    return [block.text for block in arrange(found)]


def test_words_of_a_line_stay_together() -> None:
    assert texts(words("one two three", 10, 10)) == ["one two three"]


def test_lines_below_one_another_are_a_block() -> None:
    assert texts(words("first line here\nsecond line here", 10, 10)) == ["first line here\nsecond line here"]


def test_a_wide_gap_below_starts_a_block() -> None:
    assert texts(words("above it", 10, 10) + words("below it", 10, 80)) == ["above it", "below it"]


def test_columns_are_read_one_after_the_other() -> None:
    left, right = "left one\nleft two\nleft three", "right one\nright two\nright three"
    page = words("A title over both columns of the page, long", 10, 0) + words(left, 10, 60) + words(right, 260, 64)
    assert texts(page) == ["A title over both columns of the page, long", left, right]


def test_what_is_further_right_on_a_higher_row_comes_first() -> None:
    assert texts(words("notice to all", 300, 10) + words("menu entry", 10, 60)) == ["notice to all", "menu entry"]


def test_a_heading_is_a_block_of_its_own() -> None:
    page = words("Heading", 10, 10, height=30) + words("text below it", 10, 48)
    assert texts(page) == ["Heading", "text below it"]


def test_nothing_gives_nothing() -> None:
    assert arrange([]) == ()


_words = st.builds(
    Word,
    st.text("abc", min_size=1, max_size=5),
    st.builds(Region, st.integers(0, 500), st.integers(0, 500), st.integers(1, 200), st.integers(1, 60)),
    st.floats(0, 100),
)


@given(st.lists(_words, max_size=40))
def test_no_word_is_lost_or_doubled(found: list[Word]) -> None:
    arranged = [word for block in arrange(found) for line in block.lines for word in line.words]
    assert Counter(arranged) == Counter(found)
