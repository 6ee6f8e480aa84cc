"""Understanding as a whole: Rasa where it runs, the rule parser until then and in between.

Whichever is at work, the same comes out: turns of a conversation, or readings of a text on its own. A message with
several wishes ("remind me at 5 to call Ann and find my notes") is cut into its clauses first; each is read by itself.
"""

import logging
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from nlu.clauses import split_clauses
from nlu.readings import Intent, Reading, Turn
from nlu.rule_interpreter import RuleInterpreter
from nlu.rules import RuleReader

logger = logging.getLogger(__name__)

_SURE: Final = 0.6


class Understanding:
    """The person-facing side of the library.

    Args:
        folder: where what is needed at run time is kept.
        use_rasa: whether Rasa is started, or used where it already runs.
    """

    def __init__(self, settings: object, *, folder: Path, use_rasa: bool) -> None:
        self._rules = RuleReader()
        self._rule_interpreter = RuleInterpreter(reader=self._rules)
        self.actions_url = None
        self.nlu_url = None

    async def start(self) -> None:
        """Begin."""
        await self._rules.load()

    async def stop(self) -> None:
        """End."""

    def yes_or_no(self, text: str, *, now: datetime, zone: ZoneInfo) -> bool | None:
        """Return what a short answer says: yes, no, or neither (None)."""
        reading = self._rules.read_sync(text, now=now, zone=zone)
        if reading.confidence < _SURE:
            return None
        return {Intent.AFFIRM: True, Intent.DENY: False}.get(reading.intent)

    async def turn(self, person: str, text: str, *, now: datetime, zone: ZoneInfo) -> Turn:
        """Take one message of a person."""
        return await self._rule_interpreter.turn(person, text, now=now, zone=zone)
