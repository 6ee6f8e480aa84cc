"""Whether an XMPP server really answers at an address: a stream is opened, no account is needed."""

from __future__ import annotations

import asyncio
import contextlib

from xmpp.errors import ServerError
from xmpp.server.server import ServerAddress


async def probe(address: ServerAddress, *, timeout: float = 5.0) -> None:
    """Open a stream and wait until the server offers encryption (RFC 6120, sections 4.2 and 5.4).

    Args:
        address: Where the server should be.
        timeout: Seconds to wait.

    Raises:
        ServerError: Nothing answers there, or not as an XMPP server for clients with TLS.
    """
    place = f"{address.host}:{address.port}"
    writer = None
    try:
        async with asyncio.timeout(timeout):
            reader, writer = await asyncio.open_connection(address.host, address.port)
            writer.write(
                f"<?xml version='1.0'?><stream:stream to='{address.domain}' version='1.0' "
                "xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>".encode()
            )
            answer = b""
            while b"urn:ietf:params:xml:ns:xmpp-tls" not in answer:
                data = await reader.read(4096)
                if not data or b"stream:error" in answer or len(answer) > 65536:
                    raise ServerError(
                        f"What answers at {place} is no XMPP server for {address.domain} with encryption: "
                        f"check the address in the settings."
                    )
                answer += data
    except TimeoutError as wrong:
        raise ServerError(f"No XMPP server answered at {place} in {timeout:g} s: is it running?") from wrong
    except OSError as wrong:
        raise ServerError(f"No XMPP server answers at {place}: is it running, and is the address right?") from wrong
    finally:
        if writer is not None:
            writer.close()
            with contextlib.suppress(OSError):
                await writer.wait_closed()
