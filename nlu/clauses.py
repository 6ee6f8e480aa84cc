"""Several wishes in one message: where one ends and the next begins.

A message is cut at "and", "then", a comma or the end of a sentence only where what stands on each side is a wish
by itself, so that "remind me to buy milk and eggs" stays whole. Behind "then" or at the end of a sentence a
plain order will do as the second wish; behind a mere "and" or comma it must be a request that is understood well.
What stands in code, quotes or an address is never cut.

Where a whole reminder is followed by no more than another time and matter ("remind me at 8 to water the ferns and at
9 to call Leo"), both share the request, and the second one also the day where it names none.
"""

import re
from collections.abc import Callable

from nlu.readings import Intent, Reading

Read = Callable[[str], Reading]

_LONGEST = 2000  # characters; what is longer is a text, not a list of wishes
_MOST = 12  # places at which a cut is tried
_WELL, _FAIRLY, _ASKED = 0.84, 0.6, 0.45
_WISHES = frozenset(Intent) - {
    Intent.AFFIRM,
    Intent.DENY,
    Intent.GREET,
    Intent.THANK,
    Intent.GOODBYE,
    Intent.HELP,
    Intent.STOP,
    Intent.STATUS,
    Intent.OUT_OF_SCOPE,
}
_PLACE = re.compile(
    r"(?P<strong>\s*[,;.]?\s+(?:and\s+)?(?:then|after that|afterwards|finally)\b[\s,]+|\s*;\s*|(?<=[.!?])\s+|\s*\n\s*)"
    r"|\s*,?\s+(?:and|&|plus|as well as)\s+(?:also\s+|please\s+)?|\s*,?\s+also\s+|\s*,\s+",
    re.IGNORECASE,
)
_WHOLE = re.compile(r"```.*?```|`[^`\n]*`|\"[^\"\n]*\"|“[^”\n]*”|(?:https?://|www\.)\S*[^\s,.;!?)]", re.DOTALL)
_REQUEST = "remind me "
_PURPOSE = re.compile(r"(?:to|that|about)\b", re.IGNORECASE)
_ORDER = re.compile(
    r"^(?:(?:and|also|then|first|firstly|second|secondly|next|finally|lastly|after that|afterwards)\b[\s,:]*)+",
    re.IGNORECASE,
)


def split_clauses(text: str, reader_sync: Read) -> tuple[str, ...]:
    """Return the wishes in ``text``, in order; the text alone where it is but one.

    Args:
        text: a message.
        reader_sync: reads one text, quickly and without side effects (such as ``RuleReader.read_sync``).
    """
    if len(text) > _LONGEST:
        return (text,)
    known: dict[str, Reading] = {}

    def read(piece: str) -> Reading:
        if piece not in known:
            known[piece] = reader_sync(piece)
        return known[piece]

    masked = _WHOLE.sub(lambda found: "\x01" * len(found.group()), text)
    pieces: list[str] = []
    start, shared = 0, ""
    for count, place in enumerate(_PLACE.finditer(masked)):
        if count == _MOST:
            break
        left, right = shared + _tidy(text[start : place.start()]), _tidy(text[place.end() :])
        if not left or not right:
            continue
        if _is_cut(left, right, shared + _tidy(text[start:]), place, read):
            pieces.append(left)
            start, shared = place.end(), ""
        elif request := _shared_request(left, right, read):
            pieces.append(left)
            start, shared = place.end(), request
    if not pieces:
        return (text,)
    return (*pieces, shared + _tidy(text[start:]))


def _shared_request(left: str, right: str, read: Read) -> str:
    """Return what a second reminder begins with that leaves its request to the first; empty where it is none."""
    first = read(left)
    if first.intent is not Intent.SET_REMINDER or first.confidence < _WELL or not _is_whole(first):
        return ""
    own = read(f"{_REQUEST}{right}")
    led = right.lower().startswith(own.slots["when"].lower()) if "when" in own.slots else False
    if own.intent is not Intent.SET_REMINDER or not _is_whole(own) or not (led or _PURPOSE.match(right)):
        return ""
    time = first.times[0]
    if time.value is not None and time.rrule is None:
        on_its_day = f"{_REQUEST}on {time.value:%Y-%m-%d} "
        both = read(f"{on_its_day}{right}")
        if both.slots.get("what") == own.slots["what"] and _is_whole(both):
            return on_its_day
    return _REQUEST


def _is_whole(reading: Reading) -> bool:
    return not reading.missing() and bool(reading.times)


def _is_cut(left: str, right: str, whole: str, place: re.Match[str], read: Read) -> bool:
    strong = place.group("strong") is not None
    before = read(left)
    asked = strong and left.endswith("?")
    if before.intent not in _WISHES or before.confidence < (_ASKED if asked else _FAIRLY):
        return False
    if before.intent is Intent.RUN_CODE and "then" not in place.group().lower():
        return False
    after = read(right)
    least = _WELL if not strong else _ASKED if right.endswith("?") else _FAIRLY
    if after.intent not in _WISHES or after.confidence < least:
        return False
    if not strong and after.intent is Intent.OPEN_GOAL:
        return False
    if after.intent is Intent.SET_REMINDER and not after.slots and _is_whole(read(whole)):
        return False  # "... tomorrow at 4. Remind me." is of what stands before it
    if before.missing() and after.intent is not Intent.SET_REMINDER:
        together = read(whole)  # "remind me to buy milk and find my notes tomorrow" lacks nothing as it is
        return together.intent is not before.intent or bool(together.missing())
    return True


def _tidy(piece: str) -> str:
    """Return the piece without the words that only give the order of wishes."""
    plain = piece.strip().strip(",;").strip()
    return _ORDER.sub("", plain).strip() or plain
