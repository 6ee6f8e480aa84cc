"""Goals and plans: what a person wants, the steps to it, and what became of them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from pydantic import Field, SerializeAsAny

from ontology.content import AgentAction, Concept, Effect, Element


class TimeSpan(Concept):
    """A time that the person spoke of: a point, an interval (``to`` is its exclusive end) or a recurrence."""

    text: str
    value: datetime | None = None
    to: datetime | None = None
    rrule: str | None = None


class Wish(Concept):
    """One thing that a person asks for, as understanding read it: an intent with its slots."""

    intent: str
    text: str
    slots: Mapping[str, str] = Field(default_factory=dict)
    times: tuple[TimeSpan, ...] = ()


class Goal(Concept):
    """What a person wants: the wishes of one message, in order.

    ``id`` is also the idempotency key of what is done for it, ``now`` and ``zone`` are the person's time.
    """

    id: str
    person: str = Field(description="bare JID")
    text: str
    wishes: tuple[Wish, ...] = Field(min_length=1)
    now: datetime
    zone: str


class PlanStep(Concept):
    """One step: an action, the steps that must be done before it, and what it does outside."""

    id: str
    action: SerializeAsAny[AgentAction]
    after: tuple[str, ...] = ()
    effects: tuple[Effect, ...] = ()


class Plan(Concept):
    """The steps to a goal."""

    goal: Goal
    steps: tuple[PlanStep, ...] = ()


class StepReport(Concept):
    """What became of one step. ``problem`` is a sentence for the person where it was not done."""

    id: str
    action: SerializeAsAny[AgentAction]
    state: Literal["done", "failed", "skipped"]
    agent: str | None = None
    bids: int = Field(default=0, description="how many offers there were")
    seconds: float = 0
    value: SerializeAsAny[Element] | None = None
    problem: str | None = None


class GoalReport(Concept):
    """What became of a goal."""

    goal: str
    steps: tuple[StepReport, ...] = ()


class AchieveGoal(AgentAction):
    """Reach a goal: plan it, have its steps done, and report."""

    goal: Goal


class MakePlan(AgentAction):
    """Plan a goal without doing anything of it."""

    goal: Goal


class ListGoals(AgentAction):
    """Say what is being worked on for a person."""

    person: str


class CancelGoals(AgentAction):
    """Stop what is being worked on for a person."""

    person: str


class RunningGoals(Concept):
    """Goals that are being worked on, or that were stopped just now: the person's words for each."""

    texts: tuple[str, ...] = ()
