"""An agent that converts lengths and weights, so that no language model is needed for that."""

import re
from collections.abc import Iterable
from typing import Any, ClassVar

from agents.base import AssistantAgent
from behaviours.outcomes import Refuse
from behaviours.services import Job, Service
from ontology.assistant import Answer, AnswerQuestion, Calculate, Calculation, Compose, Text
from ontology.expressions import Bid, UnsupportedFunction

_UNITS = {
    "length": {"m": 1.0, "km": 1000.0, "mile": 1609.344, "inch": 0.0254},
    "weight": {"g": 1.0, "kg": 1000.0, "pound": 453.59237, "ounce": 28.349523125},
}
_WISH = re.compile(r"(\d+\.?\d*) ?([a-z]+) (?:in|to|into) ([a-z]+)\W*$")


class UnitsAgent(AssistantAgent):
    """Converts what is asked for in so many words: as a question, as a sum or as an open wish."""

    kind: ClassVar[str] = "units"

    def skills(self) -> Iterable[Service[Any]]:
        """Offer three actions that others offer as well: who bids best gets the work."""
        return (
            Service(AnswerQuestion, self._answer, self._bid, name="units-in-answers"),
            Service(Compose, self._compose, self._bid, name="units-in-words"),
            Service(Calculate, self._calculate, self._bid, name="units-in-sums"),
        )

    async def _bid(self, act: AnswerQuestion | Compose | Calculate) -> Bid:
        _converted(act)
        return self.bid(seconds=0.01, confidence=0.99)

    async def _answer(self, act: AnswerQuestion, _: Job) -> Answer:
        asked, value = _converted(act)
        return Answer(text=f"{asked} ≈ {value}", confidence=0.99)

    async def _compose(self, act: Compose, _: Job) -> Text:
        asked, value = _converted(act)
        return Text(text=f"{asked} ≈ {value}")

    async def _calculate(self, act: Calculate, _: Job) -> Calculation:
        asked, value = _converted(act)
        return Calculation(expression=asked, value=value, exact=False)


def _converted(act: AnswerQuestion | Compose | Calculate) -> tuple[str, str]:
    """Return ("5 miles", "8.047 km") for "convert 5 miles to km".

    Raises:
        Refuse: it is no such wish.
    """
    match act:
        case AnswerQuestion(question=wish) | Compose(instruction=wish) | Calculate(expression=wish):
            found = _WISH.search(wish.lower())
    if found is not None:
        number, source, target = found.groups()
        for factors in _UNITS.values():
            if source.removesuffix("s") in factors and target.removesuffix("s") in factors:
                value = float(number) * factors[source.removesuffix("s")] / factors[target.removesuffix("s")]
                return f"{number} {source}", f"{value:.4g} {target}"
    raise Refuse(UnsupportedFunction(function=act.wire_name))
