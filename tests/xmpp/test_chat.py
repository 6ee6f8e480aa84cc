from __future__ import annotations

import asyncio
import logging
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import aiohttp
import pytest
from slixmpp import JID

from ontology.acl import AgentIdentifier, Performative
from tests.xmpp.assistant import assistant
from tests.xmpp.server.client import PATIENCE, PlainClient
from tests.xmpp.society import Log, Society
from tests.xmpp.test_endpoint import acl, send
from xmpp import stanza as codec
from xmpp import turn
from xmpp.chat import PersonMessage
from xmpp.errors import WireError
from xmpp.inbox import Inbox
from xmpp.turn import TurnMark, TurnSource

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group(__name__)]

LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)


async def silence(client: PlainClient) -> None:
    """Check that nothing was sent to a client: the server's answer to a ping comes after all that it had for it."""
    await client.plugin["xep_0199"].send_ping(JID(client.boundjid.domain), timeout=PATIENCE)
    assert client.inbox.empty()


async def test_a_persons_message_is_heard_and_answered(society: Society) -> None:
    bot = await assistant(society)
    ann = await bot.friend()
    sent = ann.make_message(mto=bot.jid, mbody="hello", mtype="chat")
    sent["id"] = "m1"
    sent.send()
    message = await bot.message()
    assert message == PersonMessage(person=ann.boundjid.bare, address=ann.boundjid.full, id="m1", text="hello")
    mark = TurnMark(of="m1", state="done", end=True, intent="greet", sources=(TurnSource("notes.pdf", "/tmp/a", 3),))
    await bot.chat.reply(message, "Hello to you\x00", mark)
    answer = await ann.received()
    assert (answer["body"], answer["from"].bare, answer["to"]) == ("Hello to you\ufffd", bot.jid, ann.boundjid.full)
    assert turn.read(answer) == mark
    assert answer["chat_state"] == "active"


async def test_an_answer_that_is_not_the_last_goes_on_composing(society: Society) -> None:
    bot = await assistant(society)
    ann = await bot.friend()
    ann.say(bot.jid, "hello")
    await bot.chat.reply(await bot.message(), "One moment.", TurnMark(of="m1", state="working", end=False))
    assert (await ann.received())["chat_state"] == "composing"


async def test_composing_is_shown_and_not_kept(society: Society) -> None:
    bot = await assistant(society)
    ann = await bot.friend()
    states: Log[str] = Log()
    ann.add_event_handler("chatstate", lambda stanza: states.append(stanza["chat_state"]))
    ann.say(bot.jid, "hello")
    message = await bot.message()
    bot.chat.composing(message, on=True)
    bot.chat.composing(message, on=False)
    assert await states.of_length(2) == ["composing", "active"]
    archive = await ann.plugin["xep_0313"].retrieve(timeout=PATIENCE)
    assert [m["mam_result"]["forwarded"]["stanza"]["body"] for m in archive["mam"]["results"]] == ["hello"]


async def test_a_receipt_is_given_to_those_who_are_answered(society: Society) -> None:
    bot = await assistant(society)
    ann = await bot.friend()
    receipts: Log[str] = Log()
    ann.add_event_handler("receipt_received", lambda stanza: receipts.append(stanza["receipt"]))
    sent = ann.make_message(mto=bot.jid, mbody="hello", mtype="chat")
    sent["id"] = "m1"
    sent["request_receipt"] = True
    sent.send()
    assert await receipts.of_length(1) == ["m1"]


async def test_a_stranger_gets_no_answer_of_any_kind_and_is_logged_once(
    society: Society, caplog: pytest.LogCaptureFixture
) -> None:
    bot = await assistant(society)
    ann = await bot.friend()
    eve = await bot.stranger()
    any_answer: Log[str] = Log()
    eve.add_event_handler("receipt_received", lambda stanza: any_answer.append("receipt"))
    eve.add_event_handler("chatstate", lambda stanza: any_answer.append("chat state"))
    with caplog.at_level(logging.WARNING, "xmpp"):
        for number in range(3):
            sent = eve.make_message(mto=bot.jid, mbody="my secret", mtype="chat")
            sent["id"] = f"e{number}"
            sent["request_receipt"] = True
            sent["chat_state"] = "active"
            sent.send()
        await eve.plugin["xep_0199"].send_ping(JID(eve.boundjid.domain), timeout=PATIENCE)
        ann.say(bot.jid, "hello")
        assert (await bot.message()).person == ann.boundjid.bare
    await silence(eve)
    assert any_answer == []
    logged = [record.getMessage() for record in caplog.records if record.name == "xmpp.chat"]
    assert len(logged) == 1
    assert eve.boundjid.bare in logged[0]
    assert "secret" not in caplog.text


async def test_who_is_added_to_the_list_is_answered_from_then_on(society: Society) -> None:
    bot = await assistant(society)
    ann = await bot.friend()
    late = await bot.stranger("late")
    late.say(bot.jid, "before")
    await late.plugin["xep_0199"].send_ping(JID(late.boundjid.domain), timeout=PATIENCE)
    ann.say(bot.jid, "hello")
    await bot.message()
    bot.people.add(late.boundjid.bare)
    late.say(bot.jid, "after")
    assert (await bot.message()).text == "after"


async def test_only_people_on_the_list_may_subscribe(society: Society) -> None:
    bot = await assistant(society)
    ann, eve = await bot.friend(), await bot.stranger()
    seen: Log[tuple[str, str]] = Log()
    for client in (ann, eve):
        client.add_event_handler(
            "presence_available", lambda stanza: seen.append((stanza["from"].bare, stanza["to"].bare))
        )
    eve.send_presence_subscription(pto=bot.jid)
    await eve.plugin["xep_0199"].send_ping(JID(eve.boundjid.domain), timeout=PATIENCE)
    ann.send_presence_subscription(pto=bot.jid)
    await seen.until(lambda presences: (bot.jid, ann.boundjid.bare) in presences)
    await silence(eve)
    assert (bot.jid, eve.boundjid.bare) not in seen


async def test_an_acl_message_is_refused_whoever_sends_it(society: Society, caplog: pytest.LogCaptureFixture) -> None:
    bot = await assistant(society)
    ann = await bot.friend()
    me, there = AgentIdentifier(name=ann.boundjid.bare), AgentIdentifier(name=bot.jid)
    with caplog.at_level(logging.WARNING, "xmpp"):
        send(ann, acl(me, there, language="fipa-sl"))
        answer = codec.read(await ann.received())
    assert (answer.performative, answer.language) == (Performative.REFUSE, "json")
    assert ann.boundjid.bare in caplog.text
    for performative in (Performative.REFUSE, Performative.FAILURE, Performative.NOT_UNDERSTOOD):
        send(ann, acl(me, there, performative=performative))
    ann.say(bot.jid, "hello")
    assert (await bot.message()).text == "hello"
    await silence(ann)


async def test_what_is_told_is_kept_for_a_person_who_is_away_and_found_again(society: Society) -> None:
    bot = await assistant(society)
    person = society.person("ann")
    await society.account(person)
    bot.people.add(person)
    delivery, other = uuid4().hex, uuid4().hex
    began = datetime.now(UTC) - timedelta(seconds=5)
    assert not await bot.chat.was_told(person, delivery, since=began)
    await bot.chat.tell(person, "Reminder: stretch", delivery=delivery)
    assert await bot.chat.was_told(person, delivery, since=began)
    assert not await bot.chat.was_told(person, other, since=began)
    assert not await bot.chat.was_told(society.person("bob"), delivery, since=began)
    assert not await bot.chat.was_told(person, delivery, since=datetime.now(UTC) + timedelta(minutes=5))
    ann = await bot.friend()
    arrived = await ann.received()
    assert (arrived["body"], arrived["id"]) == ("Reminder: stretch", delivery)
    assert turn.read(arrived) is None


async def test_the_archive_is_read_to_its_end(society: Society) -> None:
    """A page of it has 50 messages."""
    bot = await assistant(society)
    person = society.person("ann")
    await society.account(person)
    deliveries = [uuid4().hex for _ in range(70)]
    for delivery in deliveries[:-1]:
        outgoing = bot.chat._message(person, "something")
        outgoing["id"] = delivery
        outgoing.send()
    await bot.chat.tell(person, "the last", delivery=deliveries[-1])
    assert await bot.chat.was_told(person, deliveries[-1], since=LONG_AGO)
    assert await bot.chat.was_told(person, deliveries[0], since=LONG_AGO)


async def test_without_a_connection_telling_is_an_error(society: Society) -> None:
    bot = await assistant(society)
    await bot.chat.close()
    with pytest.raises(WireError):
        async with asyncio.timeout(PATIENCE):
            await bot.chat._connection.synchronise(timeout=0.1)
    with pytest.raises(WireError):
        await bot.chat.upload_origin()


async def test_a_file_comes_as_a_link(society: Society, tmp_path_factory: pytest.TempPathFactory) -> None:
    bot = await assistant(society)
    ann = await bot.friend()
    url = await upload(ann, "notes for ann.txt", b"buy milk")
    sent = ann.make_message(mto=bot.jid, mbody=url, mtype="chat")
    sent["oob"]["url"] = url
    sent.send()
    message = await bot.message()
    assert (message.text, message.links) == ("", (url,))
    folder = tmp_path_factory.mktemp("inbox")
    inbox = Inbox(folder, tls=society.server.address.for_clients.tls, origin=bot.chat.upload_origin)
    path = await inbox.fetch(url, now=datetime.now(UTC))
    assert (path.name, path.read_bytes()) == ("notes for ann.txt", b"buy milk")


async def test_a_file_may_come_with_words(society: Society) -> None:
    bot = await assistant(society)
    ann = await bot.friend()
    sent = ann.make_message(mto=bot.jid, mbody="look at this", mtype="chat")
    sent["oob"]["url"] = "http://127.0.0.1/a.txt"
    sent.send()
    message = await bot.message()
    assert (message.text, message.links) == ("look at this", ("http://127.0.0.1/a.txt",))


async def upload(client: PlainClient, name: str, content: bytes) -> str:
    plugin = client.plugin["xep_0363"]
    domain = JID(f"upload.{client.boundjid.domain}")
    slot = (await plugin.request_slot(domain, name, len(content), timeout=PATIENCE))["http_upload_slot"]
    headers = {header["name"]: header["value"] for header in slot["put"]["headers"]}
    async with aiohttp.ClientSession() as http, http.put(slot["put"]["url"], data=content, headers=headers) as answer:
        assert answer.status == 201
    return str(slot["get"]["url"])


async def test_a_damaged_list_of_people_keeps_the_account_alive(society: Society) -> None:
    bot = await assistant(society)
    ann = await bot.friend()
    broken = [WireError("The list is damaged.")]

    def people() -> frozenset[str]:
        if broken:
            raise broken.pop()
        return frozenset(bot.people)

    bot.chat._people = people
    ann.say(bot.jid, "first")
    ann.say(bot.jid, "second")
    assert (await bot.message()).text == "second"
