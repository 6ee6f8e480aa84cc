"""Word lists as data: one text file each, "#" starts a comment, words parted by white space."""

from functools import cache
from pathlib import Path

_FOLDER = Path(__file__).parent


def _lines(name: str) -> list[str]:
    lines = (_FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


@cache
def word_set(name: str) -> frozenset[str]:
    """Give the words of the list of that name."""
    return frozenset(word for line in _lines(name) for word in line.split())


@cache
def word_groups(name: str) -> tuple[tuple[str, ...], ...]:
    """Give the lines of the list of that name, each a group of words that belong together."""
    return tuple(tuple(line.split()) for line in _lines(name))
