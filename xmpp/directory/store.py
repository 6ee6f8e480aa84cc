"""The entries of a directory on disk."""

import logging
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import delete, insert, select

from ontology.json_language import MalformedContent
from storage.database import Database, open_database
from storage.schema import Schema
from xmpp.directory import migrations
from xmpp.directory.registry import Kept
from xmpp.directory.tables import AGENTS, to_kept, to_row
from xmpp.errors import DirectoryStoreError

logger = logging.getLogger(__name__)

SCHEMA = Schema(
    name="the agents' directory",
    migrations=Path(migrations.__file__).parent,
    version_table=migrations.VERSION_TABLE,
    head=migrations.HEAD,
    error=DirectoryStoreError,
)


class DirectoryStore:
    """What is kept of a registry. Made by :meth:`open`; to be closed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @classmethod
    async def open(cls, database: str | Path) -> "DirectoryStore":
        """Open a database, making or migrating it where needed.

        Args:
            database: path of a SQLite file, or the URL of a SQLite or PostgreSQL database.

        Raises:
            DirectoryStoreError: the database cannot be used.
        """
        return cls(await open_database(database, SCHEMA))

    async def close(self) -> None:
        """Close the connections."""
        await self._database.close()

    async def load(self) -> dict[str, Kept]:
        """Return all that is kept, by the agents' names. What cannot be read is left out, with a line in the log.

        Raises:
            DirectoryStoreError: the database cannot be used.
        """
        async with self._database.reading() as connection:
            rows = (await connection.execute(select(AGENTS))).mappings().all()
        found = {}
        for row in rows:
            try:
                found[row["name"]] = to_kept(row)
            except MalformedContent as error:
                logger.warning("the directory forgets %s, whose entry cannot be read: %s", row["name"], error)
        return found

    async def write(self, kept: Mapping[str, Kept | None]) -> None:
        """Keep what there is of agents, and forget those of which there is nothing, in one transaction.

        Raises:
            DirectoryStoreError: the database cannot be used.
        """
        rows = [to_row(name, each) for name, each in kept.items() if each is not None]
        async with self._database.writing() as connection:
            await connection.execute(delete(AGENTS).where(AGENTS.c.name.in_(kept)))
            if rows:
                await connection.execute(insert(AGENTS), rows)
