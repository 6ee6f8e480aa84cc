"""What must hold of an action whoever planned it."""

from datetime import datetime

import pytest

from ontology.assistant import FindFiles, ReadPage, SetReminder, TellTime
from ontology.content import AgentAction
from planning.checks import check_action
from planning.errors import ImpossibleWish
from tests.planning.goals import PERSON, at, goal, wish

GOAL = goal(wish("open_goal", "x"))


def reminder(due: datetime, rrule: str | None = None) -> SetReminder:
    return SetReminder(owner=PERSON, text="x", due=due, zone="Europe/Berlin", rrule=rrule)


@pytest.mark.parametrize(
    "action",
    [
        TellTime(zone="UTC"),
        ReadPage(owner=PERSON, url="https://example.org/a"),
        FindFiles(owner=PERSON, changed_after=at("2026-01-01")),
        reminder(at("2026-11-20T12:00")),
        reminder(at("2026-11-19T12:00"), "FREQ=DAILY"),
        reminder(at("2026-11-20T12:00"), "RRULE:FREQ=WEEKLY;BYDAY=MO,+1TU;UNTIL=20270101T000000Z"),
    ],
)
def test_what_makes_sense_passes(action: AgentAction) -> None:
    check_action(action, GOAL)


@pytest.mark.parametrize(
    ("action", "problem"),
    [
        (reminder(datetime(2026, 11, 21, 9)), "The time in due must say its offset"),  # noqa: DTZ001
        (FindFiles(owner=PERSON, changed_after=datetime(2026, 1, 1)), "The time in changed_after"),  # noqa: DTZ001
        (reminder(at("2026-11-20T11:59")), "is past"),
        (reminder(at("2026-11-21T09:00"), "FREQ=SECONDLY"), "not one of RFC 5545"),
        (reminder(at("2026-11-21T09:00"), "every day"), "not one of RFC 5545"),
        (reminder(at("2026-11-21T09:00"), "FREQ=DAILY;BYDAY=" + "MO," * 100), "not one of RFC 5545"),
        (ReadPage(owner=PERSON, url="file:///etc/passwd"), "web pages only"),
        (ReadPage(owner=PERSON, url="https:///x"), "web pages only"),
    ],
)
def test_what_makes_no_sense_is_refused(action: AgentAction, problem: str) -> None:
    with pytest.raises(ImpossibleWish, match=problem):
        check_action(action, GOAL)
