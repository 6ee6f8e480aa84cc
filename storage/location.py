"""Where a database is: the path of a SQLite file, or a URL of SQLite or PostgreSQL."""

from pathlib import Path

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError

from storage.schema import Schema

_POSTGRESQL = "postgresql+psycopg"  # the one driver that serves asynchronous code and threads alike


def locate(where: str | Path, schema: Schema) -> URL:
    """Return the URL of a database, with the driver for code that blocks and the absolute path of a file.

    Args:
        where: path of a SQLite file, or an SQLAlchemy URL, with whichever of the drivers known here or none.
        schema: gives the words for errors.

    Raises:
        schema.error: it cannot be read, names no file, or is of a kind not supported.
    """
    if isinstance(where, Path):
        return _sqlite(where)
    try:
        url = make_url(where)
    except ArgumentError as error:
        raise schema.error(
            f"The URL of the database of {schema.name} cannot be read; it looks like sqlite:////path/file.db."
        ) from error
    if url.get_backend_name() == "sqlite":
        if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
            raise schema.error(f"The database of {schema.name} must last; name a file by its path in the URL.")
        return _sqlite(Path(url.database))
    if url.drivername not in {"postgresql", _POSTGRESQL}:
        raise schema.error(
            f"There is no driver for {url.drivername} databases here; use SQLite, "
            f"or PostgreSQL by a URL that begins with {_POSTGRESQL}."
        )
    return url.set(drivername=_POSTGRESQL)


def asynchronous(url: URL) -> URL:
    """Return a URL made by :func:`locate` with the driver for asynchronous code."""
    return url.set(drivername="sqlite+aiosqlite") if url.drivername == "sqlite" else url


def file_of(url: URL) -> Path | None:
    """Return the file that a URL made by :func:`locate` names; None for a server."""
    return Path(str(url.database)) if url.get_backend_name() == "sqlite" else None


def _sqlite(path: Path) -> URL:
    return URL.create("sqlite", database=str(path.expanduser().absolute()))
