"""A TCP proxy in front of a server, whose lines can be cut and mended."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

from xmpp.address import Address


class Proxy:
    """Passes bytes on between clients and a server, as long as its line is not cut."""

    def __init__(self, address: Address) -> None:
        self._server = address
        self._lines: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._listener: asyncio.Server | None = None
        self._port = 0

    @property
    def address(self) -> Address:
        """The server's address by way of the proxy."""
        return replace(self._server, port=self._port)

    async def mend(self) -> None:
        """Let clients in."""
        self._listener = await asyncio.start_server(self._serve, "127.0.0.1", self._port)
        self._port = self._listener.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Let nobody in any more, and break off what is under way, in the middle of whatever it was."""
        if self._listener is not None:
            self._listener.close()
            self._listener = None
        for line in tuple(self._lines):
            line.transport.abort()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        try:
            behind_reader, behind_writer = await asyncio.open_connection(self._server.host, self._server.port)
        except OSError:
            writer.transport.abort()
            return
        lines = {writer, behind_writer}
        self._lines |= lines
        await asyncio.gather(_pass_on(reader, behind_writer), _pass_on(behind_reader, writer))
        self._lines -= lines


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.transport.abort()


@asynccontextmanager
async def proxied(address: Address) -> AsyncIterator[Proxy]:
    """Give a proxy that passes on."""
    proxy = Proxy(address)
    await proxy.mend()
    try:
        yield proxy
    finally:
        await proxy.cut()
