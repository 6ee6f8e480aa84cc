"""The sentences of the rule interpreter, kept in ``rule_interpreter.yaml`` so that they can be changed there."""

from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from nlu.data_files import read_yaml
from nlu.readings import Intent

_FILE = Path(__file__).with_name("rule_interpreter.yaml")
_SPOKEN = {Intent.GREET: "greet", Intent.THANK: "thank", Intent.GOODBYE: "goodbye", Intent.HELP: "help"}


class Sentences:
    """What is said, by occasion."""

    def __init__(self, raw: Mapping[str, Any]) -> None:
        """Take the file's content."""
        self._raw = raw

    def of(self, name: str, **values: str) -> str:
        """Return the sentence ``name`` with its gaps filled in."""
        return str(self._raw[name]).format(**values)

    def talk(self, intent: Intent) -> tuple[str, ...]:
        """Return what is said to a greeting, thanks, a goodbye or a call for help; nothing for other intents."""
        found = self._raw[_SPOKEN[intent]] if intent in _SPOKEN else ()
        return (found,) if isinstance(found, str) else tuple(found)

    def ask(self, intent: Intent, slot: str) -> str:
        """Return the question for a slot."""
        return str(self._raw["ask"][intent.value][slot])

    def which_half(self, options: tuple[datetime, ...], now: datetime) -> str:
        """Return the question which of the first two ``options`` is meant."""
        first, second = sorted(options)[:2]
        same_day = first.date() == second.date()
        told = [self._time(each, tomorrow=not same_day and each.date() > now.date()) for each in (first, second)]
        return self.of("which_half", first=told[0], second=told[1])

    def half(self, text: str) -> int | None:
        """Return 0 or 1 where ``text`` names the earlier or the later of two times of a day, else None."""
        words = {word.strip(".,!?") for word in text.lower().split()}
        earlier = bool(words & set(self._raw["earlier"]))
        later = bool(words & set(self._raw["later"]))
        return None if earlier == later else int(later)

    def _time(self, value: datetime, *, tomorrow: bool) -> str:
        hour = value.hour % 12 or 12
        clock = f"{hour}:{value.minute:02d}" if value.minute else str(hour)
        if not value.minute and value.hour in {0, 12}:
            told = self.of("noon" if value.hour else "midnight")
        else:
            start = max(start for start in self._raw["parts"] if start <= value.hour)
            told = str(self._raw["parts"][start]).format(clock=clock)
        return self.of("on_tomorrow", time=told) if tomorrow else told


@lru_cache(maxsize=1)
def sentences() -> Sentences:
    """Return the sentences, read once."""
    return Sentences(read_yaml(_FILE))
