"""Engines of SQLAlchemy as all databases here are used."""

from typing import Any

from sqlalchemy import Connection, Engine, event
from sqlalchemy.engine import URL

_CONNECT_S = 10
_WRITES = "writes"
WRITER = {_WRITES: True}
"""Execution option of transactions that write.

SQLite refuses to turn a reading transaction into a writing one when another wrote meanwhile, without any waiting:
a transaction that is going to write must say so when it begins.
"""


def options(url: URL) -> dict[str, Any]:
    """Return what engines for a database are made with."""
    if url.get_backend_name() == "sqlite":
        return {}
    # A server may have closed a connection that waits in the pool.
    timeout = url.query.get("connect_timeout", _CONNECT_S)
    return {"pool_pre_ping": True, "connect_args": {"connect_timeout": timeout}}


def configure(engine: Engine, *, timeout_s: float) -> None:
    """Set an engine up, before its first connection.

    On SQLite, a commit is on the disk when it returns, what is deleted is overwritten, and transactions begin
    as readers or as writers.

    Args:
        engine: the engine, or that below an asynchronous one.
        timeout_s: seconds that a transaction waits for another one's lock.
    """
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def connect(connection: Any, _record: object) -> None:
        try:
            connection.isolation_level = None  # the driver begins no transactions of its own; `begin` does
            cursor = connection.cursor()
            for pragma in (
                f"busy_timeout = {round(timeout_s * 1000)}",
                "foreign_keys = ON",
                "synchronous = FULL",
                "secure_delete = ON",
            ):
                cursor.execute(f"PRAGMA {pragma}")
            cursor.close()
        except BaseException:
            # The pool forgets a connection that was not set up; left open, its thread would keep the process alive.
            connection.close()
            raise

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        writes = connection.get_execution_options().get(_WRITES)
        connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
