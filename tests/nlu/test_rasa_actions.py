"""The action server, spoken to as Rasa speaks to it."""

import json
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from nlu.action_server import ActionCall, ActionServer
from nlu.readings import Intent

TOKEN = "a token"


@pytest_asyncio.fixture
async def actions() -> AsyncIterator[ActionServer]:
    server = ActionServer(token=TOKEN)
    await server.start()
    yield server
    await server.stop()


async def call(server: ActionServer, body: object, *, token: str | None = TOKEN) -> tuple[int, dict[str, Any]]:
    headers = {"Authorization": f"Bearer {token}"} if token is not None else {}
    data = body if isinstance(body, bytes) else json.dumps(body).encode()
    async with aiohttp.ClientSession() as session, session.post(server.url, data=data, headers=headers) as response:
        return response.status, await response.json()


def message(text: str, intent: str, confidence: float = 0.9, **entities: str) -> dict[str, Any]:
    return {
        "text": text,
        "intent": {"name": intent, "confidence": confidence},
        "entities": [{"entity": kind, "value": value, "start": 0, "end": 1} for kind, value in entities.items()],
        "intent_ranking": [
            {"name": intent, "confidence": confidence},
            {"name": "nlu_fallback", "confidence": 0.05},
            {"name": "help", "confidence": 0.03},
            {"name": "stop", "confidence": 0.02},
            {"name": "greet", "confidence": 0.01},
        ],
    }


def action(name: str, latest: dict[str, Any], *events: dict[str, Any], **slots: str | None) -> dict[str, Any]:
    tracker = {
        "sender_id": "ana@example.org",
        "slots": slots,
        "latest_message": latest,
        "events": [{"event": "user", "text": latest["text"]}, *events],
        "active_loop": {},
    }
    return {"next_action": name, "sender_id": "ana@example.org", "tracker": tracker, "version": "3.6.21"}


async def test_a_goal_without_a_form(actions: ActionServer) -> None:
    body = action("action_goal", message("find my notes on the budget", "find_files", name="budget", kind="notes"))
    status, answer = await call(actions, body)
    assert status == 200
    assert answer["responses"] == []
    (reading,) = actions.take("ana@example.org")
    assert (reading.intent, dict(reading.slots)) == (Intent.FIND_FILES, {"name": "budget", "kind": "notes"})
    assert (reading.source, reading.confidence, reading.text) == ("rasa", 0.9, "find my notes on the budget")
    assert len(reading.alternatives) == 3
    assert actions.take("ana@example.org") == ()


async def test_a_goal_empties_all_slots(actions: ActionServer) -> None:
    _, answer = await call(actions, action("action_goal", message("x", "status")))
    assert {event["name"] for event in answer["events"]} >= {"what", "when", "which", "fact", "path", "code", "url"}
    assert all(event["event"] == "slot" and event["value"] is None for event in answer["events"])


async def test_a_form_settles_intent_and_slots(actions: ActionServer) -> None:
    body = action(
        "action_goal",
        message("tomorrow at nine", "inform", when="tomorrow"),
        {"event": "action", "name": "reminder_form"},
        what="call Ann",
        when="tomorrow at nine",
    )
    await call(actions, body)
    (reading,) = actions.take("ana@example.org")
    assert reading.intent is Intent.SET_REMINDER
    assert dict(reading.slots) == {"what": "call Ann", "when": "tomorrow at nine"}


@pytest.mark.parametrize(
    ("intent", "slot"), [("ask_fact", "question"), ("ask_documents", "question"), ("open_goal", "goal")]
)
async def test_some_slots_are_the_whole_text(actions: ActionServer, intent: str, slot: str) -> None:
    await call(actions, action("action_goal", message("what is it about?", intent)))
    assert dict(actions.take("ana@example.org")[0].slots) == {slot: "what is it about?"}


async def test_leaving_a_form_brings_no_reading(actions: ActionServer) -> None:
    status, answer = await call(actions, action("action_drop", message("never mind", "stop"), what="x"))
    assert (status, answer["responses"]) == (200, [{"response": "utter_dropped"}])
    assert actions.take("ana@example.org") == ()


async def test_a_time_that_is_none_is_asked_for_again(actions: ActionServer) -> None:
    body = action(
        "validate_reminder_form",
        message("hm not sure", "inform"),
        {"event": "action", "name": "reminder_form"},
        {"event": "slot", "name": "when", "value": "hm not sure"},
        requested_slot="when",
        when="hm not sure",
    )
    _, answer = await call(actions, body)
    assert {"event": "slot", "name": "when", "value": None} in answer["events"]
    assert answer["responses"] == [{"response": "utter_no_time"}]


@pytest.mark.parametrize("token", [None, "", "another", "töken"])
async def test_without_the_token_nothing_happens(actions: ActionServer, token: str | None) -> None:
    status, answer = await call(actions, action("action_goal", message("x", "status")), token=token)
    assert (status, list(answer)) == (401, ["error"])
    assert actions.take("ana@example.org") == ()


async def test_an_unknown_action_is_named(actions: ActionServer) -> None:
    status, answer = await call(actions, action("action_fly", message("x", "status")))
    assert (status, answer["action_name"]) == (404, "action_fly")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"next_action": "action_goal"}',
        {"next_action": 3, "tracker": {}},
        {"next_action": "action_goal", "tracker": {"sender_id": "", "latest_message": {}}},
        {"next_action": "action_goal", "tracker": {"sender_id": "a", "latest_message": {"entities": 5}}},
        {"next_action": "action_goal", "tracker": {"sender_id": "a", "latest_message": {}, "events": ["x"]}},
    ],
)
async def test_malformed_calls_get_one_sentence(actions: ActionServer, body: object) -> None:
    status, answer = await call(actions, body)
    assert status == 400
    assert answer["error"].count("\n") == 0


JSON = st.recursive(
    st.none() | st.booleans() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "next_action",
                    "tracker",
                    "sender_id",
                    "slots",
                    "latest_message",
                    "events",
                    "intent",
                    "text",
                    "entities",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@settings(suppress_health_check=[HealthCheck.too_slow], max_examples=200)
@given(JSON)
def test_any_json_is_a_call_or_is_refused(body: Any) -> None:
    try:
        parsed = ActionCall.model_validate_json(json.dumps(body))
    except ValidationError:
        return
    assert parsed.tracker.sender_id
