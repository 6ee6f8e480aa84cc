"""Commands to a running Prosody through its private socket (mod_admin_socket, mod_admin_shell).

What is sent is an XML stream in the namespace `xmpp:prosody.im/admin`: each `<repl-input>` holds one
command of the admin shell, and is answered by any number of `<repl-output>` lines and one
`<repl-result>`. A password that goes this way shows in no process list and in no log.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, XMLPullParser
from xml.sax.saxutils import escape

from pydantic import BaseModel, ConfigDict, Field

from xmpp.errors import ServerError

_OPEN = (
    "<?xml version='1.0'?><stream:stream xmlns='xmpp:prosody.im/admin' "
    "xmlns:stream='http://etherx.jabber.org/streams' version='1.0'>"
)
_NAMESPACE = "{xmpp:prosody.im/admin}"


class AdminReply(BaseModel):
    """What the server answered to one command."""

    model_config = ConfigDict(frozen=True)

    ok: bool = Field(description="Whether the command was carried out.")
    text: str = Field(description="The result in words, without the leading 'OK: ' or 'Error: '.")


async def run_admin(path: Path, commands: Sequence[str], *, timeout: float = 5.0) -> tuple[AdminReply, ...]:
    """Run the admin shell's `commands` one after another, and return the reply to each.

    Args:
        path: The server's admin socket.
        commands: Lua expressions on one line each, as `user:create("a@b", "secret")`.
        timeout: Seconds for all of them together.

    Raises:
        ServerError: No server answers on the socket, or not in time.
    """
    try:
        async with asyncio.timeout(timeout), _connection(path) as (reader, writer):
            parser: XMLPullParser[Element] = XMLPullParser(("end",))
            writer.write(_OPEN.encode())
            replies = []
            for command in commands:
                writer.write(f"<repl-input>{escape(command)}</repl-input>".encode())
                replies.append(await _reply(reader, parser))
            return tuple(replies)
    except TimeoutError as wrong:  # before OSError, which it is a kind of
        raise ServerError(f"The XMPP server did not answer its admin socket in {timeout:g} s.") from wrong
    except (OSError, EOFError, ParseError) as wrong:
        raise ServerError("The XMPP server's admin socket does not answer: is the assistant running?") from wrong


async def is_answering(path: Path, *, timeout: float = 2.0) -> bool:
    """Whether a running server answers on the socket."""
    try:
        await run_admin(path, ["server:version()"], timeout=timeout)
    except ServerError:
        return False
    return True


@contextlib.asynccontextmanager
async def _connection(path: Path) -> AsyncIterator[tuple[asyncio.StreamReader, asyncio.StreamWriter]]:
    if sys.platform == "linux":
        # A socket's address holds 107 bytes at most; through the folder's descriptor any depth works.
        folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
        try:
            reader, writer = await asyncio.open_unix_connection(f"/proc/self/fd/{folder}/{path.name}")
        finally:
            os.close(folder)
    else:
        reader, writer = await asyncio.open_unix_connection(path)
    try:
        yield reader, writer
    finally:
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()


async def _reply(reader: asyncio.StreamReader, parser: XMLPullParser[Element]) -> AdminReply:
    while True:
        for event in parser.read_events():
            element = event[-1]
            if isinstance(element, Element) and element.tag == f"{_NAMESPACE}repl-result":
                text = element.text or ""
                ok = element.get("type") != "error"
                return AdminReply(ok=ok, text=text.removeprefix("OK: ").removeprefix("Error: "))
        data = await reader.read(65536)
        if not data:
            raise EOFError
        parser.feed(data)
