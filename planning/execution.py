"""Running a plan: each step as soon as those it waits for are done, several side by side.

How a step is done is not known here: the planner agent has it bid for. What can't be done any more, because a step
before it failed, is skipped and said to be.
"""

import asyncio
from collections.abc import Awaitable, Callable

from ontology.assistant.goals import GoalReport, Plan, PlanStep, StepReport
from ontology.content import AgentAction
from planning.graph import check, dependants, ready
from planning.results import fill

DoStep = Callable[[PlanStep, AgentAction], Awaitable[StepReport]]
"""Does one step, whose action has the results of earlier steps filled in. It says in the report how it went, and
raises only when it is cancelled."""


async def run(plan: Plan, do: DoStep) -> GoalReport:
    """Run the steps of a plan and report on all of them, in the plan's order.

    Args:
        plan: what to run.
        do: does one step.

    Raises:
        MalformedPlan: the steps are no plan.
        asyncio.CancelledError: it was cancelled; the steps under way are cancelled as well.
    """
    check(plan.steps)
    reports: dict[str, StepReport] = {}
    running: dict[asyncio.Task[StepReport], PlanStep] = {}
    try:
        while len(reports) < len(plan.steps):
            done = {step_id for step_id, report in reports.items() if report.state == "done"}
            values = {step_id: reports[step_id].value for step_id in done}
            begun = set(reports) | {step.id for step in running.values()}
            for step in ready(plan.steps, done, begun=begun):
                running[
                    asyncio.ensure_future(
                        do(step, fill(step, {step_id: value for step_id, value in values.items() if value is not None}))
                    )
                ] = step
            ended, _ = await asyncio.wait(running, return_when=asyncio.FIRST_COMPLETED)
            for task in ended:
                step = running.pop(task)
                reports[step.id] = task.result()
                if reports[step.id].state != "done":
                    _skip_dependants(plan, step, reports)
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
    return GoalReport(goal=plan.goal.id, steps=tuple(reports[step.id] for step in plan.steps))


def _skip_dependants(plan: Plan, failed: PlanStep, reports: dict[str, StepReport]) -> None:
    waiting = dependants(plan.steps, failed.id)
    for step in plan.steps:
        if step.id in waiting and step.id not in reports:
            reports[step.id] = StepReport(
                id=step.id,
                action=step.action,
                state="skipped",
                problem="I left that out, because what had to come before it did not work.",
            )
