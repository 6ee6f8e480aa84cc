"""Who may speak to an agent: agents of the platform that its AMS knows, and nobody else.

The sender that is judged is the one that the server stamped on the stanza. Accounts on the agents' host are made
by the platform alone (registration is closed), so the domain already keeps people and strangers out; the AMS
tells which of those accounts are agents at present.
"""

import time
from collections.abc import Awaitable, Callable
from typing import Final

from ontology.acl import AgentIdentifier

_KNOWN_FOR: Final = 60.0
_UNKNOWN_FOR: Final = 2.0
_REMEMBERED: Final = 10_000


class Guard:
    """Decides whether a sender is heard.

    Args:
        domain: the agents' host; senders of other hosts are never heard.
        directory: the platform's AMS, which is always heard.
        ask: asks the AMS whether it knows an agent.
        clock: seconds, monotonic.
    """

    def __init__(
        self,
        domain: str,
        directory: AgentIdentifier,
        ask: Callable[[AgentIdentifier], Awaitable[bool]],
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._host = f"@{domain}"
        self._directory = directory
        self._ask = ask
        self._clock = clock
        self._verdicts: dict[str, tuple[bool, float]] = {}

    def verdict(self, sender: AgentIdentifier) -> bool | None:
        """Return whether the sender is heard, as far as that is known without asking; None: ask."""
        name = sender.name
        if name == self._directory.name:
            return True
        if not name.endswith(self._host):
            return False
        known, until = self._verdicts.get(name, (False, 0.0))
        return known if self._clock() < until else None

    async def admits(self, sender: AgentIdentifier) -> bool:
        """Return whether the sender is heard, asking the AMS where that is not known."""
        verdict = self.verdict(sender)
        if verdict is not None:
            return verdict
        known = await self._ask(sender)
        self._remember(sender, known=known)
        return known

    def learn(self, agent: AgentIdentifier) -> None:
        """Take an agent as known, because the directory has just named it."""
        self._remember(agent, known=True)

    def _remember(self, agent: AgentIdentifier, *, known: bool) -> None:
        if len(self._verdicts) >= _REMEMBERED:
            self._verdicts.clear()
        self._verdicts[agent.name] = (known, self._clock() + (_KNOWN_FOR if known else _UNKNOWN_FOR))
