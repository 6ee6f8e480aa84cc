"""What must hold of an action whoever planned it: times to come, rules that are rules, addresses of the web."""

import re
from datetime import datetime

from ontology.assistant.actions import ReadPage, SetReminder
from ontology.assistant.goals import Goal
from ontology.content import AgentAction
from planning.errors import ImpossibleWish

_RRULE = re.compile(r"(?:RRULE:)?FREQ=(?:YEARLY|MONTHLY|WEEKLY|DAILY|HOURLY|MINUTELY)(?:;[A-Z]+=[A-Z0-9,+:-]+){0,9}")
_LONGEST_RRULE = 200


def check_action(action: AgentAction, goal: Goal) -> None:
    """Check that an action makes sense for a goal.

    Raises:
        ImpossibleWish: it does not; the text says why.
    """
    for slot in type(action).model_fields:
        value = getattr(action, slot)
        if isinstance(value, datetime) and value.tzinfo is None:
            raise ImpossibleWish(f"The time in {slot} must say its offset, as in 2026-03-02T09:00:00+01:00.")
    if isinstance(action, SetReminder):
        _check_reminder(action, goal)
    elif isinstance(action, ReadPage) and not re.match(r"https?://[^\s/]", action.url, re.IGNORECASE):
        raise ImpossibleWish("I read web pages only: the address must begin with http:// or https://.")


def _check_reminder(action: SetReminder, goal: Goal) -> None:
    if action.rrule is None:
        if action.due < goal.now:
            raise ImpossibleWish(f"The time of the reminder is past: {action.due.isoformat()}.")
    elif len(action.rrule) > _LONGEST_RRULE or not _RRULE.fullmatch(action.rrule):
        raise ImpossibleWish("The rule of the reminder is not one of RFC 5545, like FREQ=WEEKLY;BYDAY=MO.")
