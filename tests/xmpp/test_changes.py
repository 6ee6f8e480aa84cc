"""Being told what becomes of the directory."""

from __future__ import annotations

import asyncio

import pytest

from behaviours.outcomes import ConversationFailed, NotUnderstood, Refused
from behaviours.stream import Stream
from behaviours.subscribe import subscribe
from ontology.elements import Variable
from ontology.expressions import Action, Iota, Overloaded, Pattern, Reason, Result, Unauthorised
from ontology.management import (
    AMSAgentDescription,
    Deregister,
    Description,
    DFAgentDescription,
    GetDescription,
    Modify,
    ServiceDescription,
)
from tests.xmpp.society import Society, soon
from tests.xmpp.test_agent import SUMS
from xmpp.agent import FipaAgent
from xmpp.directory.changes import is_gone, result_of_search

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group(__name__)]

SUMMING = DFAgentDescription(services=(ServiceDescription(type="calculate"),))


async def told(changes: Stream[tuple[Description, ...]]) -> list[tuple[str, bool]]:
    """Return the names that are told next, and whether they are gone."""
    return [(str(each.name), is_gone(each)) for each in await soon(anext(aiter(changes)))]


async def offer(agent: FipaAgent, *types: str, lease: float = 3600) -> None:
    description = DFAgentDescription(
        name=agent.identifier, services=tuple(ServiceDescription(type=name) for name in types), lease_time=lease
    )
    await agent.request(agent.platform.directory, Modify(description=description), timeout=5)


async def test_a_subscriber_is_told_of_every_change(society: Society) -> None:
    await society.found()
    ann, bob = await society.fipa_agent("ann"), await society.fipa_agent("bob", SUMS)
    async with ann.directory.watch(SUMMING) as changes:
        assert await told(changes) == [(bob.identifier.name, False)]
        cid = await society.fipa_agent("cid", SUMS)
        assert await told(changes) == [(cid.identifier.name, False)]
        await offer(bob, "calculate", "run-code")
        (changed,) = await soon(anext(changes))
        assert isinstance(changed, DFAgentDescription)
        assert [service.type for service in changed.services] == ["calculate", "run-code"]
        await offer(bob, "run-code")
        assert await told(changes) == [(bob.identifier.name, True)]
        await offer(bob, "run-code", "read-screen")  # it did not match, and does not
        await cid.stop()
        assert await told(changes) == [(cid.identifier.name, True)]
        await offer(bob, "calculate")
        assert await told(changes) == [(bob.identifier.name, False)]
        gone = DFAgentDescription(name=bob.identifier)
        await bob.request(society.directory, Deregister(description=gone), timeout=5)
        assert await told(changes) == [(bob.identifier.name, True)]


async def test_renewals_are_not_told_and_ends_are(society: Society) -> None:
    await society.found()
    ann, bob = await society.fipa_agent("ann"), await society.fipa_agent("bob", SUMS)
    await offer(bob, "calculate")
    async with ann.directory.watch(SUMMING) as changes:
        assert await told(changes) == [(bob.identifier.name, False)]
        for lease in (3600, 1800, 0.3):
            await offer(bob, "calculate", lease=lease)
        assert await told(changes) == [(bob.identifier.name, True)]


async def test_states_of_agents_are_told(society: Society) -> None:
    await society.found()
    ann, bob = await society.fipa_agent("ann"), await society.fipa_agent("bob")
    waiting = AMSAgentDescription(state="waiting")
    async with ann.directory.watch(waiting) as changes:
        assert await told(changes) == []
        for state, gone in (("waiting", False), ("active", True)):
            mine = AMSAgentDescription.model_validate({"name": bob.identifier, "state": state})
            await bob.request(society.directory, Modify(description=mine), timeout=5)
            assert await told(changes) == [(bob.identifier.name, gone)]


async def test_it_ends_with_the_subscriber(society: Society) -> None:
    directory = await society.found()
    ann, bob = await society.fipa_agent("ann"), await society.fipa_agent("bob")
    async with ann.directory.watch(SUMMING) as _:
        assert directory.subscribers.count == 1
    async with asyncio.timeout(10):
        while directory.subscribers.count:  # noqa: ASYNC110 - each turn of the loop is an event
            await asyncio.sleep(0)
    await bob.directory.watch(SUMMING).__aenter__()
    assert [each.initiator for each in directory.subscribers._subscriptions] == [bob.identifier]
    await society.server.accounts.remove(bob.identifier.name)
    async with asyncio.timeout(10):
        while directory.subscribers.count:  # noqa: ASYNC110 - each turn of the loop is an event
            await asyncio.sleep(0)


async def test_it_ends_with_the_directory(society: Society) -> None:
    directory = await society.found()
    ann = await society.fipa_agent("ann")
    async with ann.directory.watch(SUMMING) as changes:
        assert await told(changes) == []
        await directory.stop()
        with pytest.raises(ConversationFailed, match="stop"):
            await told(changes)


async def test_strangers_and_those_too_many_are_refused(society: Society) -> None:
    directory = await society.found()
    ann = await society.fipa_agent("ann")
    directory.subscribers._limit = 1
    async with ann.directory.watch(SUMMING):
        assert isinstance(await refused(ann.directory.watch(SUMMING)), Overloaded)
    await ann.directory.leave()
    assert isinstance(await refused(ann.directory.watch(SUMMING)), Unauthorised)


async def refused(stream: Stream[tuple[Description, ...]]) -> Reason:
    with pytest.raises(Refused) as caught:
        async with stream:
            pass
    return caught.value.reason


async def test_what_is_no_search_is_not_understood(society: Society) -> None:
    directory = await society.found()
    ann = await society.fipa_agent("ann")
    right = result_of_search(directory.identifier, SUMMING)
    other = Action(actor=directory.identifier, act=GetDescription())
    wrong = Iota(term=right.term, proposition=Pattern.of(Result, action=other, value=Variable(name="x")))
    with pytest.raises(NotUnderstood, match="result of a search"):
        async with subscribe(ann.endpoint.conversations, directory.identifier, wrong):
            pass
