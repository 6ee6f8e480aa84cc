"""Dates that do not exist are found, and no others."""

import calendar
from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.errors import ImpossibleWish
from planning.templates.dates import MONTHS, check

FORMS = ("{day} {name}{year}", "the {day}th of {name}{year}", "{name} {day}{year}", "{short} {day}, at 9", "{iso}")


@given(st.dates(date(1000, 1, 1), date(9999, 12, 31)), st.sampled_from(FORMS), st.booleans())
def test_every_real_date_passes(day: date, form: str, with_year: bool) -> None:
    name = MONTHS[day.month - 1]
    year = f" {day.year}" if with_year else ""
    check(form.format(day=day.day, name=name, short=name[:3], year=year, iso=day.isoformat()))


@given(st.integers(1, 12), st.integers(1000, 9999), st.integers(0, 99), st.sampled_from(FORMS[:3]))
def test_every_other_date_is_refused(month: int, year: int, day: int, form: str) -> None:
    text = form.format(day=day, name=MONTHS[month - 1].upper(), year=f" {year}")
    if 1 <= day <= calendar.monthrange(year, month)[1]:
        check(text)
    else:
        with pytest.raises(ImpossibleWish, match=f"There is no {day} {MONTHS[month - 1]} {year}"):
            check(text)


@pytest.mark.parametrize(
    "text",
    ["", "in 45 minutes", "may I", "december 2026", "march 5:30", "at 23:59", "24:00", "3 marches", "40 decimals"],
)
def test_what_is_no_date_passes(text: str) -> None:
    check(text)


@given(st.text(max_size=200))
def test_no_text_breaks_it(text: str) -> None:
    with suppress(ImpossibleWish):
        check(text)
