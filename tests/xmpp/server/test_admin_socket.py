from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from xmpp.errors import ServerError
from xmpp.server.admin_socket import is_answering, run_admin
from xmpp.server.prosody import Prosody

_MODULE = pytest.mark.asyncio(loop_scope="module")


@_MODULE
async def test_each_command_gets_its_reply(prosody: Prosody) -> None:
    replies = await run_admin(
        prosody._files.admin_socket,
        ["server:version()", 'user:create("x@nowhere", "<&>")', "this is no Lua", 'user:list("localhost")'],
    )
    assert [reply.ok for reply in replies] == [True, False, False, True]
    assert replies[1].text == "No such host: nowhere"


@_MODULE
async def test_many_callers_at_once(prosody: Prosody) -> None:
    replies = await asyncio.gather(*(run_admin(prosody._files.admin_socket, [f"{n} + 1"]) for n in range(20)))
    assert [reply[0].text for reply in replies] == [f"Result: {n + 1}" for n in range(20)]


async def test_socket_without_a_server(tmp_path: Path) -> None:
    assert not await is_answering(tmp_path / "admin.sock")
    assert not await is_answering(tmp_path / "missing" / "admin.sock")
    with pytest.raises(ServerError, match="is the assistant running"):
        await run_admin(tmp_path / "admin.sock", ["1"])


@pytest.mark.parametrize(
    ("answer", "says"), [(b"", "does not answer"), (b"<no xml", "does not answer"), (None, "did not answer .* in 0.2")]
)
async def test_server_that_misbehaves(tmp_path: Path, answer: bytes | None, says: str) -> None:
    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(100)
        if answer is None:
            await over.wait()
        else:
            writer.write(answer + b"\x00")
        writer.close()

    server = await asyncio.start_unix_server(serve, tmp_path / "admin.sock")
    with pytest.raises(ServerError, match=says):
        await run_admin(tmp_path / "admin.sock", ["1"], timeout=0.2)
    over.set()
    server.close()
