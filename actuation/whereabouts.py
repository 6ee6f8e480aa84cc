"""Where something is, answered by a file of that name: "where is the invoice 4711?"."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from actuation.files import FileQuery, find_files
from actuation.settings import FilesSettings

_WHERE = re.compile(
    r"^\W*(?:(?:please|and|so|ok|hey|do you know|can you tell me|tell me)\W+)*where(?:'s|s|\s+is|\s+are|\s+was|\s+were"
    r"|\s+(?:did|do|have|had)\s+(?:i|we)\s+(?:put|save|saved|leave|left|store|stored|keep|kept|have|got|file|filed))\s+"
    r"(?P<thing>.+?)\W*$",
    re.IGNORECASE,
)
_SMALL = frozenset(
    {"the", "a", "an", "my", "our", "that", "this", "of", "for", "from", "to", "with", "about", "on", "in", "and"}
    | {"file", "files", "document", "pdf", "again", "now"}
)
_LONGEST = 6  # words
_SECONDS = 0.5
_LOOKED_AT, _SHOWN = 20, 3  # files


@dataclass(frozen=True, slots=True)
class Whereabouts:
    """Files whose names have all words of what was asked for; there is at least one."""

    paths: tuple[Path, ...]


def thing_asked_for(question: str) -> tuple[str, ...]:
    """Return the words of the thing whose place is asked for; empty where a question asks for something else."""
    asked = _WHERE.match(" ".join(question.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'").split()))
    words = re.findall(r"[^\W_]+", asked["thing"].casefold()) if asked else []
    told = tuple(word for word in words if word not in _SMALL)
    return told if len(told) <= _LONGEST else ()


async def whereabouts(question: str, *, allowed: Sequence[Path], settings: FilesSettings) -> Whereabouts | None:
    """Find the files that are called like the thing whose place is asked for.

    Args:
        question: what was asked.
        allowed: the folders that may be looked in.
        settings: how far to look; no longer than half a second, because others wait for the answer.

    Returns:
        The files; None where something else is asked for, or no file is called so.

    Raises:
        FolderNotFound: no folder is allowed.
    """
    words = thing_asked_for(question)
    if not words:
        return None
    hurried = settings.model_copy(update={"search_seconds": min(settings.search_seconds, _SECONDS)})
    found = await find_files(
        FileQuery(words=words, names_only=True, limit=_LOOKED_AT), allowed=allowed, settings=hurried
    )
    paths = tuple(match.path for match in found.files if _is_called(match.path, words))
    return Whereabouts(paths[:_SHOWN]) if paths else None


def _is_called(path: Path, words: Sequence[str]) -> bool:
    named = re.findall(r"[^\W_]+", path.stem.casefold())
    return all(any(part.removesuffix("s") == word.removesuffix("s") for part in named) for word in words)
