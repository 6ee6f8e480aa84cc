"""``plan``: the plan that would be run for a text, without running it."""

import argparse
import asyncio
from uuid import uuid4

from launching.clients import Home
from launching.commands.understand import moment, zone_named
from launching.console import add_data, add_json, print_json
from launching.errors import LaunchError
from nlu.goals import goal_of
from ontology.assistant import Goal, MakePlan, Plan

HELP = "show the plan that would be run, without running it"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("text", nargs="+", help="what is wanted")
    parser.add_argument("--now", metavar="ISO8601", help="when it is said (default: now)")
    parser.add_argument("--zone", metavar="IANA", help="time zone of the person (default: this machine's)")
    add_data(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the plan."""
    home = Home(arguments.data)
    plan = asyncio.run(_plan(home, " ".join(arguments.text), arguments.now, arguments.zone))
    if arguments.json:
        print_json(plan_object(plan))
        return 0
    print(plan.goal.text)
    for step in plan.steps:
        after = f" (after {', '.join(step.after)})" if step.after else ""
        print(f"  {step.id}: {step.action.wire_name}{after}")
        for name, value in step.action.model_dump(mode="json", exclude_none=True).items():
            print(f"      {name}: {value}")
    return 0


def plan_object(plan: Plan) -> dict[str, object]:
    """Return what ``--json`` prints of a plan."""
    return {
        "goal": plan.goal.text,
        "steps": [
            {
                "id": step.id,
                "action": step.action.wire_name,
                "arguments": step.action.model_dump(mode="json", exclude_none=True),
                "after": list(step.after),
                "effects": [effect.value for effect in step.effects],
            }
            for step in plan.steps
        ],
    }


async def _plan(home: Home, text: str, now: str | None, zone_name: str | None) -> Plan:
    goal = await _goal(home, text, now, zone_name)
    if home.is_running:
        plan = await home.ask(MakePlan(goal=goal), timeout=60)
        if not isinstance(plan, Plan):
            raise LaunchError("The planner gave no plan.")
        return plan
    from planning.planner import Planner

    return await Planner().plan(goal)


async def _goal(home: Home, text: str, now: str | None, zone_name: str | None) -> Goal:
    zone = zone_named(zone_name)
    instant = moment(now, zone)
    from nlu.understanding import Understanding  # late: every command's module is loaded for every command

    understanding = Understanding.for_reading(home.configuration.nlu, folder=home.folder.root / "nlu")
    try:
        await understanding.start()
        readings = await understanding.readings(text, now=instant, zone=zone)
    finally:
        await understanding.stop()
    person = f"{home.configuration.user}@{home.configuration.xmpp.domain}"
    return goal_of(uuid4().hex, person, text, readings, now=instant, zone=zone)
