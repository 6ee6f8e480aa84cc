"""The pages of agents that really talk over Prosody, read by a real client."""

from __future__ import annotations

import asyncio
import json
import logging
import re
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from aiohttp import ClientSession, web
from spade.behaviour import CyclicBehaviour

from behaviours.services import Job, Service
from ontology.acl import AgentIdentifier
from ontology.assistant import Calculate, Calculation, Joined, JoinPlatform, NewAccount
from tests.xmpp.society import Society, soon
from xmpp.agent import FipaAgent
from xmpp.dashboard.server import Dashboard

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group(__name__)]

EVIL = "<script>alert(1)</script>'\"&{{7*7}}"
NAME = EVIL.replace("/", "")
"""The same as a name: no agent's has a slash."""


async def echo(act: Calculate, _: Job) -> Calculation:
    return Calculation(expression=act.expression, value="2", exact=True)


SUMS: Service[Any] = Service(Calculate, echo, name=EVIL)


async def dashboard(society: Society, *agents: FipaAgent) -> Dashboard:
    """Serve the pages of agents."""
    made = Dashboard(lambda: agents)
    await made.start()
    society.at_end(made.stop)
    return made


async def text(visitor: ClientSession, url: str, status: int = 200) -> str:
    async with visitor.get(url) as page:
        assert page.status == status
        return await page.text()


def form(page: str) -> dict[str, str]:
    """Return the hidden fields of a page's forms."""
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]+)">', page))


async def test_pages_show_what_really_happened(society: Society, visitor: ClientSession) -> None:
    await society.found()
    going = asyncio.Event()

    async def slow(act: Calculate, job: Job) -> Calculation:
        await going.wait()
        return await echo(act, job)

    bob, ann = await society.fipa_agent("bob", Service(Calculate, slow)), await society.fipa_agent("ann")
    served = await dashboard(society, bob, ann)
    work = asyncio.create_task(ann.request(bob.identifier, Calculate(expression="40+2"), timeout=20))
    assert bob.recorder is not None
    await soon(bob.recorder.news(bob.recorder.last, timeout=60))
    agents = await text(visitor, served.access.link)
    assert f'<a href="/agents/{bob.identifier.name.replace("@", "%40")}">{bob.identifier}</a>' in agents
    place = f"{served.access.url}agents/{bob.identifier}"
    page = await text(visitor, place)
    assert "<td>open</td>" in page
    assert f"{ann.identifier}: working" in page
    assert "calculate: calculate (fipa-request, " in page
    assert "40+2" in page
    going.set()
    await work
    page = await text(visitor, place)
    assert f"{ann.identifier}: done" in page
    (conversation,) = (each.id for each in bob.recorder.conversations if each.role == "participant")
    assert f"conversation?id={conversation}" in page
    chart = unescape(await text(visitor, f"{place}/conversation?id={conversation}"))
    assert re.search(r"-+ request -+>", chart)
    assert "(done)" in chart
    await text(visitor, f"{place}/conversation?id=none", status=404)
    await text(visitor, f"{served.access.url}agents/nobody@x", status=404)
    assert "default-src" not in await text(visitor, f"{served.access.url}static/dashboard.css")


async def test_nothing_that_is_said_becomes_part_of_a_page(society: Society, visitor: ClientSession) -> None:
    await society.found()
    evil: Any = type(EVIL, (CyclicBehaviour,), {"run": _run})
    bob, ann = await society.fipa_agent("bob", SUMS), await society.fipa_agent("ann")
    bob.add_behaviour(evil())
    await ann.request(bob.identifier, Calculate(expression=EVIL), timeout=5)
    named = FipaAgent(await society.account(society.agent("cy").name), society.platform)
    named.identifier = AgentIdentifier(name=NAME)
    served = await dashboard(society, bob, ann, named)
    pages = [await text(visitor, served.access.link)]
    for agent in (bob, ann, named):
        pages.append(await text(visitor, f"{served.access.url}agents/{quote(agent.identifier.name, safe='')}"))
    for page in pages:
        assert "<script" not in page
        assert "&lt;script&gt;" in page
    assert NAME in unescape(pages[0])  # as an agent's name
    assert f"{EVIL}: calculate" in unescape(pages[1])  # as a service's
    assert f"/{EVIL}: running" in unescape(pages[1])  # as a behaviour's
    assert json.dumps(EVIL) in unescape(pages[2])  # within a content


async def _run(self: CyclicBehaviour) -> None:
    await self.receive(timeout=60)


async def test_passwords_are_not_shown(society: Society, visitor: ClientSession) -> None:
    async def let_in(_: JoinPlatform, __: Job) -> Joined:
        return Joined(accounts=(NewAccount(jid="new@x", password="hunter2"),))

    await society.found()
    bob, ann = await society.fipa_agent("bob", Service(JoinPlatform, let_in)), await society.fipa_agent("ann")
    await ann.request(bob.identifier, JoinPlatform(names=("new",)), timeout=5)
    served = await dashboard(society, bob, ann)
    await text(visitor, served.access.link)
    for agent in (bob, ann):
        page = await text(visitor, f"{served.access.url}agents/{agent.identifier}")
        assert "new@x" in page
        assert "hunter2" not in page


async def test_an_agent_is_stopped_by_a_form_alone(society: Society, visitor: ClientSession) -> None:
    await society.found()
    bob = await society.fipa_agent("bob")
    served = await dashboard(society, bob)
    place = f"{served.access.url}agents/{bob.identifier}"
    async with visitor.post(f"{place}/stop") as page:
        assert page.status == 401
    await text(visitor, served.access.link)
    await text(visitor, f"{place}/stop", status=405)
    for old in ("spade/stop/now/", "spade/stop", "spade"):
        await text(visitor, f"{served.access.url}{old}", status=404)
    async with visitor.post(f"{place}/stop") as page:
        assert page.status == 403
    assert bob.is_alive()
    fields = form(await text(visitor, place))
    async with visitor.post(f"{place}/stop", data=fields) as page:
        assert page.status == 200
    await soon(_stopped(bob))
    stopped = await text(visitor, place)
    assert "stopped" in stopped
    assert "<form" not in stopped


async def _stopped(agent: FipaAgent) -> None:
    while agent._endpoint is not None:  # noqa: ASYNC110 - SPADE tells nobody of it
        await asyncio.sleep(0.01)


# -- agent.web, as SPADE's users know it


async def opened(agent: FipaAgent, visitor: ClientSession, **where: Any) -> str:
    """Start an agent's own pages in SPADE's way and open the link; return where they are."""
    await agent.web.start(**where)
    await text(visitor, agent.web.access.link)
    return f"http://127.0.0.1:{agent.web.port}"


async def test_the_web_interface_that_spade_knows_is_closed_as_well(
    society: Society, visitor: ClientSession, caplog: pytest.LogCaptureFixture
) -> None:
    await society.found()
    bob = await society.fipa_agent("bob", SUMS)
    with caplog.at_level(logging.WARNING):
        await bob.web.start(hostname="0.0.0.0", port=0)
    assert bob.web.is_started()
    assert [each for each in caplog.messages if bob.web.access.link in each]
    assert [each for each in caplog.messages if "not at 0.0.0.0" in each]
    assert bob.web.runner is not None
    assert [address[0] for address in bob.web.runner.addresses] == ["127.0.0.1"]
    here = f"http://127.0.0.1:{bob.web.port}"
    await text(visitor, f"{here}/spade/", status=401)
    assert f"{bob.identifier}" in await text(visitor, bob.web.access.link)
    for change in ("spade/stop/now/", f"spade/agents/{bob.identifier}/stop"):
        async with visitor.get(f"{here}/{change}") as page:
            assert page.status in {404, 405}
    assert bob.is_alive()
    page_of_bob = await text(visitor, f"{here}/spade/agents/{bob.identifier}")
    async with visitor.post(f"{here}/spade/agents/{bob.identifier}/stop", data=form(page_of_bob)) as page:
        assert page.status == 200
    await soon(_stopped(bob))
    assert not bob.web.is_started()


async def test_pages_of_an_agents_own_go_on_working(society: Society, visitor: ClientSession, tmp_path: Path) -> None:
    (tmp_path / "hello.html").write_text(
        '{% extends "internal_tpl_base.html" %}{% block content_title %}Hi{% endblock %}'
        '{% block content %}<p>{{ name }} of {{ agent.jid }}</p><form method="post">'
        '<input type="hidden" name="csrf_token" value="{{ csrf_token }}"></form>{% endblock %}'
    )
    said: list[str] = []

    async def hello(_: web.Request) -> dict[str, str]:
        return {"name": EVIL}

    async def take(request: web.Request) -> dict[str, str]:
        form = await request.post()
        said.append(str(form["text"]))
        return {"got": said[-1]}

    async def raw(_: web.Request) -> web.Response:
        return web.Response(text="raw")

    await society.found()
    bob = await society.fipa_agent("bob")
    bob.web.add_template_path(str(tmp_path))
    bob.web.add_get("/", hello, "hello.html")
    bob.web.add_get("/raw", raw, None, raw=True)
    bob.web.add_get("/json", hello, None)
    bob.web.add_post("/take", take, None)
    bob.web.add_menu_entry("Greetings <b>", "/raw")
    here = await opened(bob, visitor, hostname="localhost")
    page = await text(visitor, f"{here}/")
    assert f"&lt;script&gt;alert(1)&lt;/script&gt;&#39;&#34;&amp;{{{{7*7}}}} of {bob.identifier}" in page
    assert '<a href="/raw">Greetings &lt;b&gt;</a>' in page
    assert "<h1>Hi</h1>" in page
    assert await text(visitor, f"{here}/raw") == "raw"
    async with visitor.get(f"{here}/json") as answer:
        assert await answer.json() == {"name": EVIL}
    async with visitor.post(f"{here}/take", data={"text": "x"}) as answer:
        assert answer.status == 403
    async with visitor.post(f"{here}/take", data={"text": "y", **form(page)}) as answer:
        assert await answer.json() == {"got": "y"}
    assert said == ["y"]
    assert "Greetings" in await text(visitor, f"{here}/spade/")


async def test_a_port_that_is_taken_is_said(society: Society, caplog: pytest.LogCaptureFixture) -> None:
    await society.found()
    ann, bob = await society.fipa_agent("ann"), await society.fipa_agent("bob")
    await ann.web.start(port=0)
    with pytest.raises(OSError, match="address"):
        await bob.web.start(port=str(ann.web.port))
    assert not bob.web.is_started()
    assert f"cannot be served on port {ann.web.port}" in caplog.text
