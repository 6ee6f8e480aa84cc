"""With a language model and with the web, where the configuration names them; and refused where it does not."""

import json
from typing import Any

import pytest
from aiohttp import web

from tests.e2e.assistant import Award
from tests.e2e.conftest import Connected
from tests.e2e.servers import language_model, serving
from tests.planning.llm_server import Reply

pytestmark = pytest.mark.xdist_group("e2e-connected")


def plan(*steps: tuple[str, dict[str, Any], list[str]]) -> Reply:
    """Return a reply that is a plan: actions with their arguments, and the steps that each comes after."""
    drafts = [
        {"id": f"s{number}", "action": action, "arguments": arguments, "after": after}
        for number, (action, arguments, after) in enumerate(steps, 1)
    ]
    return Reply(text=json.dumps({"steps": drafts}))


async def test_an_open_goal_is_planned_and_its_steps_are_done(connected: Connected) -> None:
    planned = plan(
        ("run-code", {"code": "print(17 * 3)"}, []),
        ("compose", {"instruction": "Say in verse: {{s1}}"}, ["s1"]),
    )
    async with (
        language_model(connected.llm_port, planned, Reply(text="Fifty-one, and the day is won.")) as model,
        await connected.assistant.person("poet") as person,
    ):
        answer = await person.say(connected.assistant.jid, "write a rhyme about 17 times 3")
    assert "Fifty-one, and the day is won." in answer.text
    assert (answer.intent, answer.state) == ("open_goal", "done")
    asked = json.dumps(model.requests[0].body)
    assert "write a rhyme about 17 times 3" in asked
    assert "run-code" in asked
    assert "read-screen" not in asked, "nobody offers it here"
    assert "51" in json.dumps(model.requests[1].body), "the result of the code belongs into the instruction"
    assert {Award("sandbox", "run-code", 1), Award("planner", "compose", 1)} <= set(connected.assistant.awards)


async def test_a_plan_that_makes_no_sense_goes_back_to_the_model(connected: Connected) -> None:
    async with (
        language_model(
            connected.llm_port,
            Reply(text="Let me think about that."),
            plan(("fly-to-the-moon", {}, [])),
            plan(("compose", {"instruction": "Answer."}, [])),
            Reply(text="Because of Rayleigh scattering."),
        ) as model,
        await connected.assistant.person("child") as person,
    ):
        answer = await person.say(connected.assistant.jid, "explain to my daughter why the sky is blue")
    assert "Rayleigh" in answer.text
    assert len(model.requests) == 4


async def test_a_plan_does_not_get_around_the_policy(connected: Connected) -> None:
    """The model may ask for a page of elsewhere; the actuator opens none but those of the listed host."""
    planned = plan(("read-page", {"url": "http://127.0.0.2:1/steal"}, []))
    async with (
        language_model(connected.llm_port, planned),
        await connected.assistant.person("victim") as person,
    ):
        answer = await person.say(connected.assistant.jid, "compare the best offers for me")
    assert answer.state == "failed"
    assert "127.0.0.2" in answer.text


async def test_a_language_model_that_is_down_is_said_to_be(connected: Connected) -> None:
    async with await connected.assistant.person("waiter") as person:
        answer = await person.say(connected.assistant.jid, "write a poem about the rain in March")
        assert answer.state == "failed"
        assert "language model" in answer.text
        assert "= 4" in (await person.say(connected.assistant.jid, "what is 2 + 2?")).text


async def test_a_page_is_read_where_the_web_is_allowed(connected: Connected) -> None:
    seen: list[str] = []

    async def give(request: web.Request) -> web.Response:
        seen.append(request.path)
        page = "<title>Opening hours</title><body><h1>Hours</h1><p>The museum opens at 10.</p></body>"
        return web.Response(text=page, content_type="text/html")

    app = web.Application()
    app.router.add_get("/hours", give)
    url = f"http://127.0.0.1:{connected.web_port}/hours"
    async with serving(app, connected.web_port), await connected.assistant.person("tourist") as person:
        answer = await person.say(connected.assistant.jid, f"read {url}")
    assert "The museum opens at 10." in answer.text
    assert [(source.title, source.location) for source in answer.sources] == [("Opening hours", url)]
    assert seen == ["/hours"]


async def test_a_page_that_is_not_there_is_said_to_be_missing(connected: Connected) -> None:
    async with await connected.assistant.person("lost") as person:
        answer = await person.say(connected.assistant.jid, f"read http://127.0.0.1:{connected.web_port}/nothing")
    assert answer.state == "failed"
    assert "127.0.0.1" in answer.text
