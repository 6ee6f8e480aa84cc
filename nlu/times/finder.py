"""Finding the expressions of time in a text: longest match from left to right, then what they come to.

What is no time is told apart by its neighbours: an expression never begins or ends inside a word or a number
("version 3.5", "555-1234"), never stands before a percent sign, and some of its words need a small word behind
them ("in a second language"). An expression whose form is one of time but which names no time there is
("February 30", "25:00") gives a reading without value, end, rule, seconds or candidates: see
:func:`is_impossible`.
"""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time
from typing import Any, Literal
from zoneinfo import ZoneInfo

from nlu.readings import TimeReading
from nlu.times.base import Answer, Context
from nlu.times.grammar import Run
from nlu.times.language import Language, language_of, month_first
from nlu.times.spans import Length
from nlu.times.tokens import Token, tokenize
from nlu.times.unknown import read_unknown

_LOG = logging.getLogger(__name__)
# Written as code points where they look like other signs: curly quotes and the en dash.
_OPENING = frozenset("([{<\"'“\u2018«*_~`,;!?>/-—\u2013:=|…")
_CLOSING = frozenset(")]}>\"'”\u2019».,;:!?*_~`—\u2013-|…<")
_NUMBER_JOINS = frozenset(".,:-/")

_MOST = 100  # expressions read in one text: nobody has more in mind, and the time a text takes stays bounded

Facing = Literal["past", "future"]


@dataclass(frozen=True)
class Found:
    """One expression with what it says: whether it names a day, and whether a time of day."""

    reading: TimeReading
    has_day: bool
    has_clock: bool
    is_length: bool


def is_impossible(reading: TimeReading) -> bool:
    """Tell whether the expression names a time that there is not, such as 30 February."""
    return (
        reading.value is None
        and not reading.candidates
        and reading.rrule is None
        and reading.seconds is None
        and reading.to is None
    )


def find_times(
    text: str,
    *,
    now: datetime,
    zone: ZoneInfo,
    locale: str = "en",
    facing: Facing | None = None,
    day_clock: time | None = None,
) -> tuple[TimeReading, ...]:
    """Return the expressions of time in ``text``, from left to right, none overlapping another.

    Args:
        text: anything; never raises.
        now: the moment of speaking, aware (a naive one is taken as in ``zone``).
        zone: where the person is; all values carry its offset.
        locale: language, and with a region the order of day and month ("en" has the month first).
        facing: whether what is open ("on Friday", "in March") lies behind or ahead; None: told by the words.
        day_clock: the time of day that a bare day stands for; None: bare days are whole days.
    """
    found = find(text, now=now, zone=zone, locale=locale, facing=facing, day_clock=day_clock)
    return tuple(each.reading for each in found)


def find(
    text: str,
    *,
    now: datetime,
    zone: ZoneInfo,
    locale: str = "en",
    facing: Facing | None = None,
    day_clock: time | None = None,
) -> tuple[Found, ...]:
    """Return what :func:`find_times` returns, with what each expression names."""
    language = language_of(locale)
    tokens = tokenize(text)
    context = Context(
        now=now.astimezone(zone) if now.tzinfo else now.replace(tzinfo=zone),
        zone=zone,
        parts=language.parts,
        past=facing == "past" or (facing is None and _speaks_of_past(language, tokens)),
        month_first=month_first(locale),
        day_clock=day_clock,
    )
    results = _match(text, tokens, language, context)
    taken = [(each.reading.start, each.reading.end) for each in results]
    for shape in read_unknown(text, language.unknown_shapes, taken, context):
        results = [each for each in results if not _overlap(each.reading, shape)]
        results.append(Found(shape, has_day=True, has_clock=shape.grain != "day", is_length=False))
    return tuple(sorted(results, key=lambda each: each.reading.start))


def _speaks_of_past(language: Language, tokens: Sequence[Token]) -> bool:
    words = {token.text for token in tokens}
    return bool(words & language.past_words) and not words & language.future_words


def _overlap(one: TimeReading, other: TimeReading) -> bool:
    return one.start < other.end and other.start < one.end


def _match(text: str, tokens: Sequence[Token], language: Language, context: Context) -> list[Found]:
    run = Run(tokens, language.guards)
    results: list[Found] = []
    at = 0
    while at < len(tokens) and len(results) < _MOST:
        best: tuple[int, Any] | None = None
        if tokens[at].key in language.first and _may_start(tokens, at):
            for symbol in language.tops:
                for end, meaning in symbol.matches(run, at):
                    if best is not None and end <= best[0]:
                        break
                    if _may_end(run, language, end):
                        best = (end, meaning)
                        break
        if best is None:
            at += 1
            continue
        end, meaning = best
        start_at, end_at = tokens[at].start, tokens[end - 1].end
        answer = _answer(meaning, context)
        is_length = isinstance(meaning, Length)
        results.append(
            Found(
                _reading(text, start_at, end_at, answer),
                has_day=getattr(meaning, "has_day", not is_length),
                has_clock=getattr(meaning, "has_clock", False),
                is_length=is_length,
            )
        )
        at = end
    return results


def _answer(meaning: Any, context: Context) -> Answer:
    try:
        answer: Answer | None = meaning.answer(context)
    except (OverflowError, ValueError):  # beyond the years 1 to 9999
        answer = None
    return answer or Answer()


def _reading(text: str, start: int, end: int, answer: Answer) -> TimeReading:
    return TimeReading(
        text=text[start:end],
        start=start,
        end=end,
        value=answer.value,
        grain=answer.grain,
        to=answer.to,
        rrule=answer.rrule,
        seconds=answer.seconds,
        candidates=answer.candidates,
    )


def _may_start(tokens: Sequence[Token], at: int) -> bool:
    token = tokens[at]
    if not token.glued:
        return True
    before = tokens[at - 1]
    if before.text not in _OPENING:
        return before.text == "." and token.is_word
    joins = before.text in _NUMBER_JOINS and at > 1 and tokens[at - 2].is_number and before.glued
    return not (joins and token.is_number) and not (before.text in "-/'_" and before.glued)


def _may_end(run: Run, language: Language, end: int) -> bool:
    tokens = run.tokens
    if tokens[end - 1].text in language.doubtful_ends and not language.guards.ends_well(run, end):
        return False
    if end >= len(tokens):
        return True
    after = tokens[end]
    if not after.glued:
        return after.text not in {"%", "+", "*", "="} or not tokens[end - 1].is_number
    if after.text not in _CLOSING:
        return False
    follower = tokens[end + 1] if end + 1 < len(tokens) else None
    joined = after.text in _NUMBER_JOINS | {"'"} and follower is not None and follower.glued
    return not (joined and follower is not None and (follower.is_number or follower.is_word))


_WORDS = re.compile(r"\w")


def is_only_time(text: str, found: Sequence[Found]) -> bool:
    """Tell whether ``text`` holds nothing but the expressions of time ``found`` in it."""
    rest = list(text)
    for each in found:
        rest[each.reading.start : each.reading.end] = " " * (each.reading.end - each.reading.start)
    return bool(found) and not _WORDS.search("".join(rest))
