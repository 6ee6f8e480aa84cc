"""The database of plans."""

from pathlib import Path

from planning import migrations
from planning.errors import StoreError
from storage.schema import Schema

SCHEMA = Schema(
    name="plans",
    migrations=Path(migrations.__file__).parent,
    version_table=migrations.VERSION_TABLE,
    head=migrations.HEAD,
    error=StoreError,
)
