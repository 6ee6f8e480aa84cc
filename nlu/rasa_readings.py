"""From what Rasa says of a text (its JSON of a parsed message) to a reading."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from nlu.readings import SLOTS, Alternative, Intent, Reading

_ALTERNATIVES: Final = 3
_WHOLE_TEXT: Final[Mapping[Intent, str]] = MappingProxyType(
    {
        Intent.ASK_FACT: "question",
        Intent.ASK_DOCUMENTS: "question",
        Intent.READ_PAGE: "question",
        Intent.OPEN_GOAL: "goal",
    }
)
"""Slots that are the whole text: they lose by being cut."""


def _known(name: Any) -> Any:
    """Return the intent of that name; what Rasa has besides (a bare answer, a fallback) is out of scope."""
    return name if name in set(Intent) else Intent.OUT_OF_SCOPE


class RankedIntent(BaseModel):
    """An intent and how sure Rasa is of it."""

    model_config = ConfigDict(extra="ignore")

    name: Annotated[Intent, BeforeValidator(_known)] = Intent.OUT_OF_SCOPE
    confidence: float = Field(default=0.0, ge=0, le=1)


class Entity(BaseModel):
    """A span of the text."""

    model_config = ConfigDict(extra="ignore")

    entity: str
    value: str


class Parsed(BaseModel):
    """A message as Rasa parsed it."""

    model_config = ConfigDict(extra="ignore")

    text: str = ""
    intent: RankedIntent = RankedIntent()
    entities: tuple[Entity, ...] = ()
    intent_ranking: tuple[RankedIntent, ...] = ()


def reading_of(parsed: Parsed, *, intent: Intent | None = None, filled: Mapping[str, str] | None = None) -> Reading:
    """Return the reading of a parsed message.

    Args:
        parsed: what Rasa says of it.
        intent: the intent where a form has settled it; None: the likeliest one.
        filled: slots that a form has filled.
    """
    chosen = intent or parsed.intent.name
    wanted = SLOTS.get(chosen, ())
    slots = _slots(parsed.entities, wanted)
    if chosen in _WHOLE_TEXT:
        slots[_WHOLE_TEXT[chosen]] = parsed.text
    slots.update({name: value for name, value in (filled or {}).items() if name in wanted})
    others = [ranked for ranked in parsed.intent_ranking if ranked.name is not chosen]
    return Reading(
        text=parsed.text,
        intent=chosen,
        confidence=parsed.intent.confidence if intent is None else 1.0,
        slots=slots,
        source="rasa",
        alternatives=tuple(
            Alternative(intent=ranked.name, confidence=ranked.confidence) for ranked in others[:_ALTERNATIVES]
        ),
    )


def _slots(entities: Sequence[Entity], wanted: Sequence[str]) -> dict[str, str]:
    found: dict[str, list[str]] = {}
    for entity in entities:
        if entity.entity in wanted and entity.value.strip():
            found.setdefault(entity.entity, []).append(entity.value.strip())
    return {name: " ".join(dict.fromkeys(values)) for name, values in found.items()}
