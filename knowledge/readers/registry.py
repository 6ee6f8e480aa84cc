"""Which file name endings can be read, and by which format; grows by adding a file to `formats/`."""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

from knowledge.errors import DocumentUnsupportedError
from knowledge.readers import formats
from knowledge.readers.model import Reading
from knowledge.settings import ReadingLimits


class Format(Protocol):
    """What a module in `formats/` offers."""

    SUFFIXES: frozenset[str]

    def read(self, data: bytes, *, path: Path, limits: ReadingLimits) -> Reading:
        """Read a file's bytes."""
        ...


@cache
def formats_by_suffix() -> Mapping[str, Format]:
    """Give the formats by lower-case file name ending, such as ".pdf"."""
    found: dict[str, Format] = {}
    for module in sorted(pkgutil.iter_modules(formats.__path__), key=lambda entry: entry.name):
        reader: Format = importlib.import_module(f"{formats.__name__}.{module.name}")
        for suffix in reader.SUFFIXES:
            if suffix in found:
                raise ValueError(f"two formats in knowledge/readers/formats read {suffix}; remove it from one")
            found[suffix] = reader
    return MappingProxyType(found)


def supported_suffixes() -> frozenset[str]:
    """Give the lower-case endings of files that can be read."""
    return frozenset(formats_by_suffix())


def format_for(path: Path) -> Format:
    """Give the format of a file, by its name.

    Raises:
        DocumentUnsupportedError: No format reads files of that ending.
    """
    found = formats_by_suffix().get(path.suffix.lower())
    if found is None:
        kind = f"files ending in {path.suffix}" if path.suffix else "files without an ending"
        known = ", ".join(sorted(supported_suffixes()))
        raise DocumentUnsupportedError(
            f"{path.name} cannot be read, because {kind} are not supported; use one of {known}.", path=path
        )
    return found
