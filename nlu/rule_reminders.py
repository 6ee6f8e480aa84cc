"""What of a reminder is the matter and what is the time: "tomorrow to call Ann at 5"."""

import re
from collections.abc import Sequence

from nlu.times import Found

_LEADING = re.compile(
    r"(?:(?:to|that|about|of|for|:|-|and|then|me|please|later|sometime|soon|again)(?!\w)[\s,:]*)+", re.IGNORECASE
)
_TRAILING = re.compile(r"(?:[\s,;:-]+(?:for|on|at|by|in|please|and|to))*[\s,;:.!-]*$", re.IGNORECASE)
_CONNECTORS = re.compile(r"[\s,:;-]*(?:(?:for|on|at|by|up|me|about|please|is|set|to go off)\b[\s,:]*)*", re.IGNORECASE)
_BEHIND = re.compile(r"[\s,.!?;:]*(?:please|thanks|thank you)?[\s,.!?]*", re.IGNORECASE)


def split_reminder(body: str, found: Sequence[Found]) -> dict[str, str]:
    """Return the slots ``what`` and ``when`` of what follows "remind me", each only where it is said.

    The time is one at the beginning or the end of ``body``; a day there and a time of day here belong together.
    Else it is the only one in the middle. A length ("for 20 minutes") belongs to the matter unless it leads.
    """
    times = [each for each in found if not _is_past(each)]
    lead = _lead(body, found)  # "yesterday" too: it is said to be past, not part of the matter
    tail = _tail(body, times)
    if tail is lead or (tail is not None and tail.is_length):
        tail = None
    if re.match(r"\s*that\b", body, re.IGNORECASE):  # "that the train leaves at 5" stays whole
        when = _words(lead or tail)
        return _slots(body if lead is None else _without(body, lead), when)
    if lead is not None and tail is not None:
        if _complete_each_other(lead, tail):
            day, clock = (lead, tail) if lead.has_day else (tail, lead)
            rest = _without(body[: tail.reading.start], lead)
            return _slots(rest, f"{_words(day)} {_words(clock)}")
        return _slots(_without(body, lead), _words(lead))
    chosen = lead or tail or _middle(times)
    return _slots(body if chosen is None else _without(body, chosen), _words(chosen))


def split_alarm(body: str, found: Sequence[Found], shift: int, name: str) -> dict[str, str]:
    """Return the slots of an alarm or timer called ``name``.

    The offsets of ``found`` are ``shift`` characters too high. What is said beside the time names the alarm.
    """
    if not found:
        rest = _LEADING.sub("", body, count=1).strip(" ,.:;-")
        return {"what": rest or name}
    first = found[0].reading
    rest = f"{body[: max(first.start - shift, 0)]} {body[first.end - shift :]}"
    what = _slots(rest, "").get("what", "")
    when = first.text
    if not found[0].is_length:
        when = re.sub(r"^for\b", "at", when, flags=re.IGNORECASE)
    return {"what": name if what.lower() in {"", "me", "up", "me up", "alarm", "timer"} else what, "when": when}


def _is_past(each: Found) -> bool:
    reading = each.reading
    last_night = reading.text.lower().startswith(("yesterday", "last ", "the last ", "past ", "the past ", "since "))
    return last_night or reading.text.lower().endswith(" ago")


def _lead(body: str, times: Sequence[Found]) -> Found | None:
    if times and _CONNECTORS.fullmatch(body[: times[0].reading.start]):
        return times[0]
    return None


def _tail(body: str, times: Sequence[Found]) -> Found | None:
    if times and _BEHIND.fullmatch(body[times[-1].reading.end :]):
        return times[-1]
    return None


def _middle(times: Sequence[Found]) -> Found | None:
    open_times = [each for each in times if not each.is_length]
    return open_times[0] if len(open_times) == 1 else None


def _complete_each_other(one: Found, other: Found) -> bool:
    if one.reading.rrule or other.reading.rrule:
        return False
    return one.has_day != other.has_day and one.has_clock != other.has_clock


def _words(each: Found | None) -> str:
    return "" if each is None else each.reading.text


def _without(body: str, each: Found) -> str:
    before, after = body[: each.reading.start], body[each.reading.end :]
    before = "" if _CONNECTORS.fullmatch(before) else _TRAILING.sub("", before)
    return f"{before} {after.lstrip(' ,')}" if before else after


def _slots(what: str, when: str) -> dict[str, str]:
    matter = " ".join(what.split())
    leading = _LEADING.match(matter)
    if leading:
        matter = matter[leading.end() :]
    matter = _TRAILING.sub("", matter.strip(' ,;:.!"“”'))
    slots = {"what": matter, "when": " ".join(when.split())}
    return {name: value for name, value in slots.items() if value}
