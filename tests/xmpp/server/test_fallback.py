from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import psutil
import pytest
import pytest_asyncio

from tests.xmpp.server.client import logged_in, read_until
from tests.xmpp.server.conftest import settings_with_ports
from xmpp.errors import AccountError, ServerError
from xmpp.server.account_book import Credentials
from xmpp.server.fallback import Fallback

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def fallback(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Fallback]:
    server = Fallback(settings_with_ports(), folder=tmp_path_factory.mktemp("xmpp"))
    await server.accounts.ensure(["early@localhost"])
    await server.start()
    yield server
    await server.stop()


async def test_two_clients_talk_with_tls(fallback: Fallback) -> None:
    one, two = await fallback.accounts.ensure(["one@localhost", "two@localhost"])
    async with logged_in(fallback.address, one) as first, logged_in(fallback.address, two) as second:
        first.say(two.jid, "hello")
        there = await second.received()
        assert (there["body"], there["from"].bare) == ("hello", one.jid)
        second.say(there["from"], "good day")
        assert (await first.received())["body"] == "good day"


async def test_account_made_before_the_start_works_and_a_wrong_password_does_not(fallback: Fallback) -> None:
    known = await fallback.accounts.credentials("early@localhost")
    assert known is not None
    async with logged_in(fallback.address, known):
        pass
    async with logged_in(fallback.address, Credentials(jid=known.jid, password="wrong"), expect="refused"):
        pass


async def test_sender_cannot_be_forged(fallback: Fallback) -> None:
    one, two = await fallback.accounts.ensure(["forger@localhost", "judge@localhost"])
    async with logged_in(fallback.address, one) as forger, logged_in(fallback.address, two) as judge:
        forger.say(two.jid, "pay", claiming="boss@localhost")
        assert (await judge.received())["from"].bare == one.jid


async def test_it_listens_on_loopback_on_one_port_alone(fallback: Fallback) -> None:
    assert fallback.pid is not None
    process = psutil.Process(fallback.pid)
    sockets = [s for p in (process, *process.children(recursive=True)) for s in p.net_connections("all")]
    listening = {(s.laddr.ip, s.laddr.port) for s in sockets if s.status == psutil.CONN_LISTEN}
    assert listening == {("127.0.0.1", fallback.address.port)}
    assert process.children() == []


async def test_strangers_cannot_register(fallback: Fallback) -> None:
    header = (
        b"<stream:stream to='localhost' version='1.0' xmlns='jabber:client' "
        b"xmlns:stream='http://etherx.jabber.org/streams'>"
    )
    reader, writer = await asyncio.open_connection("127.0.0.1", fallback.address.port)
    writer.write(header)
    await read_until(reader, b"starttls")
    writer.write(b"<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>")
    await read_until(reader, b"proceed")
    await writer.start_tls(fallback.address.for_clients.tls, server_hostname="localhost")
    writer.write(header)
    features = await read_until(reader, b"</stream:features>", b":features>")
    assert b"PLAIN" in features
    assert b"iq-register" not in features
    writer.write(
        b"<iq type='set' id='r1'><query xmlns='jabber:iq:register'>"
        b"<username>thief</username><password>x</password></query></iq>"
    )
    answer = await read_until(reader, b"</stream")
    assert b"not-authorized" in answer
    assert b'type="result"' not in answer
    assert not await fallback.accounts.exists("thief@localhost")
    writer.close()


async def test_accounts_are_listed_and_removed(fallback: Fallback) -> None:
    made = await fallback.accounts.create("goer@localhost")
    assert made.jid in await fallback.accounts.list()
    with pytest.raises(AccountError, match="exists already"):
        await fallback.accounts.create("goer@localhost")
    await fallback.accounts.remove(made.jid)
    async with logged_in(fallback.address, made, expect="refused"):
        pass


async def test_log_holds_neither_messages_nor_passwords(fallback: Fallback) -> None:
    (one,) = await fallback.accounts.ensure(["quiet@localhost"])
    async with logged_in(fallback.address, one) as client:
        client.say(one.jid, "a very private remark")
        await client.received()
    log = fallback.log.read_text()
    assert "Connection from" in log
    assert "remark" not in log
    assert "<auth" not in log
    assert fallback.log.stat().st_mode & 0o077 == 0


async def test_agents_are_on_peoples_host_and_the_weakness_is_said(fallback: Fallback) -> None:
    assert fallback.address.agents_domain == fallback.address.domain == "localhost"
    assert "pyjabber" in fallback.weaknesses[0]


async def test_listening_beyond_this_machine_is_refused(tmp_path_factory: pytest.TempPathFactory) -> None:
    with pytest.raises(ServerError, match="from this machine alone"):
        Fallback(settings_with_ports(listen="0.0.0.0"), folder=tmp_path_factory.mktemp("xmpp"))
