"""Conversations: what clients see beside the text, questions in between, and several people at once."""

import asyncio
import time
from uuid import uuid4

import pytest

from tests.e2e.assistant import Assistant
from tests.e2e.client import Answer

pytestmark = pytest.mark.xdist_group("e2e-one")


async def test_the_person_sees_that_an_answer_is_being_written(one_process: Assistant) -> None:
    async with await one_process.person("watcher") as person:
        answer = await person.say(one_process.jid, "what is 6 * 7?")
        assert "42" in answer.text
        await person.synchronise()
        assert person.states[0] == "composing"
        assert person.states[-1] == "active"


async def test_receipts_are_sent_where_they_are_asked_for(one_process: Assistant) -> None:
    async with await one_process.person("asker") as person:
        plain = person.send(one_process.jid, "hello")
        certain = person.send(one_process.jid, "what is 6 * 7?", receipt=True)
        await person.answer_to(certain, since=time.monotonic())
        await person.synchronise()
        assert person.receipts == [certain]
        assert plain not in person.receipts


@pytest.mark.parametrize("text", ["help", "what can you do?"])
async def test_help_names_what_can_be_said(one_process: Assistant, text: str) -> None:
    async with await one_process.person(f"novice-{uuid4().hex[:6]}") as person:
        answer = await person.say(one_process.jid, text)
    assert answer.intent == "help"
    assert "remind me tomorrow at 9 to call John" in answer.text


async def test_nonsense_is_answered_with_where_to_find_help(one_process: Assistant) -> None:
    async with await one_process.person("rambler") as person:
        answer = await person.say(one_process.jid, "xyzzy plugh frotz")
    assert "help" in answer.text
    assert answer.state == "done"


async def test_an_open_question_gets_an_honest_answer_without_a_language_model(one_process: Assistant) -> None:
    async with await one_process.person("thinker") as person:
        answer = await person.say(one_process.jid, "write a poem about the rain in March")
    assert "language model" in answer.text
    assert "llm.url" in answer.text
    assert answer.state == "failed"


async def test_many_reminders_are_cancelled_only_after_a_yes(one_process: Assistant) -> None:
    async with await one_process.person("busy") as person:
        for hour in range(9, 13):
            await person.say(one_process.jid, f"remind me tomorrow at {hour} to do task {hour}")
        asked = await person.say(one_process.jid, "cancel all my reminders")
        assert asked.state == "asking"
        assert "4 reminders" in asked.text
        declined = await person.say(one_process.jid, "no")
        assert declined.text
        assert "Cancelled" not in declined.text
        assert (await person.say(one_process.jid, "list my reminders")).text.count("task") == 4

        await person.say(one_process.jid, "cancel all my reminders")
        done = await person.say(one_process.jid, "yes")
        assert "Cancelled" in done.text
        assert "no reminders" in (await person.say(one_process.jid, "list my reminders")).text


async def test_work_is_stopped_on_request(one_process: Assistant) -> None:
    async with await one_process.person("impatient") as person:
        began = time.monotonic()
        working = person.send(one_process.jid, "run python: import time; time.sleep(2.5); print('through')")
        doing = await person.say(one_process.jid, "what are you doing?")
        assert "sleep" in doing.text
        assert "Stopped" in (await person.say(one_process.jid, "stop")).text
        ended = await person.answer_to(working, since=began)
        assert "through" not in ended.text
        assert ended.seconds < 2.5


async def test_sessions_of_people_are_apart(one_process: Assistant) -> None:
    async with await one_process.person("ann") as ann, await one_process.person("bob") as bob:
        asked, other = await asyncio.gather(
            ann.say(one_process.jid, "remind me to buy milk"), bob.say(one_process.jid, "what is 2 + 2?")
        )
        assert asked.state == "asking"
        assert "2+2 = 4" in other.text.replace(" + ", "+")
        await bob.say(one_process.jid, "remember that my favourite colour is green")
        assert "tomorrow at 9:00: buy milk" in (await ann.say(one_process.jid, "tomorrow at 9")).text
        assert "no reminders" in (await bob.say(one_process.jid, "list my reminders")).text
        assert "green" not in (await ann.say(one_process.jid, "what is my favourite colour?")).text
        assert "green" in (await bob.say(one_process.jid, "what is my favourite colour?")).text
        assert all("milk" not in heard.body for heard in bob.heard)


async def test_ten_people_are_answered_at_once(one_process: Assistant) -> None:
    people = [await one_process.person(f"guest-{number}") for number in range(10)]

    async def ask(number: int) -> Answer:
        async with people[number] as person:
            return await person.say(one_process.jid, f"what is {number} * 1000 + 7?")

    answers = await asyncio.gather(*(ask(number) for number in range(10)))
    for number, answer in enumerate(answers):
        assert f"= {number * 1000 + 7}" in answer.text
        assert len(answer.parts) == 1


async def test_a_hundred_messages_of_one_person_do_not_hold_up_another(one_process: Assistant) -> None:
    async with await one_process.person("flood") as flood, await one_process.person("calm") as calm:
        began = time.monotonic()
        sent = [flood.send(one_process.jid, f"what is {number} + 1000?") for number in range(100)]
        answer = await calm.say(one_process.jid, "what is 6 * 7?")
        assert "42" in answer.text
        assert answer.seconds < 5
        answers = [await flood.answer_to(message, since=began, timeout=60) for message in sent]
        for number, each in enumerate(answers):
            assert len(each.parts) == 1
            assert f"= {number + 1000}" in each.text or "a lot at once" in each.text
        assert sum("= " in each.text for each in answers) >= 50
        assert "42" in (await flood.say(one_process.jid, "what is 6 * 7?")).text
