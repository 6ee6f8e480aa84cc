"""Two readings of one message, by Rasa and by the rule parser: which of them counts, and for what.

Rasa knows many wordings; the rule parser is seldom wrong where one of its whole patterns fits, and knows better where
a request ends and its time begins.
"""

from typing import Final

from nlu.readings import Intent, Reading, Turn

PLAIN: Final = 0.9
"""Confidence of the rule parser where a whole pattern fits."""

BETWEEN: Final = frozenset(
    {
        Intent.LIST_REMINDERS,
        Intent.READ_SCREEN,
        Intent.ASK_TIME,
        Intent.ASK_FACT,
        Intent.ASK_DOCUMENTS,
        Intent.CALCULATE,
        Intent.FIND_FILES,
        Intent.STATUS,
        Intent.HELP,
    }
)
"""What a person may ask for in the middle of a form without leaving it."""
_ASKS: Final = frozenset({Intent.ASK_FACT, Intent.ASK_DOCUMENTS})
REFUSALS: Final = frozenset({Intent.STOP, Intent.DENY})
_ANY_WORDS: Final = frozenset({"what", "fact", "code"})
"""Slots whose answer may be any words, those of other wishes too."""


def leaves(plain: Reading, text: str, asked: str) -> bool:
    """Tell whether a message is no answer to the question that is open, but about something else."""
    if plain.confidence < PLAIN or plain.missing():
        return False
    if plain.intent in REFUSALS or plain.intent is Intent.HELP:
        return True
    if asked in _ANY_WORDS:  # "find my keys" is something to be reminded of; a question is not
        return plain.intent in BETWEEN and text.rstrip().endswith("?")
    return plain.intent in BETWEEN or (asked == "when" and plain.intent is Intent.SET_REMINDER)


def is_unclear(reading: Reading, plain: Reading | None, *, least: float) -> bool:
    """Tell whether a reading is doubtful, or names a time that can be read in two ways.

    Args:
        reading: what Rasa makes of the message.
        plain: what the rule parser makes of it; where one of its whole patterns fits, it is seldom wrong.
        least: confidence below which a reading of Rasa is doubtful.
    """
    ambiguous = reading.intent is Intent.SET_REMINDER and any(
        time.value is None and time.candidates for time in reading.times
    )
    contradicted = plain is not None and plain.confidence >= PLAIN and plain.intent is not reading.intent
    # The order of its words tells a statement from a question, a search needs something to look for, and who says
    # both a matter and a time from now wants to be reminded.
    misread = plain is not None and (
        (plain.intent is Intent.REMEMBER_FACT and reading.intent in _ASKS)
        or (reading.intent is Intent.FIND_FILES and not reading.slots and "question" in plain.slots)
        or (plain.intent is Intent.SET_REMINDER and reading.intent is not plain.intent and not plain.missing())
    )
    # Work that is stopped is lost, so nothing that may be mere noise stops it.
    rash = plain is not None and reading.intent is Intent.STOP and plain.intent is Intent.OUT_OF_SCOPE
    return ambiguous or contradicted or misread or rash or reading.confidence < least


def is_plain(plain: Reading) -> bool:
    """Tell whether the rule parser has a reading where Rasa has none: a whole pattern, or a question to look up."""
    return plain.confidence >= PLAIN or "question" in plain.slots


def exact(turn: Turn, plain: Reading) -> Turn:
    """Return a turn with the rule parser's slots where it has read the same, and a whole pattern fits.

    A learned model labels words; where a request ends and its time begins, a pattern knows better.
    """
    if len(turn.readings) != 1 or turn.readings[0].intent is not plain.intent:
        return turn
    only = turn.readings[0]
    if plain.intent is Intent.OPEN_GOAL:
        question = {"question": plain.slots["question"]} if "question" in plain.slots else {}
        return turn.model_copy(update={"readings": (only.model_copy(update={"slots": {**only.slots, **question}}),)})
    if plain.confidence < PLAIN or plain.missing():
        return turn
    return turn.model_copy(update={"readings": (only.model_copy(update={"slots": plain.slots, "times": plain.times}),)})


def named(turn: Turn, plain: Reading) -> Turn:
    """Return a turn in which something is merely said with the intent that was answered, where that is plain."""
    if turn.readings or turn.intent is not None or plain.confidence < PLAIN:
        return turn
    return turn.model_copy(update={"intent": plain.intent})


def complete(text: str, turn: Turn) -> str:
    """Return a sentence that says all that a form has gathered, for the rule parser to take over."""
    for reading in turn.readings:
        what, when = reading.slots.get("what"), reading.slots.get("when")
        if reading.intent is Intent.SET_REMINDER and what and when and (what not in text or when not in text):
            return f"remind me {when} to {what}"
    return text
