"""The one lock of a process around Alembic."""

from threading import Lock

MIGRATING = Lock()
"""Alembic keeps what it works on in globals, so one migration runs at a time in a process, whatever its database.

It is taken before any lock of a database: two libraries that share one would otherwise wait for each other.
"""
