"""Which files a request to take in means: folders walked, closed places kept closed. Blocking."""

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from knowledge.errors import (
    DocumentEmptyError,
    DocumentError,
    DocumentMissingError,
    DocumentNotAllowedError,
    DocumentTooLargeError,
    DocumentUnreadableError,
)
from knowledge.readers import supported_suffixes
from knowledge.settings import KnowledgeSettings


@dataclass(frozen=True, slots=True)
class Selection:
    """The files meant, and what cannot be taken in.

    Attributes:
        files: Resolved paths, each once, in order.
        problems: One error for each path that gives no file, or not all.
    """

    files: tuple[Path, ...]
    problems: tuple[DocumentError, ...]


def select_files(paths: Sequence[Path], *, settings: KnowledgeSettings, anywhere: bool = False) -> Selection:
    """Find the files that paths mean.

    A file named as such is kept whatever its kind, so that it gets its own report; of a folder only the
    supported kinds are taken. Links inside a folder are followed to files in allowed places, never to folders.

    Args:
        paths: Files and folders; "~" is the home folder.
        settings: The folders allowed, and how many files and levels of one folder are taken.
        anywhere: Whether the folders allowed, and hidden names, do not matter.
    """
    files: dict[Path, None] = {}
    problems: list[DocumentError] = []
    roots = None if anywhere else tuple(folder.expanduser().resolve() for folder in settings.folders)
    for path in paths:
        try:
            files |= dict.fromkeys(_files_of(path, roots=roots, settings=settings))
        except DocumentError as error:
            problems.append(error)
        except (OSError, RuntimeError, ValueError) as error:
            # A name too long, with a zero byte, of an unknown "~user", or a link to itself.
            problems.append(DocumentMissingError(f"{str(path)[:100]!r} is no path to a file; check it.", path=path))
            problems[-1].__cause__ = error
    return Selection(files=tuple(files), problems=tuple(problems))


def _files_of(path: Path, *, roots: tuple[Path, ...] | None, settings: KnowledgeSettings) -> list[Path]:
    resolved = path.expanduser().resolve()
    if roots is not None and not _allowed(resolved, roots):
        raise DocumentNotAllowedError(
            f"{path} is not in a folder that may be read; move it to one, or add its folder to "
            "knowledge.folders in the settings.",
            path=resolved,
        )
    if not resolved.is_dir():
        return [resolved]
    if not os.access(resolved, os.R_OK | os.X_OK):
        raise DocumentUnreadableError(
            f"The folder {path} may not be read by this user; change its permissions.", path=resolved
        )
    found: list[Path] = []
    for file in _walk(resolved, depth=settings.max_depth):
        target = file.resolve()
        if target.is_file() and (roots is None or _allowed(target, roots)):
            found.append(target)
        if len(found) > settings.max_files:
            raise DocumentTooLargeError(
                f"The folder {path} has more than {settings.max_files} files that can be read; name smaller "
                "folders in it.",
                path=resolved,
            )
    if not found:
        raise DocumentEmptyError(f"The folder {path} has no files of a kind that can be read.", path=resolved)
    return found


def _allowed(path: Path, roots: Sequence[Path]) -> bool:
    """Say whether a resolved path lies under a root, with nothing hidden on the way."""
    return any(
        path.is_relative_to(root) and not any(part.startswith(".") for part in path.relative_to(root).parts)
        for root in roots
    )


def _walk(folder: Path, *, depth: int) -> Iterator[Path]:
    suffixes = supported_suffixes()
    for place, folders, names in os.walk(folder):
        here = Path(place)
        level = len(here.relative_to(folder).parts)
        folders[:] = sorted(name for name in folders if not name.startswith(".")) if level < depth else []
        for name in sorted(names):
            if not name.startswith(".") and Path(name).suffix.lower() in suffixes:
                yield here / name
