"""pyjabber, for machines where Prosody is not installed: this machine alone, and weaker.

It runs as a child process through an entry of ours (`xmpp.server.pyjabber_child`), which closes what
can be closed: it listens on loopback alone, without federation, without its unauthenticated admin
page, without open registration, and stamps the sender of every message.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import hashlib
import importlib.util
import logging
import random
import secrets
import sqlite3
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Literal

from xmpp.errors import AccountError, ServerError, ServerMissingError
from xmpp.server.account_book import AccountBook, Credentials
from xmpp.server.accounts import Accounts
from xmpp.server.child import Child
from xmpp.server.files import private_folder, write_private
from xmpp.server.jids import split
from xmpp.server.ports import keep_ports
from xmpp.server.prosody import server_certificate, utc_now
from xmpp.server.pyjabber_child import ChildSettings
from xmpp.server.server import EventListener, ServerAddress
from xmpp.server.settings import XmppSettings
from xmpp.server.supervised import Backoff, SupervisedServer

_log = logging.getLogger(__name__)

_WEAKNESSES = (
    "Prosody is not installed, so the weaker XMPP server pyjabber serves: this machine alone can reach it.",
    "Messages to people who are away are kept in memory only, and lost when the assistant stops.",
    "No files can be sent in chat, and there is no archive, no copy to other devices and no stream resumption.",
)

_HASH_ROUNDS = 100_000
"""As many as the server itself uses."""


class PyjabberAccounts:
    """An `AccountStore` on pyjabber's database, which the server asks at each login."""

    def __init__(self, database: Path) -> None:
        """Work on the SQLite file at `database`; it need not exist yet."""
        self._database = database

    async def create(self, accounts: Sequence[Credentials]) -> None:
        """Create all of `accounts`, or set the password of those that exist."""
        await asyncio.to_thread(self._write, accounts, [a.jid for a in accounts])

    async def remove(self, jids: Sequence[str]) -> None:
        """Remove `jids`; a session that is open stays open."""
        await asyncio.to_thread(self._write, (), jids)

    async def names(self, domain: str) -> tuple[str, ...]:
        """Return the addresses of all accounts."""
        return await asyncio.to_thread(self._names, domain)

    def _write(self, accounts: Sequence[Credentials], gone: Sequence[str]) -> None:
        rows = [(split(a.jid)[0], _hashed(a.password)) for a in accounts]
        try:
            with closing(self._connect()) as base, base:
                base.executemany("DELETE FROM credentials WHERE jid = ?", [(split(jid)[0],) for jid in gone])
                base.executemany("INSERT INTO credentials (jid, hash_pwd) VALUES (?, ?)", rows)
        except sqlite3.Error as wrong:
            raise AccountError(f"The server's accounts can't be changed ({wrong}): is the disk full?") from wrong

    def _names(self, domain: str) -> tuple[str, ...]:
        try:
            with closing(self._connect()) as base:
                rows = base.execute("SELECT jid FROM credentials ORDER BY jid").fetchall()
        except sqlite3.Error as wrong:
            raise AccountError(f"The server's accounts can't be read ({wrong}).") from wrong
        return tuple(f"{name}@{domain}" for (name,) in rows)

    def _connect(self) -> sqlite3.Connection:
        self._database.touch(mode=0o600)
        base = sqlite3.connect(self._database, timeout=5.0)
        # The same table as the server makes where there is none.
        base.execute(
            "CREATE TABLE IF NOT EXISTS credentials "
            "(id INTEGER NOT NULL PRIMARY KEY, jid VARCHAR NOT NULL, hash_pwd VARCHAR NOT NULL)"
        )
        return base


class Fallback(SupervisedServer):
    """pyjabber as a child process. It knows one host only: agents' addresses are on people's host."""

    def __init__(
        self,
        settings: XmppSettings,
        *,
        folder: Path,
        on_event: EventListener | None = None,
        now: Callable[[], dt.datetime] = utc_now,
        chance: random.Random | None = None,
        backoff: Backoff | None = None,
        start_timeout: float = 30.0,
    ) -> None:
        """Choose ports and make the certificate, or take the kept ones; nothing is started.

        Args:
            settings: What the person set.
            folder: The server's own data folder.
            on_event: Called when the server died by itself, or serves again.
            now: The clock, for the certificate.
            chance: Source of randomness for ports.
            backoff: Pauses before a dead server is started again.
            start_timeout: Seconds within which it must answer clients.

        Raises:
            ServerMissingError: pyjabber is not installed.
            ServerError: The settings ask to listen beyond this machine, or the folder can't be read.
        """
        if importlib.util.find_spec("pyjabber") is None:
            raise ServerMissingError("No XMPP server is installed: install the Debian package prosody.")
        if settings.listen != "127.0.0.1":
            raise ServerError(
                "Without Prosody the server can be reached from this machine alone: "
                "install the Debian package prosody, or set `xmpp.listen` to 127.0.0.1."
            )
        self._settings = settings
        self._folder = private_folder(folder)
        ports = keep_ports(
            folder, addresses=("127.0.0.1",), client=settings.port, upload=settings.upload_port, chance=chance
        )
        self._certificate = server_certificate(settings, folder, now=now())
        self._config = folder / "pyjabber.json"
        super().__init__(
            child=Child(name="pyjabber", folder=folder, mark=str(self._config), stop_timeout=2.0),
            ports=ports,
            listen=("127.0.0.1",),
            start_timeout=start_timeout,
            backoff=backoff,
            on_event=on_event,
        )
        self._database = folder / "pyjabber.db"
        self._accounts = Accounts(
            store=PyjabberAccounts(self._database),
            book=AccountBook(folder / "accounts.json"),
            domains=(settings.domain,),
        )

    @property
    def kind(self) -> Literal["pyjabber"]:
        """Which server it is."""
        return "pyjabber"

    @property
    def address(self) -> ServerAddress:
        """How to reach it: agents' host is people's host here."""
        return ServerAddress(
            host="127.0.0.1",
            port=self._ports.client,
            domain=self._settings.domain,
            agents_domain=self._settings.domain,
            public_host="127.0.0.1",
            certificate=self._certificate,
        )

    @property
    def accounts(self) -> Accounts:
        """Accounts of people and agents, on one host."""
        return self._accounts

    @property
    def weaknesses(self) -> tuple[str, ...]:
        """What is weaker than with Prosody."""
        return _WEAKNESSES

    async def start(self) -> None:
        """Start it, and say in the log what is weaker."""
        await super().start()
        for weakness in _WEAKNESSES:
            _log.warning(weakness)

    async def _prepare(self) -> None:
        await asyncio.to_thread(self._write_configuration)

    def _command(self) -> Sequence[str]:
        return (sys.executable, "-m", "xmpp.server.pyjabber_child", str(self._config))

    @property
    def _environment(self) -> dict[str, str]:
        # The child is this package's own module, and its working folder is the data folder.
        return {"PYTHONPATH": str(Path(__file__).resolve().parents[2])}

    def _write_configuration(self) -> None:
        assert self._certificate.path is not None
        assert self._certificate.key_path is not None
        text = ChildSettings(
            domain=self._settings.domain,
            port=self._ports.client,
            database=self._database,
            certificate=self._certificate.path,
            key=self._certificate.key_path,
            folder=private_folder(self._folder / "pyjabber-tls"),
        ).model_dump_json()
        write_private(self._config, text.encode())


def _hashed(password: str) -> str:
    """Return `password` in the form that pyjabber checks logins against."""
    salt = secrets.token_bytes(16)
    digest = hashlib.pbkdf2_hmac("sha256", password.encode(), salt, _HASH_ROUNDS)
    return f"sha256${_HASH_ROUNDS}${salt.hex()}${digest.hex()}"
