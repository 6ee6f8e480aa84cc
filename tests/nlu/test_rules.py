from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlu.readings import SLOTS, Intent
from nlu.rule_slots import is_expression, looks_like_code
from nlu.rule_templates import TemplateError, Templates
from nlu.rules import RuleReader
from tests.nlu.support import BERLIN, NOW, table

READER = RuleReader()
CASES: list[dict[str, Any]] = table("rules.yaml")["cases"]


def test_there_are_many_cases_of_every_intent() -> None:
    assert len(CASES) >= 120
    assert {case["intent"] for case in CASES} == {str(intent) for intent in Intent}


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["say"][:60])
def test_table(case: dict[str, Any]) -> None:
    reading = READER.read_sync(case["say"], now=NOW, zone=BERLIN)
    assert (str(reading.intent), dict(reading.slots)) == (case["intent"], case.get("slots", {}))
    assert case.get("sure", 0.0) <= reading.confidence <= case.get("most", 1.0)
    if "when" in case:
        first = reading.times[0].value
        assert (first.isoformat() if first else None) == case["when"]
    assert reading.source == "rules"
    assert reading.text == case["say"]
    assert set(reading.slots) <= set(SLOTS.get(reading.intent, ()))


@pytest.mark.parametrize("case", [case for case in CASES if case.get("sure") == 0.9 and "```" not in case["say"]][::3])
def test_politeness_and_case_change_nothing(case: dict[str, Any]) -> None:
    said = case["say"].rstrip(" .?!")
    if case["intent"] in {"affirm", "deny", "greet", "thank", "goodbye", "help", "stop"}:
        return
    for text in (f"hi Parley, could you please {said}?", f"{said}, please!", f"  {said.upper()}  "):
        assert str(READER.read_sync(text, now=NOW, zone=BERLIN).intent) == case["intent"], text


def test_alternatives_are_other_intents_less_certain() -> None:
    reading = READER.read_sync("find my notes on the budget", now=NOW, zone=BERLIN)
    assert Intent.ASK_DOCUMENTS in {other.intent for other in reading.alternatives}
    assert all(other.confidence <= reading.confidence for other in reading.alternatives)
    assert reading.intent not in {other.intent for other in reading.alternatives}


async def test_read_is_read_sync_in_a_thread() -> None:
    await READER.load()
    reading = await READER.read("remind me at 5 to call Ann", now=NOW, zone=BERLIN)
    assert reading == READER.read_sync("remind me at 5 to call Ann", now=NOW, zone=BERLIN)


@given(
    st.one_of(
        st.text(max_size=300),
        st.lists(
            st.sampled_from(
                [
                    "remind",
                    "me",
                    "to",
                    "at",
                    "5",
                    "find",
                    "my",
                    "files",
                    "what",
                    "is",
                    "on",
                    "screen",
                    "run",
                    "print(",
                    ")",
                    "```",
                    "https://x.y",
                    "and",
                    ",",
                    ".",
                    "?",
                    "\n",
                    "please",
                    "hello",
                    "remember",
                    "that",
                    "cancel",
                    "1",
                    "+",
                    "(",
                    "<",
                    ">",
                    "&",
                    "\x00",
                    "\x1b",
                    "é",
                    "🎉",
                    "�",
                    "the",
                    "of",
                    "notes",
                    "in",
                    "about",
                    "last",
                    "week",
                ]
            ),
            max_size=40,
        ).map(" ".join),
    )
)
@settings(max_examples=200, deadline=None)
def test_any_text_is_safe(text: str) -> None:
    reading = READER.read_sync(text, now=NOW, zone=BERLIN)
    assert 0 <= reading.confidence <= 1
    assert reading.text == text


@pytest.mark.parametrize(
    "piece",
    [
        "remind me to ",
        " ",
        ", ",
        "at 5 ",
        "please ",
        "hello ",
        "what is my ",
        "((",
        "1+",
        "```",
        "<x>",
        "🎉",
        "\x00",
        "and ",
    ],
)
@pytest.mark.timeout(30)
def test_long_texts_are_read_to_their_end(piece: str) -> None:
    text = (piece * 10_000)[:10_000]
    for long in (text, f"remind me to {text}", f"find files {text}"):
        assert READER.read_sync(long, now=NOW, zone=BERLIN).text == long


@pytest.mark.parametrize("text", ["", " ", "\n\n", "!!!", "\x00", "...", "🎉", "<message/>", "'; DROP TABLE x; --"])
def test_nothing_in_it_is_out_of_scope(text: str) -> None:
    reading = READER.read_sync(text, now=NOW, zone=BERLIN)
    assert reading.intent is Intent.OUT_OF_SCOPE
    assert reading.confidence < 0.5


def test_code_keeps_its_lines() -> None:
    reading = READER.read_sync("run this:\n```python\nfor i in [1]:\n    print(i)\n```", now=NOW, zone=BERLIN)
    assert reading.slots["code"] == "for i in [1]:\n    print(i)"
    reading = READER.read_sync("run x = 1\nprint(x)", now=NOW, zone=BERLIN)
    assert reading.slots["code"] == "x = 1\nprint(x)"


@pytest.mark.parametrize(
    "text", ["2+2", "17% of 2340", "(1+2)*3", "2 ** 10", "half of 80", "5!", "three plus four", "2^8"]
)
def test_expressions(text: str) -> None:
    assert is_expression(text)


@pytest.mark.parametrize("text", ["5", "2027-01-05", "555-1234", "my age plus 2", "Q3 budget", "and", "", "+" * 2000])
def test_no_expressions(text: str) -> None:
    assert not is_expression(text)


def test_code_is_told_from_sentences() -> None:
    assert looks_like_code("print(1)")
    assert looks_like_code("x = 1")
    assert looks_like_code("import os")
    assert not looks_like_code("a backup")
    assert not looks_like_code("away from here")


@pytest.mark.parametrize("template", ["<unknown> x", "{x:unknown}", "(a", "a]"])
def test_wrong_templates_are_refused(template: str) -> None:
    with pytest.raises(TemplateError):
        Templates(macros={}).compile(template)
