"""The program that runs pyjabber in a process of its own, with the holes closed that can be closed.

Run as `python -m xmpp.server.pyjabber_child SETTINGS.json`. Compared with `python -m pyjabber`:

- it listens on 127.0.0.1 alone, not on the machine's network address;
- there is no federation: neither a port for other servers nor connections to them;
- the admin page and the upload service on port 9090, which ask for no password, are not started;
- accounts cannot be registered by strangers;
- the sender of every stanza is set to the account that is logged in, whatever it claims;
- a peer whose connection is lost is forgotten, so that messages are no longer written to it;
- passwords are checked in a thread, not in worker processes that could outlive this one.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

_PLUGINS = ("http://jabber.org/protocol/disco#info", "http://jabber.org/protocol/disco#items", "urn:xmpp:ping")

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
            self._connection_manager._peerList.pop(self._peer, None)  # noqa: SLF001

    return Protocol


if __name__ == "__main__":
    main(Path(sys.argv[1]))
