"""The database of reminders."""

from pathlib import Path

from scheduling import migrations
from scheduling.errors import StoreError
from storage.schema import Schema

SCHEMA = Schema(
    name="reminders",
    migrations=Path(migrations.__file__).parent,
    version_table=migrations.VERSION_TABLE,
    head=migrations.HEAD,
    error=StoreError,
)
