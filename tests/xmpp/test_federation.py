"""Searches over several directories."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from behaviours.outcomes import DeadlinePassed
from behaviours.services import Job
from ontology.acl import AgentIdentifier
from ontology.content import AgentAction, Element
from ontology.expressions import TermSequence, TermSet
from ontology.management import AMSAgentDescription, DFAgentDescription, Search, SearchConstraints, ServiceDescription
from tests.xmpp.directory import Offering
from tests.xmpp.society import Society
from tests.xmpp.test_agent import ACT, SUMS
from xmpp.directory.agent import Directory
from xmpp.directory.federation import Federation
from xmpp.directory.registry import Registry

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group(__name__)]

NOW = datetime(2026, 11, 24, 15, tzinfo=UTC)
TEMPLATE = DFAgentDescription(services=(ServiceDescription(type="calculate"),))


def named(name: str) -> AgentIdentifier:
    return AgentIdentifier(name=name)


def offer(name: str, kind: str = "calculate") -> DFAgentDescription:
    return DFAgentDescription(name=named(name), services=(ServiceDescription(type=kind),))


class Others:
    """Directories that answer as they are told, and note what they are asked."""

    def __init__(self, answers: dict[str, Element | Exception | None]) -> None:
        self.answers = answers
        self.asked: list[tuple[str, Search, float]] = []
        self.registry = Registry()
        self.time = 0.0
        for name in answers:
            self.registry.register(named(name), AMSAgentDescription(name=named(name)))
            self.registry.register(named(name), offer(name, "fipa-df"))

    @property
    def federation(self) -> Federation:
        return Federation(named("me"), self.registry, self.ask, clock=lambda: self.time, now=lambda: NOW)

    async def ask(self, receiver: AgentIdentifier, act: AgentAction, *, timeout: float) -> Element | None:
        assert isinstance(act, Search)
        self.asked.append((receiver.name, act, timeout))
        answer = self.answers[receiver.name]
        if isinstance(answer, Exception):
            raise answer
        return answer


def search(**constraints: Any) -> Search:
    return Search(template=TEMPLATE, constraints=SearchConstraints(**constraints))


def job(requester: str = "ann", seconds: float | None = 8) -> Job:
    return Job(named(requester), "1", until=None if seconds is None else NOW + timedelta(seconds=seconds))


@pytest.mark.parametrize(
    ("constraints", "here", "asks", "found"),
    [
        ({}, ["a"], [], ["a"]),
        ({"max_depth": 0}, ["a"], [], ["a"]),
        ({"max_depth": 1}, ["a"], [], ["a"]),
        ({"max_depth": 2}, ["a"], ["one", "two"], ["a", "b", "c", "d"]),
        ({"max_depth": -1}, [], ["one", "two"], ["b", "c", "a", "d"]),
        ({"max_depth": 2, "max_results": 1}, ["a"], [], ["a"]),
        ({"max_depth": 2, "max_results": 3}, ["a"], ["one", "two"], ["a", "b", "c"]),
        ({"max_depth": 2, "max_results": -1}, ["a"], ["one", "two"], ["a", "b", "c", "d"]),
    ],
)
async def test_what_is_found_is_put_together(
    constraints: dict[str, int], here: list[str], asks: list[str], found: list[str]
) -> None:
    others = Others(
        {
            "one": TermSet(items=(offer("b"), offer("c"), offer("x", "run-code"), "noise")),
            "two": TermSequence(items=(offer("a"), offer("c"), offer("d"), AMSAgentDescription(name=named("y")))),
        }
    )
    result = await others.federation.search(search(**constraints), tuple(map(offer, here)), job())
    assert [str(each.name) for each in result] == found
    assert [name for name, _, _ in others.asked] == asks


@pytest.mark.parametrize("answer", [DeadlinePassed(), ConnectionError(), None])
async def test_who_does_not_answer_is_left_out(answer: Exception | None) -> None:
    others = Others({"one": answer, "two": TermSet(items=(offer("a"),))})
    assert await others.federation.search(search(max_depth=2), (), job()) == (offer("a"),)


@pytest.mark.parametrize(("depth", "onward"), [(2, 1), (3, 2), (-1, -1), (-5, -1)])
async def test_a_search_goes_on_with_less_depth_and_less_time(depth: int, onward: int) -> None:
    others = Others({"one": TermSet(items=())})
    await others.federation.search(search(max_depth=depth, max_results=7, search_id="s"), (), job(seconds=8))
    wanted = SearchConstraints(max_depth=onward, max_results=7, search_id="s")
    assert others.asked == [("one", Search(template=TEMPLATE, constraints=wanted), 6)]


async def test_a_search_gets_an_id_of_its_own() -> None:
    others = Others({"one": TermSet(items=())})
    federation = others.federation
    for _ in range(2):
        await federation.search(search(max_depth=2), (), job(seconds=None))
    ids = [act.constraints.search_id for _, act, _ in others.asked if act.constraints]
    assert len(set(ids)) == 2
    assert None not in ids


async def test_a_search_that_comes_round_is_not_passed_on() -> None:
    others = Others({"one": TermSet(items=(offer("b"),))})
    federation = others.federation
    again = search(max_depth=3, search_id="s")
    assert await federation.search(again, (offer("a"),), job()) == (offer("a"), offer("b"))
    assert await federation.search(again, (offer("a"),), job()) == (offer("a"),)
    others.time = 1000
    assert await federation.search(again, (offer("a"),), job()) == (offer("a"), offer("b"))


async def test_searches_that_are_remembered_are_not_too_many() -> None:
    others = Others({"one": TermSet(items=())})
    federation = others.federation
    for number in range(5000):
        await federation.search(search(max_depth=2, search_id=str(number)), (), job())
    assert len(federation._seen) == 4096


async def test_nobody_is_asked_back_or_without_time() -> None:
    others = Others({"one": TermSet(items=(offer("b"),))})
    assert await others.federation.search(search(max_depth=2), (), job("one")) == ()
    assert await others.federation.search(search(max_depth=2), (), job(seconds=0)) == ()
    assert others.asked == []


# -- over the wire


async def directory(society: Society, name: str) -> Directory:
    identifier = society.agent(name)
    platform = replace(society.platform, directory=identifier)
    return await society.started(Directory(await society.account(identifier.name), platform))


async def agent_of(society: Society, home: Directory, name: str) -> Offering:
    account = await society.account(society.agent(name).name)
    return await society.started(Offering(account, home.platform, (SUMS,)))


async def test_directories_in_a_ring_find_every_agent_once(society: Society) -> None:
    homes = [await directory(society, name) for name in ("north", "south", "west")]
    agents = [await agent_of(society, home, name) for home, name in zip(homes, ("ann", "bob", "cid"), strict=True)]
    for home, other in zip(homes, (*homes[1:], homes[0]), strict=True):
        await other.federate(home.identifier)  # north passes on to south, south to west, west to north
    ann, bob, cid = (agent.identifier for agent in agents)
    for depth, found in ((None, {ann}), (1, {ann}), (2, {ann, bob}), (3, {ann, bob, cid}), (-1, {ann, bob, cid})):
        result = await agents[0].directory.search(TEMPLATE, max_depth=depth)
        assert sorted(str(each.name) for each in result) == sorted(map(str, found)), depth
    assert len(await agents[0].directory.search(TEMPLATE, max_depth=3, max_results=2)) == 2


async def test_agents_of_federated_directories_hear_one_another(society: Society) -> None:
    north, south = await directory(society, "north"), await directory(society, "south")
    await north.federate(south.identifier)
    await south.federate(north.identifier)
    ann, bob = await agent_of(society, north, "ann"), await agent_of(society, south, "bob")
    assert set(await ann.search(type(ACT), max_depth=2)) == {ann.identifier, bob.identifier}
    assert await ann.request(bob.identifier, ACT, timeout=5)


async def test_a_directory_that_stops_leaves_the_others(society: Society) -> None:
    north, south = await directory(society, "north"), await directory(society, "south")
    await south.federate(north.identifier)
    assert north.registry.knows(south.identifier)
    await south.stop()
    assert not north.registry.knows(south.identifier)


async def test_it_registers_as_soon_as_the_other_is_there(society: Society, caplog: pytest.LogCaptureFixture) -> None:
    south = await directory(society, "south")
    later = society.agent("north")
    await south.federate(later)
    assert "could not register" in caplog.text
    account = await society.account(later.name)
    north = Directory(account, replace(society.platform, directory=later))
    entered = asyncio.Event()
    north.registry.listen(lambda change: entered.set() if change.name == south.identifier.name else None)
    await society.started(north)
    await asyncio.wait_for(entered.wait(), 15)
