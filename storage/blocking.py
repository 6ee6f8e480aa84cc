"""A database for code that has a thread of its own and may block."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlalchemy import Connection, Engine, create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import SQLAlchemyError

from storage.engines import WRITER, configure, options
from storage.failures import plain_errors
from storage.location import locate
from storage.migrating import make_current
from storage.schema import Schema


class BlockingDatabase:
    """An open database. Made by :func:`open_blocking`; to be closed. Every method blocks."""

    def __init__(self, engine: Engine, url: URL, schema: Schema) -> None:
        self._reader = engine
        self._writer = engine.execution_options(**WRITER)
        self._url = url
        self._schema = schema

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """Give a transaction that only reads.

        Raises:
            schema.error: the database cannot be used; the driver's error is its cause.
        """
        with plain_errors(self._schema, self._url), self._reader.begin() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """Give a transaction that may write; it is on the disk when the block ends.

        Raises:
            schema.error: the database cannot be used, or a constraint of it forbids what was written; the
                driver's error is its cause.
        """
        with plain_errors(self._schema, self._url), self._writer.begin() as connection:
            yield connection

    def compact(self) -> None:
        """Rewrite a SQLite file, so that nothing deleted is left in it or in its log; elsewhere, do nothing.

        Raises:
            schema.error: it could not be done, for want of space on the disk or because another reads all the time.
        """
        if self._reader.dialect.name != "sqlite":
            return
        # Below SQLAlchemy's transactions: neither statement may run in one.
        try:
            connection = self._reader.raw_connection()
            try:
                cursor = connection.cursor()
                cursor.execute("VACUUM")
                cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                busy = cursor.fetchone() != (0, 0, 0)
                cursor.close()
            finally:
                connection.close()
        except (SQLAlchemyError, sqlite3.Error) as error:
            raise self._schema.error(self._left_behind(str(error).partition("\n")[0])) from error
        if busy:
            raise self._schema.error(self._left_behind("another program is reading it"))

    def _left_behind(self, reason: str) -> str:
        return (
            f"What was removed from the database of {self._schema.name} may be left on the disk until it is opened "
            f"again ({reason}); free some space, close other programs that use it, and start this one anew."
        )

    def close(self) -> None:
        """Close the connections."""
        self._reader.dispose()


def open_blocking(where: str | Path, schema: Schema, *, timeout_s: float = 10.0) -> BlockingDatabase:
    """Open a database as :func:`storage.database.open_database` does; blocks.

    Args:
        where: path of a SQLite file, or the URL of a SQLite or PostgreSQL database.
        schema: the library's tables.
        timeout_s: seconds that a transaction waits for another one's lock on a SQLite file.

    Raises:
        schema.error: it cannot be opened, or a newer version of the program wrote it.
    """
    url = locate(where, schema)
    with plain_errors(schema, url):
        make_current(url, schema, timeout_s=timeout_s)
        engine = create_engine(url, **options(url))
    configure(engine, timeout_s=timeout_s)
    return BlockingDatabase(engine, url, schema)
