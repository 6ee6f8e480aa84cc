"""The rule reader: understands the core requests without a trained model, from templates kept as data.

How a text is read:

1. Control characters go; a fenced block is code to run, or code that something else is to be done with.
2. Greetings and politeness are taken from both ends; the whole text is tried as well, for "ok" is also a yes.
3. Every template of ``nlu/rules/intents.yaml`` that fits the whole text gives its intent with its certainty.
4. If none is sure, the same is tried without "tell me" and its like, with mistyped key words put right, and
   with each sentence alone; each costs a little certainty. What then still is unsure is guessed from words.

The certainty of a reading is 0.9 and more where a whole request fits, 0.5 to 0.8 where it is a question or an
order of an open kind, below that where single words were the only hint, and 0.2 for what is not understood.
"""

import asyncio
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from nlu.readings import SLOTS, Alternative, Intent, Reading
from nlu.rule_data import Rules, rules
from nlu.rule_slots import Slots, Tools
from nlu.times import fill_times

_LONG = 1000  # behind so many characters, templates with several open places are left out: they cost too much
_MOST_SENTENCES = 8
_SURE = 0.8
_NOTHING = 0.2
_EDGES = " \t\r\n,;:.?!…"
_FENCE = re.compile(r"```[ \t]*(?:[\w+-]*[ \t]*\n)?(.*?)```", re.DOTALL)
_RUN = re.compile(r"\b(?:run|execute|exec|eval|try|test|output|print|result|do|does)\b", re.IGNORECASE)
_RUNS = re.compile(r"([\s,])[\s,]{19,}")
_SENTENCES = re.compile(r"(?<=[.!?])\s+|\n+")
_FACTOR_ASKED, _FACTOR_TYPO, _FACTOR_SENTENCE = 0.99, 0.97, 0.95


@dataclass(frozen=True)
class _Fit:
    intent: Intent
    sure: float
    slots: Slots


class RuleReader:
    """Reads a text by rules; a reader as ``nlu.readings`` describes it, with source "rules".

    It keeps nothing between texts, and may be used from several threads.
    """

    async def read(self, text: str, *, now: datetime, zone: ZoneInfo) -> Reading:
        """Return the likeliest reading of ``text``; the work is done in a thread."""
        return await asyncio.to_thread(self.read_sync, text, now=now, zone=zone)

    async def load(self) -> None:
        """Load the rules and spaCy now, in a thread, so that the first text does not wait for them."""
        await asyncio.to_thread(self.load_sync)

    def load_sync(self) -> None:
        """Load the rules and spaCy; blocks for a second or more the first time."""
        rules().words.load()

    def read_sync(self, text: str, *, now: datetime, zone: ZoneInfo) -> Reading:
        """Return the likeliest reading of ``text`` said at ``now`` in ``zone``; never raises, whatever it is."""
        clean = _clean(text)
        fits = _fenced(clean) or _Search(rules(), now, zone).fits(clean)
        best = max(fits, key=lambda fit: fit.sure, default=None)
        if best is None:
            return Reading(text=text, intent=Intent.OUT_OF_SCOPE, confidence=_NOTHING, source="rules")
        surest: dict[Intent, float] = {}
        for fit in fits:
            surest[fit.intent] = max(surest.get(fit.intent, 0.0), fit.sure)
        others = sorted(
            ((intent, sure) for intent, sure in surest.items() if intent is not best.intent),
            key=lambda item: -item[1],
        )
        reading = Reading(
            text=text,
            intent=best.intent,
            confidence=round(best.sure, 3),
            slots=best.slots,
            source="rules",
            alternatives=tuple(Alternative(intent=intent, confidence=round(sure, 3)) for intent, sure in others[:3]),
        )
        return fill_times(reading, now, zone)


class _Search:
    """The reading of one text."""

    def __init__(self, known: Rules, now: datetime, zone: ZoneInfo) -> None:
        self._rules = known
        self._now = now
        self._zone = zone

    def fits(self, text: str) -> list[_Fit]:
        """Return all that the text may mean."""
        if not text.strip(_EDGES) and text.strip() not in {"?", "??", "???"}:
            return []
        fits = self._with_frame(text, 1.0)
        if _best(fits) < _SURE:
            fits += self._asked(text, 1.0)
        if _best(fits) < _SURE:
            corrected = self._rules.words.corrected(text)
            if corrected != text:
                fits += self._with_frame(corrected, _FACTOR_TYPO) + self._asked(corrected, _FACTOR_TYPO)
        if _best(fits) < _SURE:
            pieces = [piece for piece in _SENTENCES.split(text) if piece.strip()]
            if 1 < len(pieces) <= _MOST_SENTENCES:
                for piece in pieces:
                    fits += self._with_frame(piece, _FACTOR_SENTENCE)
        if _best(fits) < _SURE:
            fits += [_Fit(guess.intent, guess.sure, {}) for guess in self._rules.words.guesses(text)]
        return fits

    def _with_frame(self, text: str, factor: float) -> list[_Fit]:
        bare = _bare(text, self._rules)
        plain = _trimmed(text)
        fits = self._matching(bare, factor)
        if plain != bare:
            fits += self._matching(plain, factor * 0.999)
        return fits

    def _asked(self, text: str, factor: float) -> list[_Fit]:
        bare = _bare(text, self._rules)
        for pattern in self._rules.asking:
            found = pattern.match(bare)
            if found and bare[found.end() :].strip(_EDGES):
                rest = _bare(bare[found.end() :], self._rules)
                return [
                    fit
                    for fit in self._matching(rest, factor * _FACTOR_ASKED)
                    if fit.intent not in {Intent.AFFIRM, Intent.DENY, Intent.GREET}
                ]
        return []

    def _matching(self, text: str, factor: float) -> list[_Fit]:
        fits = []
        tools = Tools(self._now, self._zone, self._rules.words, self._rules.files, text)
        for template in self._rules.templates:
            if template.free > 1 and len(text) > _LONG:
                continue
            found = template.pattern.fullmatch(text)
            if found is None:
                continue
            caught = {name: value for name, value in found.groupdict().items() if value}
            slots: Slots | None = dict(template.constants)
            if template.split is not None:
                slots = template.split(caught, tools)
            if slots is None:
                continue
            wanted = SLOTS.get(template.intent, ())
            slots = {**template.constants, **_named(caught, wanted), **slots}
            if template.whole is not None:
                slots[template.whole] = text if template.whole == "code" else " ".join(text.split())
            fits.append(_Fit(template.intent, template.sure * factor, slots))
        return fits


def _best(fits: Iterable[_Fit]) -> float:
    return max((fit.sure for fit in fits), default=0.0)


def _named(caught: Mapping[str, str], wanted: tuple[str, ...]) -> Slots:
    slots = {}
    for name in wanted:
        if name in caught:
            value = caught[name].strip() if name == "code" else " ".join(caught[name].split())
            value = value.strip("\"'“”` ") if name in {"path", "which", "place", "name"} else value.strip(" ,;")
            if name == "url":
                value = value.rstrip(").,;:!?'\"")
            if value:
                slots[name] = value.lower() if name == "region" else value
    return slots


def _clean(text: str) -> str:
    """Return ``text`` with control characters, lone surrogates and long runs of blanks taken out."""
    kept = (
        " " if unicodedata.category(sign) in {"Cc", "Cs", "Co", "Cn"} and sign not in "\n\t" else sign for sign in text
    )
    return _RUNS.sub(r"\1", "".join(kept)).strip()


def _fenced(text: str) -> list[_Fit]:
    found = _FENCE.search(text)
    if not found or not found.group(1).strip():
        return []
    around = f"{text[: found.start()]} {text[found.end() :]}".strip(_EDGES)
    if not around:
        return [_Fit(Intent.RUN_CODE, 0.9, {"code": found.group(1).strip("\n")})]
    if _RUN.search(around[:200]):
        return [_Fit(Intent.RUN_CODE, 0.96, {"code": found.group(1).strip("\n")})]
    return [_Fit(Intent.OPEN_GOAL, 0.7, {"goal": text}), _Fit(Intent.RUN_CODE, 0.4, {})]


def _trimmed(text: str) -> str:
    """Return the text without the punctuation around it, but with "5!" and "?" alone."""
    plain = text.strip(_EDGES)
    if re.search(r"\d!$", text.rstrip(" ?.")) or not plain:
        return text.strip(" \t\n?.") + ("" if plain else "?")
    return plain


def _bare(text: str, known: Rules) -> str:
    """Return the text without greetings and politeness around it."""
    bare = _trimmed(text)
    changed = True
    while changed:
        changed = False
        for pattern in known.prefixes:
            found = pattern.match(bare)
            if found and found.end() and bare[found.end() :].strip(_EDGES):
                bare = bare[found.end() :].lstrip(_EDGES + "-–—")  # noqa: RUF001 - dashes as people type them
                changed = True
        for pattern in known.suffixes:
            found = pattern.search(bare[-60:])
            start = max(len(bare) - 60, 0) + (found.start() if found else 0)
            if found and bare[:start].strip(_EDGES):
                bare = bare[:start].rstrip(_EDGES)
                changed = True
    return bare
