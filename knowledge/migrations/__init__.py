"""Alembic's scripts for the database of facts; `knowledge.fact_store` runs them when it opens one."""
