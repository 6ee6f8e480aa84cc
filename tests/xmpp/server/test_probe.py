from __future__ import annotations

import asyncio

import pytest

from xmpp.errors import ServerError
from xmpp.server.probe import probe
from xmpp.server.server import ServerAddress


def _at(port: int) -> ServerAddress:
    return ServerAddress(
        host="127.0.0.1", port=port, domain="a.b", agents_domain="c.b", public_host="127.0.0.1", certificate=None
    )


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "is no XMPP server for a.b"),
        (b"<stream:stream><stream:error><host-unknown/></stream:error></stream:stream>", "is no XMPP server for a.b"),
        (b"x" * 200_000, "is no XMPP server"),
        (None, "No XMPP server answered at .* in 0.2 s"),
    ],
)
async def test_what_is_no_server_is_told(answer: bytes | None, says: str) -> None:
    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        if answer is None:
            await over.wait()
        else:
            writer.write(answer)
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    with pytest.raises(ServerError, match=says):
        await probe(_at(server.sockets[0].getsockname()[1]), timeout=0.2 if answer is None else 5)
    over.set()
    server.close()


async def test_features_in_small_pieces_are_understood() -> None:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        for byte in b"<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:features>":
            writer.write(bytes([byte]))
            await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    await probe(_at(server.sockets[0].getsockname()[1]))
    server.close()
