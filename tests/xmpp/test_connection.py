from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from slixmpp import JID

from tests.xmpp.server.conftest import free_ports, settings_with_ports
from tests.xmpp.society import Log, Society, soon
from xmpp.address import Account, Address
from xmpp.connection import Connection
from xmpp.errors import LoginRefusedError, ServerNotTrustedError, ServerUnreachableError
from xmpp.server.certificate import Certificate, keep_certificate, ssl_context
from xmpp.server.prosody import Prosody, utc_now

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group(__name__)]


@pytest_asyncio.fixture(loop_scope="module")
async def own_prosody(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Prosody]:
    """A server of the test's own, to stop and start."""
    server = Prosody(settings_with_ports(), folder=tmp_path_factory.mktemp("own"))
    await server.start()
    yield server
    await server.stop()


async def refused(account: Account, address: Address, error: type[Exception], *, timeout: float = 10) -> str:
    """Open a connection that must fail; return what is said, having seen that nothing is left of it."""
    before = asyncio.all_tasks()
    connection = Connection(account, address)
    with pytest.raises(error) as caught:
        await connection.open(timeout=timeout)
    await nothing_left(before)
    assert not connection.is_online
    return str(caught.value)


async def nothing_left(before: set[asyncio.Task[object]]) -> None:
    """Check that no task runs which did not before; those that are being cancelled get their turns."""
    for _ in range(20):
        await asyncio.sleep(0)
    assert asyncio.all_tasks() <= before


async def test_no_server(society: Society) -> None:
    port, _ = free_ports()
    address = replace(society.server.address.for_clients, port=port)
    async with asyncio.timeout(30):
        said = await refused(Account("ann@agents.localhost", "x"), address, ServerUnreachableError)
    assert f"127.0.0.1:{port}" in said
    assert "Is it running?" in said


async def test_a_server_that_says_nothing(society: Society) -> None:
    async def silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    async with await asyncio.start_server(silent, "127.0.0.1", 0) as mute:
        address = replace(society.server.address.for_clients, port=mute.sockets[0].getsockname()[1])
        said = await refused(Account("ann@agents.localhost", "x"), address, ServerUnreachableError, timeout=0.2)
    assert "did not answer in time" in said


async def test_a_server_that_hangs_up(society: Society) -> None:
    async def rude(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(rude, "127.0.0.1", 0) as server:
        address = replace(society.server.address.for_clients, port=server.sockets[0].getsockname()[1])
        said = await refused(Account("ann@agents.localhost", "x"), address, ServerUnreachableError)
    assert "closed the connection" in said


async def test_wrong_password(society: Society) -> None:
    account = await society.account(society.person("ann"))
    wrong = replace(account, password="wrong")
    said = await refused(wrong, society.server.address.for_clients, LoginRefusedError)
    assert account.jid in said
    assert "wrong" not in said


async def test_unknown_account(society: Society) -> None:
    nobody = Account(society.person("nobody"), "x")
    await refused(nobody, society.server.address.for_clients, LoginRefusedError)


async def test_another_certificate(society: Society, tmp_path_factory: pytest.TempPathFactory) -> None:
    account = await society.account(society.person("ann"))
    other = keep_certificate(tmp_path_factory.mktemp("tls"), hosts=("localhost",), now=utc_now())
    address = replace(society.server.address.for_clients, tls=ssl_context(Certificate(pem=other.pem)))
    said = await refused(account, address, ServerNotTrustedError)
    assert "another certificate" in said
    assert account.password not in said


async def test_close_ends_everything(society: Society) -> None:
    account = await society.account(society.person("ann"))
    before = asyncio.all_tasks()
    connection = Connection(account, society.server.address.for_clients)
    await connection.open()
    assert connection.is_online
    await connection.close()
    assert not connection.is_online
    await nothing_left(before)
    await connection.close()
    assert not await connection.wait_online(0)


async def test_synchronise_returns_when_all_was_taken(society: Society) -> None:
    ann = await society.connection(await society.account(society.person("ann")), presence=False)
    ann.make_message(mto=society.person("bob"), mbody="kept", mtype="chat").send()
    await ann.synchronise()
    await society.account(society.person("bob"))
    await ann.close()
    with pytest.raises(ServerUnreachableError):
        await ann.synchronise(timeout=0.1)


async def test_without_presence_nothing_for_the_bare_address_arrives(society: Society) -> None:
    account = await society.account(society.person("ann"))
    bob = await society.client(society.person("bob"))
    hidden = await society.connection(account, presence=False)
    shown = await society.connection(account)
    heard: Log[tuple[str, str]] = Log()
    hidden.add_event_handler("message", lambda stanza: heard.append(("hidden", stanza["body"])))
    shown.add_event_handler("message", lambda stanza: heard.append(("shown", stanza["body"])))
    await shown.synchronise()
    bob.say(account.jid, "for all")
    bob.say(hidden.boundjid, "for one")
    assert sorted(await heard.of_length(2)) == [("hidden", "for one"), ("shown", "for all")]


async def test_nobody_may_watch_an_account_by_asking(society: Society) -> None:
    watched = await society.connection(await society.account(society.person("ann")))
    bob = await society.client(society.person("bob"))
    asked: Log[str] = Log()
    seen: Log[str] = Log()
    watched.add_event_handler("presence_subscribe", lambda stanza: asked.append(stanza["from"].bare))
    bob.add_event_handler("presence_available", lambda stanza: seen.append(stanza["from"].bare))
    bob.send_presence_subscription(pto=watched.boundjid.bare)
    await asked.of_length(1)
    await watched.synchronise()
    await bob.plugin["xep_0199"].send_ping(JID(bob.boundjid.domain), timeout=10)
    assert watched.boundjid.bare not in seen


async def test_it_comes_back_when_the_server_does(own_prosody: Prosody) -> None:
    society = Society(own_prosody)
    ann = await society.connection(await society.account(society.person("ann")))
    bob = await society.connection(await society.account(society.person("bob")))
    heard: Log[str] = Log()
    bob.add_event_handler("message", lambda stanza: heard.append(stanza["body"]))

    async def offline(connection: Connection) -> None:
        gone = asyncio.Event()
        connection.add_event_handler("disconnected", lambda _: gone.set(), disposable=True)
        await soon(gone.wait())

    lost = asyncio.gather(offline(ann), offline(bob))
    await asyncio.sleep(0)
    await own_prosody.stop()
    await lost
    assert not ann.is_online
    await own_prosody.start()
    assert await ann.wait_online(10)
    assert await bob.wait_online(10)
    await bob.synchronise()
    ann.make_message(mto=bob.boundjid.bare, mbody="back again", mtype="chat").send()
    assert await heard.of_length(1) == ["back again"]
    await society.close()


async def test_a_cut_connection_is_resumed_without_loss(society: Society) -> None:
    ann = await society.connection(await society.account(society.person("ann")), resource="here")
    bob = await society.client(society.person("bob"))
    heard: Log[str] = Log()
    resumed = asyncio.Event()
    ann.add_event_handler("message", lambda stanza: heard.append(stanza["body"]))
    ann.add_event_handler("session_resumed", lambda _: resumed.set())
    assert ann.transport is not None
    ann.transport.abort()
    bob.say(ann.boundjid, "while you were away")
    await soon(resumed.wait())
    assert ann.is_online
    assert await heard.of_length(1) == ["while you were away"]


async def test_attempts_that_lead_nowhere_grow_rare(society: Society) -> None:
    """An account that was removed must not knock at the door without a pause."""
    account = await society.account(society.person("ann"))
    connection = await society.connection(account)
    pauses: Log[float] = Log()
    connection.add_event_handler("reconnect_delay", pauses.append)
    await society.server.accounts.remove(account.jid)
    assert (await pauses.of_length(2))[:2] == [0.5, 1.0]


async def test_a_failed_opening_can_be_cancelled(society: Society) -> None:
    before = asyncio.all_tasks()
    connection = Connection(await society.account(society.person("ann")), society.server.address.for_clients)
    opening = asyncio.create_task(connection.open())
    await asyncio.sleep(0)
    opening.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await opening
    await nothing_left(before)
