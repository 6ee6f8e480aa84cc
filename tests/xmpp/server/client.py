"""An XMPP client that owes nothing to ours: slixmpp alone, with the certificate verified."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import slixmpp

from xmpp.server.account_book import Credentials
from xmpp.server.server import ServerAddress

PATIENCE = 15


class PlainClient(slixmpp.ClientXMPP):
    """Collects what arrives, and whether the login worked."""

    def __init__(self, jid: str, password: str, ca: Path, *, presence: bool = True) -> None:
        super().__init__(jid, password)
        self.ca_certs = ca
        self.enable_direct_tls = False
        self.inbox: asyncio.Queue[Any] = asyncio.Queue()
        self.outcome: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self._presence = presence
        for plugin in ("xep_0030", "xep_0198", "xep_0199", "xep_0313", "xep_0280", "xep_0363"):
            self.register_plugin(plugin)
        self.add_event_handler("session_start", self._started)
        self.add_event_handler("failed_all_auth", lambda _: self._settle("refused"))
        self.add_event_handler("ssl_invalid_chain", lambda _: self._settle("not trusted"))
        self.add_event_handler("message", self.inbox.put_nowait)
        self.add_event_handler("message_error", self.inbox.put_nowait)

    async def _started(self, _: Any) -> None:
        if self._presence:
            self.send_presence()
            # The server handles a client's stanzas in order: its answer says that the presence counts.
            await self.plugin["xep_0199"].send_ping(slixmpp.JID(self.boundjid.domain), timeout=PATIENCE)
        self._settle("online")

    def _settle(self, outcome: str) -> None:
        if not self.outcome.done():
            self.outcome.set_result(outcome)

    def say(self, to: str | slixmpp.JID, body: str, *, claiming: str | None = None) -> None:
        """Send a chat message, perhaps under a false name."""
        sender = None if claiming is None else slixmpp.JID(claiming)
        self.send_message(mto=slixmpp.JID(to), mbody=body, mtype="chat", mfrom=sender)

    async def received(self) -> Any:
        async with asyncio.timeout(PATIENCE):
            return await self.inbox.get()


@contextlib.asynccontextmanager
async def logged_in(
    address: ServerAddress, credentials: Credentials, *, presence: bool = True, expect: str = "online"
) -> AsyncIterator[PlainClient]:
    """Log in at `address`, check that it ended as expected, and log out at the end."""
    assert address.certificate is not None
    assert address.certificate.path is not None
    client = PlainClient(credentials.jid, credentials.password, address.certificate.path, presence=presence)
    client.connect(address.host, address.port)
    try:
        async with asyncio.timeout(PATIENCE):
            assert await client.outcome == expect
        yield client
    finally:
        client.cancel_connection_attempt()
        if client.transport is not None:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await client.disconnect(wait=2.0)


async def read_until(reader: asyncio.StreamReader, *ends: bytes) -> bytes:
    """Read until one of `ends` was seen or the stream is over."""
    seen = b""
    async with asyncio.timeout(PATIENCE):
        while not any(end in seen for end in ends):
            data = await reader.read(4096)
            if not data:
                break
            seen += data
    return seen
