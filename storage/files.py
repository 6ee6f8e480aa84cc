"""The file of a SQLite database, for its owner alone."""

import os
import sqlite3
import time
from pathlib import Path

_PAUSE_S = 0.01


def prepare_file(path: Path, *, timeout_s: float) -> None:
    """Make a file where it is missing, close it to others (0600; new folders 0700), and put it into WAL mode.

    Blocks.

    Args:
        path: the file.
        timeout_s: seconds to wait for others who use it.

    Raises:
        OSError: it cannot be made or opened.
        sqlite3.Error: it is no database, or stayed locked.
    """
    _make_folder(path.parent)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)  # the files that SQLite puts beside it take over its mode
    deadline = time.monotonic() + timeout_s
    while True:
        connection = sqlite3.connect(path, timeout=timeout_s)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            # While another start is changing the mode, SQLite does not wait but refuses.
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(_PAUSE_S)
        else:
            return
        finally:
            # As the last one to close, this takes in and removes what a process that died left in the log.
            connection.close()


def _make_folder(folder: Path) -> None:
    if not folder.is_dir():
        _make_folder(folder.parent)
        folder.mkdir(mode=0o700, exist_ok=True)
