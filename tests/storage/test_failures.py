import sqlite3

import pytest
from sqlalchemy.engine import make_url
from sqlalchemy.exc import DataError, IntegrityError, NoSuchTableError, OperationalError

from storage.failures import plain_errors
from storage.schema import Schema
from tests.storage.notes import NotesError

SERVER = make_url("postgresql+psycopg://ann:secret@db.example.org/parley")
ROW = "INSERT INTO notes VALUES (%s)"


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (OSError(28, "No space left on device", "/private"), "No space left on device"),
        (OSError("refused"), "refused"),
        (sqlite3.DatabaseError("file is not a database"), "file is not a database"),
        (OperationalError(ROW, ["private"], sqlite3.OperationalError("database is locked")), "database is locked"),
        (OperationalError(ROW, [], Exception("connection refused\n\tIs it running?")), "connection refused"),
        (OperationalError(ROW, [], ConnectionResetError()), ""),
        (DataError(ROW, ["private"], ValueError("bad value: private")), "ValueError"),
        (IntegrityError(ROW, ["private"], KeyError("Key (text)=(private) exists")), "KeyError"),
        (NoSuchTableError("notes"), "NoSuchTableError"),
    ],
)
def test_drivers_errors_become_one_sentence_of_the_librarys(schema: Schema, error: Exception, reason: str) -> None:
    with pytest.raises(NotesError) as caught, plain_errors(schema, SERVER):
        raise error
    said = str(caught.value)
    assert said.startswith("The database of notes, postgresql+psycopg://ann:***@db.example.org/parley, cannot be used")
    assert f"({reason})" in said
    assert "private" not in said
    assert "\n" not in said
    assert caught.value.__cause__ is error


def test_a_driver_that_is_not_there_is_named(schema: Schema) -> None:
    with pytest.raises(NotesError, match="needs the Python package psycopg; install it"), plain_errors(schema, SERVER):
        raise ModuleNotFoundError("No module named 'psycopg'", name="psycopg")


@pytest.mark.parametrize("error", [NotesError("no such note"), ValueError("x"), KeyboardInterrupt()])
def test_what_is_not_the_databases_passes(schema: Schema, error: BaseException) -> None:
    with pytest.raises(type(error)) as caught, plain_errors(schema, SERVER):
        raise error
    assert caught.value is error
