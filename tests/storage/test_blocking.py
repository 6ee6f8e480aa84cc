import sqlite3
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from storage.blocking import BlockingDatabase, open_blocking
from storage.schema import Schema
from tests.storage.notes import NotesError

ROOT = Path(__file__).parents[2]
REMOVE_AND_DIE = """
import os, sys
from pathlib import Path
from storage.blocking import open_blocking
from tests.storage.notes import notes
from tests.storage.test_blocking import add
database = open_blocking(Path(sys.argv[1]), notes(Path(sys.argv[2])))
add(database, "swordfish")
with database.writing() as connection:
    connection.exec_driver_sql("DELETE FROM notes")
os._exit(9)  # before it could rewrite the file
"""


def add(database: BlockingDatabase, *texts: str) -> None:
    with database.writing() as connection:
        for text in texts:
            connection.exec_driver_sql("INSERT INTO notes (text) VALUES (?)", (text,))


def on_disk(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


def test_what_was_written_is_there_when_it_is_opened_again(path: Path, schema: Schema) -> None:
    database = open_blocking(path, schema)
    add(database, "x", "y")
    database.close()
    database = open_blocking(f"sqlite+aiosqlite:///{path}", schema)
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM notes").scalar_one() == 2
    database.close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_block_that_fails_changes_nothing(path: Path, schema: Schema) -> None:
    database = open_blocking(path, schema)
    add(database, "x")
    with pytest.raises(NotesError, match="UNIQUE constraint failed"):
        add(database, "y", "x")
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT text FROM notes").scalars().all() == ["x"]
    database.close()


def test_what_was_removed_is_in_no_file_afterwards(path: Path, schema: Schema) -> None:
    database = open_blocking(path, schema)
    add(database, "swordfish", *map(str, range(2000)))
    assert b"swordfish" in on_disk(path)
    with database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM notes WHERE text <> '7'")
    database.compact()
    assert b"swordfish" not in on_disk(path)
    with database.reading() as connection:
        assert connection.exec_driver_sql("SELECT text FROM notes").scalars().all() == ["7"]
    add(database, "8")
    database.close()


def test_a_reader_that_keeps_what_was_removed_alive_is_said(path: Path, schema: Schema) -> None:
    database = open_blocking(path, schema, timeout_s=0.05)
    add(database, "swordfish")
    reader = sqlite3.connect(path, isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT * FROM notes").fetchall()
    with database.writing() as connection:
        connection.exec_driver_sql("DELETE FROM notes")
    with pytest.raises(NotesError, match=r"removed from the database of notes may be left .*reading it"):
        database.compact()
    reader.close()
    database.compact()
    assert b"swordfish" not in on_disk(path)
    database.close()


def test_a_file_that_cannot_be_rewritten_is_said(path: Path, schema: Schema) -> None:
    database = open_blocking(path, schema, timeout_s=0.05)
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("BEGIN IMMEDIATE")
    with pytest.raises(NotesError, match=r"may be left on the disk .*locked"):
        database.compact()
    writer.close()
    database.close()


def test_a_log_left_by_a_process_that_died_keeps_nothing_removed(path: Path, schema: Schema) -> None:
    arguments = [sys.executable, "-c", REMOVE_AND_DIE, str(path), str(schema.migrations)]
    assert subprocess.run(arguments, cwd=ROOT, timeout=60, check=False).returncode == 9
    assert b"swordfish" in on_disk(path)
    open_blocking(path, schema).close()
    assert b"swordfish" not in on_disk(path)
