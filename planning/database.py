"""The database of plans: a SQLite file, or any database by URL; opened, migrated, and its errors made plain."""

import asyncio
import os
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from planning.errors import StoreError
from planning.migrations import HEAD, VERSION_TABLE
from storage.lock import MIGRATING

_BUSY_SECONDS = 5


async def open_engine(where: str | Path) -> AsyncEngine:
    """Return an engine for a database whose tables are there and current.

    A SQLite file is made where it is missing, for its owner alone (0600, its folder 0700).

    Args:
        where: path of a SQLite file, or the URL of a database with an asynchronous driver.

    Raises:
        StoreError: the database cannot be opened or migrated.
    """
    with plain_errors():
        url = _url(where)
        path = _file(url)
        if path is not None:
            await asyncio.to_thread(_make_private, path)
        engine = _engine(url)
        try:
            if not await _is_current(engine):
                # Alembic takes long to load and is not asynchronous: it gets a thread and a loop of its own.
                await asyncio.to_thread(lambda: asyncio.run(_migrate(url)))
        except BaseException:
            await engine.dispose()
            raise
        return engine


@contextmanager
def plain_errors() -> Iterator[None]:
    """Turn the database's errors into a :class:`StoreError`."""
    try:
        yield
    except (SQLAlchemyError, OSError) as error:
        # the first argument of a driver's error is its own words; the rest may hold what was to be written
        cause = error.orig if isinstance(error, DBAPIError) else error
        said = cause.strerror if isinstance(cause, OSError) and cause.strerror else type(cause).__name__
        if isinstance(cause, sqlite3.Error):
            said = str(cause)
        raise StoreError(f"The database of plans cannot be used ({said}). Check its file and the disk.") from error


def _url(where: str | Path) -> URL:
    if isinstance(where, Path) or "://" not in where:
        return URL.create("sqlite+aiosqlite", database=str(where))
    try:
        return make_url(where)
    except ArgumentError as error:
        raise StoreError("The URL of the database of plans cannot be read; see docs of SQLAlchemy URLs.") from error


def _file(url: URL) -> Path | None:
    if url.get_backend_name() != "sqlite" or url.database in {None, "", ":memory:"}:
        return None
    return Path(str(url.database))


def _make_private(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # SQLite gives its journal files the mode of the database, so this comes before it opens it.
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    path.chmod(0o600)


def _engine(url: URL) -> AsyncEngine:
    engine = create_async_engine(url)
    if url.get_backend_name() == "sqlite":
        event.listen(engine.sync_engine, "connect", _set_up)
        event.listen(engine.sync_engine, "begin", _begin)
    return engine


def _set_up(connection: Any, _record: object) -> None:
    connection.isolation_level = None  # the driver begins no transactions of its own: _begin does
    try:
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout = {_BUSY_SECONDS * 1000}",
            "journal_mode = WAL",
            "synchronous = FULL",
            "foreign_keys = ON",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
    except BaseException:
        # The pool forgets a connection that was not set up; left open, its thread would keep the process alive.
        connection.close()
        raise


def _begin(connection: Connection) -> None:
    # A transaction that reads first and then writes would fail where another writes in between.
    reading = connection.get_execution_options().get("reading", False)
    connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")


async def _is_current(engine: AsyncEngine) -> bool:
    async with engine.execution_options(reading=True).connect() as connection:
        try:
            found = await connection.execute(text(f"SELECT version_num FROM {VERSION_TABLE}"))  # noqa: S608
        except DBAPIError:
            return False
        return found.scalar_one_or_none() == HEAD


async def _migrate(url: URL) -> None:
    engine = _engine(url)
    try:
        async with engine.connect() as connection:
            await connection.run_sync(_upgrade)
    finally:
        await engine.dispose()


def _upgrade(connection: Connection) -> None:
    from alembic import command
    from alembic.config import Config
    from alembic.util import CommandError

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    try:
        with MIGRATING:
            command.upgrade(config, "head")
            connection.commit()
    except CommandError as error:
        raise StoreError(
            "The database of plans was written by a newer version; start that one, or another data folder."
        ) from error
