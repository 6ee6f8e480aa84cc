"""Databases of whichever library: opened privately, migrated, errors made plain.

A library describes its tables in a :class:`storage.schema.Schema` and opens a database with them, by
:func:`storage.database.open_database` in asynchronous code or :func:`storage.blocking.open_blocking` in a thread.
Several libraries may share one database: each has tables and a version of its own. Any number of processes may
open one at once.
"""
