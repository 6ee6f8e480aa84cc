"""What the assistant is for, said by a client that knows nothing of it: in one process, and over many."""

import asyncio
from pathlib import Path
from uuid import uuid4

from tests.e2e.assistant import Assistant, Award
from tests.e2e.client import Client


async def someone(parley: Assistant) -> Client:
    """Return a client of a person nobody has met before."""
    return await parley.person(f"person-{uuid4().hex[:8]}")


async def test_sums_are_worked_out_by_the_best_of_two_bidders(parley: Assistant) -> None:
    async with await someone(parley) as person:
        answer = await person.say(parley.jid, "what is 17% of 2340?")
    assert "397.8" in answer.text
    assert (answer.intent, answer.state) == ("calculate", "done")
    assert Award("hands", "calculate", 2) in parley.awards


async def test_a_reminder_arrives_once(parley: Assistant) -> None:
    async with await someone(parley) as person:
        answer = await person.say(parley.jid, "remind me in 2 seconds to stretch")
        assert answer.state == "done"
        arrived = await person.until(lambda heard: heard.body.startswith("Reminder: stretch"), timeout=10)
        assert arrived.body == "Reminder: stretch"
        assert "no reminders" in (await person.say(parley.jid, "list my reminders")).text
        await person.synchronise()
        assert [heard.body for heard in person.heard].count(arrived.body) == 1


async def test_reminders_are_listed_and_cancelled(parley: Assistant) -> None:
    async with await someone(parley) as person:
        await person.say(parley.jid, "remind me tomorrow at 9 to call John")
        await person.say(parley.jid, "remind me in 3 days at 18:30 to water the plants")
        listed = (await person.say(parley.jid, "list my reminders")).text
        assert "call John" in listed
        assert "tomorrow at 9:00" in listed
        assert "water the plants" in listed
        cancelled = await person.say(parley.jid, "cancel the reminder to call John")
        assert "Cancelled: call John" in cancelled.text
        listed = (await person.say(parley.jid, "list my reminders")).text
        assert "call John" not in listed
        assert "water the plants" in listed


async def test_what_is_missing_is_asked_for(parley: Assistant) -> None:
    async with await someone(parley) as person:
        asked = await person.say(parley.jid, "remind me to buy milk")
        assert asked.state == "asking"
        assert "When" in asked.text
        answered = await person.say(parley.jid, "tomorrow at 8")
        assert answered.state == "done"
        assert "tomorrow at 8:00: buy milk" in answered.text


async def test_what_people_say_is_remembered(parley: Assistant) -> None:
    async with await someone(parley) as person:
        await person.say(parley.jid, "remember that my sister's name is Mia")
        answer = await person.say(parley.jid, "what is my sister's name?")
        assert "Mia" in answer.text
        assert answer.state == "done"


async def test_documents_are_read_and_cited(parley: Assistant, home: Path) -> None:
    async with await someone(parley) as person:
        read = await person.say(parley.jid, "ingest ~/Documents/quarter.pdf")
        assert "quarter.pdf" in read.text
        answer = await person.say(parley.jid, "what do my notes say about the Q3 budget?")
        assert "48,200" in answer.text
        assert "quarter.pdf, page 2" in answer.text
        source = answer.sources[0]
        assert (source.title, source.location, source.page) == (
            "quarter.pdf", str(home / "Documents" / "quarter.pdf"), "2",
        )  # fmt: skip


async def test_the_screen_is_read(parley: Assistant) -> None:
    async with await someone(parley) as person:
        whole = await person.say(parley.jid, "what is on my screen?")
        assert "tomatoes and basil" in whole.text
        assert "Train to Hamburg" in whole.text
        window = await person.say(parley.jid, "read the window")
        assert "Train to Hamburg" in window.text
        assert "tomatoes" not in window.text
    assert Award("close-eye", "read-screen", 2) in parley.awards


async def test_a_message_with_two_wishes_has_two_results(parley: Assistant, home: Path) -> None:
    async with await someone(parley) as person:
        answer = await person.say(
            parley.jid, "find the markdown files in my documents and remind me tomorrow at 9 to tidy them"
        )
        assert str(home / "Documents" / "garden.md") in answer.text
        assert str(home / "Documents" / "ideas.md") in answer.text
        assert "plain.txt" not in answer.text
        assert "tomorrow at 9:00: tidy them" in answer.text
        assert "tidy them" in (await person.say(parley.jid, "list my reminders")).text


async def test_code_runs_without_network(parley: Assistant) -> None:
    async with await someone(parley) as person:
        assert "42" in (await person.say(parley.jid, "run print(6 * 7)")).text
        code = "run python: import socket; socket.create_connection(('127.0.0.1', 1), 1)"
        refused = (await person.say(parley.jid, code)).text
        assert "Error" in refused


async def test_code_that_never_ends_or_eats_memory_is_stopped(parley: Assistant) -> None:
    async with await someone(parley) as person:
        endless, greedy = await asyncio.gather(
            person.say(parley.jid, "run python: while True: pass"),
            person.say(parley.jid, "run python: print(len(bytearray(3 * 2 ** 30)))"),
        )
        assert "stopped the code after 3 s" in endless.text
        assert "memory" in greedy.text
        assert "397.8" in (await person.say(parley.jid, "what is 17% of 2340?")).text
