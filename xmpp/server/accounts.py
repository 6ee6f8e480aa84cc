"""Accounts on the server: made, changed, listed, removed; their passwords remembered where we made them.

What differs between servers is an `AccountStore`; `Accounts` adds strong random passwords and the book
in which they are remembered, so that the assistant and `say` can log in.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import secrets
from collections.abc import Callable, Sequence
from typing import Protocol

from xmpp.errors import AccountError
from xmpp.server.account_book import AccountBook, Credentials
from xmpp.server.jids import bare


class AccountStore(Protocol):
    """Where one kind of server keeps its accounts. Addresses are bare and in lower case."""

    async def create(self, accounts: Sequence[Credentials]) -> None:
        """Create all of `accounts`; an account that exists gets the new password.

        Raises:
            AccountError: The server refused one, or takes none from us.
        """

    async def remove(self, jids: Sequence[str]) -> None:
        """Remove `jids` with what the server keeps of them; those that do not exist are passed over.

        Raises:
            AccountError: The server refused.
        """

    async def names(self, domain: str) -> tuple[str, ...]:
        """Return the addresses of all accounts of `domain`, in order."""


def strong_password() -> str:
    """Return a new password of 256 random bits."""
    return secrets.token_urlsafe(32)


class Accounts:
    """The accounts of people and of agents on one server."""

    def __init__(
        self,
        *,
        store: AccountStore,
        book: AccountBook,
        domains: tuple[str, ...],
        new_password: Callable[[], str] = strong_password,
    ) -> None:
        """Work on `store`, and remember in `book`.

        Args:
            store: The server's own accounts.
            book: Where passwords are remembered.
            domains: The hosts on which accounts may be made.
            new_password: Makes a password no one can guess.
        """
        self._store = store
        self._book = book
        self._domains = domains
        self._new_password = new_password
        self._changing = asyncio.Lock()

    async def create(self, jid: str, *, password: str | None = None, expires: dt.datetime | None = None) -> Credentials:
        """Create one account and return how to log in with it.

        Args:
            jid: The address; a resource is ignored.
            password: A password of the person's own choice; None makes a strong random one.
            expires: For a one-time account, until when it may be used.

        Raises:
            AccountError: The address is malformed, of another host or exists, or the server refused.
        """
        address = self._own(jid)
        async with self._changing:
            if address in await self._store.names(_domain(address)):
                raise AccountError(f"The account {address} exists already: remove it first, or choose another name.")
            return (await self._make([Credentials(jid=address, password=self._word(password), expires=expires)]))[0]

    async def ensure(self, jids: Sequence[str]) -> tuple[Credentials, ...]:
        """Return how to log in with each of `jids`, creating those that are missing, all in one go.

        An account that exists but whose password is not remembered gets a new one.

        Raises:
            AccountError: An address is malformed or of another host, or the server refused.
        """
        addresses = [self._own(jid) for jid in jids]
        async with self._changing:
            existing = {name for domain in set(map(_domain, addresses)) for name in await self._store.names(domain)}
            known = {entry.jid: entry for entry in await asyncio.to_thread(self._book.all)}
            missing = [a for a in dict.fromkeys(addresses) if a not in existing or a not in known]
            made = await self._make([Credentials(jid=a, password=self._new_password()) for a in missing])
            known.update({entry.jid: entry for entry in made})
            return tuple(known[address] for address in addresses)

    async def set_password(self, jid: str, *, password: str | None = None) -> Credentials:
        """Give an account a new password (None: a strong random one), and return it.

        Raises:
            AccountError: There is no such account, or the server refused.
        """
        address = self._own(jid)
        async with self._changing:
            await self._require(address)
            return (await self._make([Credentials(jid=address, password=self._word(password))]))[0]

    async def remove(self, jid: str) -> None:
        """Remove an account, with what the server keeps of it; its sessions end.

        Raises:
            AccountError: There is no such account, or the server refused.
        """
        address = self._own(jid)
        async with self._changing:
            await self._require(address)
            await self._store.remove([address])
            await asyncio.to_thread(self._book.drop, address)

    async def exists(self, jid: str) -> bool:
        """Whether the server has this account."""
        address = bare(jid)
        return _domain(address) in self._domains and address in await self._store.names(_domain(address))

    async def list(self, domain: str | None = None) -> tuple[str, ...]:
        """Return the addresses of all accounts, or of those of one host, in order."""
        domains = self._domains if domain is None else (domain,)
        names: list[str] = []
        for each in dict.fromkeys(domains):
            names += await self._store.names(each)
        return tuple(names)

    async def credentials(self, jid: str) -> Credentials | None:
        """Return how to log in as `jid`, or None if its password was not made or set here."""
        return await asyncio.to_thread(self._book.find, bare(jid))

    async def remembered(self) -> tuple[Credentials, ...]:
        """Return every account whose password is remembered."""
        return await asyncio.to_thread(self._book.all)

    async def _make(self, accounts: Sequence[Credentials]) -> Sequence[Credentials]:
        if accounts:
            # Made first, remembered after: with a crash in between, `ensure` finds an account whose password
            # is not remembered and gives it a new one.
            await self._store.create(accounts)
            await asyncio.to_thread(self._book.put, *accounts)
        return accounts

    async def _require(self, address: str) -> None:
        if address not in await self._store.names(_domain(address)):
            raise AccountError(f"There is no account {address}: list them to see which there are.")

    def _own(self, jid: str) -> str:
        address = bare(jid)
        if _domain(address) not in self._domains:
            hosts = " or ".join(dict.fromkeys(self._domains))
            raise AccountError(f"{address} is not on this server: use an address that ends in @{hosts}.")
        return address

    def _word(self, password: str | None) -> str:
        if password is None:
            return self._new_password()
        if not password or any(c < " " or c == "\x7f" for c in password):
            raise AccountError("A password must not be empty or hold control characters: choose another.")
        return password


def _domain(address: str) -> str:
    return address.rpartition("@")[2]
