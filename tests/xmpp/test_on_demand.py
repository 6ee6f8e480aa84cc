"""Agents that the AMS starts and stops when it is asked to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest

from behaviours.outcomes import ConversationFailed, Failed, Refuse, Refused
from behaviours.services import Job, Service
from ontology.acl import AgentIdentifier
from ontology.assistant import ASSISTANT, Calculate, Calculation
from ontology.content import AgentAction
from ontology.expressions import (
    AlreadyRegistered,
    InternalError,
    NotRegistered,
    Overloaded,
    Reason,
    Unauthorised,
    UnexpectedArgument,
    UnrecognisedParameterValue,
    UnsupportedFunction,
)
from ontology.lifecycle import AGENT_LIFECYCLE, AgentTypes, CreateAgent, CreatedAgent, KillAgent, ListAgentTypes
from ontology.management import AMSAgentDescription, Modify, Property
from tests.xmpp.directory import Directory, Offering
from tests.xmpp.society import Log, Society, soon
from tests.xmpp.test_agent import ACT, SUMS
from xmpp.address import Account
from xmpp.agent import FipaAgent, Platform
from xmpp.directory.on_demand import AgentFactories, Arguments

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group(__name__)]


class Mistake(Exception):
    """What an agent is told makes no sense."""


class Worker(Offering):
    """An agent that is started on demand; it notes when it has ended."""

    def __init__(self, account: Account, platform: Platform, arguments: Arguments, offered: Iterable[Service[Any]]):
        super().__init__(account, platform, offered)
        self.arguments = arguments
        self.ended = asyncio.Event()

    async def release(self) -> None:
        self.ended.set()
        await super().release()


class Works:
    """The directory of a society, and the agents that it made."""

    def __init__(self, society: Society) -> None:
        self.society = society
        self.made: Log[Worker] = Log()
        self.gate: asyncio.Event | None = None
        self.directory: Directory

    async def open(self, **limits: int) -> FipaAgent:
        factories = AgentFactories(
            self.society.server.accounts,
            {"worker": self.worker, "picky": self.picky, "broken": self.broken, "wrong": self.wrong},
            mistakes=(Mistake,),
            **limits,
        )
        account = await self.society.account(self.society.directory.name)
        self.directory = await self.society.started(Directory(account, self.society.platform, factories=factories))
        return await self.asker("ann")

    async def asker(self, name: str) -> FipaAgent:
        account = await self.society.account(self.society.agent(name).name)
        agent = FipaAgent(account, self.society.platform, ontologies=(ASSISTANT, AGENT_LIFECYCLE))
        return await self.society.started(agent)

    def worker(self, account: Account, platform: Platform, arguments: Arguments) -> Worker:
        made = Worker(account, platform, arguments, (Service(Calculate, self.two),))
        self.made.append(made)
        return made

    async def two(self, act: Calculate, _: Job) -> Calculation:
        if self.gate is not None:
            await self.gate.wait()
        return Calculation(expression=act.expression, value="2", exact=True)

    def picky(self, account: Account, platform: Platform, arguments: Arguments) -> Worker:
        raise Refuse(UnexpectedArgument(argument="any", explanation="I take no arguments."))

    def broken(self, account: Account, platform: Platform, arguments: Arguments) -> Worker:
        return Worker(Account(account.jid, "wrong"), platform, arguments, (SUMS,))

    def wrong(self, account: Account, platform: Platform, arguments: Arguments) -> Worker:
        class Wrong(Worker):
            async def prepare(self) -> None:
                raise Mistake("There is no such colour.")

        return Wrong(account, platform, arguments, (SUMS,))

    async def ask(self, asker: FipaAgent, act: AgentAction) -> Any:
        return await asker.request(self.society.directory, act, timeout=20)

    async def create(self, asker: FipaAgent, **slots: Any) -> AgentIdentifier:
        created = await self.ask(asker, CreateAgent(**({"type": "worker"} | slots)))
        assert isinstance(created, CreatedAgent)
        return created.agent

    async def refused(self, asker: FipaAgent, act: AgentAction) -> Reason:
        with pytest.raises(ConversationFailed) as caught:
            await self.ask(asker, act)
        assert isinstance(caught.value, Refused | Failed)
        return caught.value.reason


@pytest.fixture
def works(society: Society) -> Works:
    return Works(society)


async def test_an_agent_is_started_and_stopped_on_demand(works: Works) -> None:
    ann = await works.open()
    assert await works.ask(ann, ListAgentTypes()) == AgentTypes(types=("broken", "picky", "worker", "wrong"))
    name = f"helper-{works.society.tag}"
    agent = await works.create(ann, name=name, arguments=(Property(name="colour", value="red"),))
    assert agent.name.partition("@")[0] == name
    assert works.made[0].arguments == {"colour": "red"}
    (entry,) = await ann.directory.search(AMSAgentDescription(name=agent))
    assert isinstance(entry, AMSAgentDescription)
    assert entry.state == "active"
    assert await ann.search(Calculate) == (agent,)
    assert await ann.request(agent, ACT, timeout=5)
    await works.ask(ann, KillAgent(agent=agent))
    assert works.made[0].ended.is_set()
    assert not await ann.directory.search(AMSAgentDescription(name=agent))
    assert not await works.society.server.accounts.exists(agent.name)


async def test_a_name_is_made_up_where_none_is_given(works: Works) -> None:
    ann = await works.open()
    first, second = await works.create(ann), await works.create(ann)
    assert first != second
    assert first.name.startswith("worker-")


async def test_an_agent_that_is_idle_is_retired(works: Works) -> None:
    ann = await works.open()
    agent = await works.create(ann, idle=timedelta(seconds=0.2))
    await soon(works.made[0].ended.wait())
    async with asyncio.timeout(10):
        while await works.society.server.accounts.exists(agent.name):
            pass
    assert not await ann.directory.search(AMSAgentDescription(name=agent))
    assert works.directory.on_demand is not None
    assert works.directory.on_demand.running == ()


async def test_an_agent_that_works_is_not_retired(works: Works) -> None:
    ann = await works.open()
    works.gate = asyncio.Event()
    agent = await works.create(ann, idle=timedelta(seconds=0.1))
    asking = asyncio.create_task(ann.request(agent, ACT, timeout=20))
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.5):
            await works.made[0].ended.wait()
    works.gate.set()
    assert await asking
    await soon(works.made[0].ended.wait())


async def test_an_agent_that_stops_by_itself_is_cleared_away(works: Works) -> None:
    ann = await works.open()
    agent = await works.create(ann, idle=timedelta(seconds=0.4))
    await works.made[0].stop()
    async with asyncio.timeout(10):
        while await works.society.server.accounts.exists(agent.name):
            pass


async def test_who_asked_for_an_agent_suspends_and_resumes_it_and_nobody_else_stops_it(works: Works) -> None:
    ann = await works.open()
    bob = await works.asker("bob")
    agent = await works.create(ann)
    for state in ("suspended", "active"):
        await works.ask(ann, Modify(description=AMSAgentDescription.model_validate({"name": agent, "state": state})))
        (entry,) = await bob.directory.search(AMSAgentDescription(name=agent))
        assert isinstance(entry, AMSAgentDescription)
        assert entry.state == state
    for asker, victim, reason in (
        (bob, agent, Unauthorised),
        (ann, bob.identifier, Unauthorised),
        (ann, works.society.directory, Unauthorised),
        (ann, works.society.agent("nobody"), NotRegistered),
    ):
        assert isinstance(await works.refused(asker, KillAgent(agent=victim)), reason)
    assert works.made[0].is_alive()


@pytest.mark.parametrize(
    ("slots", "reason", "text"),
    [
        ({"type": "magician"}, UnrecognisedParameterValue, "there are broken, picky, worker, wrong"),
        ({"name": "Über/agent"}, UnrecognisedParameterValue, "no name"),
        ({"type": "picky"}, UnexpectedArgument, "no arguments"),
        ({"type": "wrong"}, UnrecognisedParameterValue, "no such colour"),
        ({"type": "broken"}, InternalError, "does not accept the password"),
    ],
)
async def test_what_cannot_be_started_leaves_nothing_behind(
    works: Works, slots: dict[str, str], reason: type[Reason], text: str
) -> None:
    ann = await works.open()
    before = await works.society.server.accounts.list()
    said = await works.refused(ann, CreateAgent(**({"type": "worker"} | slots)))
    assert isinstance(said, reason)
    assert text in said.explanation
    assert await works.society.server.accounts.list() == before
    assert len(await ann.directory.search(AMSAgentDescription())) == 2


async def test_a_name_that_is_taken_is_not_given_again(works: Works) -> None:
    ann = await works.open()
    await works.society.account(works.society.agent("sleeper").name)
    for taken in (ann.identifier, works.society.agent("sleeper")):
        act = CreateAgent(type="worker", name=taken.name.partition("@")[0])
        assert isinstance(await works.refused(ann, act), AlreadyRegistered)
        assert await works.society.server.accounts.exists(taken.name)


async def test_there_are_not_too_many(works: Works) -> None:
    ann = await works.open(most=3, most_each=2)
    bob = await works.asker("bob")
    first = await works.create(ann)
    await works.create(ann)
    assert "2 agents already" in (await works.refused(ann, CreateAgent(type="worker"))).explanation
    await works.create(bob)
    said = await works.refused(bob, CreateAgent(type="worker"))
    assert isinstance(said, Overloaded)
    assert "3 agents on demand" in said.explanation
    await works.ask(ann, KillAgent(agent=first))
    await works.create(bob)


async def test_agents_of_the_platform_alone_may_ask(works: Works) -> None:
    ann = await works.open()
    agent = await works.create(ann)
    await ann.directory.leave()
    for act in (CreateAgent(type="worker"), KillAgent(agent=agent), ListAgentTypes()):
        assert isinstance(await works.refused(ann, act), Unauthorised)


async def test_they_end_with_the_directory(works: Works) -> None:
    ann = await works.open()
    agent = await works.create(ann)
    await works.directory.stop()
    assert works.made[0].ended.is_set()
    assert not await works.society.server.accounts.exists(agent.name)


async def test_a_directory_without_types_starts_nobody(society: Society) -> None:
    await society.found()
    works = Works(society)
    ann = await works.asker("ann")
    for act in (CreateAgent(type="worker"), ListAgentTypes()):
        assert isinstance(await works.refused(ann, act), UnsupportedFunction)
