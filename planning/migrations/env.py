"""Alembic's environment: runs the migrations on the connection that it is given."""

from alembic import context

from planning.migrations import VERSION_TABLE
from planning.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    version_table=VERSION_TABLE,
    render_as_batch=connection.dialect.name == "sqlite",
)
with context.begin_transaction():
    context.run_migrations()
