"""The steps from one form of the database to the next, run by Alembic when a store is opened.

To change the tables, add ``versions/v<number>_<what>.py`` whose ``down_revision`` is the present
:data:`HEAD`, and name it in :data:`HEAD`. A step that was released is never edited.
"""

HEAD = "0001"
"""The revision that this version of the program works with. Naming it spares a start from loading Alembic."""

VERSION_TABLE = "directory_version"
"""Of its own name: one database may hold the tables of others too."""
