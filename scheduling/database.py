"""Opening the database: the file and its modes, transactions, and bringing the tables up to date."""

import asyncio
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, column, event, inspect, select, table, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, NoSuchModuleError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from scheduling.errors import StoreError
from scheduling.migrations import HEAD
from storage.lock import MIGRATING

BUSY_TIMEOUT_S = 10
_VERSION_TABLE = "schedule_version"  # of its own name: one database may hold other things of ours
_WRITES = "parley_writes"
_LOCK_NUMBER = 0x5061726C  # any number of our own: PostgreSQL's advisory lock around the migration


def database_url(database: str | Path) -> URL:
    """Return the URL of a database given as such or as the path of a SQLite file.

    Raises:
        StoreError: the URL cannot be read, or has no file.
    """
    if isinstance(database, Path):
        return URL.create("sqlite+aiosqlite", database=str(database.absolute()))
    try:
        url = make_url(database)
    except ArgumentError as error:
        raise StoreError(
            "The database URL of the schedule cannot be read; it looks like sqlite+aiosqlite:////path/file.db."
        ) from error
    if url.get_backend_name() == "sqlite" and url.database in {None, "", ":memory:"}:
        raise StoreError("The schedule needs a database that lasts; name a file in its URL.")
    return url


async def open_engine(url: URL) -> AsyncEngine:
    """Open the database, creating or migrating it where needed.

    A SQLite file is made for its owner alone (0600), in WAL mode. Any number of processes may start on
    the same database at once; one migrates while the others wait.

    Raises:
        StoreError: it cannot be opened, or was written by a newer version of the program.
    """
    engine: AsyncEngine | None = None
    try:
        with plain_errors(url):
            if url.get_backend_name() == "sqlite":
                await asyncio.to_thread(_prepare_file, Path(str(url.database)))
            engine = await asyncio.to_thread(_engine, url)  # the first one loads the driver
            async with engine.connect() as connection:
                version = await connection.run_sync(_version)
            if version != HEAD:
                # In a thread with a loop of its own: loading Alembic alone would stall this one.
                await asyncio.to_thread(_migrate_alone, url)
    except BaseException:
        if engine is not None:
            await engine.dispose()
        raise
    return engine


def writer(engine: AsyncEngine) -> AsyncEngine:
    """Return the engine whose transactions take the right to write from their start.

    SQLite refuses to turn a reading transaction into a writing one when another wrote meanwhile, without
    any waiting; a transaction that is going to write must say so when it begins.
    """
    return engine.execution_options(**{_WRITES: True})


@contextmanager
def plain_errors(url: URL) -> Iterator[None]:
    """Turn errors of the database into a :class:`StoreError` that says what to do."""
    try:
        yield
    except (NoSuchModuleError, ModuleNotFoundError) as error:
        raise StoreError(
            f"There is no driver for {url.drivername} databases here; install it, or use SQLite."
        ) from error
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        place = url.render_as_string(hide_password=True)
        reason = getattr(error, "orig", None) or error
        raise StoreError(
            f"The schedule's database {place} cannot be used ({reason}); "
            "check that it is there, that it may be written to, and that the disk is not full."
        ) from error


def _prepare_file(path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    path.chmod(0o600)  # the files that SQLite puts beside it take over its mode
    deadline = time.monotonic() + BUSY_TIMEOUT_S
    while True:
        connection = sqlite3.connect(path, timeout=BUSY_TIMEOUT_S)
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            # While another start is changing the mode, SQLite does not wait but refuses.
            if "locked" not in str(error) or time.monotonic() > deadline:
                raise
            time.sleep(0.01)
        else:
            return
        finally:
            connection.close()


def _engine(url: URL, **options: Any) -> AsyncEngine:
    engine = create_async_engine(url, **options)
    if url.get_backend_name() != "sqlite":
        return engine

    @event.listens_for(engine.sync_engine, "connect")
    def configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # the driver begins no transactions of its own; `begin` does
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout = {BUSY_TIMEOUT_S * 1000}")
        cursor.execute("PRAGMA foreign_keys = ON")
        cursor.execute("PRAGMA synchronous = FULL")  # a commit is on the disk when it returns
        cursor.close()

    @event.listens_for(engine.sync_engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")

    return engine


def _version(connection: Connection) -> str | None:
    if not inspect(connection).has_table(_VERSION_TABLE):
        return None
    version: str | None = connection.scalar(select(column("version_num")).select_from(table(_VERSION_TABLE)))
    return version


def _migrate_alone(url: URL) -> None:
    with MIGRATING:
        asyncio.run(_migrate(url))


async def _migrate(url: URL) -> None:
    engine = _engine(url, poolclass=NullPool)
    try:
        async with writer(engine).begin() as connection:
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    from alembic.command import upgrade
    from alembic.config import Config
    from alembic.util import CommandError

    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _LOCK_NUMBER})
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    config.attributes["version_table"] = _VERSION_TABLE
    try:
        upgrade(config, "head")
    except CommandError as error:
        raise StoreError(
            "The schedule's database was written by a newer version of Parley; start that version."
        ) from error
