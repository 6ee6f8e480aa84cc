"""The allow-list: the people who are answered. A file in the data folder, read anew when it changes."""

import json
import os
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from xmpp.errors import AccountError

_JIDS = TypeAdapter(list[str])


class AllowList:
    """The bare JIDs of the people who are answered.

    Several processes may use the file: the command line writes it, the dialogue agent reads it.

    Args:
        path: the file, a JSON list.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read_at: tuple[int, int] | None = None
        self._members: frozenset[str] = frozenset()

    def members(self) -> frozenset[str]:
        """Return who is on the list at present.

        Raises:
            AccountError: the file is damaged.
        """
        try:
            status = self._path.stat()
        except FileNotFoundError:
            return frozenset()
        stamp = (status.st_mtime_ns, status.st_ino)
        if stamp != self._read_at:
            try:
                self._members = frozenset(_JIDS.validate_json(self._path.read_bytes()))
            except ValidationError as error:
                raise AccountError(
                    f"The list of people {self._path} is damaged: delete it and add them again."
                ) from error
            self._read_at = stamp
        return self._members

    def add(self, *jids: str) -> None:
        """Put people on the list."""
        self._write(self.members() | set(jids))

    def remove(self, jid: str) -> bool:
        """Take a person off the list; tell whether they were on it."""
        members = self.members()
        self._write(members - {jid})
        return jid in members

    def _write(self, members: frozenset[str]) -> None:
        temporary = self._path.with_suffix(".tmp")
        with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            json.dump(sorted(members), file, indent=2)
            file.flush()
            os.fsync(file.fileno())
        temporary.replace(self._path)
