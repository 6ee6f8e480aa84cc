"""The order of a plan's steps, which wait for one another by ``PlanStep.after``."""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet

from ontology.assistant.goals import PlanStep
from planning.errors import MalformedPlan


def order(steps: Sequence[PlanStep]) -> tuple[PlanStep, ...]:
    """Return the steps so that each stands behind those it waits for; otherwise as they were given.

    Raises:
        MalformedPlan: two steps have the same id, a step waits for one that is not there, or steps wait for
            one another in a circle.
    """
    ids = [step.id for step in steps]
    for step in steps:
        if ids.count(step.id) > 1:
            raise MalformedPlan(f"Two steps of the plan are called {step.id}.")
        for other in step.after:
            if other not in ids:
                raise MalformedPlan(f"Step {step.id} waits for {other}, which is no step of the plan.")
    ordered: list[PlanStep] = []
    placed: set[str] = set()
    waiting = list(steps)
    while waiting:
        following = next((step for step in waiting if placed.issuperset(step.after)), None)
        if following is None:
            names = ", ".join(step.id for step in waiting)
            raise MalformedPlan(f"Steps of the plan wait for one another: {names}.")
        waiting.remove(following)
        placed.add(following.id)
        ordered.append(following)
    return tuple(ordered)


def check(steps: Sequence[PlanStep]) -> None:
    """Check that the steps can be done in some order.

    Raises:
        MalformedPlan: as :func:`order`.
    """
    order(steps)


def ready(
    steps: Sequence[PlanStep], done: AbstractSet[str], *, begun: AbstractSet[str] = frozenset()
) -> tuple[PlanStep, ...]:
    """Return the steps that can begin now.

    Args:
        steps: the plan's steps.
        done: ids of the steps that are done.
        begun: ids of steps that are under way or have ended otherwise; they are not returned.
    """
    return tuple(step for step in steps if step.id not in done and step.id not in begun and done >= set(step.after))


def dependants(steps: Sequence[PlanStep], step_id: str) -> frozenset[str]:
    """Return the ids of all steps that wait, directly or not, for ``step_id``: what its failure stops."""
    found: set[str] = set()
    frontier = {step_id}
    while frontier:
        frontier = {step.id for step in steps if step.id not in found and not frontier.isdisjoint(step.after)}
        found |= frontier
    return frozenset(found)
