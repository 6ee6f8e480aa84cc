from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from bench.eval_tasks.checking import answer_problem, gone_problem, reminders_problem, text_fits
from bench.eval_tasks.tasks import Expected
from ontology.assistant import Reminder

SAID = datetime(2026, 11, 20, 14, 3, 55, tzinfo=ZoneInfo("Europe/Berlin"))


@pytest.mark.parametrize(
    ("has", "one_of", "lacks", "clock", "problem"),
    [
        (["mia"], [], [], None, None),
        (["Mia", "Ben"], [], [], None, "the answer does not have 'Ben'"),
        ([], ["nothing", "Mia"], [], None, None),
        ([], ["nothing"], [], None, "the answer has none of 'nothing'"),
        ([], [], ["MIA"], None, "the answer has 'MIA'"),
        ([], [], [], "Europe/Berlin", None),
        ([], [], [], "Asia/Tokyo", "the answer does not have the time in Asia/Tokyo"),
    ],
)
def test_answers(has: list[str], one_of: list[str], lacks: list[str], clock: str | None, problem: str | None) -> None:
    text = "Your sister's  name is Mia; it is 14:03."
    assert answer_problem(text, has=has, one_of=one_of, lacks=lacks, clock=clock, now=SAID) == problem


def test_a_text_may_have_a_word_or_two_more() -> None:
    assert text_fits("to call John please", ["call john"])
    assert not text_fits("call John and find my notes on it", ["call John"])
    assert not text_fits("call Ann", ["call John"])


def reminder(text: str, due: datetime, rrule: str | None = None) -> Reminder:
    return Reminder(id="1", text=text, due=due, zone="Europe/Berlin", rrule=rrule, said="")


TOMORROW = SAID.replace(hour=9, minute=0, second=0) + timedelta(days=1)
CALL = Expected(text=("call John",), at=("+1d 09:00",))
DAILY = Expected(text=("vitamins",), clock="08:00", rule="FREQ=DAILY")


@pytest.mark.parametrize(
    ("found", "expected", "problem"),
    [
        ([], [], None),
        ([reminder("call John", TOMORROW)], [CALL], None),
        ([reminder("call John", TOMORROW + timedelta(hours=1))], [CALL], "no reminder 'call John'"),
        ([reminder("call John", TOMORROW, "FREQ=DAILY")], [CALL], "no reminder 'call John'"),
        ([reminder("call John", TOMORROW), reminder("x", TOMORROW)], [CALL], "there is also a reminder 'x'"),
        ([reminder("vitamins", TOMORROW.replace(hour=8), "FREQ=DAILY")], [DAILY], None),
        ([reminder("vitamins", TOMORROW.replace(hour=8), "FREQ=WEEKLY")], [DAILY], "no reminder 'vitamins'"),
        ([reminder("vitamins", TOMORROW.replace(hour=8))], [DAILY], "no reminder 'vitamins'"),
    ],
)
def test_reminders(found: list[Reminder], expected: list[Expected], problem: str | None) -> None:
    said = reminders_problem(found, expected, said=SAID)
    assert said is None if problem is None else said is not None and said.startswith(problem)


def test_what_is_gone(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "memories.db").write_bytes(b"\x00Quibble\x00")
    assert gone_problem("nothing", tmp_path) is None
    assert gone_problem("quibble", tmp_path) == "memories.db still holds 'quibble'"
