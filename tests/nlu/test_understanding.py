"""Rasa and the rule parser together: whose reading of a message counts. Rasa is played, at its HTTP interface."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from nlu.readings import Intent, Turn
from nlu.settings import NluSettings
from nlu.understanding import Understanding
from tests.nlu.support import BERLIN, NOW

ACTIONS = "the token of the actions"


@dataclass
class PlayedRasa:
    """Reads every message as it is told: as an intent with entities, as a question, or as nothing but talk."""

    intent: str = "out_of_scope"
    entities: dict[str, str] = field(default_factory=dict)
    asks: str = ""
    says: str = ""
    actions_url: str = ""
    restarted: int = 0

    async def webhook(self, request: web.Request) -> web.Response:
        message = await request.json()
        if self.asks:
            return web.json_response([{"text": "What?", "custom": {"asking": self.asks}}])
        if self.says:
            return web.json_response([{"text": self.says}])
        parsed = {
            "text": message["message"],
            "intent": {"name": self.intent, "confidence": 0.99},
            "entities": [{"entity": name, "value": value} for name, value in self.entities.items()],
        }
        tracker = {"sender_id": message["sender"], "latest_message": parsed}
        async with aiohttp.ClientSession(headers={"Authorization": f"Bearer {ACTIONS}"}) as session:
            body = {"next_action": "action_goal", "tracker": tracker}
            async with session.post(self.actions_url, json=body) as answer:
                answer.raise_for_status()
        return web.json_response([])

    async def events(self, _: web.Request) -> web.Response:
        self.restarted += 1
        return web.json_response({})


@asynccontextmanager
async def understanding(
    folder: Path, monkeypatch: pytest.MonkeyPatch, rasa: PlayedRasa
) -> AsyncIterator[Understanding]:
    application = web.Application()
    application.router.add_post("/webhooks/parley/webhook", rasa.webhook)
    application.router.add_post("/conversations/{who}/tracker/events", rasa.events)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    monkeypatch.setenv("PLAYED_ACTIONS", ACTIONS)
    settings = NluSettings(
        url=f"http://127.0.0.1:{runner.addresses[0][1]}", action_token_env="PLAYED_ACTIONS", turn_seconds=30
    )
    both = Understanding(settings, folder=folder, use_rasa=True)
    await both.start()
    rasa.actions_url = both.actions_url or ""
    try:
        yield both
    finally:
        await both.stop()
        await runner.cleanup()


def wishes(turn: Turn) -> list[tuple[str, dict[str, str]]]:
    return [(str(reading.intent), dict(reading.slots)) for reading in turn.readings]


QUESTION = "who waters the palms?"
CASES: list[tuple[str, str, PlayedRasa, list[tuple[str, dict[str, str]]]]] = [
    (
        "slots that both find are the rule parser's",
        "remind me every monday and friday at 6pm to water the palms",
        PlayedRasa("set_reminder", {"what": "every monday and to water the palms", "when": "friday at 6pm"}),
        [("set_reminder", {"what": "water the palms", "when": "every monday and friday at 6pm"})],
    ),
    (
        "a question that Rasa calls open may be looked up",
        QUESTION,
        PlayedRasa("open_goal"),
        [("open_goal", {"goal": QUESTION, "question": QUESTION.rstrip("?")})],
    ),
    (
        "an order that Rasa calls open may not",
        "write me a poem about palms",
        PlayedRasa("open_goal"),
        [("open_goal", {"goal": "write me a poem about palms"})],
    ),
    (
        "a question that Rasa finds out of scope",
        QUESTION,
        PlayedRasa(says="I am not sure what you mean."),
        [("open_goal", {"goal": QUESTION.rstrip("?"), "question": QUESTION.rstrip("?")})],
    ),
    (
        "a question that Rasa begins a form for",
        QUESTION,
        PlayedRasa(asks="expression"),
        [("open_goal", {"goal": QUESTION.rstrip("?"), "question": QUESTION.rstrip("?")})],
    ),
    (
        "a search for nothing is no search",
        QUESTION,
        PlayedRasa("find_files"),
        [("open_goal", {"goal": QUESTION.rstrip("?"), "question": QUESTION.rstrip("?")})],
    ),
    (
        "a matter and a time from now are a reminder",
        "in 40 minutes: water the palms",
        PlayedRasa("calculate", {"expression": "40 minutes: water the palms"}),
        [("set_reminder", {"what": "water the palms", "when": "in 40 minutes"})],
    ),
    (
        "a statement is no question",
        "my favourite tree is the palm",
        PlayedRasa("ask_fact"),
        [("remember_fact", {"fact": "my favourite tree is the palm"})],
    ),
    (
        "what Rasa alone understands is as it says",
        "the palm story from march, I'd love a look at it",
        PlayedRasa("find_files", {"name": "palm story"}),
        [("find_files", {"name": "palm story"})],
    ),
]


@pytest.mark.parametrize(("text", "rasa", "wanted"), [case[1:] for case in CASES], ids=[case[0] for case in CASES])
async def test_whose_reading_counts(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    text: str,
    rasa: PlayedRasa,
    wanted: list[tuple[str, dict[str, str]]],
) -> None:
    async with understanding(tmp_path, monkeypatch, rasa) as both:
        turn = await both.turn("ann@x", text, now=NOW, zone=BERLIN)
    assert wishes(turn) == wanted


async def test_who_one_is_is_said_in_the_same_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with understanding(tmp_path, monkeypatch, PlayedRasa(says="I am not sure what you mean.")) as both:
        turn = await both.turn("ann@x", "what's your name?", now=NOW, zone=BERLIN)
        assert "I am Parley" in turn.say[0]
        assert turn.intent is Intent.HELP


async def test_words_are_corrected_in_the_middle_of_a_form_of_rasa(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rasa = PlayedRasa(asks="when")
    async with understanding(tmp_path, monkeypatch, rasa) as both:
        assert (await both.turn("ann@x", "remind me to ring Paul", now=NOW, zone=BERLIN)).asking
        assert (await both.turn("ann@x", "sorry, I meant Vera", now=NOW, zone=BERLIN)).asking
        turn = await both.turn("ann@x", "tomorrow at 9", now=NOW, zone=BERLIN)
    assert wishes(turn) == [("set_reminder", {"what": "ring Vera", "when": "tomorrow at 9"})]
    assert rasa.restarted == 1
