"""When entries end: a heap, so that nobody looks through all of them to find those whose lease is over."""

import heapq


class Leases:
    """Until when names hold."""

    def __init__(self) -> None:
        self._until: dict[str, float] = {}
        self._heap: list[tuple[float, str]] = []

    @property
    def next_end(self) -> float | None:
        """When the next one may end; None: none ever does."""
        return self._heap[0][0] if self._heap else None

    def hold(self, name: str, until: float | None) -> None:
        """Let a name hold until then; None: for ever."""
        if until is None:
            self._until.pop(name, None)
            return
        self._until[name] = until
        heapq.heappush(self._heap, (until, name))
        # Each renewal leaves the end of before in the heap; it is made anew before those are the most of it.
        if len(self._heap) > 2 * len(self._until) + 64:
            self._heap = [(end, held) for held, end in self._until.items()]
            heapq.heapify(self._heap)

    def end(self, now: float) -> tuple[str, ...]:
        """Return the names that hold no longer, and forget them."""
        ended = []
        while self._heap and self._heap[0][0] < now:
            until, name = heapq.heappop(self._heap)
            if self._until.get(name) == until:  # it was not renewed
                del self._until[name]
                ended.append(name)
        return tuple(ended)
