"""A server that somebody else runs: reached by configuration, its accounts given by its administrator."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from pydantic import TypeAdapter, ValidationError

from xmpp.errors import AccountError, ServerError
from xmpp.server.account_book import AccountBook, Credentials
from xmpp.server.accounts import Accounts
from xmpp.server.certificate import load_certificate
from xmpp.server.files import private_folder
from xmpp.server.jids import bare
from xmpp.server.probe import probe
from xmpp.server.server import Server, ServerAddress
from xmpp.server.settings import XmppSettings

_FORM = TypeAdapter(dict[str, str])


class GivenAccounts:
    """An `AccountStore` that knows the accounts written down for us, and can make none."""

    def __init__(self, book: AccountBook, *, where: Path) -> None:
        """Know what is in `book`; `where` is the file that the person adds accounts to."""
        self._book = book
        self._where = where

    async def create(self, accounts: Sequence[Credentials]) -> None:
        """Refuse: only the server's administrator makes accounts.

        Raises:
            AccountError: Always.
        """
        names = ", ".join(account.jid for account in accounts)
        raise AccountError(
            f"Accounts on an external server are made by its administrator: "
            f"have {names} made there, and write each with its password into {self._where}."
        )

    async def remove(self, jids: Sequence[str]) -> None:
        """Refuse, as `create` does.

        Raises:
            AccountError: Always.
        """
        raise AccountError(
            f"Accounts on an external server are removed by its administrator: "
            f"have {', '.join(jids)} removed there, and take it out of {self._where}."
        )

    async def names(self, domain: str) -> tuple[str, ...]:
        """Return the addresses of `domain` that were written down."""
        entries = await asyncio.to_thread(self._book.all)
        return tuple(sorted(entry.jid for entry in entries if entry.jid.endswith(f"@{domain}")))


class ExternalXmpp(Server):
    """An XMPP server by configuration; starting it is finding it."""

    def __init__(self, settings: XmppSettings, *, folder: Path, timeout: float = 10.0) -> None:
        """Read the certificate and the accounts; nothing is connected to.

        Args:
            settings: What the person set, with `external`.
            folder: Where the accounts are remembered.
            timeout: Seconds within which the server must answer.

        Raises:
            ServerError: The settings lack `external`, or a file named in them can't be read.
        """
        if settings.external is None:
            raise ServerError("The external server's address is missing: set `xmpp.external.host`.")
        external = settings.external
        self._timeout = timeout
        certificate = None if external.ca_file is None else load_certificate(external.ca_file)
        self._address = ServerAddress(
            host=external.host,
            port=external.port,
            domain=settings.domain,
            agents_domain=settings.agents_domain,
            public_host=external.host,
            certificate=certificate,
        )
        where = external.credentials_file or private_folder(folder) / "credentials.json"
        book = AccountBook(private_folder(folder) / "external-accounts.json")
        book.drop(*(entry.jid for entry in book.all()))
        if external.credentials_file is not None or where.exists():
            book.put(*_read(where))
        self._accounts = Accounts(
            store=GivenAccounts(book, where=where),
            book=book,
            domains=(settings.domain, settings.agents_domain),
        )

    @property
    def kind(self) -> Literal["external"]:
        """Which server it is."""
        return "external"

    @property
    def address(self) -> ServerAddress:
        """How to reach it."""
        return self._address

    @property
    def accounts(self) -> Accounts:
        """The accounts written down for the assistant."""
        return self._accounts

    async def start(self) -> None:
        """Check that the server answers, with encryption.

        Raises:
            ServerError: It does not.
        """
        await probe(self._address, timeout=self._timeout)

    async def stop(self) -> None:
        """Leave the server as it is: it is not ours to end."""


def _read(path: Path) -> tuple[Credentials, ...]:
    try:
        given = _FORM.validate_json(path.read_bytes())
        return tuple(Credentials(jid=bare(jid), password=password) for jid, password in given.items())
    except (OSError, ValidationError, AccountError):
        # Without its cause: a validation error would quote the passwords.
        raise ServerError(
            f'The accounts can\'t be read from {path}: it must be JSON of the form {{"name@host": "password"}}.'
        ) from None
