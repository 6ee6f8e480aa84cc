"""Puts recognised words into lines, lines into blocks, and blocks into the order a person reads them.

Lines are words beside one another; a gap as wide as two letters are high starts another line, since on a screen
it is another column, button or panel. Blocks are lines close below one another with a common left part. The
order comes from cutting the page along its widest gap, again and again (a recursive X-Y cut): columns are read
one after the other, and rows from the top.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from vision.geometry import Region

_SAME_LINE = 0.5  # of the lower height, that two words on a line have in common
_WORD_GAP = 1.6  # of the height
_LINE_GAP = 1.1  # of the height
_LIKE_HEIGHT = 1.7
_COLUMN_PREFERENCE = 1.5  # a gap between columns counts this much more than one between rows


@dataclass(frozen=True, slots=True)
class Word:
    """A word, where it is on the screen, and how sure its recognition is (0 to 100)."""

    text: str
    region: Region
    confidence: float


@dataclass(frozen=True, slots=True)
class Line:
    """Words beside one another, from the left."""

    words: tuple[Word, ...]

    @property
    def text(self) -> str:
        """Its words, with spaces between."""
        return " ".join(word.text for word in self.words)

    @property
    def region(self) -> Region:
        """The smallest region that holds all of it."""
        return Region.around(*(word.region for word in self.words))

    @property
    def height(self) -> float:
        """How high its words are, typically."""
        return median(word.region.height for word in self.words)


@dataclass(frozen=True, slots=True)
class Block:
    """Lines below one another that belong together."""

    lines: tuple[Line, ...]

    @property
    def text(self) -> str:
        """Its lines, one a line."""
        return "\n".join(line.text for line in self.lines)

    @property
    def region(self) -> Region:
        """The smallest region that holds all of it."""
        return Region.around(*(line.region for line in self.lines))


def arrange(words: Sequence[Word]) -> tuple[Block, ...]:
    """Put words into blocks of lines, in reading order."""
    return tuple(_in_order(_blocks(_lines(words))))


def _lines(words: Sequence[Word]) -> list[Line]:
    rows: list[list[Word]] = []
    for word in sorted(words, key=lambda word: (word.region.left, word.region.top)):
        best = max(
            (row for row in rows if _continues(row[-1].region, word.region)),
            key=lambda row: row[-1].region.right,
            default=None,
        )
        if best is None:
            rows.append([word])
        else:
            best.append(word)
    return sorted((Line(tuple(row)) for row in rows), key=lambda line: (line.region.top, line.region.left))


def _continues(before: Region, after: Region) -> bool:
    low, high = sorted((max(1, before.height), max(1, after.height)))
    common = min(before.bottom, after.bottom) - max(before.top, after.top)
    gap = after.left - before.right
    return common >= _SAME_LINE * low and -high < gap <= _WORD_GAP * high


def _blocks(lines: Sequence[Line]) -> list[Block]:
    columns: list[list[Line]] = []
    for line in lines:
        best = min(
            (column for column in columns if _belongs_below(column[-1], line)),
            key=lambda column: abs(column[-1].region.left - line.region.left),
            default=None,
        )
        if best is None:
            columns.append([line])
        else:
            best.append(line)
    return [Block(tuple(column)) for column in columns]


def _belongs_below(above: Line, line: Line) -> bool:
    first, second = above.region, line.region
    low, high = sorted((max(1.0, above.height), max(1.0, line.height)))
    gap = second.top - first.bottom
    common = min(first.right, second.right) - max(first.left, second.left)
    aligned = abs(first.left - second.left) <= 2 * high or common >= 0.5 * min(first.width, second.width)
    return high <= _LIKE_HEIGHT * low and -0.5 * low <= gap <= _LINE_GAP * high and common > 0 and aligned


def _in_order(blocks: Sequence[Block]) -> list[Block]:
    if len(blocks) < 2:
        return list(blocks)
    across = _widest_gap([(block.region.top, block.region.bottom) for block in blocks])
    down = _widest_gap([(block.region.left, block.region.right) for block in blocks])
    if down is not None and (across is None or down[0] * _COLUMN_PREFERENCE >= across[0]):
        left = [block for block in blocks if block.region.right <= down[1]]
        right = [block for block in blocks if block.region.right > down[1]]
        if across is None or _are_beside(left, right):
            return _in_order(left) + _in_order(right)
    if across is None:
        return sorted(blocks, key=lambda block: (block.region.top, block.region.left))
    above = [block for block in blocks if block.region.bottom <= across[1]]
    below = [block for block in blocks if block.region.bottom > across[1]]
    return _in_order(above) + _in_order(below)


def _are_beside(left: Sequence[Block], right: Sequence[Block]) -> bool:
    """Tell columns from things that merely stand further left or right on other rows."""
    first = Region.around(*(block.region for block in left))
    second = Region.around(*(block.region for block in right))
    common = min(first.bottom, second.bottom) - max(first.top, second.top)
    return common >= 0.5 * min(first.height, second.height)


def _widest_gap(spans: Sequence[tuple[int, int]]) -> tuple[int, int] | None:
    """Give the width of the widest gap that no span covers, and where it begins; None where there is none."""
    widest: tuple[int, int] | None = None
    ordered = sorted(spans)
    reached = ordered[0][1]
    for start, end in ordered[1:]:
        if start > reached and (widest is None or start - reached > widest[0]):
            widest = (start - reached, reached)
        reached = max(reached, end)
    return widest
