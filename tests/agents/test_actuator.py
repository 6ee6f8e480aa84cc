from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

import pytest
from aiohttp import web

from actuation.policy import Policy
from actuation.settings import ActuationSettings, CodeLimits, FilesSettings, SandboxSettings, WebMode, WebSettings
from agents.actuator import ActuatorAgent
from agents.settings import Settings
from behaviours.outcomes import Failed, NoBids, Refused
from ontology.assistant import (
    Answer,
    AnswerQuestion,
    Calculate,
    Calculation,
    CodeOutcome,
    FilesFound,
    FindFiles,
    ReadPage,
    RunCode,
    Text,
)
from ontology.content import AgentAction, Element
from tests.agents.house import House
from tests.xmpp.directory import Offering

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group(__name__)]

OWNER = "ann@people.example"
EXACT, CODE = "exact-arithmetic", "sandbox-arithmetic"


class Scene:
    """Hands and a sandbox, as in the default set, and somebody who asks."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def begin(self, **actuation: object) -> Scene:
        self.house.settings = Settings(actuation=ActuationSettings.model_validate(actuation))
        await self.house.directory_agent()
        self.people = await self.house.people()
        offers = frozenset({EXACT, "find-files", "file-places", "read-page"})
        self.hands = await self.house.run(ActuatorAgent, "hands", offers=offers)
        self.sandbox = await self.house.run(ActuatorAgent, "sandbox", offers=frozenset({CODE, "run-code"}))
        self.asker: Offering = await self.house.asker()
        return self

    async def ask(self, agent: ActuatorAgent, act: AgentAction) -> Element | None:
        return await self.asker.request(agent.identifier, act, timeout=30)


@pytest.mark.parametrize(("expression", "value"), [("17% of 2340", "397.8"), ("2**10", "1024"), ("10/4", "2.5")])
async def test_sums_are_worked_out_by_both_alike(house: House, expression: str, value: str) -> None:
    here = await Scene(house).begin()
    exact = await here.ask(here.hands, Calculate(expression=expression))
    by_code = await here.ask(here.sandbox, Calculate(expression=expression))
    assert isinstance(exact, Calculation)
    assert isinstance(by_code, Calculation)
    assert exact.value == value
    assert float(by_code.value) == pytest.approx(float(value))


async def test_both_bid_and_the_exact_one_is_surer_and_faster(house: House) -> None:
    here = await Scene(house).begin()
    won = await here.asker.contract_net(
        await here.asker.search(Calculate),
        Calculate(expression="17% of 2340"),
        rank=lambda offers: sorted(offers, key=lambda offer: -offer.bid.confidence),
        bid_timeout=10,
        timeout=10,
    )
    assert len(won.offers) == 2
    assert won.winner.bidder == here.hands.identifier
    bids = {offer.bidder: offer.bid for offer in won.offers}
    assert bids[here.hands.identifier].seconds < bids[here.sandbox.identifier].seconds


@pytest.mark.parametrize("expression", ["what is love", "1/0", "__import__('os')", "9**9**9**9", "(" * 500])
async def test_what_is_no_sum_is_said_to_be_none(house: House, expression: str) -> None:
    here = await Scene(house).begin()
    with pytest.raises((NoBids, Failed)) as caught:
        await here.asker.contract_net(
            await here.asker.search(Calculate),
            Calculate(expression=expression),
            rank=list,
            bid_timeout=10,
            timeout=10,
        )
    assert str(caught.value)
    assert "log says more" not in str(caught.value)


async def test_code_runs_in_the_sandbox(house: House) -> None:
    here = await Scene(house).begin()
    outcome = await here.ask(here.sandbox, RunCode(owner=OWNER, code="print(sum(range(101)))"))
    assert outcome == CodeOutcome(stdout="5050\n", stderr="", exit_status=0)
    outcome = await here.ask(here.sandbox, RunCode(owner=OWNER, code="open('/etc/shadow')"))
    assert isinstance(outcome, CodeOutcome)
    assert outcome.exit_status != 0
    assert "Error" in outcome.stderr
    assert here.people.asked == []


async def test_code_that_never_ends_is_stopped_with_a_sentence(house: House) -> None:
    here = await Scene(house).begin(sandbox=SandboxSettings(limits=CodeLimits(wall_seconds=0.5)))
    outcome = await here.ask(here.sandbox, RunCode(owner=OWNER, code="while True: pass"))
    assert isinstance(outcome, CodeOutcome)
    assert outcome.problem is not None
    assert outcome.problem.endswith(".")


async def test_without_a_sandbox_code_is_refused(house: House) -> None:
    here = await Scene(house).begin(sandbox=SandboxSettings(bubblewrap="no-such-program"))
    for act in (RunCode(owner=OWNER, code="print(1)"), Calculate(expression="1+1")):
        with pytest.raises(NoBids, match="bubblewrap"):
            await here.asker.contract_net([here.sandbox.identifier], act, rank=list, bid_timeout=10, timeout=10)
    with pytest.raises(Failed, match="bubblewrap"):
        await here.ask(here.sandbox, RunCode(owner=OWNER, code="print(1)"))


@pytest.mark.parametrize("yes", [True, False])
async def test_code_may_need_a_yes(house: House, *, yes: bool) -> None:
    here = await Scene(house).begin(policy=Policy.model_validate({"run_code": "ask"}))
    here.people.says_yes = yes
    act = RunCode(owner=OWNER, code="print(1)")
    if yes:
        assert await here.ask(here.sandbox, act) == CodeOutcome(stdout="1\n", stderr="", exit_status=0)
    else:
        with pytest.raises((Refused, Failed), match="I leave it"):
            await here.ask(here.sandbox, act)
    assert [act.question for act in here.people.asked] == ["May I run this code in the sandbox?"]


async def test_files_are_found_within_the_folders_that_are_set(house: House) -> None:
    folder, elsewhere = house.data / "documents", house.data / "elsewhere"
    for place in (folder, elsewhere):
        place.mkdir()
        (place / "budget.pdf").write_text("x")
        (place / "garden.md").write_text("# Tulips")
    here = await Scene(house).begin(files=FilesSettings(folders=(str(folder),)))
    yesterday = datetime.now(UTC) - timedelta(days=1)
    cases: list[tuple[FindFiles, list[str]]] = [
        (FindFiles(owner=OWNER, kind="pdf"), ["budget.pdf"]),
        (FindFiles(owner=OWNER, name="tulips"), ["garden.md"]),
        (FindFiles(owner=OWNER, kind="markdown", changed_after=yesterday), ["garden.md"]),
        (FindFiles(owner=OWNER, changed_before=yesterday), []),
    ]
    for act, names in cases:
        found = await here.ask(here.hands, act)
        assert isinstance(found, FilesFound)
        assert [item.path for item in found.items] == [str(folder / name) for name in names]
        assert found.complete
        assert found.folders == (str(folder),)
    with pytest.raises(Failed):
        await here.ask(here.hands, FindFiles(owner=OWNER, folder=str(elsewhere)))


async def test_where_something_is_a_file_of_that_name_may_say(house: House, tmp_path: Path) -> None:
    for name in ("ferry-timetable.pdf", "boiler_guide_2019.pdf", "notes.txt"):
        (tmp_path / name).write_text("The ferry timetable is on the door.")
    here = await Scene(house).begin(files=FilesSettings(folders=(str(tmp_path),)))

    async def asked(question: str, about: Literal["person", "documents", "anything"] = "anything") -> Element | None:
        act = AnswerQuestion(owner=OWNER, question=question, about=about)
        won = await here.asker.contract_net([here.hands.identifier], act, rank=list, bid_timeout=10, timeout=10)
        assert won.winner.bid.confidence <= 0.5, "what somebody said goes before"
        return won.value

    for question, name in (
        ("where is the ferry timetable?", "ferry-timetable.pdf"),
        ("where did I put the boiler guides", "boiler_guide_2019.pdf"),
        ("wheres the 2019 guide for the boiler", "boiler_guide_2019.pdf"),
    ):
        found = await asked(question)
        assert isinstance(found, Answer)
        assert str(tmp_path / name) in found.text
        assert [source.title for source in found.sources] == [name]
    for question in ("where is the ferry office?", "who wrote the ferry timetable?", "where does the ferry leave?"):
        with pytest.raises(NoBids):
            await asked(question)
    with pytest.raises(NoBids):
        await asked("where is the ferry timetable?", about="documents")


async def test_files_are_left_alone_where_the_policy_says_so(house: House) -> None:
    here = await Scene(house).begin(policy=Policy.model_validate({"read_files": "deny"}))
    with pytest.raises(Refused, match="read_files"):
        await here.ask(here.hands, FindFiles(owner=OWNER, kind="pdf"))
    with pytest.raises(Refused):
        await here.ask(here.hands, AnswerQuestion(owner=OWNER, question="where is the timetable?"))


@asynccontextmanager
async def site(text: str) -> AsyncIterator[tuple[str, list[str]]]:
    """Serve one page; give its address, and the paths that are asked for."""
    seen: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        seen.append(request.path)
        page = f"<html><head><title>Tulips</title></head><body><p>{text}</p></body></html>"
        return web.Response(text=page, content_type="text/html")

    application = web.Application()
    application.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield f"http://127.0.0.1:{runner.addresses[0][1]}/page", seen
    finally:
        await runner.cleanup()


async def test_the_web_is_closed_by_default(house: House) -> None:
    here = await Scene(house).begin()
    async with site("They are planted in October.") as (url, seen):
        with pytest.raises(Failed, match=r"web\.mode"):
            await here.ask(here.hands, ReadPage(owner=OWNER, url=url))
    assert seen == []
    assert here.people.asked == []


@pytest.mark.parametrize("yes", [True, False])
async def test_a_page_may_need_a_yes_each_time(house: House, *, yes: bool) -> None:
    here = await Scene(house).begin(web=WebSettings(mode=WebMode.ASK, hosts=("127.0.0.1",)))
    here.people.says_yes = yes
    async with site("They are planted in October.") as (url, seen):
        act = ReadPage(owner=OWNER, url=url)
        if yes:
            page = await here.ask(here.hands, act)
            assert isinstance(page, Text)
            assert page.text == "Tulips\nThey are planted in October."
            assert [(source.title, source.location) for source in page.sources] == [("Tulips", url)]
        else:
            with pytest.raises((Refused, Failed), match="I leave it"):
                await here.ask(here.hands, act)
        assert seen == (["/page"] if yes else [])
        assert [asked.question for asked in here.people.asked] == [f"May I open {url}?"]


async def test_a_long_page_is_cut_for_chat(house: House) -> None:
    here = await Scene(house).begin(web=WebSettings(mode=WebMode.ON, hosts=("127.0.0.1",)))
    async with site("tulip " * 1000) as (url, _):
        page = await here.ask(here.hands, ReadPage(owner=OWNER, url=url))
    assert isinstance(page, Text)
    assert page.text.endswith(" ...")
    assert len(page.text) < 1600
    assert here.people.asked == []


async def test_the_policy_holds_for_the_web_too(house: House) -> None:
    here = await Scene(house).begin(
        web=WebSettings(mode=WebMode.ON, hosts=("127.0.0.1",)), policy=Policy.model_validate({"web": "deny"})
    )
    async with site("x") as (url, seen):
        with pytest.raises(Refused, match=r"\(web\)"):
            await here.ask(here.hands, ReadPage(owner=OWNER, url=url))
    assert seen == []


async def test_the_policy_denies_the_web_also_where_each_page_is_asked_for(house: House) -> None:
    here = await Scene(house).begin(
        web=WebSettings(mode=WebMode.ASK, hosts=("127.0.0.1",)), policy=Policy.model_validate({"web": "deny"})
    )
    async with site("x") as (url, seen):
        with pytest.raises((Refused, Failed), match=r"\(web\)"):
            await here.ask(here.hands, ReadPage(owner=OWNER, url=url))
    assert seen == []
