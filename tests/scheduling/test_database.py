# ruff: noqa: ASYNC240 - a test may wait for its own files
import asyncio
import sqlite3
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from scheduling.database import database_url, open_engine, plain_errors
from scheduling.errors import StoreError
from scheduling.migrations import HEAD
from scheduling.store import ReminderStore
from scheduling.tables import METADATA

MIGRATIONS = Path(__file__).parents[2] / "scheduling" / "migrations"


def test_the_head_is_that_of_the_migrations() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


async def test_migrations_make_the_tables_that_are_used(store: ReminderStore, database: Path) -> None:
    engine = create_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": "schedule_version"})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


async def test_how_a_file_is_opened(database: Path) -> None:
    engine = await open_engine(database_url(database))
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 10_000}
    async with engine.connect() as connection:
        found = {name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar() for name in wanted}
    await engine.dispose()
    assert found == wanted


async def test_opening_again_is_quick(database: Path) -> None:
    await (await ReminderStore.open(database)).close()
    took = []
    for _ in range(5):
        begun = time.process_time()
        store = await ReminderStore.open(database)
        took.append(time.process_time() - begun)
        await store.close()
    assert min(took) < 0.1


def test_opening_again_does_not_load_alembic(database: Path) -> None:
    script = (
        "import asyncio, sys; from pathlib import Path; from scheduling.store import ReminderStore\n"
        "async def main(): await (await ReminderStore.open(Path(sys.argv[1]))).close()\n"
        "asyncio.run(main()); print('alembic' in sys.modules)"
    )
    said = [
        subprocess.run(
            [sys.executable, "-c", script, str(database)], capture_output=True, text=True, check=True, timeout=60
        ).stdout.strip()
        for _ in range(2)
    ]
    assert said == ["True", "False"]


async def test_many_starts_at_once(database: Path) -> None:
    stores = await asyncio.gather(*(ReminderStore.open(database) for _ in range(4)))
    for store in stores:
        assert await store.next_due() is None
        await store.close()


async def test_migrating_does_not_stall_the_loop(database: Path) -> None:
    longest, last = 0.0, time.thread_time()

    async def watch() -> None:
        # The loop's own work between two of its turns: what another thread does is not counted.
        nonlocal longest, last
        while True:
            await asyncio.sleep(0)
            longest, last = max(longest, time.thread_time() - last), time.thread_time()

    await (await ReminderStore.open(database.with_name("warm.db"))).close()
    watching = asyncio.create_task(watch())
    await (await ReminderStore.open(database)).close()
    watching.cancel()
    assert longest < 0.05


async def test_a_file_open_to_others_is_closed_to_them(database: Path) -> None:
    database.parent.mkdir()
    database.touch(mode=0o644)
    await (await ReminderStore.open(database)).close()
    assert stat.S_IMODE(database.stat().st_mode) == 0o600


async def test_a_newer_database_is_left_alone(database: Path) -> None:
    await (await ReminderStore.open(database)).close()
    with sqlite3.connect(database) as connection:
        connection.execute("UPDATE schedule_version SET version_num = '9999'")
    connection.close()
    with pytest.raises(StoreError, match="newer version"):
        await ReminderStore.open(database)


async def test_a_file_that_is_no_database(database: Path) -> None:
    database.parent.mkdir()
    database.write_text("this is not a database, and long enough to be seen as none" * 20)
    with pytest.raises(StoreError, match="cannot be used"):
        await ReminderStore.open(database)
    assert database.read_text().startswith("this is not")


async def test_a_folder_in_the_place_of_the_file(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be used"):
        await ReminderStore.open(tmp_path)


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("sqlite+aiosqlite://", "name a file"),
        ("sqlite+aiosqlite:///:memory:", "name a file"),
        ("nonsense", "cannot be read"),
        ("nosuchdb://localhost/x", "no driver"),
    ],
)
async def test_urls_that_cannot_be_used(url: str, said: str) -> None:
    with pytest.raises(StoreError, match=said):
        await ReminderStore.open(url)


async def test_a_url_names_a_file_too(database: Path) -> None:
    store = await ReminderStore.open(f"sqlite+aiosqlite:///{database}")
    await store.close()
    assert database.exists()


def test_passwords_stay_out_of_errors() -> None:
    url = database_url("postgresql+asyncpg://u:secret@127.0.0.1:1/x")
    with pytest.raises(StoreError, match="refused") as caught, plain_errors(url):
        raise OSError("refused")
    assert "secret" not in str(caught.value)
