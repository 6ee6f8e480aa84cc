from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
import textwrap
from pathlib import Path

import psutil
import pytest
from slixmpp import JID

from tests.xmpp.server.client import PATIENCE, logged_in
from tests.xmpp.server.conftest import free_ports, settings_with_ports
from xmpp.errors import PortTakenError, ServerError
from xmpp.server.files import private_folder
from xmpp.server.prosody import Prosody
from xmpp.server.server import ServerEvent
from xmpp.server.settings import XmppSettings
from xmpp.server.supervised import Backoff

ROOT = Path(__file__).resolve().parents[3]


async def test_restart_keeps_accounts_and_messages_for_people_who_were_away(
    settings: XmppSettings, folder: Path
) -> None:
    first = Prosody(settings, folder=folder)
    person, agent = await first.accounts.ensure(["mia@localhost", "scheduler@agents.localhost"])
    await first.start()
    async with logged_in(first.address, agent) as client:
        client.say(person.jid, "stretch")
        await client.plugin["xep_0199"].send_ping(JID("agents.localhost"), timeout=PATIENCE)
    await first.stop()

    second = Prosody(settings, folder=folder)
    assert second.address == first.address
    await second.start()
    try:
        async with logged_in(second.address, person) as client:
            assert (await client.received())["body"] == "stretch"
            archived = await client.plugin["xep_0313"].retrieve(timeout=PATIENCE)
            assert len(archived["mam"]["results"]) == 1
    finally:
        await second.stop()


async def test_stop_is_quick_and_frees_the_port(settings: XmppSettings, folder: Path) -> None:
    server = Prosody(settings, folder=folder)
    (one,) = await server.accounts.ensure(["idle@localhost"])
    await server.start()
    pid = server.pid
    assert pid is not None
    loop = asyncio.get_running_loop()
    async with logged_in(server.address, one) as client:
        client.add_event_handler("disconnected", lambda _: client.cancel_connection_attempt())
        since = loop.time()
        await server.stop()
        assert loop.time() - since < 5
    assert not psutil.pid_exists(pid)
    assert server.pid is None
    with socket.create_server(("127.0.0.1", server.address.port)):
        pass


async def test_everything_it_keeps_is_private(settings: XmppSettings, folder: Path) -> None:
    server = Prosody(settings, folder=folder)
    await server.accounts.ensure(["mia@localhost"])
    await server.start()
    await server.stop()
    for path in await asyncio.to_thread(lambda: [folder, *folder.rglob("*")]):
        assert path.stat().st_mode & 0o077 == 0 or path.name == "certificate.pem", path


@pytest.mark.parametrize("which", ["port", "upload_port"])
async def test_port_taken_by_another_program_is_named(folder: Path, which: str) -> None:
    settings = settings_with_ports()
    port = getattr(settings, which)
    with socket.create_server(("127.0.0.1", port)):
        server = Prosody(settings, folder=folder)
        with pytest.raises(PortTakenError, match=f"Port {port} on 127.0.0.1.* in use .*another port") as caught:
            await server.start()
        assert caught.value.port == port
        assert server.pid is None


async def test_server_that_dies_is_started_again(settings: XmppSettings, folder: Path) -> None:
    events: asyncio.Queue[ServerEvent] = asyncio.Queue()
    server = Prosody(settings, folder=folder, on_event=events.put_nowait, backoff=Backoff(first=0.01, longest=0.1))
    (one,) = await server.accounts.ensure(["mia@localhost"])
    await server.start()
    try:
        pid = server.pid
        assert pid is not None
        os.kill(pid, signal.SIGKILL)
        async with asyncio.timeout(PATIENCE):
            assert [(await events.get()).kind, (await events.get()).kind] == ["died", "restarted"]
        assert server.pid not in {None, pid}
        async with logged_in(server.address, one):
            pass
    finally:
        await server.stop()
    assert events.empty()


async def test_new_start_that_fails_is_told_and_tried_again(settings: XmppSettings, folder: Path) -> None:
    events: asyncio.Queue[ServerEvent] = asyncio.Queue()
    server = Prosody(settings, folder=folder, on_event=events.put_nowait, backoff=Backoff(first=0.01, longest=0.1))
    await server.start()
    try:
        pid = server.pid
        assert pid is not None
        process = psutil.Process(pid)
        process.suspend()
        # A listener of ours takes the port in the moment that the server leaves it.
        process.kill()
        taken = socket.socket()
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        await asyncio.to_thread(psutil.wait_procs, [process], PATIENCE)
        taken.bind(("127.0.0.1", server.address.port))
        taken.listen()
        async with asyncio.timeout(PATIENCE):
            assert (await events.get()).kind == "died"
            failing = await events.get()
            assert failing.kind == "failing"
            assert str(server.address.port) in failing.text
            taken.close()
            while (await events.get()).kind != "restarted":
                pass
    finally:
        await server.stop()


_PARENT = """
    import asyncio, sys
    from pathlib import Path
    from xmpp.server.prosody import Prosody
    from xmpp.server.fallback import Fallback
    from xmpp.server.settings import XmppSettings

    async def main():
        kind = {"prosody": Prosody, "pyjabber": Fallback}[sys.argv[1]]
        settings = XmppSettings(port=int(sys.argv[3]), upload_port=int(sys.argv[4]))
        server = kind(settings, folder=Path(sys.argv[2]))
        await server.start()
        print(server.pid, flush=True)
        await asyncio.Event().wait()

    asyncio.run(main())
"""


async def _parent(kind: str, folder: Path, ports: tuple[int, int]) -> tuple[asyncio.subprocess.Process, int]:
    """A process of its own that runs a server, and the server's pid."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", textwrap.dedent(_PARENT), kind, str(folder), *map(str, ports)),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    assert process.stdout is not None
    async with asyncio.timeout(60):
        return process, int(await process.stdout.readline())


@pytest.mark.parametrize("kind", ["prosody", "pyjabber"])
async def test_killing_the_parent_ends_the_server(folder: Path, kind: str) -> None:
    parent, child = await _parent(kind, folder, free_ports())
    server = psutil.Process(child)
    parent.kill()
    await parent.wait()
    gone, alive = await asyncio.to_thread(psutil.wait_procs, [server], PATIENCE)
    assert (len(gone), alive) == (1, [])


async def test_what_a_killed_run_left_is_ended_at_the_next_start(folder: Path) -> None:
    ports = free_ports()
    parent, child = await _parent("prosody", folder, ports)
    left = psutil.Process(child)
    left.suspend()  # so that it can't end by itself, as one that hangs
    parent.kill()
    await parent.wait()
    server = Prosody(XmppSettings(port=ports[0], upload_port=ports[1]), folder=folder)
    await server.start()
    try:
        assert server.pid != child
        assert not left.is_running()
    finally:
        await server.stop()


async def test_server_of_a_living_assistant_is_left_alone(folder: Path) -> None:
    ports = free_ports()
    parent, child = await _parent("prosody", folder, ports)
    try:
        server = Prosody(XmppSettings(port=ports[0], upload_port=ports[1]), folder=folder)
        with pytest.raises(ServerError, match=f"Another assistant .*{parent.pid}"):
            await server.start()
        await server.stop()
        with pytest.raises(ServerError, match="Another assistant"):
            await server.start()
        assert psutil.pid_exists(child)
        # Accounts can be made all the same: through the running server.
        made = await server.accounts.create("guest@localhost")
        async with logged_in(server.address, made):
            pass
    finally:
        parent.terminate()
        await parent.wait()
        await asyncio.to_thread(psutil.wait_procs, [psutil.Process(child)] if psutil.pid_exists(child) else [], 10)


async def test_process_that_got_the_same_pid_is_not_touched(settings: XmppSettings, folder: Path) -> None:
    bystander = await asyncio.create_subprocess_exec("sleep", "60")
    try:
        private_folder(folder)
        other = psutil.Process(bystander.pid)
        for created in (other.create_time(), other.create_time() - 100):
            record = {"pid": bystander.pid, "created": created, "owner": 1, "owner_created": 0.0}
            (folder / "prosody.pid.json").write_text(json.dumps(record))
            server = Prosody(settings, folder=folder)
            await server.start()
            await server.stop()
            assert bystander.returncode is None
    finally:
        bystander.kill()
        await bystander.wait()


async def test_reason_is_given_when_it_does_not_start(settings: XmppSettings, folder: Path) -> None:
    server = Prosody(settings, folder=folder)
    (folder / "data" / "localhost").parent.mkdir(parents=True, exist_ok=True)
    certificate = server.address.certificate
    assert certificate is not None
    assert certificate.path is not None
    certificate.path.write_text("no certificate")
    server._start_timeout = 1.0
    with pytest.raises(ServerError, match=r"did not start .*log is .*prosody\.log"):
        await server.start()
    assert server.pid is None
