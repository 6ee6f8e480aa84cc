from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.clauses import split_clauses
from nlu.readings import Reading
from nlu.rules import RuleReader
from tests.nlu.support import BERLIN, NOW, table

READER = RuleReader()
CASES: list[dict[str, Any]] = table("clauses.yaml")["cases"]


def _read(text: str) -> Reading:
    return READER.read_sync(text, now=NOW, zone=BERLIN)


def test_there_are_many_cases() -> None:
    assert len(CASES) >= 25


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["say"][:60])
def test_table(case: dict[str, Any]) -> None:
    assert list(split_clauses(case["say"], _read)) == case.get("parts", [case["say"]])


def test_a_long_text_is_no_list_of_wishes() -> None:
    text = "find my notes and " * 200
    assert split_clauses(text, _read) == (text,)


def test_reading_is_bounded() -> None:
    count = 0

    def read(text: str) -> Reading:
        nonlocal count
        count += 1
        return _read(text)

    split_clauses("and, " * 390, read)
    assert count < 60


@given(st.lists(st.sampled_from(["remind me", "and", "then", ",", ". ", "find my notes", '"', "`", "2+2", "x", "\n"])))
@settings(max_examples=50, deadline=None)
def test_no_wish_is_lost(words: list[str]) -> None:
    text = " ".join(words)
    parts = split_clauses(text, _read)
    assert parts
    assert all(part in text for part in parts)
