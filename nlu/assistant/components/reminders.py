"""What and when of a reminder, from how requests for one are built: a time and a thing, in either order.

A learned model finds most of these spans, but a time is so regular that a pattern finds it better, and what stands
around it ("remind me", "to", "that") is from a small set. Where the pattern fits, its spans go before the model's.
"""

from __future__ import annotations

import re
from typing import Dict, List, Optional, Text, Tuple

_NUMBER = (
    r"(?:\d+(?:[.,]\d+)?|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|fifteen|twenty|thirty|forty"
    r"(?:[ -]five)?|forty|sixty|ninety|half\s+an?|an?\s+half|a\s+couple\s+of|a\s+few|an?\s+quarter\s+of\s+an)"
)
_UNIT = (
    r"(?:s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?|fortnights?|months?|years?"
    r"|weekdays?|mornings?|evenings?|nights?)\b"
)
_LENGTH = rf"{_NUMBER}\s*-?{_UNIT}(?:\s+and\s+a\s+half)?(?:\s*(?:,|and)?\s*{_NUMBER}\s*{_UNIT})?"
_WEEKDAY = r"(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?s?\b"
_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b"
)
_HOUR = r"(?:\d{1,2}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve)"
_CLOCK = (
    rf"(?:(?:half|quarter|{_NUMBER}(?:\s+minutes?)?)\s+(?:past|to|before|after)\s+{_HOUR}\b|noon\b|midnight\b|midday\b"
    rf"|\d{{1,2}}(?:[:.]\d\d)?\s*(?:[ap]\.?m\b\.?|h\b|o'?clock)|\d{{1,2}}[:.]\d\d|{_HOUR}\s*o'?clock)"
)
_BARE_CLOCK = rf"(?:{_CLOCK}|{_HOUR}(?:ish|\s+sharp|\s+in\s+the\s+(?:morning|afternoon|evening))?\b)"
_DATE = (
    rf"(?:\d{{4}}-\d\d-\d\d|\d{{1,2}}[/.]\d{{1,2}}(?:[/.]\d{{2,4}})?\.?"
    rf"|(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)?\s+(?:of\s+)?{_MONTH}(?:\s+\d{{4}}\b)?"
    rf"|{_MONTH}\s+(?:the\s+)?\d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\s+\d{{4}}\b)?|the\s+\d{{1,2}}(?:st|nd|rd|th)\b)"
)
_PART = r"(?:morning|afternoon|evening|night|noon|lunch(?:time)?|dinner|breakfast|work|weekend)"
_PHRASES = (
    rf"every\s+(?:other\s+|second\s+|{_NUMBER}\s+)?(?:{_WEEKDAY}|{_UNIT}|{_PART}\b)(?:\s+{_PART}\b)?",
    r"(?:on\s+)?the\s+(?:\d{1,2}(?:st|nd|rd|th)|first|last)(?:\s+day)?\s+of\s+(?:every|each|the|next)\s+month\b",
    rf"each\s+(?:{_WEEKDAY}|{_UNIT}|{_PART}\b)|(?:once|twice)\s+a\s+{_UNIT}|daily\b|weekly\b|monthly\b|hourly\b",
    r"on\s+(?:weekdays|weekends)\b",
    rf"(?:the\s+day\s+after\s+tomorrow|tomorrow|tomorow|tmrw|today|tonight|now)(?:\s+{_PART})?\b",
    rf"(?:on\s+|by\s+|until\s+|before\s+|for\s+)?(?:this\s+|next\s+|coming\s+)?{_WEEKDAY}(?:\s+{_PART}\b)?",
    rf"(?:this|next)\s+(?:{_UNIT}|{_PART}\b)|at\s+the\s+(?:weekend|end\s+of\s+the\s+(?:day|week|month))\b",
    rf"(?:in|after|within)\s+(?:about\s+|exactly\s+)?{_LENGTH}(?:\s+time\b)?|{_LENGTH}\s+from\s+now\b",
    rf"(?:on\s+|by\s+|before\s+)?{_DATE}",
    rf"(?:at|by|around|about|before|after|until|from)\s+(?:about\s+|around\s+)?{_BARE_CLOCK}",
    rf"{_CLOCK}",
    rf"(?:after|before|at|over|during)\s+{_PART}\b|in\s+the\s+(?:morning|afternoon|evening)\b",
    r"(?:first\s+thing\b)|later(?:\s+(?:today|on))?\b|soon\b|in\s+a\s+(?:bit|while|moment)\b",
)
TIME = re.compile(rf"(?<![\w-])(?:{'|'.join(_PHRASES)})(?:\s*,?\s+(?:{'|'.join(_PHRASES)}))*", re.IGNORECASE)
_LENGTH_ALONE = re.compile(rf"(?:for\s+)?{_LENGTH}", re.IGNORECASE)

_POLITE = r"(?:[\s,]*(?:please|pls|plz|thanks|thank\s+you|thx|ok|asap|for\s+me))*[\s.!?,]*"
_CARRIER = re.compile(
    r"^.{0,60}?\b(?:(?:re?m[ein]{2,3}d|ping|nudge|poke|alert|notify|tell|prod)\s+me\b|let\s+me\s+forget\b"
    r"|(?:remember|forget)\b(?=\s+to\b))[\s,:]*(?P<rest>.*)$"
    r"|^.{0,60}?\b(?:an?|new|another|the)?\s*reminders?\b(?:\s+in)?[\s,:]*(?P<rest2>.*)$",
    re.IGNORECASE | re.DOTALL,
)
_BEFORE = re.compile(
    r"^(?:.{0,40}?\bi\s+(?:need|have|must|want|ought|got|should|mustn't\s+forget)(?:\s+to)?\b|remind\s+me\b)",
    re.IGNORECASE,
)
_BEHIND = re.compile(
    r"[\s,.;:]+(?:and\s+|so\s+|please\s+|can\s+you\s+|could\s+you\s+|will\s+you\s+)*"
    r"(?:remind\s+me|don'?t\s+let\s+me\s+forget)\b.*$",
    re.IGNORECASE | re.DOTALL,
)
_ALARM = re.compile(r"\b(?:(?P<timer>timer)|(?P<alarm>alarm)|wake\s+me(?:\s+up)?)\b", re.IGNORECASE)
_LEAD = re.compile(r"^[\s,:]*(?:(?:for\s+me\s+)?to|that|about|of|for)\s+", re.IGNORECASE)
_FOR = re.compile(r"(?:for|in)\s+", re.IGNORECASE)
_GOES_ON = re.compile(r"\s*(?:$|[,:.!?]|(?:to|that|about|of|for|please|pls)\b)", re.IGNORECASE)
_NOTHING = re.compile(r"^\s*(?:something|it|this|that)?\s*$", re.IGNORECASE)

Span = Dict[Text, object]


def _strip(text: Text, start: int, end: int) -> Optional[Span]:
    """Return the span without blanks and politeness at its ends, or None where nothing is left."""
    while True:
        lead = _LEAD.match(text[start:end])
        if not lead:
            break
        start += lead.end()
    piece = re.sub(_POLITE + "$", "", text[start:end], flags=re.IGNORECASE)
    start += len(piece) - len(piece.lstrip(" ,:;-"))
    piece = piece.strip(" ,:;-")
    if not piece or _NOTHING.match(piece):
        return None
    return {"start": start, "end": start + len(piece), "value": piece}


def _leading_times(text: Text, start: int, end: int) -> Tuple[List[Tuple[int, int]], int]:
    """Return where times stand before "remind me" and right behind it, and where what follows them begins."""
    times = []
    before = TIME.search(text[:start])
    if before and not text[: before.start()].strip(" ,"):  # "tomorrow at 9 remind me to ..."
        times.append(before.span())
    first = TIME.match(text, start)
    if not first:
        lead = _FOR.match(text, start)
        first = TIME.match(text, lead.end()) if lead else None
    if first and first.end() <= end and _GOES_ON.match(text, first.end()):
        times.append(first.span())
        start = first.end()
    return times, start


def what_and_when(text: Text) -> Dict[Text, Span]:
    """Return the spans ``what`` and ``when`` of a request for a reminder, as far as the pattern finds them."""
    carrier = _CARRIER.match(text)
    if not carrier or not _letters(carrier.group("rest") or carrier.group("rest2") or ""):
        return _alarm(text) or _bare(text)
    group = "rest" if carrier.group("rest") is not None else "rest2"
    start, end = carrier.span(group)
    found: Dict[Text, Span] = {}
    times, start = _leading_times(text, start, end)
    last = None
    for match in TIME.finditer(text, start):
        last = match
    what = None
    if last and re.fullmatch(_POLITE, text[last.end() : end], re.IGNORECASE):
        # "at 5 that the train leaves at 6": what is said after "that" has a time of its own.
        if not (times and re.match(r"[\s,:]*that\b", text[start:], re.IGNORECASE)):
            times.append((last.start(), last.end()))
            end = last.start()
    elif last and not times and re.match(r"\s+(?:about|with|for|to|that)\b", text[last.end() : end]):
        # "to call Ann at 5 about the budget": the time stands in the middle.
        times.append((last.start(), last.end()))
        head, tail = _strip(text, start, last.start()), re.sub(_POLITE + "$", "", text[last.end() : end])
        what = {**head, "end": last.end() + len(tail), "value": f"{head['value']} {tail.strip()}"} if head else None
    what = what or _strip(text, start, end)
    if what:
        found["what"] = what
    if times:
        found["when"] = {
            "start": times[0][0],
            "end": times[-1][1],
            "value": " ".join(text[low:high].strip() for low, high in times),
        }
    return found


def _alarm(text: Text) -> Dict[Text, Span]:
    """Return the spans of a timer or an alarm, whose name is what the reminder says."""
    alarm = _ALARM.search(text)
    if not alarm:
        return {}
    name = (alarm.lastgroup or "wake up").lower()
    found: Dict[Text, Span] = {"what": {"start": alarm.start(), "end": alarm.end(), "value": name}}
    times = list(TIME.finditer(text)) or list(_LENGTH_ALONE.finditer(text))
    if times:
        found["when"] = {
            "start": times[0].start(),
            "end": times[-1].end(),
            "value": " ".join(match.group().strip() for match in times),
        }
    return found


def _letters(text: Text) -> bool:
    return bool(re.search(r"\w{2,}", re.sub(_POLITE + "$", "", text, flags=re.IGNORECASE)))


def _bare(text: Text) -> Dict[Text, Span]:
    """Return the spans of a thing and a time without "remind me" before them, if there is a time at an end."""
    behind = _BEHIND.search(text)
    end = behind.start() if behind else len(text)
    before = _BEFORE.match(text[:end])
    start = before.end() if before else 0
    times = list(TIME.finditer(text, start, end))
    if not times:
        return {}
    last, first = times[-1], times[0]
    if re.fullmatch(_POLITE, text[last.end() : end], re.IGNORECASE):
        time, end = last, last.start()
    elif not text[start : first.start()].strip(" ,"):
        time, start = first, first.end()
    else:
        return {}
    found: Dict[Text, Span] = {"when": {"start": time.start(), "end": time.end(), "value": time.group().strip()}}
    what = _strip(text, start, end)
    if what:
        found["what"] = what
    return found
