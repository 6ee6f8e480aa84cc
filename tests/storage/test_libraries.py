"""The libraries that keep something in a database, side by side in one process."""

import asyncio
import sqlite3
from datetime import UTC, datetime
from pathlib import Path

import pytest

from knowledge.fact_store import SCHEMA as FACTS
from knowledge.memory import Memory
from planning.database import SCHEMA as PLANS
from planning.store import PlanStore
from scheduling.database import SCHEMA as REMINDERS
from scheduling.store import ReminderStore
from scheduling.walltime import WallTime

ANN = "ann@example.org"
NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


async def use(reminders: Path | str, plans: Path | str, memories: Path | str) -> None:
    """Open all three at once, have all three work at once, and close them."""
    memory = Memory(memories)
    schedule, plan_store, _ = await asyncio.gather(ReminderStore.open(reminders), PlanStore.open(plans), memory.open())
    due = WallTime(datetime(2026, 11, 21, 9), "Europe/Berlin")  # noqa: DTZ001 - a wall time
    for number in range(5):
        await asyncio.gather(
            schedule.add(owner=ANN, text=f"call {number}", due=due, now=NOW),
            plan_store.unfinished(),
            memory.remember(ANN, f"the code of locker {number} is {number}"),
        )
    _, gone = await asyncio.gather(schedule.cancel_all(ANN, now=NOW), memory.forget(ANN, "everything"))
    assert len(gone) == 5
    assert await schedule.list(ANN) == ()
    await asyncio.gather(schedule.close(), plan_store.close(), memory.close())


def test_each_has_a_version_table_of_its_own() -> None:
    assert len({schema.version_table for schema in (FACTS, PLANS, REMINDERS)}) == 3


async def test_new_files_of_their_own(tmp_path: Path) -> None:
    await asyncio.wait_for(use(tmp_path / "a" / "1.db", tmp_path / "b" / "2.db", tmp_path / "c" / "3.db"), 30)


@pytest.mark.parametrize("times", [1, 2])
async def test_one_database_for_all(tmp_path: Path, times: int) -> None:
    path = tmp_path / "all.db"
    for _ in range(times):
        url = f"sqlite+aiosqlite:///{path}"
        await asyncio.wait_for(use(url, url, url), 30)
    with sqlite3.connect(path) as connection:
        names = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()
    versions = {schema.version_table for schema in (FACTS, PLANS, REMINDERS)}
    assert names == versions | {"reminders", "plans", "plan_steps", "facts"}
