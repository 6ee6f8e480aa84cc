"""The database of reminders: what this library says about its tables."""

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from scheduling.database import SCHEMA
from scheduling.errors import StoreError
from scheduling.store import ReminderStore
from scheduling.tables import METADATA


def test_the_head_is_that_of_the_migrations() -> None:
    assert ScriptDirectory(str(SCHEMA.migrations)).get_heads() == [SCHEMA.head]


async def test_migrations_make_the_tables_that_are_used(store: ReminderStore, database: Path) -> None:
    engine = create_engine(f"sqlite:///{database}")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": SCHEMA.version_table})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


async def test_a_newer_database_is_left_alone(database: Path) -> None:
    await (await ReminderStore.open(database)).close()
    with sqlite3.connect(database) as connection:
        connection.execute(f"UPDATE {SCHEMA.version_table} SET version_num = '9999'")
    connection.close()
    with pytest.raises(StoreError, match="database of reminders was written by a newer version"):
        await ReminderStore.open(database)


async def test_what_cannot_be_opened_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"database of reminders, .* cannot be used") as caught:
        await ReminderStore.open(tmp_path)
    assert "\n" not in str(caught.value)
