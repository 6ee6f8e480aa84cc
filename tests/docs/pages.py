"""The pages of the documentation, and the blocks in them."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
PAGES = (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))

_BLOCK = re.compile(r"^(?:<!-- ([a-z]+)(?:: (\S+))? -->\n)?```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_COMMAND = re.compile(r"^\$ (.*)\n((?:(?!\$ ).*\n)*)", re.MULTILINE)


@dataclass(frozen=True)
class Block:
    """A fenced block: where it is, how it is marked (`<!-- mark: argument -->` above it), its language and text."""

    page: Path
    line: int
    mark: str
    argument: str
    language: str
    text: str

    @property
    def name(self) -> str:
        return f"{self.page.name}:{self.line}"

    def commands(self) -> list[tuple[str, str]]:
        """Return the commands of a console, and what each is said to print."""
        return [(found[1], found[2]) for found in _COMMAND.finditer(self.text)]


def blocks(mark: str) -> list[Block]:
    """Return the blocks of all pages that are marked so."""
    return [block for page in PAGES for block in blocks_of(page) if block.mark == mark]


def blocks_of(page: Path) -> list[Block]:
    text = page.read_text(encoding="utf-8")
    return [
        Block(
            page=page,
            line=text.count("\n", 0, found.start()) + 1,
            mark=found[1] or "",
            argument=found[2] or "",
            language=found[3],
            text=found[4],
        )
        for found in _BLOCK.finditer(text)
    ]


def fits(expected: str, printed: str) -> bool:
    """Tell whether something is as a page shows it; three dots there stand for anything."""
    pattern = ".*".join(re.escape(part) for part in expected.strip().split("..."))
    return re.fullmatch(f"{pattern}\n?", f"{printed.strip()}\n", re.DOTALL) is not None
