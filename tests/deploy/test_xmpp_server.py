"""The XMPP server as a service: really started, its accounts really used."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import ssl
import stat
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import slixmpp

ROOT = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def environment(port: int, **more: str) -> dict[str, str]:
    return {
        **os.environ,
        "PARLEY_XMPP__DOMAIN": "parley.localhost",
        "PARLEY_XMPP__PORT": str(port),
        "PARLEY_XMPP__UPLOAD_PORT": str(free_port()),
        **more,
    }


def command(folder: Path) -> list[str]:
    data, share = folder / "data", folder / "share"
    return [sys.executable, "-m", "deploy.xmpp_server", f"--data={data}", f"--share={share}"]


@asynccontextmanager
async def serving(folder: Path, port: int) -> AsyncIterator[None]:
    """Run the service, ready, for the length of a block; it must end by SIGTERM within its grace."""
    process = await asyncio.create_subprocess_exec(
        *command(folder), cwd=ROOT, env=environment(port), stderr=asyncio.subprocess.PIPE
    )
    assert process.stderr is not None
    try:
        async with asyncio.timeout(30):
            lines: list[bytes] = []
            while b"accounts are ready" not in (line := await process.stderr.readline()):
                lines.append(line)
                assert line, b"".join(lines)
        yield
        process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            await process.stderr.read()
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def log_in(jid: str, password: str, *, port: int, certificate: Path) -> bool:
    """Tell whether an independent client can log in, trusting only the shared certificate."""
    client = slixmpp.ClientXMPP(jid, password)
    client.ssl_context = ssl.create_default_context(cafile=str(certificate))
    outcome: asyncio.Queue[bool] = asyncio.Queue()
    client.add_event_handler("session_start", lambda _: outcome.put_nowait(True))
    client.add_event_handler("failed_all_auth", lambda _: outcome.put_nowait(False))
    client.connect("127.0.0.1", port)
    try:
        async with asyncio.timeout(15):
            return await outcome.get()
    finally:
        await client.disconnect()


async def test_the_accounts_of_the_set_can_be_used_and_are_kept(tmp_path: Path) -> None:
    port = free_port()
    credentials, certificate = tmp_path / "share" / "credentials.json", tmp_path / "share" / "certificate.pem"
    async with serving(tmp_path, port):
        known: dict[str, str] = json.loads(credentials.read_text())
        assert {"assistant@parley.localhost", "me@parley.localhost", "planner@agents.parley.localhost"} <= set(known)
        assert stat.S_IMODE(credentials.stat().st_mode) == 0o600
        for jid in ("me@parley.localhost", "planner@agents.parley.localhost"):
            assert await log_in(jid, known[jid], port=port, certificate=certificate)
        assert not await log_in("me@parley.localhost", "wrong", port=port, certificate=certificate)
    async with serving(tmp_path, port):
        assert json.loads(credentials.read_text()) == known


async def test_a_wrong_setting_is_said_in_a_sentence(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *command(tmp_path),
        cwd=ROOT,
        env=environment(5222, PARLEY_XMPP__LISTEN="everywhere"),
        stderr=asyncio.subprocess.PIPE,
    )
    _, error = await process.communicate()
    assert process.returncode == 1
    assert "xmpp.listen: 'everywhere' is not an IP address" in error.decode()
    assert error.count(b"\n") == 1
