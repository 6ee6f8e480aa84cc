"""Taking the slots out of what a template left open, and rejecting what only looked like a fit.

Each function gets the captures of the template and the :class:`Tools`, and returns the slots; None says that
the template does not fit after all.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from nlu.rule_files import FileWords
from nlu.rule_reminders import split_alarm, split_reminder
from nlu.rule_words import Words
from nlu.times import Facing, Found, find, is_only_time

Slots = dict[str, str]


@dataclass
class Tools:
    """What the splitting of one text needs; times are found once for each piece of it."""

    now: datetime
    zone: ZoneInfo
    words: Words
    files: FileWords
    text: str
    _found: dict[tuple[str, str], tuple[Found, ...]] = field(default_factory=dict)

    def times(self, text: str, facing: Facing) -> tuple[Found, ...]:
        """Return the times in ``text``."""
        key = (text, facing)
        if key not in self._found:
            self._found[key] = find(text, now=self.now, zone=self.zone, facing=facing)
        return self._found[key]


Split = Callable[[Mapping[str, str], Tools], Slots | None]

_NUMBER_WORDS = (
    "zero|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|"
    "seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|"
    "billion|half|third|quarter|dozen|pi|double|twice"
)
_OPERATORS = (
    "plus|minus|times|multiplied|divided|over|percent|percentage|squared|cubed|root|power|sqrt|sin|cos|tan|log|ln|"
    "exp|abs|mod|modulo|factorial|sum|difference|product|quotient|of|x|double|twice|remainder|round|floor|ceil|"
    "min|max|average|mean"
)
_NUMBER = re.compile(rf"\d[\d.,_]*(?:e[+-]?\d+)?|\b(?:{_NUMBER_WORDS})\b", re.IGNORECASE)
_OPERATOR = re.compile(rf"\*\*|[-+*/^%!×÷−·√]|\b(?:{_OPERATORS})\b", re.IGNORECASE)  # noqa: RUF001 - as typed
_FILLERS = re.compile(
    r"[()\s.,$€£]|\b(?:by|and|the|to|a|an|per|cent|square|cube|e|from|between|raised)\b", re.IGNORECASE
)
_DATE = re.compile(r"\d{4}-\d{1,2}-\d{1,2}|\d{1,2}[./]\d{1,2}[./]\d{2,4}|\d{3}-\d{4}|\d+")
_SHARING = re.compile(
    r"\b(?:split|divid\w*|shar(?:e|ed|ing)|each|every(?:one|body)|per (?:person|head))\b", re.IGNORECASE
)
_PEOPLE = (
    r"(?:people|persons?|friends?|guests?|heads?|ways|adults|kids|children|colleagues|flatmates|housemates|siblings|"
    r"players|of (?:us|them|you)|parts)"
)
_SHARERS = re.compile(
    rf"\b(?:between|among|amongst|across)\s+(?:the\s+|us\s+)?(?P<among>{_NUMBER.pattern})"
    rf"|(?P<count>{_NUMBER.pattern})[ -]+(?:(?!{_NUMBER.pattern})\w+ )?{_PEOPLE}\b",
    re.IGNORECASE,
)
_CODE = re.compile(
    r"[A-Za-z_]\w*\s*\(|[=<>!+*/%^|&-]{1,2}\s*[\w(\"'\[]|^\s*(?:import|from|for|while|def|class|if|with)\s.+|\[.*\]|\n",
    re.DOTALL,
)
_THINGS = re.compile(
    r"\b(?:screen|display|monitor|reminders?|alarms?|timers?|schedule|agenda|calendar|notes|documents?|docs)\b",
    re.IGNORECASE,
)
_AUXILIARY = re.compile(r"(?:do|does|did|is|are|was|were|has|have|can|could|will|would|should)\b", re.IGNORECASE)
_TO_ASSISTANT = re.compile(
    r"(?:(?:who|what|when|where|why|how|which)(?:'?s)?\s+(?:\w+\s+)?)?"
    r"(?:are|do|did|does|have|had|was|were|will|would|can|could|should|may|is|'re|'s)?\s*(?:you|your|u|ur)\b",
    re.IGNORECASE,
)
_LONGEST_NAME = 3  # words
_NO_NAME = re.compile(
    r"(?:an?|the|my|back|when|if|once|as soon|again|later|at|on|in|by|after|before|about|for|with|to|and|or)\b",
    re.IGNORECASE,
)
_STATES = re.compile(
    r"(?:i|i'm|im|i'll|we|you|he|she|it|they|this|that|these|those|there|who|what|when|where|why|how|which|is|are|was|were|"
    r"am|do|does|did|has|have|had|can|could|will|would|should|let's|yes|no|ok|okay|not|remember|note|forget|read|run|"
    r"execute|find|search|show|list|cancel|delete|remove|stop|open|and|but|because|so|if|tell|my|our)\b",
    re.IGNORECASE,
)
_SHORT, _SHORT_TEXT = 6, 80  # words, characters
_IN_SO_LONG = re.compile(r"in\b.*\d|in (?:an?|half|one|two|three|five|ten|fifteen|twenty|thirty)\b", re.IGNORECASE)
_QUESTION = re.compile(
    r"(?:who|what|when|where|why|how|which|can|could|will|would|is|are|do|does|did)\b", re.IGNORECASE
)
_NEED = re.compile(
    r"(?:(?:and|so|please)\s+)*(?:i|we)(?:\s+(?:really|also|still))?(?:'ve|\s+have)?\s+"
    r"(?:need|have|must|should|ought|want|got|mustn't\s+forget|shouldn't\s+forget|can't\s+forget)(?:\s+to)?\s+",
    re.IGNORECASE,
)
_OTHER_FACT = re.compile(r"(?:to|when|what|how|where|why|who|me|it|that|this)\b\s*(?:\w+\s*)?", re.IGNORECASE)


def is_expression(text: str) -> bool:
    """Tell whether ``text`` is arithmetic: numbers and what is done with them, and nothing else."""
    if len(text) > 1000 or _DATE.fullmatch(text.strip()):
        return False
    if not _NUMBER.search(text) or not _OPERATOR.search(text):
        return False
    rest = _FILLERS.sub(" ", _OPERATOR.sub(" ", _NUMBER.sub(" ", text)))
    return not rest.strip()


def looks_like_code(text: str) -> bool:
    """Tell whether ``text`` can be a piece of a program rather than a sentence."""
    return _CODE.search(text[:2000]) is not None


def _expression(caught: Mapping[str, str], _: Tools) -> Slots | None:
    text = caught["expression"].strip(" =\n\t:")
    return {"expression": text} if is_expression(text) else None


_WORDED = (
    (re.compile(r"add (.+?) (?:and|to|plus) (.+)", re.IGNORECASE), "{0} + {1}"),
    (re.compile(r"multiply (.+?) (?:by|and|with|times) (.+)", re.IGNORECASE), "{0} * {1}"),
    (re.compile(r"divide (.+?) by (.+)", re.IGNORECASE), "{0} / {1}"),
    (re.compile(r"subtract (.+?) from (.+)", re.IGNORECASE), "{1} - {0}"),
)


def _worded_expression(_: Mapping[str, str], tools: Tools) -> Slots | None:
    for pattern, form in _WORDED:
        found = pattern.fullmatch(tools.text[:200])
        if found and all(_NUMBER.fullmatch(part.strip()) for part in found.groups()):
            return {"expression": form.format(*(part.strip() for part in found.groups()))}
    return None


def _shared(_: Mapping[str, str], tools: Tools) -> Slots | None:
    """Take "split 86.40 between 4 people" as a sum: an amount, and how many share it."""
    text = tools.text
    if len(text) > 200 or not _SHARING.search(text):
        return None
    numbers = list(_NUMBER.finditer(text))
    sharers = _SHARERS.search(text)
    if len(numbers) != 2 or sharers is None:
        return None
    counts_second = numbers[1].start() in {sharers.start("among"), sharers.start("count")}
    amount, count = numbers if counts_second else reversed(numbers)
    return {"expression": f"{amount.group().rstrip('.,')} / {count.group().rstrip('.,')}"}


def _code(caught: Mapping[str, str], _: Tools) -> Slots | None:
    code = caught["code"].strip().strip("`").strip()
    return {"code": code} if code and looks_like_code(code) else None


def _only_code(_: Mapping[str, str], tools: Tools) -> Slots | None:
    return {} if re.match(r"\s*print\s*\(.*\)\s*$", tools.text, re.DOTALL) else None


def _fact(caught: Mapping[str, str], _: Tools) -> Slots | None:
    fact = caught["fact"].strip(' ,:;"“”')
    return {"fact": fact} if fact and not re.match(r"(?:to|when|how|why)\b", fact, re.IGNORECASE) else None


def _called(caught: Mapping[str, str], tools: Tools) -> Slots | None:
    """Take how a person wants to be called; "call me a taxi" and "call me at five" are something else."""
    name = caught["name"].strip(' ,.:;"“”')
    is_name = 0 < len(name.split()) <= _LONGEST_NAME and not _NO_NAME.match(name)
    return {"fact": f"I am called {name}"} if is_name and not tools.times(name, "future") else None


def _all_about(caught: Mapping[str, str], _: Tools) -> Slots | None:
    return {"fact": f"everything about {caught['about'].strip(' ,:;')}"}


def _forgotten(caught: Mapping[str, str], _: Tools) -> Slots | None:
    fact = re.sub(r"\s+(?:now|again|any ?more|then)$", "", caught["fact"].strip(' ,:;"“”'), flags=re.IGNORECASE)
    return None if not fact or _OTHER_FACT.fullmatch(fact) or fact.lower().startswith("to ") else {"fact": fact}


def _own_question(caught: Mapping[str, str], tools: Tools) -> Slots | None:
    about = " ".join(caught.values())
    return None if _THINGS.search(about) or tools.files.names_files(about) else {}


def _open_question(_: Mapping[str, str], tools: Tools) -> Slots | None:
    """Take the whole text as a question that may be looked up, but for those to the assistant about itself."""
    text = " ".join(tools.text.split())
    return {} if _TO_ASSISTANT.match(text) else {"question": text}


def _look_up(caught: Mapping[str, str], tools: Tools) -> Slots | None:
    return None if tools.files.names_files(caught["rest"]) else {}


def _bare_path(caught: Mapping[str, str], _: Tools) -> Slots | None:
    path = caught["path"].strip(" \"'`")
    return {"path": path} if path else None


def _files(caught: Mapping[str, str], tools: Tools) -> Slots | None:
    return tools.files.split(caught["body"], tools.times(caught["body"], "past"))


def _which_files(caught: Mapping[str, str], tools: Tools) -> Slots | None:
    body = caught["body"]
    if not body[0].isalnum() or _AUXILIARY.match(body) or not tools.files.names_files(" ".join(body.split()[:4])):
        return None
    return tools.files.split(body, tools.times(body, "past"))


def _files_alone(caught: Mapping[str, str], tools: Tools) -> Slots | None:
    """Take "zip files in downloads" as a search: nothing but a kind of file, where and from when."""
    body = caught["body"]
    if len(body) > _SHORT_TEXT:
        return None
    slots = tools.files.split(body, tools.times(body, "past"))
    placed = slots is not None and "kind" in slots and ("folder" in slots or "when" in slots)
    return slots if placed and slots is not None and "name" not in slots else None


def _place(caught: Mapping[str, str], tools: Tools) -> Slots | None:
    place = re.sub(r"^(?:in|at|for|of)\s+", "", caught["place"].strip(" ,"), flags=re.IGNORECASE)
    is_place = 0 < len(place.split()) <= _LONGEST_NAME and not tools.times(place, "future")
    return {"place": place} if is_place and not _NO_NAME.match(place) else None


def _reminder(caught: Mapping[str, str], tools: Tools) -> Slots | None:
    body = caught["body"]
    return split_reminder(body, tools.times(body, "future"))


def _timed_reminder(caught: Mapping[str, str], tools: Tools) -> Slots | None:
    body = caught["body"]
    found = tools.times(body, "future")
    slots = split_reminder(body, found)
    led = bool(found) and not body[: found[0].reading.start].strip(" ,")
    purposeful = body.lower().startswith(("to ", "about ")) or led
    return slots if purposeful and slots.get("what") and slots.get("when") else None


def _led_reminder(caught: Mapping[str, str], tools: Tools) -> Slots | None:
    lead = caught["lead"].strip(" ,")
    if len(lead) > 100 or not is_only_time(lead, tools.times(lead, "future")):
        return None
    slots = split_reminder(caught["body"], ())
    return {**slots, "when": lead}


def _led_alarm(caught: Mapping[str, str], tools: Tools) -> Slots | None:
    lead = caught["lead"].strip(" ,")
    return {"what": "timer", "when": lead} if is_only_time(lead, tools.times(lead, "future")) else None


def _closing_reminder(caught: Mapping[str, str], tools: Tools) -> Slots | None:
    """Take "on Friday at 3 I need to get the parcel, remind me": the request stands behind what it is about."""
    body = caught["body"].strip(" ,.;:")
    slots = split_reminder(body, tools.times(body, "future"))
    if not slots.get("what") or not slots.get("when") or _QUESTION.match(body):
        return None
    return {**slots, "what": _NEED.sub("", slots["what"])}


def _short_reminder(caught: Mapping[str, str], tools: Tools) -> Slots | None:
    """Take "laundry in 35 min" as a reminder: a few words that state and ask nothing, and a time after so long."""
    body = caught["body"]
    if len(body) > _SHORT_TEXT or _STATES.match(body):
        return None
    found = tools.times(body, "future")
    if len(found) != 1 or not _IN_SO_LONG.match(found[0].reading.text):
        return None
    before, behind = body[: found[0].reading.start].strip(" ,"), body[found[0].reading.end :].strip(" ,.:;!-")
    if (before and behind) or _STATES.match(behind):
        return None
    slots = split_reminder(body, found)
    return slots if slots.get("when") and 0 < len(slots.get("what", "").split()) <= _SHORT else None


def _alarm(caught: Mapping[str, str], tools: Tools) -> Slots | None:
    body = caught["body"]
    name = "alarm" if re.search(r"\balarm\b", tools.text, re.IGNORECASE) else "timer"
    found = tools.times(f"{name} {body}", "future")
    slots = split_alarm(body, found, len(name) + 1, name)
    if name == "alarm" and "when" in slots and found[0].has_day:
        slots["when"] = _in_the_morning(slots["when"], found[0])
    return slots


def _wake(caught: Mapping[str, str], tools: Tools) -> Slots | None:
    found = tools.times(caught["body"], "future")
    slots = split_alarm(caught["body"], found, 0, "wake up")
    if "when" not in slots:
        return None
    slots["when"] = _in_the_morning(slots["when"], found[0])
    return slots


def _in_the_morning(when: str, found: Found) -> str:
    """Return the time with what goes without saying: people wake up in the morning."""
    is_open = bool(found.reading.candidates) and found.has_clock and found.reading.rrule is None
    return f"{when} in the morning" if is_open else when


SPLITS: Mapping[str, Split] = {
    "alarm": _alarm,
    "all_about": _all_about,
    "bare_path": _bare_path,
    "called": _called,
    "closing_reminder": _closing_reminder,
    "code": _code,
    "expression": _expression,
    "fact": _fact,
    "files": _files,
    "files_alone": _files_alone,
    "forgotten": _forgotten,
    "led_alarm": _led_alarm,
    "led_reminder": _led_reminder,
    "look_up": _look_up,
    "only_code": _only_code,
    "open_question": _open_question,
    "own_question": _own_question,
    "place": _place,
    "reminder": _reminder,
    "shared": _shared,
    "short_reminder": _short_reminder,
    "timed_reminder": _timed_reminder,
    "wake": _wake,
    "which_files": _which_files,
    "worded_expression": _worded_expression,
}
"""The functions by the name that a template's ``split`` gives."""
