"""A library of the tests: notes, each with a text of its own."""

from pathlib import Path

from storage.schema import Schema

_FIRST = """
import sqlalchemy as sa
from alembic import op

revision = "1"
down_revision = None

def upgrade():
    op.create_table("notes", sa.Column("text", sa.Text, primary_key=True))
"""
_SECOND = """
import sqlalchemy as sa
from alembic import op

revision = "2"
down_revision = "1"

def upgrade():
    op.add_column("notes", sa.Column("stars", sa.Integer, nullable=False, server_default="0"))
"""
_THIRD = """
from alembic import op

revision = "3"
down_revision = "2"

def upgrade():
    op.execute("UPDATE notes SET stars = 5")
    op.execute("no SQL")
"""


class NotesError(Exception):
    """What this library raises."""


def notes(folder: Path, head: str = "2", *, table: str = "notes_version") -> Schema:
    """Return the library's schema at a revision; the third one cannot be reached."""
    versions = folder / "versions"
    versions.mkdir(parents=True, exist_ok=True)
    for number, text in enumerate((_FIRST, _SECOND, _THIRD)[: int(head)], start=1):
        (versions / f"v{number}.py").write_text(text)
    return Schema(name="notes", migrations=folder, version_table=table, head=head, error=NotesError)
