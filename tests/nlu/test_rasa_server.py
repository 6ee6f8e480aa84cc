"""A really running Rasa: how well it understands, how it leads the talk, and who may speak to it."""

import asyncio
import socket
from collections.abc import Iterator
from itertools import count
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import pytest
import yaml

from nlu import training
from nlu.errors import NluUnavailable
from nlu.rasa_client import RasaAddress, RasaClient, RasaReader
from nlu.readings import SLOTS, Intent, Turn
from tests.nlu.conftest import RunningRasa
from tests.nlu.support import BERLIN, NOW

pytestmark = [
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.xdist_group("rasa"),
    pytest.mark.timeout(1200),  # the first of them may have to wait for the training
]

UNSEEN: dict[str, list[dict[str, Any]]] = yaml.safe_load(
    (Path(__file__).parent / "rasa_sentences.yml").read_text(encoding="utf-8")
)
PEOPLE: Iterator[str] = (f"person{number}@example.org" for number in count())


async def talk(rasa: RunningRasa, *messages: str) -> list[Turn]:
    """Return the turns of a talk with someone new."""
    person = next(PEOPLE)
    return [await rasa.interpreter.turn(person, message, now=NOW, zone=BERLIN) for message in messages]


def wishes(turn: Turn) -> list[tuple[str, dict[str, str]]]:
    return [(str(reading.intent), dict(reading.slots)) for reading in turn.readings]


# -- how well it understands


async def test_unseen_sentences_are_of_every_intent() -> None:
    assert set(UNSEEN) == {str(intent) for intent in Intent}
    assert min(map(len, UNSEEN.values())) >= 10


async def test_accuracy_on_unseen_sentences(rasa_server: RunningRasa) -> None:
    wrong, total = [], 0
    slots_wrong, slots_total = [], 0
    for intent, rows in UNSEEN.items():
        for row in rows:
            reading = await rasa_server.reader.read(row["text"], now=NOW, zone=BERLIN)
            total += 1
            if reading.intent != intent:
                wrong.append((row["text"], intent, str(reading.intent), round(reading.confidence, 2)))
                continue
            for name, value in row.get("slots", {}).items():
                slots_total += 1
                if reading.slots.get(name) != value:
                    slots_wrong.append((row["text"], name, reading.slots.get(name)))
    assert 1 - len(wrong) / total >= 0.93, wrong
    assert 1 - len(slots_wrong) / slots_total >= 0.9, slots_wrong


@pytest.mark.parametrize(
    ("text", "slots"),
    [
        ("remind me to call Ann at 5", {"what": "call Ann", "when": "at 5"}),
        ("remind me at 5 to call Ann", {"what": "call Ann", "when": "at 5"}),
        ("remind me in 10 seconds to stretch", {"what": "stretch", "when": "in 10 seconds"}),
        ("can you remind me tomorrow at 9 that the bins go out", {"what": "the bins go out", "when": "tomorrow at 9"}),
        ("remind me tomorrow to read the report at 9", {"what": "read the report", "when": "tomorrow at 9"}),
        ("every monday at 8 remind me to water the plants", {"what": "water the plants", "when": "every monday at 8"}),
        (
            "remind me to take out the trash every Thursday evening",
            {"what": "take out the trash", "when": "every Thursday evening"},
        ),
        ("remind me at 5 that the train leaves at 6", {"what": "the train leaves at 6", "when": "at 5"}),
        ("remind me to call Ann at 5 about the budget", {"what": "call Ann about the budget", "when": "at 5"}),
        (
            "Remind me about the dentist next Tuesday at 3pm, please!",
            {"what": "the dentist", "when": "next Tuesday at 3pm"},
        ),
        ("i need to ring the garage at 4pm, don't let me forget", {"what": "ring the garage", "when": "at 4pm"}),
        ("remind me to drink water", {"what": "drink water"}),
        ("remind me in 20 minutes", {"when": "in 20 minutes"}),
        ("set a timer for 10 minutes", {"what": "timer", "when": "for 10 minutes"}),
    ],
)
async def test_what_and_when_of_a_reminder(rasa_server: RunningRasa, text: str, slots: dict[str, str]) -> None:
    reading = await rasa_server.reader.read(text, now=NOW, zone=BERLIN)
    assert (reading.intent, dict(reading.slots)) == (Intent.SET_REMINDER, slots)
    assert bool(reading.times) == ("when" in slots)


async def test_a_reading_has_alternatives_and_known_slots(rasa_server: RunningRasa) -> None:
    reading = await rasa_server.reader.read("what is on my screen?", now=NOW, zone=BERLIN)
    assert reading.source == "rasa"
    assert len(reading.alternatives) == 3
    assert reading.intent not in {other.intent for other in reading.alternatives}
    assert set(reading.slots) <= set(SLOTS[reading.intent])


async def test_long_text_is_read_and_kept_whole(rasa_server: RunningRasa) -> None:
    text = "what do my notes say about the budget? " + "and there is more to it, " * 4000
    reading = await rasa_server.reader.read(text, now=NOW, zone=BERLIN)
    assert reading.text == text.strip()


@pytest.mark.parametrize(
    "text", ["🎉", "?!", "\u202e\u0000x", "a" * 3000, "```", "[x](what)", "/", "${PATH}", "{}", "/home/me"]
)
async def test_any_text_is_read(rasa_server: RunningRasa, text: str) -> None:
    assert (await rasa_server.reader.read(text, now=NOW, zone=BERLIN)).text


async def test_the_model_is_small(rasa_model: Path) -> None:
    assert (await asyncio.to_thread(rasa_model.stat)).st_size < 60_000_000
    assert not training.is_stale(training.PROJECT)


# -- how it leads the talk


async def test_what_is_complete_is_acted_on_at_once(rasa_server: RunningRasa) -> None:
    (turn,) = await talk(rasa_server, "remind me at 5 to call Ann")
    assert wishes(turn) == [("set_reminder", {"what": "call Ann", "when": "at 5"})]
    assert (turn.say, turn.asking) == ((), False)


@pytest.mark.parametrize(
    ("messages", "slots"),
    [
        (("remind me to call Ann", "at 6 tomorrow"), {"what": "call Ann", "when": "at 6 tomorrow"}),
        (("remind me at 6pm", "to call Ann"), {"what": "call Ann", "when": "at 6pm"}),
        (("set a reminder", "buy bread", "in 20 minutes"), {"what": "buy bread", "when": "in 20 minutes"}),
        (
            ("set a reminder", "pick up the kids at half past three"),
            {"what": "pick up the kids", "when": "at half past three"},
        ),
    ],
)
async def test_what_is_missing_is_asked_for(
    rasa_server: RunningRasa, messages: tuple[str, ...], slots: dict[str, str]
) -> None:
    *before, last = await talk(rasa_server, *messages)
    assert all(turn.asking and turn.say and not turn.readings for turn in before)
    assert wishes(last) == [("set_reminder", slots)]
    assert not last.asking


@pytest.mark.parametrize(
    ("first", "answer", "intent", "slots"),
    [
        ("cancel my reminder", "the one about the dentist", "cancel_reminder", {"which": "the one about the dentist"}),
        ("calculate something for me", "3 * 14", "calculate", {"expression": "3 * 14"}),
        ("run some code", "print(1 + 1)", "run_code", {"code": "print(1 + 1)"}),
        ("read a web page for me", "https://example.org/a", "read_page", {"url": "https://example.org/a"}),
        ("I want to add a document", "/tmp/notes.md", "ingest", {"path": "/tmp/notes.md"}),
        ("take a note", "the code is 4711", "remember_fact", {"fact": "the code is 4711"}),
    ],
)
async def test_other_forms(
    rasa_server: RunningRasa, first: str, answer: str, intent: str, slots: dict[str, str]
) -> None:
    asked, done = await talk(rasa_server, first, answer)
    assert (asked.asking, asked.readings) == (True, ())
    (wish,) = wishes(done)
    assert wish[0] == intent
    assert slots.items() <= wish[1].items()


@pytest.mark.parametrize("word", ["never mind", "stop", "no", "no thanks", "cancel that"])
async def test_a_form_can_be_left(rasa_server: RunningRasa, word: str) -> None:
    asked, left, after = await talk(rasa_server, "cancel my reminder", word, "what time is it")
    assert asked.asking
    assert (left.asking, left.readings) == (False, ())
    assert left.say
    assert [name for name, _ in wishes(after)] == ["ask_time"]


async def test_a_half_said_wish_can_be_forgotten(rasa_server: RunningRasa) -> None:
    person = next(PEOPLE)
    await rasa_server.interpreter.turn(person, "set a reminder", now=NOW, zone=BERLIN)
    await rasa_server.interpreter.forget(person)
    turn = await rasa_server.interpreter.turn(person, "what time is it", now=NOW, zone=BERLIN)
    assert [name for name, _ in wishes(turn)] == ["ask_time"]


async def test_an_answer_that_is_no_time_is_asked_again_without_end_of_the_form(rasa_server: RunningRasa) -> None:
    _, again, done = await talk(rasa_server, "remind me to call Ann", "when the cows come home", "in 5 minutes")
    assert again.asking
    assert wishes(done) == [("set_reminder", {"what": "call Ann", "when": "in 5 minutes"})]


async def test_nothing_of_one_wish_is_left_for_the_next(rasa_server: RunningRasa) -> None:
    _, _, third = await talk(rasa_server, "remind me at 5 to call Ann", "what is 2 + 2", "remind me to stretch")
    assert third.asking
    assert "when" in third.say[-1].lower()


async def test_people_do_not_hear_one_another(rasa_server: RunningRasa) -> None:
    talks = [
        talk(rasa_server, f"remind me to visit person {number}", f"in {number + 2} minutes") for number in range(8)
    ]
    for number, (asked, done) in enumerate(await asyncio.gather(*talks)):
        assert asked.asking
        assert wishes(done) == [
            ("set_reminder", {"what": f"visit person {number}", "when": f"in {number + 2} minutes"})
        ]


@pytest.mark.parametrize("message", ["hello", "thank you", "bye", "help"])
async def test_talk_is_answered(rasa_server: RunningRasa, message: str) -> None:
    (turn,) = await talk(rasa_server, message)
    assert turn.say
    assert turn.readings == ()
    assert not turn.asking


@pytest.mark.parametrize(
    ("message", "intent"), [("yes", "affirm"), ("no", "deny"), ("stop", "stop"), ("are you done yet", "status")]
)
async def test_control_is_handed_on(rasa_server: RunningRasa, message: str, intent: str) -> None:
    (turn,) = await talk(rasa_server, message)
    assert [name for name, _ in wishes(turn)] == [intent]


# -- who may speak to it


@pytest.mark.parametrize(
    "header", [None, "Bearer", "Bearer wrong", "Basic {token}", "{token}", "Bearer {token}x", "Bearer t\u00f6ken"]
)
async def test_the_channel_wants_its_token(rasa_server: RunningRasa, header: str | None) -> None:
    headers = {"Authorization": header.format(token=rasa_server.address.token)} if header else {}
    body = {"sender": "a", "message": "hello"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{rasa_server.address.url}/webhooks/parley/webhook", json=body, headers=headers) as response,
    ):
        assert response.status == 401


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b'{"sender": "a"}',
        b'{"sender": "", "message": "x"}',
        b'{"sender": "a", "message": " "}',
        b'{"sender": 1, "message": "x"}',
        b'{"sender": "a", "message": "x", "metadata": 1}',
    ],
)
async def test_the_channel_refuses_what_is_no_message(rasa_server: RunningRasa, body: bytes) -> None:
    headers = {"Authorization": f"Bearer {rasa_server.address.token}", "Content-Type": "application/json"}
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{rasa_server.address.url}/webhooks/parley/webhook", data=body, headers=headers) as response,
    ):
        assert response.status == 400
        assert (await response.json())["error"].count("\n") == 0


@pytest.mark.parametrize("path", ["/model/parse", "/conversations/a/messages", "/model", "/webhooks/rest/webhook"])
async def test_the_rest_is_closed(rasa_server: RunningRasa, path: str) -> None:
    async with (
        aiohttp.ClientSession() as session,
        session.post(rasa_server.address.url + path, json={"text": "hello"}) as response,
    ):
        assert response.status in {401, 404, 405}


async def test_it_listens_on_loopback_alone(rasa_server: RunningRasa) -> None:
    port = int(rasa_server.address.url.rpartition(":")[2])
    listening = [
        tuple(found.laddr)
        for found in psutil.net_connections("tcp")
        if found.status == psutil.CONN_LISTEN and tuple(found.laddr)[1:] == (port,)
    ]
    assert listening == [("127.0.0.1", port)]


async def test_a_server_that_is_down_is_told() -> None:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        client = RasaClient(RasaAddress(f"http://127.0.0.1:{probe.getsockname()[1]}", "x"), timeout=2)
        with pytest.raises(NluUnavailable):
            await RasaReader(client).read("hello", now=NOW, zone=BERLIN)
        await client.close()
