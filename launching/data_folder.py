"""The data folder: everything the person owns, in one place that only they can read."""

import fcntl
import os
from pathlib import Path
from typing import IO

from platformdirs import user_data_path

from launching.errors import LaunchError


class DataFolder:
    """The paths within the data folder.

    Args:
        root: the folder; None: the platform's folder for user data.
    """

    def __init__(self, root: Path | None = None) -> None:
        self.root = (root or user_data_path("parley")).expanduser().absolute()
        self.configuration = self.root / "config.yaml"
        self.runtime = self.root / "runtime.json"
        self.server = self.root / "xmpp"
        self.inbox = self.root / "inbox"
        self.logs = self.root / "log"
        self._lock = self.root / "lock"

    def create(self) -> None:
        """Make the folder and those in it, readable by the person alone.

        Raises:
            LaunchError: it can't be made or written.
        """
        try:
            for folder in (self.root, self.server, self.inbox, self.logs):
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self.root.chmod(0o700)
        except OSError as error:
            raise LaunchError(
                f"The data folder {self.root} cannot be used: {error.strerror}. Choose another with --data."
            ) from error

    def lock(self) -> IO[str]:
        """Keep the folder for this process, until the returned file is closed or the process ends.

        Raises:
            LaunchError: another assistant runs on it.
        """
        handle = os.fdopen(os.open(self._lock, os.O_RDWR | os.O_CREAT, 0o600), "w")
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            handle.close()
            raise LaunchError(
                f"An assistant is already running on {self.root}: talk to it with `launcher.py chat`, "
                "or start another with its own --data folder."
            ) from error
        return handle
