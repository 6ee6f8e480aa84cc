"""Finds files by kind, words, folder and time of change, within the allowed folders and nowhere else.

Symbolic links to folders are not followed; a link to a file counts when the file itself lies within an allowed
folder. Hidden files and folders are passed over. A search has a limit in time and in names looked at, and says
so when it reached one.
"""

import asyncio
import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from actuation.errors import FolderNotFound
from actuation.file_kinds import READABLE, endings_of
from actuation.folders import is_within, resolve_folder
from actuation.settings import FilesSettings

_NAME_SCORE = 2.0
_FOLDER_SCORE = 0.75
_CONTENT_SCORE = 1.0
_BINARY_SAMPLE = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class FileQuery:
    """What to look for.

    `kind` is a word such as "pdf" or "notes"; `words` are looked for in names, and within small text files unless
    `names_only`;
    `folders` are names or paths, all allowed folders when empty; times are aware; `limit` counts files.
    """

    kind: str | None = None
    words: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    changed_after: datetime | None = None
    changed_before: datetime | None = None
    limit: int = 20
    names_only: bool = False


@dataclass(frozen=True, slots=True)
class FileMatch:
    """One file that matches: its path, size in bytes, time of change, and how well the words fit."""

    path: Path
    size: int
    changed: datetime
    score: float


@dataclass(frozen=True, slots=True)
class FileMatches:
    """What a search found, the best first; `complete` is False where there is more, or not all was looked at."""

    files: tuple[FileMatch, ...]
    folders: tuple[Path, ...]
    complete: bool


async def find_files(
    query: FileQuery,
    *,
    allowed: Sequence[Path],
    settings: FilesSettings | None = None,
    clock: Callable[[], float] = time.monotonic,
) -> FileMatches:
    """Find the files that match `query`.

    Args:
        query: what to look for.
        allowed: the folders that may be looked in, as `actuation.folders.allowed_folders` gives them.
        settings: how long and how far to look.
        clock: a clock in seconds, for the deadline.

    Raises:
        FolderNotAllowed: the query names a folder outside the allowed ones.
        FolderNotFound: it names one that is not there, or no folder is allowed at all.
    """
    if not allowed:
        raise FolderNotFound(
            "There is no folder I may look in; name folders that exist under actuation.files.folders in the "
            "configuration."
        )
    return await asyncio.to_thread(_Search(query, allowed, settings or FilesSettings(), clock).run)


class _Search:
    """One search, in a thread."""

    def __init__(
        self, query: FileQuery, allowed: Sequence[Path], settings: FilesSettings, clock: Callable[[], float]
    ) -> None:
        self._query = query
        self._allowed = tuple(folder.resolve() for folder in allowed)
        self._settings = settings
        self._clock = clock
        self._until = clock() + settings.search_seconds
        self._looked_at = 0
        self._cut_short = False
        self._endings = endings_of(query.kind)
        self._patterns = tuple(_word_pattern(word) for word in _significant(query.words))

    def run(self) -> FileMatches:
        folders = tuple(
            dict.fromkeys(resolve_folder(name, allowed=self._allowed) for name in self._query.folders)
        ) or _outermost(self._allowed)
        found: dict[Path, tuple[int, FileMatch]] = {}
        for folder in folders:
            for entry in self._entries(folder):
                if (match := self._match(entry, folder)) is not None:
                    found.setdefault(match[1].path, match)
        # Files that fit every word push out those that fit only some.
        most = max((words for words, _ in found.values()), default=0)
        files = [match for words, match in found.values() if words == most]
        files.sort(key=lambda match: (-match.score, -match.changed.timestamp(), match.path))
        kept = tuple(files[: self._query.limit])
        return FileMatches(kept, folders, complete=not self._cut_short and len(kept) == len(files))

    def _entries(self, folder: Path) -> Iterator[os.DirEntry[str]]:
        """Give the files below a folder, breadth first, so that a search cut short has seen what is nearest."""
        level = [str(folder)]
        while level:
            below: list[str] = []
            for path in level:
                try:
                    with os.scandir(path) as entries:
                        for entry in entries:
                            if self._is_over():
                                return
                            if entry.name.startswith("."):
                                continue
                            if entry.is_dir(follow_symlinks=False):
                                below.append(entry.path)
                            else:
                                yield entry
                except OSError:
                    continue  # a folder that may not be read, or is gone by now, holds nothing for us
            level = below

    def _is_over(self) -> bool:
        self._looked_at += 1
        if self._looked_at > self._settings.search_entries or self._clock() > self._until:
            self._cut_short = True
        return self._cut_short

    def _match(self, entry: os.DirEntry[str], folder: Path) -> tuple[int, FileMatch] | None:
        """Give the number of words that fit and the match, or None."""
        ending = entry.name.rpartition(".")[2].casefold() if "." in entry.name else ""
        if self._endings is not None and ending not in self._endings:
            return None
        path = Path(entry.path)
        try:
            if entry.is_symlink():
                path = path.resolve(strict=True)
                if not is_within(path, self._allowed):
                    return None
            status = path.stat()
        except OSError:
            return None
        if not path.is_file():
            return None
        changed = datetime.fromtimestamp(status.st_mtime, UTC)
        after, before = self._query.changed_after, self._query.changed_before
        if (after is not None and changed < after) or (before is not None and changed >= before):
            return None
        words, score = self._score(
            Path(entry.path), folder, ending, None if status.st_size > self._settings.content_bytes else path
        )
        if self._patterns and not words:
            return None
        return words, FileMatch(path, status.st_size, changed, score)

    def _score(self, path: Path, folder: Path, ending: str, readable: Path | None) -> tuple[int, float]:
        if not self._patterns:
            return 0, 0.0
        name = _spaced(path.stem)
        above = _spaced(" ".join(path.relative_to(folder).parts[:-1]))
        content: str | None = None
        words, score = 0, 0.0
        for pattern in self._patterns:
            gained = 0.0
            if pattern.search(name):
                gained = _NAME_SCORE
            elif pattern.search(above):
                gained = _FOLDER_SCORE
            elif ending in READABLE and readable is not None and not self._query.names_only:
                content = _content(readable) if content is None else content
                gained = _CONTENT_SCORE if pattern.search(content) else 0.0
            words += gained > 0
            score += gained
        return words, score / len(self._patterns)


def _outermost(folders: Sequence[Path]) -> tuple[Path, ...]:
    """Leave out folders that lie within others of the list."""
    return tuple(
        folder
        for folder in dict.fromkeys(folders)
        if not any(folder != other and folder.is_relative_to(other) for other in folders)
    )


_INSIGNIFICANT = frozenset({"a", "an", "the", "of", "on", "about", "for", "in", "my", "and", "with", "file", "files"})


def _significant(words: Sequence[str]) -> list[str]:
    split = [part for word in words for part in _spaced(word).split()]
    return [word for word in split if word not in _INSIGNIFICANT] or split


def _spaced(text: str) -> str:
    """Put spaces between the words of a name such as `Q3-budgetReport_final`, and make it lower case."""
    humps = re.sub(r"(?<=[a-z\d])(?=[A-Z])", " ", text)
    return " ".join(re.split(r"[\W_]+", humps)).casefold()


def _word_pattern(word: str) -> re.Pattern[str]:
    """Give a pattern for a word at the start of words, singular or plural."""
    stem = word[:-3] + "(?:y|ies)" if word.endswith("ies") and len(word) > 4 else re.escape(word)
    if word.endswith("s") and not word.endswith(("ss", "ies")) and len(word) > 3:
        stem = re.escape(word[:-1])
    elif word.endswith("y") and len(word) > 3:
        stem = re.escape(word[:-1]) + "(?:y|ies)"
    return re.compile(rf"(?<![^\W_]){stem}", re.IGNORECASE)


def _content(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError:
        return ""
    return "" if b"\0" in data[:_BINARY_SAMPLE] else data.decode(errors="replace")
