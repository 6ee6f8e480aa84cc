"""The passwords that the assistant made, kept in one private file that several processes may change."""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, TypeAdapter, ValidationError

from xmpp.address import Account
from xmpp.errors import AccountError
from xmpp.server.files import private_folder, write_private


class Credentials(BaseModel):
    """What it takes to log in as one account."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    jid: str = Field(description="The bare address.")
    password: str = Field(repr=False, description="The account's password.")
    expires: dt.datetime | None = Field(
        default=None, description="Until when a one-time account may be used; None for all others."
    )

    @property
    def account(self) -> Account:
        """The same, as what a connection takes."""
        return Account(jid=self.jid, password=self.password)


_ENTRIES = TypeAdapter(tuple[Credentials, ...])


class AccountBook:
    """`accounts.json`: read anew for each question, replaced whole under a lock for each change."""

    def __init__(self, path: Path) -> None:
        """Use the file at `path`; it need not exist yet."""
        self._path = path

    def all(self) -> tuple[Credentials, ...]:
        """Return every remembered account, in the order of creation.

        Raises:
            AccountError: The file can't be read.
        """
        try:
            return _ENTRIES.validate_json(self._path.read_bytes())
        except FileNotFoundError:
            return ()
        except (OSError, ValidationError) as wrong:
            # The cause is left out: it would quote the passwords in the file.
            raise AccountError(f"The accounts in {self._path} can't be read: mend or delete that file.") from (
                wrong if isinstance(wrong, OSError) else None
            )

    def find(self, jid: str) -> Credentials | None:
        """Return what is remembered of `jid` (bare, lower case), or None."""
        return next((entry for entry in self.all() if entry.jid == jid), None)

    def put(self, *entries: Credentials) -> None:
        """Remember `entries`, in place of what was remembered of the same addresses."""
        jids = {entry.jid for entry in entries}
        self._change(lambda kept: (*(e for e in kept if e.jid not in jids), *entries))

    def drop(self, *jids: str) -> None:
        """Forget `jids`."""
        self._change(lambda kept: tuple(e for e in kept if e.jid not in jids))

    def _change(self, edit: Callable[[tuple[Credentials, ...]], tuple[Credentials, ...]]) -> None:
        with self._locked():
            write_private(self._path, _ENTRIES.dump_json(edit(self.all()), indent=1))

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        private_folder(self._path.parent)
        # A file beside it is locked, because the file itself is replaced.
        lock = os.open(self._path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)
