"""A tracker store that keeps a conversation only while a question waits for its answer."""

from typing import Any, Dict, Iterable, Optional, Text

from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import InMemoryTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.trackers import DialogueStateTracker


class WaitingTrackerStore(InMemoryTrackerStore):
    """Rasa's store in memory, which drops a conversation as soon as no form is active in it.

    Nothing that was said outlives its turn here, and a turn costs the same after a year of talk: Rasa replays
    all the events of a conversation at each message.

    Args:
        domain: the domain of the model.
        event_broker: where events go, if anywhere.
        limit: conversations kept at most; the one that has been silent longest goes first.
    """

    def __init__(
        self,
        domain: Domain,
        event_broker: Optional[EventBroker] = None,
        limit: int = 10_000,
        **kwargs: Dict[Text, Any],
    ) -> None:
        super().__init__(domain, event_broker, **kwargs)
        self._limit = int(limit)

    async def save(self, tracker: DialogueStateTracker) -> None:
        """Keep the state of ``tracker`` if it waits for an answer, forget it otherwise."""
        self.store.pop(tracker.sender_id, None)
        if tracker.active_loop_name is None:
            return
        await super().save(tracker)
        while len(self.store) > self._limit:
            del self.store[next(iter(self.store))]

    async def keys(self) -> Iterable[Text]:
        """Return the conversations that wait."""
        return list(self.store)
