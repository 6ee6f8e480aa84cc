import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from knowledge.errors import StoreError
from knowledge.fact_store import SCHEMA, Fact, FactStore, StoredFact, new_id, with_vector
from knowledge.fact_tables import METADATA
from knowledge.migrations import HEAD, VERSION_TABLE

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def entry(text: str, *, owner: str = "ann", slot: str | None = None, minutes: int = 0) -> StoredFact:
    fact = Fact(id=new_id(), owner=owner, text=text, said_at=NOON + timedelta(minutes=minutes))
    return StoredFact(fact=fact, slot=slot, model="m", vector=np.arange(4, dtype=np.float32))


def on_disk(path: Path) -> bytes:
    return b"".join(file.read_bytes() for file in path.parent.iterdir())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "private" / "facts.sqlite"


@pytest.fixture
def store(path: Path) -> Iterator[FactStore]:
    found = FactStore(f"sqlite+aiosqlite:///{path}")
    found.open()
    yield found
    found.close()


def test_the_file_is_private(path: Path, store: FactStore) -> None:
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_the_migrations_make_the_tables_that_the_code_expects(path: Path, store: FactStore) -> None:
    engine = sa.create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": VERSION_TABLE})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


def test_the_head_is_that_of_the_migrations() -> None:
    assert ScriptDirectory(str(SCHEMA.migrations)).get_heads() == [HEAD]


def test_opening_twice_keeps_what_is_there(path: Path, store: FactStore) -> None:
    kept = store.add(entry("x"))
    store.close()
    store.open()
    store.open()
    assert [stored.fact for stored in store.facts("ann")] == [kept]


def test_a_newer_fact_of_a_slot_takes_the_place_and_the_older_is_history(store: FactStore) -> None:
    older = entry("my sister is Mia", slot="s")
    newer = entry("my sister is Ana", slot="s", minutes=1)
    store.add(older)
    store.add(newer)
    assert [stored.fact.text for stored in store.facts("ann")] == ["my sister is Ana"]
    history = store.facts("ann", superseded=True)
    assert [(stored.fact.text, stored.fact.superseded_at) for stored in history] == [
        ("my sister is Ana", None),
        ("my sister is Mia", NOON + timedelta(minutes=1)),
    ]
    assert np.array_equal(history[0].vector, newer.vector)


def test_the_same_words_are_kept_once(store: FactStore) -> None:
    first = store.add(entry("I like tea"))
    assert store.add(entry("i like TEA", minutes=5)) == first
    assert len(store.facts("ann")) == 1


def test_owners_are_apart(store: FactStore) -> None:
    anns = store.add(entry("x", slot="s"))
    bobs = store.add(entry("x", slot="s", owner="bob"))
    assert [stored.fact for stored in store.facts("ann")] == [anns]
    store.remove("ann", [bobs.id])
    assert [stored.fact for stored in store.facts("bob")] == [bobs]
    assert store.facts("' OR 1=1 --") == ()


def test_what_is_removed_is_gone_from_the_file_with_its_history(path: Path, store: FactStore) -> None:
    store.add(entry("the password is swordfish", slot="s"))
    chosen = store.add(entry("the password is hunter2", slot="s", minutes=1))
    kept = store.add(entry("the sky is blue"))
    assert b"hunter2" in on_disk(path)
    store.remove("ann", [chosen.id])
    assert b"hunter2" not in on_disk(path)
    assert b"swordfish" not in on_disk(path)
    assert [stored.fact for stored in store.facts("ann", superseded=True)] == [kept]


def test_vectors_are_replaced(store: FactStore) -> None:
    stored = entry("x")
    store.add(stored)
    store.update_vectors([with_vector(stored, model="n", vector=np.ones(2, dtype=np.float32))])
    (found,) = store.facts("ann")
    assert (found.model, found.vector.tolist()) == ("n", [1.0, 1.0])


def test_a_file_that_is_no_database_gets_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "facts.sqlite"
    path.write_bytes(b"not a database at all" * 100)
    with pytest.raises(StoreError, match=r"facts.* cannot be used \(file is not a database\)"):
        FactStore(f"sqlite:///{path}").open()
    assert path.read_bytes().startswith(b"not a database")


def test_a_closed_store_says_so(path: Path) -> None:
    with pytest.raises(StoreError, match="closed; open it first"):
        FactStore(f"sqlite:///{path}").facts("ann")


REMEMBER_AND_DIE = """
import sys
from knowledge.fact_store import FactStore
from tests.knowledge.test_fact_store import entry
store = FactStore("sqlite:///" + sys.argv[1])
store.open()
for number in range(100000):
    store.add(entry(f"fact {number}"))
    print(number, flush=True)
"""


def test_every_acknowledged_fact_survives_a_kill(path: Path) -> None:
    child = subprocess.Popen([sys.executable, "-c", REMEMBER_AND_DIE, str(path)], stdout=subprocess.PIPE, text=True)
    assert child.stdout is not None
    acknowledged = [child.stdout.readline() for _ in range(20)]
    child.send_signal(signal.SIGKILL)
    acknowledged += child.stdout.read().splitlines()
    child.wait(timeout=10)
    store = FactStore(f"sqlite:///{path}")
    store.open()
    found = {stored.fact.text for stored in store.facts("ann")}
    store.close()
    assert {f"fact {int(number)}" for number in acknowledged} <= found
