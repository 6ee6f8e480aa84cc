"""Looking on while the assistant works: `sniff`, and the pages about its agents."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession

from tests.e2e.assistant import Assistant, json_lines

pytestmark = pytest.mark.xdist_group("e2e-one")


async def sniffed(assistant: Assistant, *arguments: str) -> list[dict[str, Any]]:
    status, out, err = await assistant.command("sniff", "--json", *arguments)
    assert status == 0, err
    return json_lines(out)


async def test_what_was_said_is_shown_by_all_who_were_there(one_process: Assistant) -> None:
    await one_process.say("what is 19% of 2340?")
    said = [each for each in await sniffed(one_process) if "19% of 2340" in (each["content"] or "")]
    cfp = next(each for each in said if each["performative"] == "cfp")
    assert {name.partition("@")[0] for name in cfp["to"]} == {"hands", "sandbox"}
    assert {(each["direction"], each["after"]) for each in cfp["seen"]} == {("said", "called"), ("heard", "bidding")}
    assert len([each for each in said if each["reply_with"] == cfp["reply_with"]]) == 1
    status, chart, _ = await one_process.command("sniff", "--conversation", cfp["conversation_id"])
    assert status == 0
    assert {"planner", "hands", "sandbox"} == set(chart.splitlines()[0].split())
    assert "accept-proposal" in chart
    assert "(working)" in chart
    status, diagram, _ = await one_process.command("sniff", "--mermaid", "--conversation", cfp["conversation_id"])
    assert (status, diagram.splitlines()[0]) == (0, "sequenceDiagram")


async def test_what_is_said_meanwhile_is_shown_until_it_is_ended(one_process: Assistant) -> None:
    following = one_process.launch("sniff", "--follow", "--last", "1", "--json")
    assert following.stdout is not None
    try:
        await asyncio.to_thread(following.stdout.readline)  # what was recorded is shown; from now on it follows
        await one_process.say("what is 23% of 2340?")
        async with asyncio.timeout(20):
            while True:
                told = json.loads(await asyncio.to_thread(following.stdout.readline))
                if told["performative"] == "accept-proposal" and "23% of 2340" in told["content"]:
                    break
    finally:
        following.terminate()
        await asyncio.to_thread(following.communicate)


async def test_following_ends_with_the_assistant(new_assistant: Callable[[], Assistant], tmp_path: Path) -> None:
    (tmp_path / "set.yaml").write_text("agents:\n  - kind: directory\n  - kind: actuator\n")
    assistant = new_assistant()
    assistant.configure()
    assistant.start("--set", str(tmp_path / "set.yaml"))
    following = assistant.launch("sniff", "--follow", "--last", "1")
    assert following.stdout is not None
    assert "actuator" in await asyncio.to_thread(following.stdout.readline)
    assistant.stop()
    await asyncio.to_thread(following.communicate)
    assert following.returncode == 0
    assert "The assistant has stopped." in assistant.errors


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--conversation", "none"), "Nothing is recorded of a conversation none"),
        (("--agent", "nobody"), "There is no agent called nobody"),
    ],
)
async def test_what_is_not_there_is_said(one_process: Assistant, arguments: tuple[str, ...], said: str) -> None:
    status, out, err = await one_process.command("sniff", *arguments)
    assert (status, out) == (1, "")
    assert err.startswith(said)


async def test_the_pages_are_there_for_who_has_the_token(one_process: Assistant) -> None:
    where = one_process.runtime["web"]
    status, out, _ = await one_process.command("status")
    assert status == 0
    assert where["link"] in out
    async with ClientSession() as session:
        async with session.get(where["url"]) as page:
            assert page.status == 401
        async with session.get(where["url"], headers={"Authorization": f"Bearer {where['token']}"}) as page:
            assert page.status == 200
            assert f"planner@{one_process.agents_domain}" in await page.text()
