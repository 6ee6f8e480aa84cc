"""From a goal to a plan: one step for each wish, in the order said."""

import re

from ontology.assistant.goals import Goal, Plan
from planning.dependencies import join, step_for
from planning.templates.registry import action_for

_DONE = (
    r"(?:once|when|as soon as) (?:that|this|it|you)(?:['\u2019](?:s|re)| is| are| has been)? "
    r"(?:done|ready|finished)"
)
_SEQUENCE = rf"(?:then|after (?:that|this|which)|afterwards?|finally|followed by|next(?=,)|{_DONE})\b"
_BETWEEN = re.compile(rf"\b{_SEQUENCE}", re.IGNORECASE)
_AT_THE_START = re.compile(rf"\W*(?:and\s+)?{_SEQUENCE}", re.IGNORECASE)
_OF_ANOTHER = re.compile(
    r"\b(?:the|that|this|its) (?:result|answer|sum|output|outcome)\b|\bwhat (?:you|it) (?:finds?|found|gives?)\b",
    re.IGNORECASE,
)


def make_plan(goal: Goal) -> Plan:
    """Return the plan for a goal, made by templates alone.

    Each wish becomes one step. Steps run side by side unless the person says "then" or the like, a wish
    speaks of the result of the one before, or one step reads what another changes (a fact that is to be
    remembered is there before it is asked for).

    Raises:
        ImpossibleWish: a wish cannot become an action; the text tells the person why.
    """
    groups = [(step_for(number, action_for(wish, goal)),) for number, wish in enumerate(goal.wishes, 1)]
    return Plan(goal=goal, steps=join(groups, follows=following(goal)))


def following(goal: Goal) -> frozenset[tuple[int, int]]:
    """Return pairs (earlier, later) of positions of wishes that the person's words put in order."""
    whole = goal.text.casefold()
    pairs = []
    behind = 0
    for number, wish in enumerate(goal.wishes):
        clause = wish.text.casefold().strip()
        start = whole.find(clause, behind)
        gap = whole[behind:start] if start >= 0 else ""
        said = _BETWEEN.search(gap) or _AT_THE_START.match(clause) or _OF_ANOTHER.search(clause)
        if number and said:
            pairs.append((number - 1, number))
        if start >= 0:
            behind = start + len(clause)
    return frozenset(pairs)
