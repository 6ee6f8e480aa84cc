import asyncio
import sqlite3
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from storage import migrating
from storage.blocking import open_blocking
from storage.database import open_database
from storage.schema import Schema
from tests.storage.notes import NotesError, notes

ROOT = Path(__file__).parents[2]
OPEN = """
import sys
from pathlib import Path
from tests.storage.notes import notes
from storage.blocking import open_blocking
schema = notes(Path(sys.argv[2]))
print("waiting", flush=True)
sys.stdin.readline()
open_blocking(Path(sys.argv[1]), schema).close()
print("alembic" in sys.modules)
"""


def rows(path: Path, query: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def test_an_older_database_is_brought_up_to_date_with_what_is_in_it(tmp_path: Path, path: Path) -> None:
    old = open_blocking(path, notes(tmp_path / "old", "1"))
    with old.writing() as connection:
        connection.exec_driver_sql("INSERT INTO notes VALUES ('kept')")
    old.close()
    open_blocking(path, notes(tmp_path / "new", "2")).close()
    assert rows(path, "SELECT text, stars FROM notes") == [("kept", 0)]
    assert rows(path, "SELECT version_num FROM notes_version") == [("2",)]


def test_a_step_that_fails_leaves_everything_as_it_was(tmp_path: Path, path: Path, schema: Schema) -> None:
    database = open_blocking(path, schema)
    with database.writing() as connection:
        connection.exec_driver_sql("INSERT INTO notes (text) VALUES ('kept')")
    database.close()
    with pytest.raises(NotesError, match="syntax error"):
        open_blocking(path, notes(tmp_path / "new", "3"))
    assert rows(path, "SELECT text, stars FROM notes") == [("kept", 0)]
    assert rows(path, "SELECT version_num FROM notes_version") == [("2",)]
    open_blocking(path, schema).close()


def test_a_database_of_a_newer_version_is_left_alone(tmp_path: Path, path: Path, schema: Schema) -> None:
    open_blocking(path, schema).close()
    with pytest.raises(NotesError, match="of notes was written by a newer version of this program; start that one"):
        open_blocking(path, notes(tmp_path / "older", "1"))
    open_blocking(path, schema).close()


async def test_the_loop_goes_on_while_a_database_is_migrated(tmp_path: Path, path: Path, schema: Schema) -> None:
    await (await open_database(tmp_path / "warm.db", schema)).close()
    turns = 0

    async def watch() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    watching = asyncio.create_task(watch())
    await (await open_database(path, schema)).close()
    watching.cancel()
    assert turns > 100


def test_processes_that_start_at_once_and_later_ones_that_need_no_migration(tmp_path: Path, path: Path) -> None:
    notes(tmp_path / "migrations")
    arguments = [sys.executable, "-c", OPEN, str(path), str(tmp_path / "migrations")]

    def start() -> "subprocess.Popen[str]":
        return subprocess.Popen(arguments, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    first = [start() for _ in range(3)]
    for process in first:
        assert process.stdout is not None
        assert process.stdout.readline() == "waiting\n"
    for process in first:
        assert process.stdin is not None
        process.stdin.write("\n")
        process.stdin.flush()
    loaded = [process.communicate(timeout=60)[0] for process in first]
    assert [process.returncode for process in first] == [0, 0, 0]
    assert "True\n" in loaded
    assert rows(path, "SELECT version_num FROM notes_version") == [("2",)]
    assert start().communicate("\n", timeout=60)[0] == "waiting\nFalse\n"


def test_libraries_that_share_a_new_database_do_not_wait_for_each_other(tmp_path: Path, path: Path) -> None:
    # Each has the same table in a folder of its own, so every one that comes later finds what it needs made.
    schemas = [notes(tmp_path / str(number)) for number in range(6)]
    barrier = threading.Barrier(len(schemas))

    def opened(schema: Schema) -> None:
        barrier.wait(timeout=30)
        open_blocking(path, schema).close()

    with ThreadPoolExecutor(len(schemas)) as pool:
        list(pool.map(opened, schemas))


def test_another_migration_that_does_not_end_is_said(
    path: Path, schema: Schema, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(migrating, "_WAIT_S", 0.05)
    with migrating._alone(schema), pytest.raises(NotesError, match="of notes waits for another one"):
        open_blocking(path, schema)
    open_blocking(path, schema).close()
