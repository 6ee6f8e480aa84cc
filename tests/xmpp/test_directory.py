"""The directory over the wire, without the assistant."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from behaviours.outcomes import Failed
from ontology.acl import AgentIdentifier
from ontology.assistant import Calculate
from ontology.management import (
    AMSAgentDescription,
    APDescription,
    APService,
    DFAgentDescription,
    GetDescription,
    ServiceDescription,
)
from tests.xmpp.directory import Directory, Offering
from tests.xmpp.society import Log, Society
from tests.xmpp.test_agent import SUMS
from xmpp.directory.on_demand import AgentFactories
from xmpp.directory.registry import AgentEntry, Change, Kept
from xmpp.directory.store import DirectoryStore

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group(__name__)]


async def test_it_describes_the_platform(society: Society) -> None:
    directory = await society.found()
    ann = await society.fipa_agent("ann")
    described = await ann.request(directory.identifier, GetDescription(), timeout=5)
    domain, here = society.platform.agents_domain, (directory.identifier.name,)
    assert described == APDescription(
        name=domain,
        ap_services=(
            APService(name="ams", type="fipa-ams", addresses=here),
            APService(name="df", type="fipa-df", addresses=here),
            APService(name="acc", type="fipa-acc", addresses=(f"xmpp:{domain}",)),
        ),
    )


async def test_it_is_itself_a_df(society: Society) -> None:
    directory = await society.found()
    ann = await society.fipa_agent("ann")
    template = DFAgentDescription(services=(ServiceDescription(type="fipa-df"),))
    (found,) = await ann.directory.search(template)
    assert found.name == directory.identifier


# -- its entries last

LONG = 3600.0
"""Seconds of a lease that no test outlives."""


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "directory" / "agents.db"


async def kept(society: Society, database: Path, **options: Any) -> Directory:
    """Start a directory that keeps its entries, under which agents have long leases."""
    account = await society.account(society.directory.name)
    platform = replace(society.platform, lease=LONG)
    return await society.started(Directory(account, platform, database=database, **options))


async def patient(society: Society, name: str) -> Offering:
    """Start an agent that does not renew its entry while a test runs."""
    account = await society.account(society.agent(name).name)
    return await society.started(Offering(account, replace(society.platform, lease=LONG), (SUMS,)))


async def test_what_is_acknowledged_is_on_the_disk(society: Society, database: Path) -> None:
    await kept(society, database)
    ann = await patient(society, "ann")
    beside = await DirectoryStore.open(database)
    entry = (await beside.load())[ann.identifier.name]
    assert entry.offer is not None
    assert [service.type for service in entry.offer.services] == ["calculate"]
    await ann.stop()
    assert ann.identifier.name not in await beside.load()
    await beside.close()


async def test_agents_are_known_after_a_restart_before_they_renew(society: Society, database: Path) -> None:
    first = await kept(society, database)
    ann, bob = await patient(society, "ann"), await patient(society, "bob")
    await first.stop()
    second = await kept(society, database)
    assert second.entered == [ann.identifier.name, bob.identifier.name, second.identifier.name]
    assert set(await ann.search(Calculate)) == {ann.identifier, bob.identifier}


async def test_an_agent_that_did_not_outlive_the_restart_drops_out(society: Society, database: Path) -> None:
    first = await kept(society, database)
    ann = await patient(society, "ann")
    dead = Kept(
        AgentEntry(AMSAgentDescription(name=society.agent("dead"))),
        DFAgentDescription(name=society.agent("dead"), lease_time=datetime(2026, 1, 1, tzinfo=UTC)),
    )
    await first.stop()
    store = await DirectoryStore.open(database)
    await store.write({society.agent("dead").name: dead})
    await store.close()
    account = await society.account(society.directory.name)
    quick = replace(society.platform, lease=0.4)
    second = await society.started(Directory(account, quick, database=database))
    assert second.registry.knows(society.agent("dead"))
    async with asyncio.timeout(10):
        while second.registry.knows(society.agent("dead")):  # noqa: ASYNC110 - time itself is waited for
            await asyncio.sleep(0.02)
    assert second.registry.knows(ann.identifier)


async def test_agents_on_demand_that_died_with_the_directory_are_cleared_away(society: Society, database: Path) -> None:
    store = await DirectoryStore.open(database)
    account = await society.account(society.agent("helper").name)
    helper = AgentIdentifier(name=account.jid)
    await store.write({helper.name: Kept(AgentEntry(AMSAgentDescription(name=helper), manager="ann"))})
    directory = await kept(society, database, factories=AgentFactories(society.server.accounts, {}))
    assert not directory.registry.knows(helper)
    assert not await society.server.accounts.exists(helper.name)
    assert helper.name not in await store.load()
    await store.close()


async def test_a_disk_that_fails_is_said(society: Society, database: Path) -> None:
    await kept(society, database)
    with sqlite3.connect(database) as connection:
        connection.execute("DROP TABLE agents")
    connection.close()
    with pytest.raises(Failed, match="cannot be used"):
        await patient(society, "ann")


# -- who goes without a word


async def test_an_agent_whose_session_ends_drops_out_at_once(society: Society, database: Path) -> None:
    directory = await kept(society, database)
    gone: Log[str] = Log()
    directory.registry.listen(lambda change: gone.append(change.name) if change.after is None else None)
    ann = await patient(society, "ann")
    await society.server.accounts.remove(ann.identifier.name)
    await gone.until(lambda names: ann.identifier.name in names)
    assert not directory.registry.knows(ann.identifier)
    assert directory.presence.contacts == {}


async def test_an_agent_that_comes_back_enters_anew(society: Society, database: Path) -> None:
    directory = await kept(society, database)
    changes: Log[Change] = Log()
    directory.registry.listen(changes.append)
    ann = await patient(society, "ann")
    changes.clear()
    ann.client.abort()  # it connects again by itself, perhaps before the server has noticed
    ann.directory.refresh()
    await changes.until(lambda told: any(isinstance(each.after, DFAgentDescription) for each in told))
    assert directory.registry.knows(ann.identifier)


async def test_presences_of_others_mean_nothing(society: Society, database: Path) -> None:
    directory = await kept(society, database)
    ann = await patient(society, "ann")
    other = await society.connection(await society.account(ann.identifier.name), resource="phone")
    other.send_presence(pto=directory.identifier.name)
    other.send_presence(pto=directory.identifier.name, ptype="unavailable")
    await other.synchronise()
    assert await ann.directory.search(AMSAgentDescription(name=ann.identifier))
