"""Facts in a database: each call is one transaction, on disk when it returns, and removal leaves nothing behind.

SQLite is told to overwrite what is deleted (`secure_delete`), keeps no write-ahead log in which it would live on,
and the file is rewritten after a removal.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

import numpy as np
import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from knowledge.embedding import Vectors
from knowledge.errors import StoreError
from knowledge.fact_tables import FACTS
from storage.lock import MIGRATING

_MIGRATIONS = Path(__file__).parent / "migrations"
_SQLITE_PRAGMAS = ("journal_mode = DELETE", "synchronous = FULL", "secure_delete = ON", "foreign_keys = ON")


@dataclass(frozen=True, slots=True)
class Fact:
    """Something a person stated.

    Attributes:
        id: Its id.
        owner: The person's bare JID.
        text: As it was said, without "remember that".
        said_at: When, in UTC.
        subject: What it is about, where the sentence has a form that is known.
        attribute: What it says of that.
        value: What it is.
        superseded_at: When a newer fact took its place; None while it holds.
    """

    id: str
    owner: str
    text: str
    said_at: datetime
    subject: str | None = None
    attribute: str | None = None
    value: str | None = None
    superseded_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StoredFact:
    """A fact with what finding it again needs.

    Attributes:
        fact: The fact.
        slot: Facts of one slot take each other's place.
        model: Name of the model that made the vector.
        vector: The sentence's embedding.
    """

    fact: Fact
    slot: str | None
    model: str
    vector: Vectors


class FactStore:
    """The facts of all persons, each seen by its owner alone. Every method blocks.

    Args:
        url: SQLAlchemy URL; for SQLite the file's folder is made.
        timeout_s: Seconds to wait for a lock that another process holds.
    """

    def __init__(self, url: str, *, timeout_s: float = 10.0) -> None:
        parsed = sa.make_url(url)
        self._sqlite = parsed.get_backend_name() == "sqlite"
        # This class is used from one thread of its own; drivers for the event loop are not needed.
        self._url = parsed.set(drivername="sqlite") if self._sqlite else parsed
        self._timeout = timeout_s
        self._engine: sa.Engine | None = None

    def open(self) -> None:
        """Connect, and bring the tables to the newest form.

        Raises:
            StoreError: The database cannot be opened.
        """
        if self._engine is not None:
            return
        try:
            if self._sqlite:
                self._make_private_file()
            engine = sa.create_engine(
                self._url, connect_args={"timeout": self._timeout} if self._sqlite else {}, pool_pre_ping=True
            )
            if self._sqlite:
                sa.event.listen(engine, "connect", _set_pragmas)
            _migrate(engine)
        except (SQLAlchemyError, OSError) as error:
            where = self._url.render_as_string(hide_password=True)
            raise StoreError(
                f"The database of facts at {where} cannot be opened; check that it can be written, and if it is "
                "damaged, move it away."
            ) from error
        self._engine = engine

    def close(self) -> None:
        """Disconnect."""
        if self._engine is not None:
            self._engine.dispose()
            self._engine = None

    def add(self, new: StoredFact) -> Fact:
        """Keep a fact; one of the same slot is superseded, one of the same text stays as it is.

        Returns:
            The fact that now holds: the new one, or the one that said the same before.
        """
        current = (FACTS.c.owner == new.fact.owner) & FACTS.c.superseded_at_ms.is_(None)
        same_text = sa.func.lower(FACTS.c.text) == new.fact.text.lower()
        with self._begin() as connection:
            known = connection.execute(sa.select(FACTS).where(current, same_text)).first()
            if known is not None:
                return _stored(known).fact
            if new.slot is not None:
                connection.execute(
                    sa.update(FACTS)
                    .where(current, FACTS.c.slot == new.slot)
                    .values(superseded_at_ms=_ms(new.fact.said_at), superseded_by=new.fact.id)
                )
            connection.execute(sa.insert(FACTS).values(_row(new)))
        return new.fact

    def facts(self, owner: str, *, superseded: bool = False) -> tuple[StoredFact, ...]:
        """Give a person's facts, the newest first.

        Args:
            owner: Whose.
            superseded: Whether to give those too of which newer ones took the place.
        """
        query = sa.select(FACTS).where(FACTS.c.owner == owner).order_by(FACTS.c.said_at_ms.desc(), FACTS.c.id)
        if not superseded:
            query = query.where(FACTS.c.superseded_at_ms.is_(None))
        with self._begin() as connection:
            return tuple(_stored(row) for row in connection.execute(query))

    def update_vectors(self, changed: Sequence[StoredFact]) -> None:
        """Put vectors of another model in place of the old ones."""
        with self._begin() as connection:
            for entry in changed:
                connection.execute(
                    sa.update(FACTS)
                    .where(FACTS.c.id == entry.fact.id)
                    .values(model=entry.model, vector=_bytes(entry.vector))
                )

    def remove(self, owner: str, ids: Sequence[str]) -> None:
        """Remove facts of a person, and the older ones they took the place of, without a trace.

        Args:
            owner: Whose.
            ids: Which; those of others are left alone.
        """
        if not ids:
            return
        of_owner = FACTS.c.owner == owner
        chosen = FACTS.c.id.in_(ids)
        with self._begin() as connection:
            slots = connection.scalars(sa.select(FACTS.c.slot).where(of_owner, chosen, FACTS.c.slot.is_not(None)))
            connection.execute(sa.delete(FACTS).where(of_owner, chosen | FACTS.c.slot.in_(slots.all())))
        if self._sqlite:
            try:
                with self._opened().connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                    connection.execute(sa.text("VACUUM"))
            except SQLAlchemyError as error:
                raise StoreError(
                    "The facts were removed, but their file could not be rewritten; free some space on the disk."
                ) from error

    def _opened(self) -> sa.Engine:
        if self._engine is None:
            raise StoreError("The database of facts is closed; open it first.")
        return self._engine

    def _begin(self) -> "_Transaction":
        return _Transaction(self._opened())

    def _make_private_file(self) -> None:
        database = self._url.database
        if not database or database == ":memory:" or database.startswith("file:"):
            return
        path = Path(database).expanduser()
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.touch(mode=0o600, exist_ok=True)
        path.chmod(0o600)
        self._url = self._url.set(database=str(path))


class _Transaction:
    """One transaction, whose errors are the library's own."""

    def __init__(self, engine: sa.Engine) -> None:
        self._context = engine.begin()

    def __enter__(self) -> sa.Connection:
        try:
            return self._context.__enter__()
        except SQLAlchemyError as error:
            raise _failed(error) from error

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._context.__exit__(kind, error, trace)
        except SQLAlchemyError as failure:
            raise _failed(failure) from failure
        if isinstance(error, SQLAlchemyError):
            raise _failed(error) from error


def new_id() -> str:
    """Give an id for a fact."""
    return str(uuid.uuid4())


def with_vector(entry: StoredFact, *, model: str, vector: Vectors) -> StoredFact:
    """Give the same fact with a vector of another model."""
    return replace(entry, model=model, vector=vector)


def _failed(error: SQLAlchemyError) -> StoreError:
    reason = type(getattr(error, "orig", None) or error).__name__
    return StoreError(f"The database of facts did not do what was asked ({reason}); check the disk, then try again.")


def _set_pragmas(connection: sa.engine.interfaces.DBAPIConnection, _record: object) -> None:
    cursor = connection.cursor()
    try:
        for pragma in _SQLITE_PRAGMAS:
            cursor.execute(f"PRAGMA {pragma}")
    finally:
        cursor.close()


def _migrate(engine: sa.Engine) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS).replace("%", "%%"))
    with MIGRATING, engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")


def _ms(moment: datetime) -> int:
    return round(moment.timestamp() * 1000)


def _moment(ms: int) -> datetime:
    return datetime.fromtimestamp(ms / 1000, tz=UTC)


def _bytes(vector: Vectors) -> bytes:
    return np.asarray(vector, dtype="<f4").tobytes()


def _row(entry: StoredFact) -> dict[str, object]:
    fact = entry.fact
    return {
        "id": fact.id,
        "owner": fact.owner,
        "text": fact.text,
        "said_at_ms": _ms(fact.said_at),
        "subject": fact.subject,
        "attribute": fact.attribute,
        "value": fact.value,
        "slot": entry.slot,
        "model": entry.model,
        "vector": _bytes(entry.vector),
    }


def _stored(row: sa.Row[tuple[object, ...]]) -> StoredFact:
    values = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for a row as a mapping
    superseded = values["superseded_at_ms"]
    return StoredFact(
        fact=Fact(
            id=values["id"],
            owner=values["owner"],
            text=values["text"],
            said_at=_moment(values["said_at_ms"]),
            subject=values["subject"],
            attribute=values["attribute"],
            value=values["value"],
            superseded_at=None if superseded is None else _moment(superseded),
        ),
        slot=values["slot"],
        model=values["model"],
        vector=np.frombuffer(values["vector"], dtype="<f4").astype(np.float32),
    )
