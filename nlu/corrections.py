"""Corrections of the reminder that was set last: "no, at eleven", "sorry, I meant Peter".

A correction says that something was wrong, or what was meant, and then the right time or the right words; what it
does not name stays as it was. So it is read beside what it corrects:

================================  =======================================================================
it names                          and so the reminder
================================  =======================================================================
a time of the clock               stays on its day; of two halves of a day the one nearer to the old time
a day                             keeps its time of the clock
so much later or earlier          comes so much later or earlier
both, or a time from now          comes then
what was wrong ("Ann, not Eve")   has the right words in its place
a name, a word, a thing           has it in place of the name, the word or the thing that it ends with
a whole matter                    is about that
================================  =======================================================================
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from nlu.data_files import read_yaml
from nlu.readings import Intent, Reading, TimeReading
from nlu.rule_reminders import split_reminder
from nlu.rule_templates import Templates
from nlu.rules import RuleReader
from nlu.times import Found, find, is_only_time
from ontology.assistant import Reminder

_FILE: Final = Path(__file__).parent / "rules" / "corrections.yaml"
_LONGEST: Final = 300
_FRONTS: Final = ("before", "wrong", "means", "makes")
_LONGEST_NAME: Final = 2  # words
_EDGES: Final = " \t\r\n,;:.!?-"
_OTHER_WISH: Final = 0.84
_SURE: Final = 0.95
_NAME: Final = re.compile(r"[A-Z][\w'-]*(?: [A-Z][\w'-]*)*")
_DETERMINER: Final = re.compile(r"(?:the|my|our|a|an|his|her|their|some|this|that)\b", re.IGNORECASE)
_ITS_OWN: Final = re.compile(r"(?:the|my|our|his|her|their)\b", re.IGNORECASE)
_CLOCK_OF_RULE: Final = re.compile(r";BY(?:HOUR|MINUTE|SECOND)=[\d,]+", re.IGNORECASE)
_POLITE: Final = re.compile(r"[\s,]+(?:please|pls|plz|thanks|thank you|thx)$", re.IGNORECASE)
_SHIFTED: Final = re.compile(r"(?:by\s+)?(?P<length>.+?)\s+(?P<way>later|earlier|sooner)", re.IGNORECASE)
_BARE_HOUR: Final = re.compile(r"\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve", re.IGNORECASE)
_AT: Final = re.compile(r"^(?:at|to)\s+", re.IGNORECASE)
_NOT_A_MATTER: Final = frozenset(Intent) - {
    Intent.OUT_OF_SCOPE,
    Intent.OPEN_GOAL,
    Intent.SET_REMINDER,
    Intent.REMEMBER_FACT,
    Intent.FIND_FILES,
}


@dataclass(frozen=True)
class _Said:
    """What a correction says: the words that are right, and those that were wrong, where it names them."""

    right: str
    old: str
    means: bool


def corrected(text: str, last: Reminder, *, reader: RuleReader, now: datetime, zone: ZoneInfo) -> Reading | None:
    """Return the reminder that a person corrects ``last`` to, as a reading; None where ``text`` is no correction.

    Args:
        text: what the person says.
        last: the reminder that was set last.
        reader: reads what might be a wish of its own.
        now: the moment of speaking.
        zone: where the person is.
    """
    said = _said(text)
    if said is None:
        return None
    shifted = _shifted(said.right, last, now, zone)
    if shifted is not None:
        return _reading(text, last, last.text, shifted)
    hour = _AT.sub("", said.right)
    if _BARE_HOUR.fullmatch(hour) or is_only_time(said.right, find(said.right, now=now, zone=zone, facing="future")):
        return _reading(text, last, last.text, _moved(said.right, last, now, zone))
    what, when = _matter(said, reader, now, zone)
    new = _reworded(last.text, what, said.old) if what else last.text
    if new is None or not (what or when):
        return None
    return _reading(text, last, new, _moved(when, last, now, zone) if when else _unmoved(last))


def corrected_words(text: str, what: str, *, reader: RuleReader, now: datetime, zone: ZoneInfo) -> str | None:
    """Return what a reminder is about after a correction of ``what``; None where ``text`` corrects no words."""
    said = _said(text)
    if said is None or find(said.right, now=now, zone=zone, facing="future"):
        return None
    new, _ = _matter(said, reader, now, zone)
    return _reworded(what, new, said.old) if new else None


# -- what is said


@lru_cache(maxsize=1)
def _patterns() -> dict[str, tuple[re.Pattern[str], ...]]:
    templates = Templates(macros={})
    return {name: tuple(templates.compile(each)[0] for each in listed) for name, listed in read_yaml(_FILE).items()}


def _said(text: str) -> _Said | None:
    """Return what a correction says, or None where nothing tells that it is one."""
    rest = _POLITE.sub("", " ".join(text.split()).strip(_EDGES)).strip(_EDGES)
    if not rest or len(rest) > _LONGEST:
        return None
    known = _patterns()
    signs: set[str] = set()
    while True:
        for pattern in known["swapped"]:
            if swapped := pattern.fullmatch(rest):
                return _Said(swapped["right"].strip(_EDGES), swapped["old"].strip(_EDGES), means=True)
        fronts = ((name, _without_front(rest, known[name])) for name in _FRONTS)
        name, shorter = next((front for front in fronts if front[1] is not None), ("", None))
        if shorter is None:
            break
        signs.add(name)
        rest = shorter
    rest, old = _without_old(rest, known["old"])
    right = _without_back(rest, known["instead"])
    if right is None and not old and signs <= {"before"} and not _SHIFTED.fullmatch(rest):
        return None
    right = (right or rest).strip(_EDGES)
    if any(pattern.fullmatch(right) for name in ("before", "wrong") for pattern in known[name]):
        return None  # "oh sorry, my mistake"
    is_thing = _NAME.fullmatch(right) or _ITS_OWN.match(right)
    is_name = "wrong" in signs and len(right.split()) <= _LONGEST_NAME and is_thing is not None
    return _Said(right, old, means=("means" in signs or bool(old) or is_name) and "makes" not in signs)


def _without_front(text: str, patterns: Iterable[re.Pattern[str]]) -> str | None:
    for pattern in patterns:
        match = pattern.match(text)
        if match and text[match.end() :].strip(_EDGES):
            return text[match.end() :].lstrip(_EDGES)
    return None


def _without_back(text: str, patterns: Iterable[re.Pattern[str]]) -> str | None:
    for pattern in patterns:
        match = re.search(rf"(?<!\w){pattern.pattern}$", text, re.IGNORECASE)
        if match and text[: match.start()].strip(_EDGES):
            return text[: match.start()].rstrip(_EDGES)
    return None


def _without_old(text: str, patterns: Iterable[re.Pattern[str]]) -> tuple[str, str]:
    for pattern in patterns:
        match = re.search(rf"(?<!\w){pattern.pattern}$", text, re.IGNORECASE)
        if match and text[: match.start()].strip(_EDGES):
            return text[: match.start()].rstrip(_EDGES), match["old"].strip(_EDGES)
    return text, ""


def _matter(said: _Said, reader: RuleReader, now: datetime, zone: ZoneInfo) -> tuple[str, str]:
    """Return the words and the time that are right; both are empty where something else is said."""
    reading = reader.read_sync(said.right, now=now, zone=zone)
    if reading.confidence >= _OTHER_WISH:
        if reading.intent in _NOT_A_MATTER:
            return "", ""
        if reading.intent is Intent.SET_REMINDER and said.means:
            return reading.slots.get("what", ""), reading.slots.get("when", "")
    if not said.means:
        return "", ""
    slots = split_reminder(said.right, find(said.right, now=now, zone=zone, facing="future"))
    return slots.get("what", ""), slots.get("when", "")


# -- what is right


def _reworded(text: str, new: str, old: str) -> str | None:
    """Return ``text`` with ``new`` in place of what was wrong; None where it does not have what is said to be wrong."""
    if old:
        wrong = re.search(rf"(?<!\w){re.escape(old)}(?!\w)", text, re.IGNORECASE)
        return f"{text[: wrong.start()]}{new}{text[wrong.end() :]}" if wrong else None
    names = [match.span() for match in _NAME.finditer(text) if match.start() > 0]
    things = [(match.start(), len(text)) for match in re.finditer(r"\S+", text) if _DETERMINER.match(match.group())]
    if _NAME.fullmatch(new) and names:
        start, end = names[-1]
    elif _DETERMINER.match(new) and things:
        start, end = things[-1]
    elif " " in text and (" " not in new or _DETERMINER.match(new)):
        start, end = text.rindex(" ") + 1, len(text)
    else:
        return new
    return f"{text[:start]}{new}{text[end:]}"


def _moved(words: str, last: Reminder, now: datetime, zone: ZoneInfo) -> TimeReading | None:
    """Return when the reminder comes, given what is said of its time and when it would have come."""
    plain = _AT.sub("", words)
    found: Sequence[Found] = ()
    for form in (words, f"at {plain}", f"in {plain}"):
        found = find(form, now=now, zone=zone, facing="future")
        if found:
            break
    if not found:
        return None
    first = found[0]
    reading, due = first.reading, last.due.astimezone(zone)
    if reading.rrule is not None or (first.has_day and first.has_clock):
        return reading
    if first.is_length:
        later = find(f"in {plain}", now=now, zone=zone, facing="future")
        return later[0].reading if later else None
    times = [time for time in (reading.value, *reading.candidates) if time is not None]
    if not times:
        return None
    if first.has_clock:
        on_day = [due.replace(hour=time.hour, minute=time.minute, second=time.second, microsecond=0) for time in times]
        ahead = [time for time in on_day if time > now] or [time + timedelta(days=1) for time in on_day]
        value = min(ahead, key=lambda time: abs(time - due))
        return reading.model_copy(update={"value": value, "candidates": (), "rrule": _rule(last), "to": None})
    if first.has_day and last.rrule is not None:
        return None  # is that day meant once, or from now on?
    if first.has_day:
        day = times[0].astimezone(zone)
        value = due.replace(year=day.year, month=day.month, day=day.day)
        return reading.model_copy(update={"value": value, "candidates": (), "to": None})
    return reading.model_copy(update={"value": times[0], "candidates": ()})


def _shifted(words: str, last: Reminder, now: datetime, zone: ZoneInfo) -> TimeReading | None:
    """Return when the reminder comes so much later or earlier; None where that is not what is said."""
    said = _SHIFTED.fullmatch(words)
    length = find(said["length"], now=now, zone=zone) if said else ()
    if (
        said is None
        or len(length) != 1
        or length[0].reading.seconds is None
        or not is_only_time(said["length"], length)
    ):
        return None
    seconds = length[0].reading.seconds * (1 if said["way"].lower() == "later" else -1)
    value = last.due.astimezone(zone) + timedelta(seconds=seconds)
    return TimeReading(text=words, start=0, end=len(words), value=value, rrule=_rule(last))


def _rule(last: Reminder) -> str | None:
    """Return the rule by which a reminder recurs, without its time of the clock, which is now another one."""
    return None if last.rrule is None else _CLOCK_OF_RULE.sub("", last.rrule)


def _unmoved(last: Reminder) -> TimeReading:
    return TimeReading(text=last.said, start=0, end=0, value=last.due, rrule=last.rrule)


def _reading(text: str, last: Reminder, what: str, time: TimeReading | None) -> Reading | None:
    if time is None or time.value is None:
        return None
    return Reading(
        text=text,
        intent=Intent.SET_REMINDER,
        confidence=_SURE,
        slots={"what": what, "when": time.text, "instead_of": last.id},
        source="rules",
        times=(time,),
    )
