from __future__ import annotations

import asyncio
import os
import ssl
from typing import Any

import aiohttp
import pytest
from slixmpp import JID

from tests.xmpp.server.client import PATIENCE, logged_in, read_until
from xmpp.server.account_book import Credentials
from xmpp.server.accounts import strong_password
from xmpp.server.prosody import Prosody

pytestmark = pytest.mark.asyncio(loop_scope="module")

_HEADER = (
    "<?xml version='1.0'?><stream:stream to='{}' version='1.0' xmlns='jabber:client' "
    "xmlns:stream='http://etherx.jabber.org/streams'>"
)


async def test_right_password_is_let_in_and_wrong_one_is_not(prosody: Prosody) -> None:
    made = await prosody.accounts.create("door@localhost")
    async with logged_in(prosody.address, made) as client:
        assert client.boundjid.bare == "door@localhost"
    async with logged_in(prosody.address, Credentials(jid=made.jid, password="wrong"), expect="refused"):
        pass


async def test_unknown_account_is_not_let_in(prosody: Prosody) -> None:
    nobody = Credentials(jid="nobody@localhost", password=strong_password())
    async with logged_in(prosody.address, nobody, expect="refused"):
        pass


async def test_certificate_that_is_not_the_servers_is_refused(prosody: Prosody) -> None:
    reader, writer = await asyncio.open_connection(prosody.address.host, prosody.address.port)
    writer.write((_HEADER.format("localhost") + "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>").encode())
    assert b"<proceed" in await read_until(reader, b"<proceed")
    with pytest.raises(ssl.SSLCertVerificationError):
        await writer.start_tls(ssl.create_default_context(), server_hostname="localhost")


async def test_messages_pass_between_people_and_agents(prosody: Prosody) -> None:
    person, agent = await prosody.accounts.ensure(["mia@localhost", "planner@agents.localhost"])
    async with logged_in(prosody.address, person) as mia, logged_in(prosody.address, agent) as planner:
        mia.say("planner@agents.localhost", "hello")
        there = await planner.received()
        assert (there["body"], there["from"].bare) == ("hello", "mia@localhost")
        planner.say(there["from"], "good day")
        assert (await mia.received())["body"] == "good day"


async def test_sender_cannot_be_forged(prosody: Prosody) -> None:
    person, agent = await prosody.accounts.ensure(["forger@localhost", "judge@agents.localhost"])
    async with logged_in(prosody.address, person) as forger, logged_in(prosody.address, agent) as judge:
        forger.say(agent.jid, "pay", claiming="boss@agents.localhost")
        forger.say(agent.jid, "honest")
        senders = {(await judge.received())["from"].bare}
        assert senders == {"forger@localhost"}


async def test_message_to_an_agent_that_is_away_comes_back_at_once(prosody: Prosody) -> None:
    here, away = await prosody.accounts.ensure(["here@agents.localhost", "away@agents.localhost"])
    async with logged_in(prosody.address, here) as client:
        client.say(away.jid, "there?")
        answer = await client.received()
        assert (answer["type"], answer["error"]["condition"]) == ("error", "service-unavailable")


async def _features(prosody: Prosody, domain: str) -> tuple[str, asyncio.StreamReader, asyncio.StreamWriter]:
    """The features after TLS, before login."""
    reader, writer = await asyncio.open_connection(prosody.address.host, prosody.address.port)
    writer.write((_HEADER.format(domain) + "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>").encode())
    await read_until(reader, b"<proceed")
    await writer.start_tls(prosody.address.for_clients.tls, server_hostname=domain)
    writer.write(_HEADER.format(domain).encode())
    return (await read_until(reader, b"</stream:features>")).decode(), reader, writer


@pytest.mark.parametrize(("domain", "mechanism"), [("localhost", "SCRAM-SHA-1"), ("agents.localhost", "SCRAM-SHA-256")])
async def test_only_scram_is_offered_and_no_registration(prosody: Prosody, domain: str, mechanism: str) -> None:
    features, reader, writer = await _features(prosody, domain)
    mechanisms = {part.split("<")[0] for part in features.split("<mechanism>")[1:]}
    assert {m.removesuffix("-PLUS") for m in mechanisms} == {mechanism}
    assert "register" not in features
    writer.write(
        b"<iq type='set' id='r1'><query xmlns='jabber:iq:register'>"
        b"<username>thief</username><password>x</password></query></iq>"
    )
    answer = await read_until(reader, b"</iq>", b"</stream:stream>", b"not-authorized")
    assert b"type='result'" not in answer
    assert not await prosody.accounts.exists(f"thief@{domain}")
    writer.close()


async def test_nothing_is_offered_before_encryption(prosody: Prosody) -> None:
    reader, writer = await asyncio.open_connection(prosody.address.host, prosody.address.port)
    writer.write(_HEADER.format("localhost").encode())
    features = await read_until(reader, b"</stream:features>")
    assert b"<starttls" in features
    assert b"<required/>" in features
    assert b"mechanism" not in features
    writer.write(b"<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>AGEAYg==</auth>")
    answer = await read_until(reader, b"</failure>", b"</stream:stream>")
    assert b"<success" not in answer
    writer.close()


async def test_registered_account_cannot_make_others(prosody: Prosody) -> None:
    made = await prosody.accounts.create("insider@localhost")
    async with logged_in(prosody.address, made) as client:
        iq = client.make_iq_set(ito="localhost")
        query = slix_query("jabber:iq:register", username="second", password="x")
        iq.append(query)
        answer = await _sent(iq)
        assert answer["type"] == "error"
    assert not await prosody.accounts.exists("second@localhost")


def slix_query(namespace: str, **fields: str) -> Any:
    from xml.etree import ElementTree as ET

    query = ET.Element(f"{{{namespace}}}query")
    for name, value in fields.items():
        ET.SubElement(query, f"{{{namespace}}}{name}").text = value
    return query


async def _sent(iq: Any) -> Any:
    from slixmpp.exceptions import IqError

    try:
        return await iq.send(timeout=PATIENCE)
    except IqError as error:
        return error.iq


async def test_people_have_an_archive_and_copies_and_agents_have_neither(prosody: Prosody) -> None:
    person, agent = await prosody.accounts.ensure(["looker@localhost", "worker@agents.localhost"])
    async with logged_in(prosody.address, person) as client:
        account = (await client.plugin["xep_0030"].get_info(jid=JID(person.jid), timeout=PATIENCE))["disco_info"][
            "features"
        ]
        host = (await client.plugin["xep_0030"].get_info(jid=JID("localhost"), timeout=PATIENCE))["disco_info"][
            "features"
        ]
    assert "urn:xmpp:mam:2" in account
    assert "urn:xmpp:carbons:2" in host
    async with logged_in(prosody.address, agent) as client:
        account = (await client.plugin["xep_0030"].get_info(jid=JID(agent.jid), timeout=PATIENCE))["disco_info"][
            "features"
        ]
        host = (await client.plugin["xep_0030"].get_info(jid=JID("agents.localhost"), timeout=PATIENCE))["disco_info"][
            "features"
        ]
    assert "urn:xmpp:mam:2" not in account
    assert "urn:xmpp:carbons:2" not in host


async def test_stream_management_is_on_for_both_hosts(prosody: Prosody) -> None:
    made = await prosody.accounts.ensure(["managed@localhost", "managed@agents.localhost"])
    for one in made:
        async with logged_in(prosody.address, one) as client:
            assert client.plugin["xep_0198"].enabled_in
            assert client.plugin["xep_0198"].enabled_out


async def test_conversation_with_an_agent_is_in_the_persons_archive(prosody: Prosody) -> None:
    person, agent = await prosody.accounts.ensure(["diarist@localhost", "echo@agents.localhost"])
    async with logged_in(prosody.address, person) as client, logged_in(prosody.address, agent) as echo:
        client.say(agent.jid, "first")
        echo.say((await echo.received())["from"], "second")
        await client.received()
        result = await client.plugin["xep_0313"].retrieve(timeout=PATIENCE)
        bodies = [m["mam_result"]["forwarded"]["stanza"]["body"] for m in result["mam"]["results"]]
        assert bodies == ["first", "second"]


@pytest.mark.parametrize("jid", ["sender@localhost", "sender@agents.localhost"])
async def test_file_is_put_and_fetched(prosody: Prosody, jid: str) -> None:
    made = await prosody.accounts.create(jid)
    content = os.urandom(300_000)
    async with logged_in(prosody.address, made) as client, aiohttp.ClientSession() as http:
        upload = client.plugin["xep_0363"]
        service = await upload.find_upload_service(timeout=PATIENCE)
        assert service is not None
        slot = await upload.request_slot(JID("upload.localhost"), "a b.bin", len(content), timeout=PATIENCE)
        put = slot["http_upload_slot"]["put"]
        headers = {header["name"]: header["value"] for header in put["headers"]}
        assert put["url"].startswith("http://127.0.0.1:")
        async with http.put(put["url"], data=content, headers=headers) as answer:
            assert answer.status == 201
        async with http.get(slot["http_upload_slot"]["get"]["url"]) as answer:
            assert await answer.read() == content
        async with http.put(put["url"], data=b"x", headers={}) as answer:
            assert answer.status == 401


async def test_file_over_the_limit_gets_no_slot(prosody: Prosody) -> None:
    from slixmpp.exceptions import IqError

    made = await prosody.accounts.create("heavy@localhost")
    async with logged_in(prosody.address, made) as client:
        with pytest.raises(IqError, match=r"too large|not-acceptable"):
            await client.plugin["xep_0363"].request_slot(
                JID("upload.localhost"), "x", 65 * 1024 * 1024, timeout=PATIENCE
            )


async def test_stanza_below_the_limit_passes_and_one_above_ends_the_stream(prosody: Prosody) -> None:
    one, two = await prosody.accounts.ensure(["big@agents.localhost", "wide@agents.localhost"])
    async with logged_in(prosody.address, one) as sender, logged_in(prosody.address, two) as receiver:
        sender.say(two.jid, "x" * 250_000)
        assert len((await receiver.received())["body"]) == 250_000
        lost = asyncio.Event()
        sender.add_event_handler("disconnected", lambda _: lost.set())
        sender.say(two.jid, "y" * 300_000)
        async with asyncio.timeout(PATIENCE):
            await lost.wait()
        assert receiver.inbox.empty()


async def test_removing_an_account_ends_its_sessions(prosody: Prosody) -> None:
    made = await prosody.accounts.create("leaver@agents.localhost")
    async with logged_in(prosody.address, made) as client:
        lost = asyncio.Event()
        client.add_event_handler("disconnected", lambda _: lost.set())
        await prosody.accounts.remove(made.jid)
        async with asyncio.timeout(PATIENCE):
            await lost.wait()
    assert await prosody.accounts.credentials(made.jid) is None
    async with logged_in(prosody.address, made, expect="refused"):
        pass


async def test_new_password_replaces_the_old(prosody: Prosody) -> None:
    old = await prosody.accounts.create("changer@localhost")
    new = await prosody.accounts.set_password(old.jid, password="correct horse ä \"'\\ battery")
    async with logged_in(prosody.address, new):
        pass
    async with logged_in(prosody.address, old, expect="refused"):
        pass


async def test_agents_get_each_other_s_messages_in_order(prosody: Prosody) -> None:
    one, two = await prosody.accounts.ensure(["ping@agents.localhost", "pong@agents.localhost"])
    async with logged_in(prosody.address, one) as ping, logged_in(prosody.address, two) as pong:
        pong.add_event_handler("message", lambda m: pong.say(m["from"], m["body"]))
        for number in range(100):
            ping.say(pong.boundjid.full, str(number))
            assert (await ping.received())["body"] == str(number)
