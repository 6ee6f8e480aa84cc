from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from nlu.corrections import corrected
from nlu.readings import Intent, Reading
from nlu.rules import RuleReader
from nlu.settings import NluSettings
from nlu.understanding import Understanding
from ontology.assistant import Reminder
from tests.nlu.support import BERLIN, NOW, table

CASES: list[dict[str, Any]] = table("corrections.yaml")["cases"]
READER = RuleReader()


def reminder(text: str, *, at: str = "10:00", rrule: str | None = None) -> Reminder:
    hour, minute = map(int, at.split(":"))
    due = (NOW + timedelta(days=1)).replace(hour=hour, minute=minute)
    return Reminder(id="r1", text=text, due=due, zone=BERLIN.key, said=f"tomorrow at {at}", rrule=rrule)


def correct(text: str, last: Reminder) -> Reading | None:
    return corrected(text, last, reader=READER, now=NOW, zone=BERLIN)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["say"])
def test_table(case: dict[str, Any]) -> None:
    found = correct(case["say"], reminder(case["set"], at=case.get("at", "10:00")))
    if "is" not in case:
        assert found is None
        return
    assert found is not None
    assert (found.intent, found.slots["what"], found.slots["instead_of"]) == (Intent.SET_REMINDER, case["is"], "r1")
    assert found.times[0].value == datetime.fromisoformat(case["due"])
    assert (found.times[0].rrule or "").startswith(case.get("rule", ""))
    assert not found.missing()


def test_a_time_that_has_gone_by_on_that_day_is_the_next_one() -> None:
    last = reminder("stretch").model_copy(update={"due": NOW + timedelta(minutes=30)})
    found = correct("no, at 9 am", last)
    assert found is not None
    assert found.times[0].value == (NOW + timedelta(days=1)).replace(hour=9)


def test_what_recurs_goes_on_recurring_at_another_time() -> None:
    for rule in ("FREQ=DAILY", "FREQ=DAILY;BYHOUR=10;BYMINUTE=0;BYSECOND=0"):
        for said in ("no, at 8", "two hours earlier"):
            found = correct(said, reminder("take my pills", rrule=rule))
            assert found is not None
            assert found.times[0].rrule == "FREQ=DAILY"
            assert found.times[0].value == (NOW + timedelta(days=1)).replace(hour=8)


def test_a_day_does_not_end_what_recurs() -> None:
    assert correct("actually on Friday", reminder("take my pills", rrule="FREQ=DAILY")) is None


async def test_only_what_was_set_can_be_corrected_and_no_question_is_cut_short(tmp_path: Path) -> None:
    understanding = Understanding(NluSettings(), folder=tmp_path, use_rasa=False)
    last = reminder("meet Kate")

    async def say(text: str, known: Reminder | None) -> tuple[list[dict[str, str]], bool]:
        turn = await understanding.turn("ann@x", text, now=NOW, zone=BERLIN, last=known)
        return [dict(reading.slots) for reading in turn.readings if reading.slots], turn.asking

    assert await say("no, at 11", None) == ([], False)
    assert await say("no, at 11", last) == ([{"what": "meet Kate", "when": "at 11", "instead_of": "r1"}], False)
    assert await say("remind me to sing", last) == ([], True)
    assert await say("no, at 11", last) == ([{"what": "sing", "when": "at 11"}], False)
