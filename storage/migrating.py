"""Tables brought up to date, one library at a time.

Alembic keeps what it works on in globals (``alembic.context`` and ``alembic.op``), so one migration runs at a time
in a process, whatever its database. That lock is taken before any lock of a database: two libraries that share a
database would otherwise wait for each other.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock

from sqlalchemy import Connection, Engine, column, create_engine, inspect, select, table, text
from sqlalchemy.engine import URL
from sqlalchemy.pool import NullPool

from storage.engines import WRITER, configure, options
from storage.files import prepare_file
from storage.location import file_of
from storage.schema import Schema

_ENVIRONMENT = Path(__file__).parent / "alembic_environment"
_WAIT_S = 60.0
_ADVISORY_LOCK = 0x5061726C  # any number of our own: what migrations on PostgreSQL hold
_ALEMBIC = Lock()


def make_current(url: URL, schema: Schema, *, timeout_s: float) -> None:
    """Make a database where it is missing, and bring the tables of a library up to date. Blocks.

    Where they are current, Alembic is not even loaded. Where several processes start at once, one of them migrates
    and the others wait for it.

    Args:
        url: as :func:`storage.location.locate` gives it.
        schema: the library's tables.
        timeout_s: seconds to wait for a lock of the database, other than that of a migration.

    Raises:
        schema.error: a newer version wrote it, or another migration does not end.
        SQLAlchemyError, sqlite3.Error, OSError: the database cannot be used.
    """
    path = file_of(url)
    if path is not None:
        prepare_file(path, timeout_s=timeout_s)
    engine = create_engine(url, poolclass=NullPool, **options(url))
    configure(engine, timeout_s=_WAIT_S)
    with engine.begin() as connection:
        if _version(connection, schema) == schema.head:
            return
    with _alone(schema):
        _migrate(engine, schema)


@contextmanager
def _alone(schema: Schema) -> Iterator[None]:
    if not _ALEMBIC.acquire(timeout=_WAIT_S):
        raise schema.error(
            f"The database of {schema.name} waits for another one to be brought up to date; try again in a minute."
        )
    try:
        yield
    finally:
        _ALEMBIC.release()


def _version(connection: Connection, schema: Schema) -> str | None:
    if not inspect(connection).has_table(schema.version_table):
        return None
    versions = table(schema.version_table, column("version_num"))
    version: str | None = connection.scalar(select(versions.c.version_num))
    return version


def _migrate(engine: Engine, schema: Schema) -> None:
    from alembic.config import Config
    from alembic.runtime.environment import EnvironmentContext
    from alembic.script import ScriptDirectory

    scripts = ScriptDirectory(str(_ENVIRONMENT), version_locations=[str(schema.migrations / "versions")])
    with engine.execution_options(**WRITER).begin() as connection:
        if connection.dialect.name == "postgresql":
            connection.execute(text(f"SET LOCAL lock_timeout = '{round(_WAIT_S)}s'"))
            connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": _ADVISORY_LOCK})
        # Read again: another process may have migrated it while this one waited.
        version = _version(connection, schema)
        if version is not None and version not in {script.revision for script in scripts.walk_revisions()}:
            raise schema.error(
                f"The database of {schema.name} was written by a newer version of this program; "
                "start that one, or use another data folder."
            )
        config = Config()
        config.attributes["connection"] = connection
        config.attributes["version_table"] = schema.version_table
        steps = scripts._upgrade_revs  # noqa: SLF001 - Alembic's documentation has callers of EnvironmentContext use it
        with EnvironmentContext(config, scripts, fn=lambda current, _: steps(schema.head, current)):
            scripts.run_env()
