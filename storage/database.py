"""A database for asynchronous code."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from storage.engines import WRITER, configure, options
from storage.failures import plain_errors
from storage.location import asynchronous, locate
from storage.migrating import make_current
from storage.schema import Schema


class Database:
    """An open database. Made by :func:`open_database`; to be closed."""

    def __init__(self, engine: AsyncEngine, url: URL, schema: Schema) -> None:
        self._reader = engine
        self._writer = engine.execution_options(**WRITER)
        self._url = url
        self._schema = schema

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Give a transaction that only reads.

        Raises:
            schema.error: the database cannot be used; the driver's error is its cause.
        """
        with plain_errors(self._schema, self._url):
            async with self._reader.begin() as connection:
                yield connection

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[AsyncConnection]:
        """Give a transaction that may write; it is on the disk when the block ends.

        Raises:
            schema.error: the database cannot be used, or a constraint of it forbids what was written; the
                driver's error is its cause.
        """
        with plain_errors(self._schema, self._url):
            async with self._writer.begin() as connection:
                yield connection

    async def close(self) -> None:
        """Close the connections."""
        await self._reader.dispose()


async def open_database(where: str | Path, schema: Schema, *, timeout_s: float = 10.0) -> Database:
    """Open a database, making it where it is missing and bringing the library's tables up to date.

    A SQLite file is made for its owner alone (0600, new folders 0700).

    Args:
        where: path of a SQLite file, or the URL of a SQLite or PostgreSQL database.
        schema: the library's tables.
        timeout_s: seconds that a transaction waits for another one's lock on a SQLite file.

    Raises:
        schema.error: it cannot be opened, or a newer version of the program wrote it.
    """
    url = locate(where, schema)

    def opened() -> AsyncEngine:
        with plain_errors(schema, url):
            make_current(url, schema, timeout_s=timeout_s)
            engine = create_async_engine(asynchronous(url), **options(url))
        configure(engine.sync_engine, timeout_s=timeout_s)
        return engine

    # In a thread: files and locks block, and loading a driver or Alembic takes long.
    return Database(await asyncio.to_thread(opened), url, schema)
