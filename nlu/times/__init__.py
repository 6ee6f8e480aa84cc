"""Expressions of time: a grammar as data, and what it finds in a text.

``en.yaml`` holds the grammar, ``grammar`` the engine that matches it, ``builders`` what its rules build.
Meanings (``days``, ``moments``, ``spans``, ``repeats``) say what an expression means before it is known when
it is said; ``finder`` finds them in a text and resolves them. Two guesses are never made in silence: which
half of the day "at 5" is in (both are in ``candidates``; ``moments`` has the rules by which one becomes the
value), and what to make of a date that does not exist (:func:`is_impossible`). Wall times that summer time
skips or repeats are treated as ``base.on_clock`` says.
"""

from nlu.times.fill import REMINDER_CLOCK, fill_times
from nlu.times.finder import Facing, Found, find, find_times, is_impossible, is_only_time

__all__ = [
    "REMINDER_CLOCK",
    "Facing",
    "Found",
    "fill_times",
    "find",
    "find_times",
    "is_impossible",
    "is_only_time",
]
