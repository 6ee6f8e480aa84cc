import asyncio
import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from storage.database import Database, open_database
from storage.schema import Schema
from tests.storage.notes import NotesError


async def add(database: Database, *texts: str) -> None:
    async with database.writing() as connection:
        for text in texts:
            await connection.exec_driver_sql("INSERT INTO notes (text) VALUES (?)", (text,))


async def texts(database: Database) -> list[str]:
    async with database.reading() as connection:
        found = await connection.exec_driver_sql("SELECT text FROM notes ORDER BY text")
        return [row.text for row in found]


async def test_how_a_file_is_opened(path: Path, schema: Schema) -> None:
    database = await open_database(path, schema, timeout_s=2.5)
    wanted = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1, "busy_timeout": 2500}
    async with database.reading() as connection:
        found = {name: (await connection.exec_driver_sql(f"PRAGMA {name}")).scalar() for name in wanted}
    await database.close()
    assert found == wanted


async def test_files_beside_the_database_are_private_too(path: Path, schema: Schema) -> None:
    database = await open_database(path, schema)
    await add(database, "x")
    modes = await asyncio.to_thread(lambda: {file.name: file.stat().st_mode & 0o777 for file in path.parent.iterdir()})
    await database.close()
    assert modes == dict.fromkeys(("notes.db", "notes.db-wal", "notes.db-shm"), 0o600)


async def test_what_was_written_is_there_when_it_is_opened_by_a_url(path: Path, schema: Schema) -> None:
    database = await open_database(path, schema)
    await add(database, "x")
    await database.close()
    database = await open_database(f"sqlite:///{path}", schema)
    assert await texts(database) == ["x"]
    await database.close()


async def test_a_block_that_fails_changes_nothing(path: Path, schema: Schema) -> None:
    database = await open_database(path, schema)
    await add(database, "x")
    with pytest.raises(NotesError, match="UNIQUE constraint failed"):
        await add(database, "y", "x")
    assert await texts(database) == ["x"]
    await database.close()


async def test_writers_that_read_first_wait_for_one_another(path: Path, schema: Schema) -> None:
    databases = [await open_database(path, schema) for _ in range(2)]
    await add(databases[0], "x")

    async def star(database: Database) -> None:
        async with database.writing() as connection:
            stars = (await connection.exec_driver_sql("SELECT stars FROM notes")).scalar_one()
            await asyncio.sleep(0)
            await connection.exec_driver_sql("UPDATE notes SET stars = ?", (stars + 1,))

    await asyncio.gather(*(star(databases[number % 2]) for number in range(20)))
    async with databases[0].reading() as connection:
        assert (await connection.exec_driver_sql("SELECT stars FROM notes")).scalar_one() == 20
    for database in databases:
        await database.close()


async def test_readers_go_on_while_another_writes(path: Path, schema: Schema) -> None:
    database = await open_database(path, schema)
    await add(database, "x")
    async with database.writing() as connection:
        await connection.exec_driver_sql("DELETE FROM notes")
        assert await texts(database) == ["x"]
    assert await texts(database) == []
    await database.close()


async def test_a_broken_constraint_is_the_cause_of_the_error(path: Path, schema: Schema) -> None:
    database = await open_database(path, schema)
    await add(database, "private")
    with pytest.raises(NotesError, match="UNIQUE constraint failed") as caught:
        await add(database, "private")
    assert isinstance(caught.value.__cause__, IntegrityError)
    assert "private" not in str(caught.value)
    await database.close()


async def test_a_lock_that_is_held_for_too_long_is_said(path: Path, schema: Schema) -> None:
    database = await open_database(path, schema, timeout_s=0.05)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(NotesError, match="database is locked"):
        await add(database, "x")
    other.close()
    await add(database, "x")
    await database.close()


def _garbage(path: Path) -> None:
    path.write_bytes(b"no database at all" * 100)


def _folder(path: Path) -> None:
    path.mkdir()


def _damaged(path: Path) -> None:
    path.write_bytes(b"SQLite format 3\0" + b"\x10\x00\x02\x02\x00\x40\x20\x20" + b"\xff" * 4072)


@pytest.mark.parametrize(
    ("spoil", "problem"), [(_garbage, "not a database"), (_folder, "Is a directory"), (_damaged, "cannot be used")]
)
async def test_what_cannot_be_opened_is_said_in_one_sentence(
    tmp_path: Path, schema: Schema, spoil: object, problem: str
) -> None:
    path = tmp_path / "notes.db"
    assert callable(spoil)
    spoil(path)
    with pytest.raises(NotesError, match=problem) as caught:
        await open_database(path, schema)
    assert str(path) in str(caught.value)
    assert "\n" not in str(caught.value)


async def test_a_file_in_the_place_of_a_folder(tmp_path: Path, schema: Schema) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(NotesError, match="cannot be used"):
        await open_database(tmp_path / "file" / "notes.db", schema)
