"""What a directory keeps on disk, and when."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine

from ontology.acl import AgentIdentifier
from ontology.expressions import TermSet
from ontology.management import AMSAgentDescription, DFAgentDescription, Property, ServiceDescription
from tests.xmpp.test_registry import ANN, BOB, START, Time, held, in_state, known, offer
from xmpp.directory.journal import Journal
from xmpp.directory.registry import AgentEntry, Kept, Registry
from xmpp.directory.store import SCHEMA, DirectoryStore
from xmpp.directory.tables import METADATA
from xmpp.errors import DirectoryStoreError


class Slow(DirectoryStore):
    """A store that notes what it writes, writes when it may, and fails when it is told to."""

    written: list[tuple[str, ...]]
    may_write: asyncio.Event
    begun: asyncio.Event
    is_full = False

    async def write(self, kept: Mapping[str, Kept | None]) -> None:
        self.begun.set()
        await self.may_write.wait()
        if self.is_full:
            raise DirectoryStoreError("The disk is full.")
        await super().write(kept)
        self.written.append(tuple(kept))


@pytest_asyncio.fixture
async def store(tmp_path: Path) -> AsyncIterator[Slow]:
    found = await Slow.open(tmp_path / "agents.db")
    assert isinstance(found, Slow)
    found.written, found.may_write, found.begun = [], asyncio.Event(), asyncio.Event()
    found.may_write.set()
    yield found
    await found.close()


def enter(registry: Registry, *agents: AgentIdentifier) -> None:
    for agent in agents:
        registry.register(agent, known(agent))
        registry.register(agent, offer(agent, "calculate"))


async def test_what_is_written_comes_back(store: Slow) -> None:
    registry = Time().registry()
    journal = Journal(registry, store)
    enter(registry, ANN, BOB)
    await journal.written(ANN.name)
    registry.modify(ANN, AMSAgentDescription(name=ANN, state="suspended"))
    registry.deregister(BOB, offer(BOB))
    await journal.written(ANN.name)
    assert await store.load() == {
        ANN.name: Kept(AgentEntry(in_state("suspended"), suspended_by=ANN.name), held(ANN, "calculate")),
        BOB.name: Kept(AgentEntry(in_state("active", BOB))),
    }
    registry.drop(BOB.name)
    await journal.flush()
    assert list(await store.load()) == [ANN.name]


async def test_changes_that_come_together_are_written_together(store: Slow) -> None:
    registry = Time().registry()
    journal = Journal(registry, store)
    store.may_write.clear()
    enter(registry, ANN)
    first = asyncio.create_task(journal.written(ANN.name))
    await store.begun.wait()
    others = [AgentIdentifier(name=f"agent-{number}") for number in range(20)]
    enter(registry, *others)
    waiting = [asyncio.create_task(journal.written(other.name)) for other in others]
    again = asyncio.create_task(journal.written(ANN.name))
    await asyncio.sleep(0)
    assert not any(task.done() for task in (first, again, *waiting))
    store.may_write.set()
    await asyncio.gather(first, again, *waiting)
    assert store.written == [(ANN.name,), tuple(other.name for other in others)]


async def test_a_renewal_is_written_later_and_never_waited_for(store: Slow) -> None:
    clock = Time()
    registry = clock.registry()
    journal = Journal(registry, store, renewals=0.01)
    enter(registry, ANN, BOB)
    await journal.flush()
    clock.now = 30
    for agent in (ANN, BOB):
        registry.modify(agent, offer(agent, "calculate"))
        await journal.written(agent.name)
    assert len(store.written) == 1
    keeping = asyncio.create_task(journal.keep())
    async with asyncio.timeout(10):
        while len(store.written) < 2:  # noqa: ASYNC110 - each turn of the loop is an event
            await asyncio.sleep(0)
    keeping.cancel()
    assert store.written[1] == (ANN.name, BOB.name)
    assert (await store.load())[ANN.name].offer == held(ANN, "calculate", until=120)


async def test_what_could_not_be_written_is_written_with_the_next(
    store: Slow, caplog: pytest.LogCaptureFixture
) -> None:
    registry = Time().registry()
    journal = Journal(registry, store, renewals=0.01)
    store.is_full = True
    enter(registry, ANN)
    with pytest.raises(DirectoryStoreError, match="full"):
        await journal.written(ANN.name)
    keeping = asyncio.create_task(journal.keep())
    async with asyncio.timeout(10):
        while "full" not in caplog.text:  # noqa: ASYNC110 - each turn of the loop is an event
            await asyncio.sleep(0)
    store.is_full = False
    enter(registry, BOB)
    await journal.written(BOB.name)
    keeping.cancel()
    assert set(await store.load()) == {ANN.name, BOB.name}


async def test_an_entry_that_cannot_be_read_is_left_out(store: Slow, tmp_path: Path) -> None:
    await store.write({ANN.name: Kept(AgentEntry(known(ANN))), BOB.name: Kept(AgentEntry(known(BOB)))})
    with sqlite3.connect(tmp_path / "agents.db") as connection:
        connection.execute("UPDATE agents SET description = '[7]' WHERE name = ?", (ANN.name,))
    connection.close()
    assert list(await store.load()) == [BOB.name]


def test_the_head_is_that_of_the_migrations() -> None:
    assert ScriptDirectory(str(SCHEMA.migrations)).get_heads() == [SCHEMA.head]


async def test_migrations_make_the_tables_that_are_used(store: Slow, tmp_path: Path) -> None:
    engine = create_engine(f"sqlite:///{tmp_path / 'agents.db'}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": SCHEMA.version_table})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


async def test_a_newer_database_is_left_alone(store: Slow, tmp_path: Path) -> None:
    with sqlite3.connect(tmp_path / "agents.db") as connection:
        connection.execute(f"UPDATE {SCHEMA.version_table} SET version_num = '9999'")
    connection.close()
    with pytest.raises(DirectoryStoreError, match="the agents' directory was written by a newer version"):
        await DirectoryStore.open(tmp_path / "agents.db")


_texts = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=6)
_services = st.builds(
    ServiceDescription,
    name=st.none() | _texts,
    languages=st.lists(_texts, max_size=2).map(tuple),
    properties=st.lists(
        st.builds(Property, name=_texts, value=_texts | st.booleans() | st.integers() | st.just(TermSet(items=(1,)))),
        max_size=2,
    ).map(tuple),
)
_kept = st.builds(
    Kept,
    entry=st.builds(AgentEntry, st.just(known(ANN)), manager=st.none() | _texts, suspended_by=st.none() | _texts),
    offer=st.none()
    | st.builds(
        DFAgentDescription,
        name=st.just(ANN),
        services=st.lists(_services, max_size=2).map(tuple),
        lease_time=st.none() | st.integers(0, 10**6).map(lambda seconds: START + timedelta(seconds=seconds)),
    ),
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(kept=_kept)
async def test_every_entry_comes_back_as_it_was(store: Slow, kept: Kept) -> None:
    await store.write({ANN.name: kept})
    assert await store.load() == {ANN.name: kept}
