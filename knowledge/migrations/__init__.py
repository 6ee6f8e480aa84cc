"""Migrations of the facts' table, by Alembic, run when a store is opened."""

HEAD = "0001"
"""The newest revision. It stands here too so that a database that is current opens without loading Alembic."""

VERSION_TABLE = "alembic_version_knowledge"
