"""Facts in a database: each call is one transaction, on disk when it returns, and removal leaves nothing behind.

After a removal, the file is rewritten and its write-ahead log emptied: what was deleted would live on in them.
"""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import sqlalchemy as sa

from knowledge import migrations
from knowledge.embedding import Vectors
from knowledge.errors import StoreError
from knowledge.fact_tables import FACTS
from storage.blocking import BlockingDatabase, open_blocking
from storage.schema import Schema

SCHEMA = Schema(
    name="facts",
    migrations=Path(migrations.__file__).parent,
    version_table=migrations.VERSION_TABLE,
    head=migrations.HEAD,
    error=StoreError,
)


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
        where: path of a SQLite file, or the URL of a SQLite or PostgreSQL database.
        timeout_s: Seconds to wait for a lock that another process holds.
    """

    def __init__(self, where: str | Path, *, timeout_s: float = 10.0) -> None:
        self._where = where
        self._timeout = timeout_s
        self._database: BlockingDatabase | None = None

    def open(self) -> None:
        """Connect, and bring the tables to the newest form; where that was done already, nothing happens.

        Raises:
            StoreError: The database cannot be opened.
        """
        if self._database is None:
            self._database = open_blocking(self._where, SCHEMA, timeout_s=self._timeout)

    def close(self) -> None:
        """Disconnect."""
        if self._database is not None:
            self._database.close()
            self._database = None

    def add(self, new: StoredFact) -> Fact:
        """Keep a fact; one of the same slot is superseded, one of the same text stays as it is.

        Returns:
            The fact that now holds: the new one, or the one that said the same before.
        """
        current = (FACTS.c.owner == new.fact.owner) & FACTS.c.superseded_at_ms.is_(None)
        same_text = sa.func.lower(FACTS.c.text) == new.fact.text.lower()
        with self._opened().writing() as connection:
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
        with self._opened().reading() as connection:
            return tuple(_stored(row) for row in connection.execute(query))

    def update_vectors(self, changed: Sequence[StoredFact]) -> None:
        """Put vectors of another model in place of the old ones."""
        with self._opened().writing() as connection:
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
        with self._opened().writing() as connection:
            slots = connection.scalars(sa.select(FACTS.c.slot).where(of_owner, chosen, FACTS.c.slot.is_not(None)))
            connection.execute(sa.delete(FACTS).where(of_owner, chosen | FACTS.c.slot.in_(slots.all())))
        self._opened().compact()

    def _opened(self) -> BlockingDatabase:
        if self._database is None:
            raise StoreError("The database of facts is closed; open it first.")
        return self._database


def new_id() -> str:
    """Give an id for a fact."""
    return str(uuid.uuid4())


def with_vector(entry: StoredFact, *, model: str, vector: Vectors) -> StoredFact:
    """Give the same fact with a vector of another model."""
    return replace(entry, model=model, vector=vector)


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
