"""Dates and clock times that do not exist: 30 February, 25:00."""

import calendar
import re
from collections.abc import Iterator
from typing import Final

from planning.errors import ImpossibleWish

# Written out, because the calendar module speaks the language of the process's locale.
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_NUMBERS = {name.casefold(): number for number, name in enumerate(MONTHS, 1)}
_NUMBERS |= {name[:3]: number for name, number in _NUMBERS.items()} | {"sept": 9}
MONTH: Final = "(?P<month>" + "|".join(sorted(_NUMBERS, key=len, reverse=True)) + r")\b"
"""A regular expression for the name of a month, to be used without regard to case."""

_YEAR = r"(?:,?\s+(?P<year>\d{4})\b)?"
_DATES = (
    re.compile(rf"\b(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\s*(?:of\s+)?{MONTH}\.?{_YEAR}", re.IGNORECASE),
    re.compile(rf"\b{MONTH}\.?\s+(?:the\s+)?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\b(?!:){_YEAR}", re.IGNORECASE),
    re.compile(r"\b(?P<year>\d{4})-(?P<month>\d{1,2})-(?P<day>\d{1,2})\b"),
)
_CLOCK = re.compile(r"\b(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::\d{2})?\b")


def check(text: str) -> None:
    """Check that the dates and clock times in a text exist.

    Raises:
        ImpossibleWish: one does not; the sentence names it.
    """
    for day, month, year in _dates(text):
        if not 1 <= month <= 12 or year == 0:
            raise ImpossibleWish(f"There is no date {year}-{month}-{day}. Please name another day.")
        # 2024 is a leap year: without a year, 29 February is possible
        if not 1 <= day <= calendar.monthrange(year or 2024, month)[1]:
            name = f"{day} {MONTHS[month - 1]}" + (f" {year}" if year else "")
            raise ImpossibleWish(f"There is no {name}. Please name another day.")
    for match in _CLOCK.finditer(text):
        if int(match["hour"]) > 24 or int(match["minute"]) > 59:
            raise ImpossibleWish(f"There is no {match[0]} on the clock. Please name another time.")


def _dates(text: str) -> Iterator[tuple[int, int, int | None]]:
    for pattern in _DATES:
        for match in pattern.finditer(text):
            name = match["month"].casefold()
            month = int(name) if name.isdecimal() else _NUMBERS[name]
            yield int(match["day"]), month, int(match["year"]) if match["year"] else None
