"""One step of a conversation: from what is open and what a person says to what is to be done, said and asked.

Pure: the state goes in and the next state comes out. What can be open is one :class:`Question` (a slot to fill,
or which of two times is meant) with further questions queued behind it.

================================  =======================================================================
the person says, when asked       what happens
================================  =======================================================================
an answer                         the slot is filled; what is complete is handed over
"never mind", "no", "stop"        what was asked for is left
another wish                      it is acted on, and the question is asked again
hello, help, thanks               it is answered, and the question is asked again
what fits no slot                 the question is asked again; after three times it is left
================================  =======================================================================

To "What shall I remind you of?" an order ("find the keys") is an answer, not another wish.
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from nlu.clauses import split_clauses
from nlu.corrections import corrected_words
from nlu.readings import Intent, Reading, TimeReading, Turn
from nlu.rule_reminders import split_reminder
from nlu.rule_sentences import Sentences
from nlu.rules import RuleReader
from nlu.times import fill_times, find, is_impossible

_MOST_TRIES = 3
_UNDERSTOOD = 0.35  # what is less certain is not acted on
_OTHER_WISH = 0.84
_TALK = frozenset({Intent.GREET, Intent.THANK, Intent.GOODBYE, Intent.HELP})
_NO_ANSWER = frozenset({Intent.AFFIRM, Intent.STATUS})
_BREAKS_IN = frozenset(  # wishes that are no answer to "What shall I remind you of?" and its like
    {
        Intent.SET_REMINDER,
        Intent.LIST_REMINDERS,
        Intent.CANCEL_REMINDER,
        Intent.REMEMBER_FACT,
        Intent.ASK_FACT,
        Intent.ASK_DOCUMENTS,
        Intent.ASK_TIME,
    }
)
_FREE = frozenset({"what", "fact", "which", "goal", "expression", "code"})
_QUESTION = re.compile(r"(?:what|who|when|where|why|how|which)\b|.*\?\s*$", re.IGNORECASE | re.DOTALL)
_FENCE = re.compile(r"```[ \t]*(?:[\w+-]*[ \t]*\n)?(.*?)```", re.DOTALL)


@dataclass(frozen=True)
class Question:
    """What is asked about a reading: a slot, or which of ``options`` is the time.

    ``note`` is said before the question; ``day`` is a day whose time of day is asked for.
    """

    reading: Reading
    slot: str
    note: str = ""
    options: tuple[datetime, ...] = ()
    day: str = ""
    tries: int = 0


@dataclass(frozen=True)
class State:
    """What is open in a conversation; the first question is the one that was asked."""

    questions: tuple[Question, ...] = ()


class Dialogue:
    """Takes the steps of conversations; keeps nothing itself."""

    def __init__(self, reader: RuleReader, sentences: Sentences) -> None:
        """Read with ``reader``, and speak with ``sentences``."""
        self._reader = reader
        self._say = sentences

    def step(self, state: State, text: str, *, now: datetime, zone: ZoneInfo) -> tuple[Turn, State]:
        """Return what ``text`` comes to in ``state``, and the next state."""
        if not state.questions:
            return self._fresh(text, now, zone)
        question, waiting = state.questions[0], state.questions[1:]
        if question.options:
            chosen = self._chosen(question, text, now, zone)
            if chosen is not None:
                return self._next((_at(question.reading, chosen),), (), waiting, now)
        reading = self._reader.read_sync(text, now=now, zone=zone)
        if reading.intent in {Intent.STOP, Intent.DENY} and reading.confidence >= _OTHER_WISH:
            return self._next((), (self._say.of("left"),), waiting, now, intent=reading.intent)
        if reading.intent in _TALK and reading.confidence >= _OTHER_WISH:
            return self._next((), self._say.talk(reading.intent), state.questions, now, intent=reading.intent)
        reworded = self._reworded(question, text, now, zone)
        if reworded is not None:
            return self._next((), (), (reworded, *waiting), now)
        filled = self._filled(question, text, reading, now, zone)
        if filled is not None:
            problem = self._problem(filled, now)
            if problem is None:
                return self._next((filled,), (), waiting, now)
            tries = question.tries + 1 if problem.slot == question.slot else 0
            return self._again(replace(problem, tries=tries), waiting, now)
        if self._is_other_wish(question, text, reading):
            turn, after = self._fresh(text, now, zone)
            said = turn.say[:-1] if turn.asking else turn.say
            return self._next(turn.readings, said, (*after.questions, *state.questions), now, intent=turn.intent)
        note = self._say.of("no_time", text=_short(text)) if question.slot == "when" else ""
        return self._again(replace(question, note=note, tries=question.tries + 1), waiting, now)

    def _fresh(self, text: str, now: datetime, zone: ZoneInfo) -> tuple[Turn, State]:
        readings: list[Reading] = []
        said: list[str] = []
        questions: list[Question] = []
        intent: Intent | None = None

        def read(piece: str) -> Reading:
            return self._reader.read_sync(piece, now=now, zone=zone)

        for clause in split_clauses(text, read):
            reading = read(clause)
            intent = reading.intent
            if reading.intent in _TALK:
                said.extend(self._say.talk(reading.intent))
            elif reading.intent is Intent.OUT_OF_SCOPE or reading.confidence < _UNDERSTOOD:
                said.append(self._say.of("not_understood"))
            else:
                problem = self._problem(reading, now)
                if problem is None:
                    readings.append(reading)
                else:
                    questions.append(problem)
        return self._next(tuple(readings), tuple(said), tuple(questions), now, intent=intent)

    def _next(
        self,
        readings: tuple[Reading, ...],
        said: tuple[str, ...],
        questions: tuple[Question, ...],
        now: datetime,
        *,
        intent: Intent | None = None,
    ) -> tuple[Turn, State]:
        if not questions:
            return Turn(readings=readings, say=said, intent=None if readings else intent), State()
        first = questions[0]
        if intent is None:
            intent = first.reading.intent
        spoken = (*said, *((first.note,) if first.note else ()), self._asked(first, now))
        turn = Turn(readings=readings, say=spoken, asking=True, intent=None if readings else intent)
        return turn, State((replace(first, note=""), *questions[1:]))

    def _again(self, question: Question, waiting: tuple[Question, ...], now: datetime) -> tuple[Turn, State]:
        if question.tries >= _MOST_TRIES:
            return self._next((), (self._say.of("gave_up"),), waiting, now)
        return self._next((), (), (question, *waiting), now)

    def _asked(self, question: Question, now: datetime) -> str:
        if question.options:
            return self._say.which_half(question.options, now)
        if question.day:
            return self._say.of("what_time", text=question.day)
        return self._say.ask(question.reading.intent, question.slot)

    def _problem(self, reading: Reading, now: datetime) -> Question | None:
        """Return what must be asked before the reading can be acted on."""
        when = reading.slots.get("when", "")
        reminds = reading.intent is Intent.SET_REMINDER
        if when and (reminds or reading.intent is Intent.FIND_FILES):
            first = reading.times[0] if reading.times else None
            if first is not None and is_impossible(first):
                return Question(_without_time(reading), "when", self._say.of("impossible", text=first.text))
            if reminds and first is None:
                return Question(_without_time(reading), "when", self._say.of("no_time", text=when))
        missing = reading.missing()
        if missing:
            return Question(reading, missing[0])
        if not reminds or not reading.times:
            return None
        first = reading.times[0]
        if first.value is None and len(first.candidates) > 1:
            return Question(reading, "when", options=first.candidates)
        if first.value is None:
            return Question(_without_time(reading), "when", self._say.of("no_time", text=when))
        if first.value <= now and first.rrule is None:
            if first.to is not None and first.to > now:
                return Question(reading, "when", day=when)
            return Question(_without_time(reading), "when", self._say.of("passed", text=when))
        return None

    def _reworded(self, question: Question, text: str, now: datetime, zone: ZoneInfo) -> Question | None:
        """Return the question for a reminder's time, where ``text`` corrects what the reminder is about."""
        what = question.reading.slots.get("what")
        if not what or question.slot != "when" or question.reading.intent is not Intent.SET_REMINDER:
            return None
        right = corrected_words(text, what, reader=self._reader, now=now, zone=zone)
        if right is None:
            return None
        slots = {**question.reading.slots, "what": right}
        return replace(question, reading=question.reading.model_copy(update={"slots": slots}))

    def _filled(self, question: Question, text: str, reading: Reading, now: datetime, zone: ZoneInfo) -> Reading | None:
        """Return the reading asked about with ``text`` as the answer, or None where it is none."""
        if question.slot == "when":
            return self._timed(question, text, reading, now, zone)
        if reading.intent in _NO_ANSWER or not text.strip():
            return None
        if self._is_other_wish(question, text, reading):
            return None
        answer = text
        if reading.intent is question.reading.intent:  # "https://..." is a request to read it as well
            answer = reading.slots.get(question.slot, text)
        return _with_slot(question, answer, now, zone)

    def _chosen(self, question: Question, text: str, now: datetime, zone: ZoneInfo) -> datetime | None:
        ordered = sorted(question.options)
        for found in find(text, now=now, zone=zone, facing="future"):
            value = found.reading.value
            if value is not None and found.has_clock and not found.reading.candidates:
                same = [each for each in ordered if each.time() == value.time()]
                return same[0] if same and not found.has_day else None
        half = self._say.half(text)
        return None if half is None else ordered[half]

    def _timed(self, question: Question, text: str, reading: Reading, now: datetime, zone: ZoneInfo) -> Reading | None:
        is_other = reading.confidence >= _OTHER_WISH and reading.intent is not Intent.CALCULATE
        if is_other and "when" not in reading.slots:
            return None
        if is_other and reading.slots.get("what"):
            return None  # a whole reminder of its own
        plain = " ".join(text.split()).strip(" .!,")
        forms = [plain, f"at {plain}", f"in {plain}"]
        if question.day:
            forms.insert(0, f"{question.day} {plain}")
            forms.insert(1, f"{question.day} at {plain}")
        for form in forms:
            found = find(form, now=now, zone=zone, facing="future")
            if form != plain and (len(found) != 1 or found[0].reading.text != form):
                continue
            if found:
                if form == plain and question.day and not found[0].has_day and not found[0].is_length:
                    continue
                slots = {**question.reading.slots, "when": found[0].reading.text}
                return fill_times(question.reading.model_copy(update={"slots": slots}), now, zone)
        return None

    def _is_other_wish(self, question: Question, text: str, reading: Reading) -> bool:
        if reading.intent in _TALK | {Intent.OUT_OF_SCOPE, Intent.AFFIRM, Intent.DENY, Intent.STOP}:
            return False
        if reading.intent is question.reading.intent and question.slot != "when":
            return False
        if question.slot in _FREE:
            if reading.confidence < _OTHER_WISH:
                return False
            return reading.intent in _BREAKS_IN or _QUESTION.match(text.strip()) is not None
        return reading.confidence >= _OTHER_WISH or (
            reading.intent is Intent.OPEN_GOAL and _QUESTION.match(text.strip()) is not None
        )


def _with_slot(question: Question, text: str, now: datetime, zone: ZoneInfo) -> Reading:
    slots = dict(question.reading.slots)
    value = text.strip()
    if question.slot == "code":
        fenced = _FENCE.search(value)
        value = fenced.group(1).strip("\n") if fenced else value
    else:
        value = " ".join(value.split()).strip('"“”')
    if question.slot == "what":
        found = () if slots.get("when") else find(value, now=now, zone=zone, facing="future")
        slots.update(split_reminder(value, found))
    elif question.slot == "fact":
        slots["fact"] = re.sub(r"^that\s+", "", value, flags=re.IGNORECASE)
    else:
        slots[question.slot] = value
    return fill_times(question.reading.model_copy(update={"slots": slots}), now, zone)


def _without_time(reading: Reading) -> Reading:
    slots = {name: value for name, value in reading.slots.items() if name != "when"}
    return reading.model_copy(update={"slots": slots, "times": ()})


def _at(reading: Reading, value: datetime) -> Reading:
    first: TimeReading = reading.times[0]
    settled = first.model_copy(update={"value": value, "candidates": ()})
    return reading.model_copy(update={"times": (settled, *reading.times[1:])})


def _short(text: str) -> str:
    plain = " ".join(text.split())
    return plain if len(plain) <= 60 else f"{plain[:57]}..."
