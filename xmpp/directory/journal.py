"""How a registry gets onto the disk, and back from it.

Memory is the truth while the directory runs, and the disk follows. Whoever asked for a change hears that it was made
when it is written; changes that come while others are being written are written together. What is kept is what there
is of an agent then, so that the order of writing does not matter.

That a lease was renewed is written now and then only, all such at once. So after a restart an entry holds until its
lease as last written ends, and for a grace at least: an agent that renews its lease in time drops out by no restart.
"""

import asyncio
import logging
from typing import Final

from xmpp.directory.registry import Change, Registry
from xmpp.directory.store import DirectoryStore
from xmpp.errors import DirectoryStoreError

logger = logging.getLogger(__name__)

RENEWALS: Final = 60.0
"""Seconds between writings of leases that were renewed."""


class Journal:
    """Writes what becomes of a registry's entries.

    Args:
        registry: the registry.
        store: where it is kept.
        renewals: seconds between writings of leases that were renewed.
    """

    def __init__(self, registry: Registry, store: DirectoryStore, *, renewals: float = RENEWALS) -> None:
        self._registry = registry
        self._store = store
        self._renewals = renewals
        self._changed: dict[str, None] = {}
        self._renewed: dict[str, None] = {}
        self._writing: dict[str, None] = {}
        self._turn = asyncio.Lock()
        registry.listen(self._note)

    async def written(self, name: str) -> None:
        """Wait until what became of an agent's entry is on the disk.

        Raises:
            DirectoryStoreError: it cannot be written; it is tried again with the next change.
        """
        if name not in self._changed and name not in self._writing:
            return
        async with self._turn:
            if name in self._changed:
                await self._write()

    async def keep(self) -> None:
        """Write renewed leases, and entries that ended, now and then, for as long as this runs."""
        while True:
            await asyncio.sleep(self._renewals)
            try:
                await self.flush()
            except DirectoryStoreError as error:
                logger.warning("%s", error)

    async def flush(self) -> None:
        """Write everything that is not on the disk yet.

        Raises:
            DirectoryStoreError: it cannot be written.
        """
        async with self._turn:
            self._changed |= self._renewed
            self._renewed = {}
            if self._changed:
                await self._write()

    async def _write(self) -> None:
        self._writing, self._changed = self._changed, {}
        try:
            await self._store.write({name: self._registry.entry(name) for name in self._writing})
        except BaseException:
            self._changed = self._writing | self._changed
            raise
        finally:
            self._writing = {}

    def _note(self, change: Change) -> None:
        (self._renewed if change.is_renewal else self._changed)[change.name] = None
