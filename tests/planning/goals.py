"""Goals for tests: what a person said on a Friday at noon in Berlin."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from ontology.assistant.goals import Goal, TimeSpan, Wish

ZONE = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 11, 20, 12, 0, tzinfo=ZONE)
PERSON = "ann@people.example"


def at(text: str) -> datetime:
    """Return the wall time in Berlin that ``text`` (ISO 8601, no offset) says."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


def span(text: str, value: str, to: str | None = None, rrule: str | None = None) -> TimeSpan:
    return TimeSpan(text=text, value=at(value), to=at(to) if to else None, rrule=rrule)


def wish(intent: str, text: str, slots: Mapping[str, str] | None = None, times: Sequence[TimeSpan] = ()) -> Wish:
    return Wish(intent=intent, text=text, slots=slots or {}, times=tuple(times))


def goal(*wishes: Wish, text: str | None = None, id: str = "g1", zone: str = "Europe/Berlin") -> Goal:  # noqa: A002
    said = text if text is not None else " and ".join(wish.text for wish in wishes)
    return Goal(id=id, person=PERSON, text=said, wishes=wishes, now=NOW, zone=zone)
