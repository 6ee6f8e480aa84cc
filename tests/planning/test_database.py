"""The database of plans: what this library says about its tables."""

import sqlite3
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

from planning.database import SCHEMA
from planning.errors import StoreError
from planning.store import PlanStore
from planning.tables import METADATA


def test_the_revision_named_is_the_newest() -> None:
    assert ScriptDirectory(str(SCHEMA.migrations)).get_heads() == [SCHEMA.head]


async def test_migrations_make_the_tables_that_the_code_uses(tmp_path: Path) -> None:
    await (await PlanStore.open(tmp_path / "plans.db")).close()
    engine = create_engine(f"sqlite:///{tmp_path}/plans.db")
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"version_table": SCHEMA.version_table})
        assert compare_metadata(context, METADATA) == []
    engine.dispose()


async def test_a_newer_database_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "plans.db"
    await (await PlanStore.open(path)).close()
    with sqlite3.connect(path) as connection:
        connection.execute(f"UPDATE {SCHEMA.version_table} SET version_num = '9999'")
    connection.close()
    with pytest.raises(StoreError, match="database of plans was written by a newer version"):
        await PlanStore.open(path)


async def test_what_cannot_be_opened_is_said_in_one_sentence(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"database of plans, .* cannot be used") as caught:
        await PlanStore.open(tmp_path)
    assert "\n" not in str(caught.value)
