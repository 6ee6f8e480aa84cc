"""Which folders files may be found in, and what people call them."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from actuation.errors import FolderNotAllowed, FolderNotFound

_NAMES = {
    "document": "documents",
    "docs": "documents",
    "download": "downloads",
    "picture": "pictures",
    "photos": "pictures",
    "images": "pictures",
    "video": "videos",
    "movies": "videos",
    "songs": "music",
    "home folder": "home",
    "home directory": "home",
    "~": "home",
}
_AROUND = ("my ", "the ", "in ", "all ")
_BEHIND = (" folder", " directory", " dir")
_DEPTH = 3
_MOST_LOOKED_AT = 5000


def platform_folder(name: str) -> Path | None:
    """Give the platform's own folder of that name (documents, downloads, desktop ...); None for other names.

    Where a desktop has set its folders up (XDG user directories), those are meant.
    """
    import platformdirs

    match name:
        case "documents":
            return Path(platformdirs.user_documents_dir())
        case "downloads":
            return Path(platformdirs.user_downloads_dir())
        case "desktop":
            return Path(platformdirs.user_desktop_dir())
        case "pictures":
            return Path(platformdirs.user_pictures_dir())
        case "videos":
            return Path(platformdirs.user_videos_dir())
        case "music":
            return Path(platformdirs.user_music_dir())
        case "home":
            return Path.home()
        case _:
            return None


def allowed_folders(names: Iterable[str]) -> tuple[Path, ...]:
    """Give the folders that the settings open, resolved; those that are not there are left out.

    Args:
        names: paths (`~` is the home), or names that `platform_folder` knows.
    """
    found: list[Path] = []
    for name in names:
        path = (platform_folder(name.casefold()) or Path(name).expanduser()).resolve()
        if path.is_dir() and path not in found:
            found.append(path)
    return tuple(found)


def is_within(path: Path, allowed: Sequence[Path]) -> bool:
    """Tell whether a resolved path is one of the allowed folders or lies below one."""
    return any(path.is_relative_to(folder) for folder in allowed)


def resolve_folder(called: str, *, allowed: Sequence[Path]) -> Path:
    """Find the folder that a person means.

    It may be a path; what the platform calls a folder ("my documents"); the name of an allowed folder; or the
    name of a folder a few levels below one.

    Raises:
        FolderNotAllowed: it lies outside the allowed folders, symbolic links followed.
        FolderNotFound: there is no such folder.
    """
    name = _plain_name(called)
    if os.sep in called or called.startswith("~"):
        candidates = [Path(called).expanduser()]
        if not candidates[0].is_absolute():
            candidates = [folder / called for folder in allowed]
    else:
        own = platform_folder(_NAMES.get(name, name))
        by_name = _called(name, allowed)
        candidates = by_name or ([own] if own is not None else [])
    existing = [path for path in (candidate.resolve() for candidate in candidates) if path.is_dir()]
    for path in existing:
        if is_within(path, allowed):
            return path
    if existing or (candidates and not is_within(candidates[0].resolve(), allowed)):
        raise FolderNotAllowed(
            f"I may not look in “{called}”, because it is not within the folders opened to me; add it to "
            "actuation.files.folders in the configuration."
        )
    raise FolderNotFound(f"I found no folder called “{called}” within the folders I may look in.")


def _plain_name(called: str) -> str:
    name = " ".join(called.casefold().split())
    for prefix in _AROUND:
        name = name.removeprefix(prefix)
    for suffix in _BEHIND:
        name = name.removesuffix(suffix)
    return name


def _called(name: str, allowed: Sequence[Path]) -> list[Path]:
    """Give the folders of that name among the allowed ones and a few levels below, the nearest first."""
    names = {name, _NAMES.get(name, name)}
    level = list(allowed)
    looked_at = 0
    for _ in range(_DEPTH):
        here = [folder for folder in level if folder.name.casefold() in names]
        if here:
            return here
        below: list[Path] = []
        for folder in level:
            below += _subfolders(folder, _MOST_LOOKED_AT - looked_at)
            looked_at = len(below)
        level = below
    return [folder for folder in level if folder.name.casefold() in names]


def _subfolders(folder: Path, most: int) -> list[Path]:
    found: list[Path] = []
    try:
        with os.scandir(folder) as entries:
            for entry in entries:
                if len(found) >= most:
                    break
                if not entry.name.startswith(".") and entry.is_dir(follow_symlinks=False):
                    found.append(Path(entry.path))
    except OSError:
        return found
    return found
