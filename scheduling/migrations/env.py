"""Run by Alembic; works on the connection that ``scheduling.database`` puts into the configuration."""

from alembic import context

context.configure(
    connection=context.config.attributes["connection"],
    version_table=context.config.attributes["version_table"],
)
with context.begin_transaction():
    context.run_migrations()
