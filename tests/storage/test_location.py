from pathlib import Path

import pytest

from storage.location import asynchronous, file_of, locate
from storage.schema import Schema
from tests.storage.notes import NotesError


@pytest.mark.parametrize(
    ("where", "file"),
    [
        (Path("/data/a b.db"), "/data/a b.db"),
        (Path("a.db"), "{here}/a.db"),
        (Path("~/a.db"), "{home}/a.db"),
        ("sqlite:////data/a.db", "/data/a.db"),
        ("sqlite+aiosqlite:////data/a.db", "/data/a.db"),
        ("sqlite+pysqlite:///a.db", "{here}/a.db"),
        ("sqlite:///~/a.db", "{home}/a.db"),
    ],
)
def test_a_file_is_named_by_a_path_or_a_url(schema: Schema, where: str | Path, file: str) -> None:
    url = locate(where, schema)
    assert str(file_of(url)) == file.format(here=Path.cwd(), home=Path.home())
    assert (url.drivername, asynchronous(url).drivername) == ("sqlite", "sqlite+aiosqlite")


@pytest.mark.parametrize("driver", ["postgresql", "postgresql+psycopg"])
def test_a_server_is_reached_by_one_driver_from_both_kinds_of_code(schema: Schema, driver: str) -> None:
    url = locate(f"{driver}://ann:secret@db.example.org/parley?connect_timeout=3", schema)
    assert asynchronous(url) == url
    assert url.drivername == "postgresql+psycopg"
    assert (url.host, url.password, url.query) == ("db.example.org", "secret", {"connect_timeout": "3"})
    assert file_of(url) is None


@pytest.mark.parametrize(
    ("where", "said"),
    [
        ("nonsense", "of notes cannot be read"),
        ("://nonsense", "of notes cannot be read"),
        ("", "of notes cannot be read"),
        ("sqlite://", "of notes must last; name a file"),
        ("sqlite+aiosqlite:///:memory:", "must last"),
        ("sqlite:///file:notes?mode=memory&uri=true", "must last"),
        ("nosuchdb://ann:secret@localhost/x", "no driver for nosuchdb databases"),
        ("postgresql+asyncpg://ann:secret@localhost/x", r"begins with postgresql\+psycopg"),
    ],
)
def test_what_cannot_be_used_is_said_in_one_sentence(schema: Schema, where: str, said: str) -> None:
    with pytest.raises(NotesError, match=said) as caught:
        locate(where, schema)
    assert "secret" not in str(caught.value)
    assert "\n" not in str(caught.value)
