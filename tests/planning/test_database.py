"""The database: private, migrated, quick when it is current, and plain about what is wrong."""

import asyncio
import sqlite3
import stat
import time
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

import planning
from planning.database import open_engine
from planning.errors import StoreError
from planning.migrations import HEAD, VERSION_TABLE
from planning.tables import METADATA


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


async def test_files_are_for_their_owner_alone(tmp_path: Path) -> None:
    engine = await open_engine(tmp_path / "deep" / "plans.db")
    modes = {file.name: mode(file) for file in (tmp_path / "deep").iterdir()}
    await engine.dispose()

    assert modes == dict.fromkeys(("plans.db", "plans.db-wal", "plans.db-shm"), 0o600)
    assert mode(tmp_path / "deep") == 0o700


async def test_a_file_that_was_open_to_others_is_closed_to_them(tmp_path: Path) -> None:
    path = tmp_path / "plans.db"
    path.touch(mode=0o644)
    await (await open_engine(path)).dispose()
    assert mode(path) == 0o600


def test_the_revision_named_is_the_newest() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(planning.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


async def test_migrations_make_the_tables_that_the_code_uses(tmp_path: Path) -> None:
    engine = await open_engine(tmp_path / "plans.db")
    async with engine.connect() as connection:
        differences = await connection.run_sync(
            lambda sync: compare_metadata(
                MigrationContext.configure(sync, opts={"version_table": VERSION_TABLE}), METADATA
            )
        )
    await engine.dispose()
    assert differences == []


async def test_a_current_database_opens_quickly(tmp_path: Path) -> None:
    path = tmp_path / "plans.db"
    await (await open_engine(path)).dispose()
    times = []
    for _ in range(5):
        start = time.perf_counter()
        engine = await open_engine(path)
        times.append(time.perf_counter() - start)
        await engine.dispose()
    assert min(times) < 0.1


async def test_a_url_serves_as_well_as_a_path(tmp_path: Path) -> None:
    path = tmp_path / "plans.db"
    await (await open_engine(f"sqlite+aiosqlite:///{path}")).dispose()
    assert mode(path) == 0o600


async def test_two_that_open_a_new_database_at_once_both_succeed(tmp_path: Path) -> None:
    engines = await asyncio.gather(*(open_engine(tmp_path / "plans.db") for _ in range(3)))
    for engine in engines:
        await engine.dispose()


def _garbage(path: Path) -> None:
    path.write_bytes(b"no database at all" * 100)


def _folder(path: Path) -> None:
    path.mkdir()


def _newer(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"CREATE TABLE {VERSION_TABLE} (version_num VARCHAR(32) NOT NULL)")
    connection.execute(f"INSERT INTO {VERSION_TABLE} VALUES ('9999')")
    connection.commit()
    connection.close()


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [(_garbage, "not a database"), (_folder, "Is a directory"), (_newer, "written by a newer version")],
)
async def test_what_cannot_be_opened_is_said_in_one_sentence(tmp_path: Path, spoil: object, problem: str) -> None:
    path = tmp_path / "plans.db"
    assert callable(spoil)
    spoil(path)
    with pytest.raises(StoreError, match=problem) as caught:
        await open_engine(path)
    assert "\n" not in str(caught.value)


async def test_a_url_that_is_none_is_said(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="cannot be read"):
        await open_engine("://nonsense")
