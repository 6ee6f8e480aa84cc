"""Prosody as a child process, with a configuration of ours in the data folder."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import random
import shutil
import socket
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal

import psutil

from xmpp.errors import ServerMissingError
from xmpp.server.account_book import AccountBook
from xmpp.server.accounts import Accounts
from xmpp.server.certificate import Certificate, keep_certificate
from xmpp.server.child import Child
from xmpp.server.files import private_folder, write_private
from xmpp.server.ports import keep_ports
from xmpp.server.prosody_accounts import ProsodyAccounts
from xmpp.server.prosody_config import ProsodyFiles, listen_addresses, render
from xmpp.server.server import EventListener, ServerAddress
from xmpp.server.settings import XmppSettings
from xmpp.server.supervised import Backoff, SupervisedServer


def utc_now() -> dt.datetime:
    """Return the present time."""
    return dt.datetime.now(dt.UTC)


def find_prosody() -> str | None:
    """Return the path of the installed Prosody (with its control program), or None."""
    prosody = shutil.which("prosody")
    return prosody if prosody and shutil.which("prosodyctl") else None


def public_host(settings: XmppSettings) -> str:
    """Return the name or address under which other devices reach this machine, or loopback if none may."""
    if not settings.beyond_this_machine:
        return "127.0.0.1" if ipaddress.ip_address(settings.listen).version == 4 else settings.listen
    if settings.public_host:
        return settings.public_host
    if not ipaddress.ip_address(settings.listen).is_unspecified:
        return settings.listen
    return _network_address() or "127.0.0.1"


def server_certificate(settings: XmppSettings, folder: Path, *, now: dt.datetime) -> Certificate:
    """Return the kept certificate for every host that `settings` name."""
    hosts = (settings.domain, settings.agents_domain, settings.upload_domain, "localhost", "127.0.0.1")
    listen = () if ipaddress.ip_address(settings.listen).is_unspecified else (settings.listen,)
    return keep_certificate(folder / "tls", hosts=(*hosts, *listen, public_host(settings)), now=now)


class Prosody(SupervisedServer):
    """The default local server: an archive for people, nothing but speed for agents."""

    def __init__(
        self,
        settings: XmppSettings,
        *,
        folder: Path,
        on_event: EventListener | None = None,
        now: Callable[[], dt.datetime] = utc_now,
        chance: random.Random | None = None,
        backoff: Backoff | None = None,
        start_timeout: float = 15.0,
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
            ServerError: The folder's contents can't be read, or no port is free.
        """
        listen = listen_addresses(settings)
        self._settings = settings
        self._files = ProsodyFiles(folder=private_folder(folder))
        ports = keep_ports(folder, addresses=listen, client=settings.port, upload=settings.upload_port, chance=chance)
        self._certificate = server_certificate(settings, folder, now=now())
        super().__init__(
            child=Child(name="prosody", folder=folder, mark=str(self._files.config)),
            ports=ports,
            listen=listen,
            start_timeout=start_timeout,
            backoff=backoff,
            on_event=on_event,
        )
        self._write_configuration()
        self._accounts = Accounts(
            store=ProsodyAccounts(files=self._files),
            book=AccountBook(folder / "accounts.json"),
            domains=(settings.domain, settings.agents_domain),
        )

    @property
    def kind(self) -> Literal["prosody"]:
        """Which server it is."""
        return "prosody"

    @property
    def address(self) -> ServerAddress:
        """How to reach it; programs on this machine go through loopback."""
        return ServerAddress(
            host="127.0.0.1" if "127.0.0.1" in self._listen or "0.0.0.0" in self._listen else self._listen[0],  # noqa: S104
            port=self._ports.client,
            domain=self._settings.domain,
            agents_domain=self._settings.agents_domain,
            public_host=public_host(self._settings),
            certificate=self._certificate,
        )

    @property
    def accounts(self) -> Accounts:
        """Accounts of people and agents."""
        return self._accounts

    async def _prepare(self) -> None:
        if find_prosody() is None:
            raise ServerMissingError(
                "Prosody is not installed: install the Debian package prosody, or set `xmpp.server` to 'auto'."
            )
        await asyncio.to_thread(self._write_configuration)

    def _command(self) -> Sequence[str]:
        return ("prosody", "-F", "--config", str(self._files.config))

    def _write_configuration(self) -> None:
        private_folder(self._files.data)
        text = render(
            self._settings,
            files=self._files,
            ports=self._ports,
            certificate=self._certificate,
            public_host=public_host(self._settings),
        )
        write_private(self._files.config, text.encode())


def _network_address() -> str | None:
    """Return this machine's address in its private network, from its interfaces; nothing is sent."""
    found = [
        ipaddress.IPv4Address(entry.address)
        for entries in psutil.net_if_addrs().values()
        for entry in entries
        if entry.family == socket.AF_INET
    ]
    usable = [address for address in found if not address.is_loopback and not address.is_link_local]
    private = [address for address in usable if address.is_private]
    return str((private or usable)[0]) if usable else None
