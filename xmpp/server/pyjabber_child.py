"""The program that runs pyjabber in a process of its own, with the holes closed that can be closed.

Run as `python -m xmpp.server.pyjabber_child SETTINGS.json`. Compared with `python -m pyjabber`:

- it listens on 127.0.0.1 alone, not on the machine's network address;
- there is no federation: neither a port for other servers nor connections to them;
- the admin page and the upload service on port 9090, which ask for no password, are not started;
- accounts cannot be registered by strangers;
- the sender of every stanza is set to the account that is logged in, whatever it claims;
- a peer whose connection is lost is forgotten, so that messages are no longer written to it;
- a client whose first bytes after encryption come quickly is not left hanging;
- what clients send is not logged (at its default level passwords and messages are);
- passwords are checked in a thread, not in worker processes that could outlive this one.
"""

# What is replaced here is private to pyjabber: it has no public place to change it.
# ruff: noqa: SLF001

from __future__ import annotations

import asyncio
import base64
import os
import shutil
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

_PLUGINS = ("http://jabber.org/protocol/disco#info", "http://jabber.org/protocol/disco#items", "urn:xmpp:ping")

_NO_ONE = f"sha256$100000${'00' * 16}${'00' * 32}"
"""What an unknown account's password is checked against, so that it takes as long as a wrong one."""

_SILENCE = 24 * 3600
"""Seconds after which a silent session is dropped; the default of 60 drops clients that only listen."""


class ChildSettings(BaseModel):
    """What the child is told, in a file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    domain: str = Field(description="The one host part of all addresses.")
    port: int = Field(description="Where to listen, on 127.0.0.1.")
    database: Path = Field(description="The SQLite file with accounts and rosters.")
    certificate: Path = Field(description="The server's certificate (PEM).")
    key: Path = Field(description="Its private key (PEM).")
    folder: Path = Field(description="A folder for copies of both, under the names that pyjabber looks for.")


def main(path: Path) -> None:
    """Serve until SIGTERM or SIGINT, with the settings in the file at `path`."""
    settings = ChildSettings.model_validate_json(path.read_bytes())
    os.umask(0o077)
    from loguru import logger

    # Its debug level holds every stanza, and with it people's passwords.
    logger.remove()
    logger.add(sys.stderr, level="INFO", format="{time:YYYY-MM-DDTHH:mm:ss} {level} {message}")
    for source, kind in ((settings.certificate, "cert"), (settings.key, "key")):
        shutil.copyfile(source, settings.folder / f"{settings.domain}_{kind}.pem")
    asyncio.run(_serve(settings))


async def _serve(settings: ChildSettings) -> None:
    loop = asyncio.get_running_loop()
    ended = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ended.set)
    protocol = _prepare(settings)

    from pyjabber.db.database import DB
    from pyjabber.features.presence.PresenceFeature import Presence
    from pyjabber.queues.workers.MessageQueueWorker import queue_worker

    await DB.setup_database()
    await Presence().get_all_pending_presence()
    worker = asyncio.create_task(queue_worker())
    listener = await loop.create_server(
        lambda: protocol(namespace="jabber:client", connection_timeout=_SILENCE), "127.0.0.1", settings.port
    )
    stopping = asyncio.create_task(ended.wait())
    # A dead worker would leave a server that takes messages and delivers none.
    await asyncio.wait({worker, stopping}, return_when=asyncio.FIRST_COMPLETED)
    listener.close()
    await DB.close_engine_async()
    # Client sessions hold tasks that pyjabber never ends: leave without waiting for them.
    os._exit(0 if ended.is_set() else 1)


def _prepare(settings: ChildSettings) -> type[Any]:
    """Set pyjabber up, close its holes, and return the protocol class to serve with."""
    from pyjabber import server
    from pyjabber.features.SASL.SASL import SASL
    from pyjabber.network.protocols.XMLProtocol import XMLProtocol
    from pyjabber.plugins.PluginManager import PluginManager
    from pyjabber.plugins.xep_0363.xep_0363 import HTTPFieldUpload
    from pyjabber.server_parameters import Parameters
    from pyjabber.stream.handlers.StanzaHandler import StanzaHandler
    from pyjabber.stream.negotiators.StreamNegotiator import StreamNegotiator
    from pyjabber.utils.Exceptions import NotAuthorizerStreamNegotiationException

    server.setup_query_local_ip = lambda: None
    server.setup_ip_by_host = lambda _host: "127.0.0.1"
    server.ProcessPoolExecutor = ThreadPoolExecutor
    # The server object only fills pyjabber's global configuration; it is never started.
    server.Server(
        Parameters(
            host=settings.domain,
            client_port=settings.port,
            database_path=str(settings.database),
            cert_path=str(settings.folder),
            plugins=list(_PLUGINS),
            items={"upload.$": Parameters().items["upload.$"]},
        )
    )
    HTTPFieldUpload(None)  # the plugin manager needs one to exist; it is taken out again below

    async def refuse_registration(_self: Any, _element: Any) -> None:
        raise NotAuthorizerStreamNegotiationException

    SASL.handle_iq = refuse_registration
    SASL.handle_auth = _authenticate

    StreamNegotiator._handle_tls = _encrypt

    plugins_made = PluginManager.__init__

    def without_uploads(self: Any, jid: Any) -> None:
        plugins_made(self, jid)
        del self._plugins["urn:xmpp:http:upload:0"]

    PluginManager.__init__ = without_uploads

    feed = StanzaHandler.feed

    async def stamped(self: Any, element: Any) -> None:
        element.attrib["from"] = str(self._jid)
        to = element.attrib.get("to")
        local = not to or to.split("/", 1)[0].rpartition("@")[2] == settings.domain
        if local:
            await feed(self, element)

    StanzaHandler.feed = stamped

    class Protocol(XMLProtocol):  # type: ignore[misc]
        """A client's connection, forgotten when it is lost."""

        def connection_lost(self, exc: Exception | None) -> None:
            """Forget the peer, which pyjabber itself keeps for ever."""
            super().connection_lost(exc)
            self._connection_manager._peerList.pop(self._peer, None)

    return Protocol


async def _encrypt(negotiator: Any, element: Any) -> None:
    """Go over to TLS (RFC 6120, section 5.4), in place of pyjabber's `StreamNegotiator._handle_tls`.

    pyjabber's own forgets the old stream after the handshake; by then the client's new stream may have
    begun, is forgotten with it, and the client waits for ever.
    """
    from pyjabber import AppConfig
    from pyjabber.features.Features import start_tls_proceed_response
    from pyjabber.stream.utils.Enums import Stage
    from pyjabber.utils.Exceptions import NotAuthorizerStreamNegotiationException

    if element.tag != "{urn:ietf:params:xml:ns:xmpp-tls}starttls":
        raise NotAuthorizerStreamNegotiationException
    old, protocol = negotiator._transport, negotiator._protocol
    negotiator._parser.reset_stack()
    old.write(start_tls_proceed_response())
    try:
        new = await asyncio.get_running_loop().start_tls(
            old, protocol, AppConfig.app_config.ssl_context, server_side=True
        )
    except OSError:
        old.abort()
        return
    negotiator._transport = negotiator._handler.transport = new
    protocol.transport = negotiator._parser.transport = new
    negotiator._connection_manager.update_transport_peer(new, negotiator._peer)
    negotiator._stage = Stage.SSL


async def _authenticate(session: Any, element: Any) -> Any:
    """Check a login with SASL PLAIN (RFC 4616), in place of pyjabber's `SASL.handle_auth`.

    pyjabber's own answers an unknown account with two failures and half a farewell, which clients
    can't parse; this one answers it as it answers a wrong password, and lets the client try again.
    """
    from pyjabber import AppConfig
    from pyjabber.db.database import DB
    from pyjabber.db.model import Model
    from pyjabber.features.SASL.utils import success_response
    from pyjabber.stanzas.error import StanzaError
    from pyjabber.stream.JID import JID
    from pyjabber.stream.utils.Enums import Stage
    from sqlalchemy import select

    try:
        _, name, password = base64.b64decode(element.text or "", validate=True).decode().split("\0")
    except ValueError:
        name = password = ""
    async with await DB.connection_async() as base:
        query = select(Model.Credentials.c.hash_pwd).where(Model.Credentials.c.jid == name)
        stored = (await base.execute(query)).scalar_one_or_none()
    known = await session._verify_password_async(stored or _NO_ONE, password)
    if not known or stored is None or element.attrib.get("mechanism") != "PLAIN":
        session._transport.write(StanzaError.not_authorized_sasl())
        return None
    jid = JID(user=name, domain=AppConfig.app_config.host)
    session._connection_manager.set_jid(session._peer, jid)
    session._transport.write(success_response())
    session._parser.reset_stack()
    session._transport.resume_reading()
    return Stage.AUTH


if __name__ == "__main__":
    main(Path(sys.argv[1]))
