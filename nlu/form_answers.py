"""What a person's answer does to a form of Rasa: which slots it fills, and what is said where it is no use."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Final
from zoneinfo import ZoneInfo

from nlu.rasa_readings import Parsed
from nlu.readings import REQUIRED, Intent
from nlu.times import find_times, is_impossible

FORMS: Final[Mapping[str, Intent]] = MappingProxyType(
    {
        "reminder_form": Intent.SET_REMINDER,
        "cancel_form": Intent.CANCEL_REMINDER,
        "remember_form": Intent.REMEMBER_FACT,
        "forget_form": Intent.FORGET_FACT,
        "ingest_form": Intent.INGEST,
        "calculate_form": Intent.CALCULATE,
        "code_form": Intent.RUN_CODE,
        "page_form": Intent.READ_PAGE,
    }
)
"""The forms of nlu/assistant/domain.yml, and what each is filled in for."""

_LEAD: Final = re.compile(r"^(?:to|that|about|of)\s+", re.IGNORECASE)
_URL: Final = re.compile(r"\S+\.\S+")


@dataclass(frozen=True, slots=True)
class Answered:
    """These slots are set (None empties one), and this response is said."""

    slots: Mapping[str, str | None] = field(default_factory=dict)
    say: str | None = None


def judge(intent: Intent, message: Parsed, offered: Mapping[str, str], *, requested: str | None) -> Answered:
    """Say what a message does to a form.

    Args:
        intent: what the form is filled in for.
        message: the message.
        offered: the slots that Rasa would fill from it.
        requested: the slot that was asked for; None when the form begins.
    """
    slots: dict[str, str | None] = {}
    for name in REQUIRED[intent]:
        if name in offered:
            slots[name] = offered[name].strip() or None
    if requested == "what" and slots.get("what") and message.intent.name is not intent:
        slots = _with_time_apart(slots)
    if isinstance(slots.get("what"), str):
        slots["what"] = _LEAD.sub("", str(slots["what"]))
    return _checked(slots)


def _with_time_apart(slots: Mapping[str, str | None]) -> dict[str, str | None]:
    """Take a time out of an answer such as *call Ann at six*."""
    what = str(slots["what"])
    found = _times(what)
    if not found or slots.get("when"):
        return dict(slots)
    start, end, text = found[-1]
    rest = f"{what[:start]} {what[end:]}".strip(" ,.")
    return {**slots, "what": rest, "when": text} if rest else dict(slots)


def _checked(slots: dict[str, str | None]) -> Answered:
    when, url = slots.get("when"), slots.get("url")
    if when and not _times(when):
        return Answered({**slots, "when": None}, say="utter_no_time")
    if url and not _URL.fullmatch(url):
        return Answered({**slots, "url": None}, say="utter_no_url")
    return Answered(slots)


def _times(text: str) -> list[tuple[int, int, str]]:
    now = datetime.now(UTC)
    found = find_times(text, now=now, zone=ZoneInfo("UTC"))
    return [(time.start, time.end, time.text) for time in found if not is_impossible(time)]
