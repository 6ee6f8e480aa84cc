"""What a library says about its tables."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True, kw_only=True)
class Schema:
    """The tables of one library, and the words about them.

    Attributes:
        name: What the database holds, as a sentence names it: "reminders".
        migrations: Folder whose subfolder ``versions`` has Alembic's revisions.
        version_table: Table that holds the revision of these tables, of another name in each library.
        head: The newest revision. Naming it spares a start from loading Alembic.
        error: Makes the library's own exception from a sentence.
    """

    name: str
    migrations: Path
    version_table: str
    head: str
    error: Callable[[str], Exception]
