"""From readings to a goal: the same in the ontology's words, for the planner."""

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from nlu.readings import Reading
from ontology.assistant import Goal, TimeSpan, Wish


def goal_of(
    goal_id: str, person: str, text: str, readings: Sequence[Reading], *, now: datetime, zone: ZoneInfo
) -> Goal:
    """Return the goal that a message comes to.

    Args:
        goal_id: what to call it.
        person: the person's bare JID.
        text: the whole message.
        readings: what it wishes for, in order; at least one.
        now: when it was said.
        zone: the person's time zone.
    """
    return Goal(
        id=goal_id,
        person=person,
        text=text or readings[0].text,
        wishes=tuple(
            Wish(
                intent=reading.intent.value,
                text=reading.text,
                slots=dict(reading.slots),
                times=tuple(
                    TimeSpan(text=time.text, value=time.value, to=time.to, rrule=time.rrule) for time in reading.times
                ),
            )
            for reading in readings
        ),
        now=now,
        zone=zone.key,
    )
