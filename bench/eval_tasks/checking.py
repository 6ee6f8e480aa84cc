"""Whether what must hold does hold; each check returns what is wrong, in words, or None."""

import re
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from bench.eval_tasks.moments import moment, next_minute, occurrences
from bench.eval_tasks.tasks import Expected
from ontology.assistant import Reminder

TOLERANCE: Final = timedelta(seconds=1)
"""How far the time of something that happens may be off."""
_SPARE_WORDS: Final = 2
"""A reminder's text may have so many words around those expected ("please", "to")."""


def answer_problem(
    text: str, *, has: Sequence[str], one_of: Sequence[str], lacks: Sequence[str], clock: str | None, now: datetime
) -> str | None:
    """Check an answer's words."""
    said = _plain(text)
    missing = [words for words in has if _plain(words) not in said]
    if missing:
        return f"the answer does not have {missing[0]!r}"
    if one_of and not any(_plain(words) in said for words in one_of):
        return f"the answer has none of {', '.join(map(repr, one_of))}"
    unwanted = [words for words in lacks if _plain(words) in said]
    if unwanted:
        return f"the answer has {unwanted[0]!r}"
    if clock is not None and not re.search(rf"(?<!\d)(?:{'|'.join(_clock_times(clock, now))})(?!\d)", said):
        return f"the answer does not have the time in {clock}"
    return None


def text_fits(text: str, wanted: Sequence[str]) -> bool:
    """Tell whether a reminder's text is one of those that are right, give or take a word or two."""
    return any(
        _plain(words) in _plain(text) and len(text.split()) <= len(words.split()) + _SPARE_WORDS for words in wanted
    )


def reminders_problem(found: Sequence[Reminder], expected: Sequence[Expected], *, said: datetime) -> str | None:
    """Check which reminders a person has: exactly the expected ones."""
    left = list(found)
    for reminder in expected:
        match = next((other for other in left if _is(other, reminder, said)), None)
        if match is None:
            there = "; ".join(f"{r.text!r} at {r.due.isoformat()} {r.rrule or ''}".strip() for r in found) or "none"
            return f"no reminder {reminder.text[0]!r} at {' or '.join(reminder.at) or reminder.clock}: there is {there}"
        left.remove(match)
    if left:
        return f"there is also a reminder {left[0].text!r} at {left[0].due.isoformat()}"
    return None


def gone_problem(words: str, folder: Path) -> str | None:
    """Check that no file below a folder holds the words."""
    for path in folder.rglob("*"):
        if path.is_file() and words.encode().lower() in path.read_bytes().lower():
            return f"{path.name} still holds {words!r}"
    return None


def expected_arrival(*, after: timedelta | None, at: str | None, said: datetime) -> datetime:
    """Return when a reminder must arrive."""
    return next_minute(said) if at == "minute" else said + (after or timedelta())


def _is(reminder: Reminder, expected: Expected, said: datetime) -> bool:
    if not text_fits(reminder.text, expected.text):
        return False
    due = reminder.due.astimezone(said.tzinfo)
    if expected.rule is None:
        wanted = [moment(written, said=said) for written in expected.at]
        return reminder.rrule is None and any(abs(due - time) <= 2 * TOLERANCE for time in wanted)
    hour, minute = map(int, (expected.clock or "00:00").split(":"))
    first = said.replace(hour=hour, minute=minute, second=0, microsecond=0) - timedelta(days=1)
    wanted_times = occurrences(expected.rule, first, after=said)
    return reminder.rrule is not None and occurrences(reminder.rrule, due, after=said) == wanted_times


def _clock_times(zone: str, now: datetime) -> list[str]:
    formats: list[Callable[[datetime], str]] = [
        lambda t: f"{t:%H:%M}",
        lambda t: f"{t:%-H:%M}",
        lambda t: f"{t:%-I:%M}",
    ]
    local = now.astimezone(ZoneInfo(zone))
    return [write(local + timedelta(minutes=off)) for off in (-1, 0, 1) for write in formats]


def _plain(text: Any) -> str:
    return re.sub(r"\s+", " ", str(text)).strip().casefold().replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")
