"""Reading one file in this process: checks at the edge, then the format's reader."""

import errno
import hashlib
import os
import stat
from pathlib import Path

from knowledge.errors import (
    DocumentEmptyError,
    DocumentError,
    DocumentMissingError,
    DocumentTooLargeError,
    DocumentUnreadableError,
)
from knowledge.readers.model import Document
from knowledge.readers.registry import format_for
from knowledge.settings import ReadingLimits


def load(path: Path, *, limits: ReadingLimits) -> bytes:
    """Read a regular file's bytes.

    Args:
        path: The file.
        limits: `max_bytes` is kept, also when the file grows meanwhile.

    Raises:
        DocumentError: It is missing, no regular file, not readable, or too large.
    """
    try:
        # Without O_NONBLOCK, opening a named pipe would wait for a writer for ever.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        raise _cannot_open(path, error) from error
    try:
        with os.fdopen(descriptor, "rb") as file:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise _not_a_file(path, folder=stat.S_ISDIR(status.st_mode))
            data = b"" if status.st_size > limits.max_bytes else file.read(limits.max_bytes + 1)
    except OSError as error:
        raise _cannot_open(path, error) from error
    if status.st_size > limits.max_bytes or len(data) > limits.max_bytes:
        raise DocumentTooLargeError(
            f"{path.name} is larger than {limits.max_bytes / 1e6:.0f} MB, the most that is read; split it, "
            "or raise the limit in the settings.",
            path=path,
        )
    return data


def _cannot_open(path: Path, error: OSError) -> DocumentError:
    if error.errno in {errno.ENOENT, errno.ENOTDIR}:
        return DocumentMissingError(f"There is no file {path}; check the name and the folder.", path=path)
    if error.errno == errno.EISDIR:
        return _not_a_file(path, folder=True)
    if error.errno in {errno.EACCES, errno.EPERM}:
        return DocumentUnreadableError(
            f"{path.name} may not be read by this user; change its permissions, or copy it.", path=path
        )
    reason = os.strerror(error.errno) if error.errno else "unknown reason"
    return DocumentUnreadableError(f"{path.name} cannot be opened ({reason}); check the path and the disk.", path=path)


def _not_a_file(path: Path, *, folder: bool) -> DocumentUnreadableError:
    if folder:
        return DocumentUnreadableError(f"{path} is a folder, not a file; name the files in it.", path=path)
    return DocumentUnreadableError(
        f"{path.name} is a device or a pipe, not a file; copy its content to a file.", path=path
    )


def digest_of(data: bytes) -> str:
    """SHA-256 in hex."""
    return hashlib.sha256(data).hexdigest()


def read_here(path: Path, *, limits: ReadingLimits) -> Document:
    """Read a file in the calling thread, with no deadline; meant for the reading process.

    Raises:
        DocumentError: Whatever keeps it from being read, in one sentence.
    """
    path = path.resolve()
    # What is there but no file is named for what it is, not for its ending; `load` says so.
    reader = format_for(path) if path.is_file() else None
    data = load(path, limits=limits)
    reader = reader or format_for(path)
    if not data.strip():
        raise DocumentEmptyError(f"{path.name} is empty; there is nothing to take in.", path=path)
    reading = reader.read(data, path=path, limits=limits)
    if not reading.sections:
        raise DocumentEmptyError(
            f"{path.name} holds no text that can be read, perhaps only pictures; add a copy with text.",
            path=path,
        )
    if sum(len(section.text) for section in reading.sections) > limits.max_characters:
        raise DocumentTooLargeError(
            f"{path.name} holds more than {limits.max_characters} characters of text; split it.", path=path
        )
    return Document(
        path=path,
        title=reading.title or path.stem,
        sections=reading.sections,
        digest=digest_of(data),
        size=len(data),
    )
