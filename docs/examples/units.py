"""An agent that converts lengths and weights, so that no language model is needed for that."""

import re
from collections.abc import Iterable
from typing import Any, ClassVar

from agents.base import AssistantAgent
from behaviours.outcomes import Refuse
from behaviours.services import Job, Service
from ontology.assistant import Compose, Text
from ontology.expressions import Bid, UnsupportedFunction

_UNITS = {
    "length": {"m": 1.0, "km": 1000.0, "mile": 1609.344, "inch": 0.0254},
    "weight": {"g": 1.0, "kg": 1000.0, "pound": 453.59237, "ounce": 28.349523125},
}
_WISH = re.compile(r"([\d.]+) ?([a-z]+) (?:in|to|into) ([a-z]+)\W*$")


class UnitsAgent(AssistantAgent):
    """Writes what it can write by itself: lengths and weights in other units."""

    kind: ClassVar[str] = "units"

    def skills(self) -> Iterable[Service[Any]]:
        """Offer the action that open wishes become, as the planner with its language model does."""
        return (Service(Compose, self._convert, self._bid, name="convert-units"),)

    async def _bid(self, act: Compose) -> Bid:
        if _converted(act.instruction) is None:
            raise Refuse(UnsupportedFunction(function="compose"))
        return self.bid(seconds=0.01, confidence=0.99)

    async def _convert(self, act: Compose, _: Job) -> Text:
        converted = _converted(act.instruction)
        if converted is None:
            raise Refuse(UnsupportedFunction(function="compose"))
        return Text(text=converted)


def _converted(wish: str) -> str | None:
    """Return "5 miles = 8.047 km" for "convert 5 miles to km", or None where it is no such wish."""
    found = _WISH.search(wish.lower())
    if found is None:
        return None
    number, source, target = found.groups()
    for factors in _UNITS.values():
        if source.removesuffix("s") in factors and target.removesuffix("s") in factors:
            value = float(number) * factors[source.removesuffix("s")] / factors[target.removesuffix("s")]
            return f"{number} {source} = {value:.4g} {target}"
    return None
