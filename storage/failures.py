"""Errors of databases, made plain."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from storage.schema import Schema


@contextmanager
def plain_errors(schema: Schema, url: URL) -> Iterator[None]:
    """Turn what a driver raises into the library's own error, with one sentence that says what to do.

    The driver's error stays its cause. Neither a password nor what was to be written gets into the sentence.
    """
    try:
        yield
    except ModuleNotFoundError as error:
        raise schema.error(
            f"The database of {schema.name} needs the Python package {error.name}; install it, or use SQLite."
        ) from error
    except (SQLAlchemyError, sqlite3.Error, OSError) as error:
        place = url.database if url.get_backend_name() == "sqlite" else url.render_as_string(hide_password=True)
        raise schema.error(
            f"The database of {schema.name}, {place}, cannot be used ({_reason(error)}); "
            "check that it is there, that it may be written to, and that the disk is not full."
        ) from error


def _reason(error: Exception) -> str:
    cause = error.orig if isinstance(error, DBAPIError) and error.orig is not None else error
    if isinstance(cause, OSError):
        return cause.strerror or str(cause)
    # SQLite's words name tables at most, and a server that does not answer says no more than that; the words of
    # other errors may hold values.
    if isinstance(cause, sqlite3.Error) or isinstance(error, OperationalError):
        return str(cause).partition("\n")[0].strip() or type(cause).__name__
    return type(cause).__name__
