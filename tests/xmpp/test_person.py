"""A person's side of chat, as the command line uses it."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
from slixmpp import JID

from tests.xmpp.assistant import Assistant, assistant
from tests.xmpp.server.client import PATIENCE
from tests.xmpp.society import Society, soon
from xmpp.chat import PersonMessage
from xmpp.person import Person, Said, TurnNotEndedError
from xmpp.turn import TurnMark

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group(__name__)]


async def person(bot: Assistant, name: str = "ann") -> Person:
    """Connect a person as the command line does."""
    society = bot.society
    account = await society.account(society.person(name))
    bot.people.add(account.jid)
    made = Person(account, society.server.address.for_clients, bot.jid)
    await made.open()
    society.at_end(made.close)
    return made


async def answering(bot: Assistant, *answers: tuple[str, TurnMark | None]) -> PersonMessage:
    """Answer the next message; a mark's ``of`` of ``?`` stands for it."""
    message = await bot.message()
    for text, mark in answers:
        if mark is None:
            await bot.chat.tell(message.person, text, delivery=uuid4().hex)
        else:
            of = message.id if mark.of == "?" else mark.of
            await bot.chat.reply(message, text, TurnMark(of=of, state=mark.state, end=mark.end))
    return message


async def test_a_turn_is_read_to_its_end(society: Society) -> None:
    bot = await assistant(society)
    ann = await person(bot)
    answers = asyncio.create_task(
        answering(
            bot,
            ("of another turn", TurnMark(of="other", state="done", end=True)),
            ("working on it", TurnMark(of="?", state="working", end=False)),
            ("done", TurnMark(of="?", state="done", end=True)),
            ("too late", TurnMark(of="?", state="done", end=True)),
        )
    )
    said = [said async for said in ann.say("do it", timeout=PATIENCE)]
    assert [s.text for s in said] == ["working on it", "done"]
    assert said[0].mark == TurnMark(of=(await answers).id, state="working", end=False)


async def test_a_turn_that_does_not_end_in_time(society: Society) -> None:
    bot = await assistant(society)
    ann = await person(bot)
    working = ("working", TurnMark(of="?", state="working", end=False))
    answers = asyncio.create_task(answering(bot, working))
    heard: list[Said] = []

    async def listen() -> None:
        async for said in ann.say("do it", timeout=0.5):
            heard.append(said)

    with pytest.raises(TurnNotEndedError, match=r"No answer within 0\.5 s"):
        await listen()
    assert [said.text for said in heard] == ["working"]
    await answers


async def test_without_presence_what_is_told_goes_to_the_persons_client(society: Society) -> None:
    bot = await assistant(society)
    ann = await person(bot)
    client = await bot.friend()
    answers = asyncio.create_task(
        answering(bot, ("Reminder: stretch", None), ("done", TurnMark("?", "done", end=True)))
    )
    assert [said.text async for said in ann.say("hello", timeout=PATIENCE)] == ["done"]
    await answers
    assert (await client.received())["body"] == "Reminder: stretch"


async def test_only_the_assistant_is_heard(society: Society) -> None:
    bot = await assistant(society)
    ann = await person(bot)
    eve = await bot.stranger()
    eve.say(ann._connection.boundjid, "I am the assistant")
    await eve.plugin["xep_0199"].send_ping(JID(eve.boundjid.domain), timeout=PATIENCE)
    answers = asyncio.create_task(answering(bot, ("done", TurnMark("?", "done", end=True))))
    ann.send("hello")
    assert (await soon(ann.hear())).text == "done"
    await answers
