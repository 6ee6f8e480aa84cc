"""A directory that notes who entered it, and an agent that offers what it is given."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from behaviours.services import Service
from ontology.assistant import ASSISTANT
from ontology.content import Ontology
from ontology.management import DFAgentDescription
from tests.xmpp.society import Log
from xmpp.address import Account
from xmpp.agent import FipaAgent, Platform
from xmpp.directory.agent import Directory as RealDirectory
from xmpp.directory.registry import Change


class Directory(RealDirectory):
    """``entered`` are the names that were registered with the DF or renewed, in order."""

    def __init__(self, account: Account, platform: Platform, **options: Any) -> None:
        super().__init__(account, platform, **options)
        self.entered: Log[str] = Log()
        self.registry.listen(self._note)

    def _note(self, change: Change) -> None:
        if isinstance(change.after, DFAgentDescription):
            self.entered.append(change.name)


class Offering(FipaAgent):
    """An agent that offers services."""

    def __init__(
        self,
        account: Account,
        platform: Platform,
        offered: Iterable[Service[Any]] = (),
        ontologies: Iterable[Ontology] = (),
    ) -> None:
        super().__init__(account, platform, ontologies=(ASSISTANT, *ontologies))
        self._offered = tuple(offered)
        self.released = False

    def services(self) -> Iterable[Service[Any]]:
        """Offer them."""
        return self._offered

    async def release(self) -> None:
        """Note it."""
        self.released = True
