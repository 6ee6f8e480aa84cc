"""Plans by a language model, for goals that no template covers.

The model is shown the actions that someone offers, as JSON schemas made from the ontology, and answers with a
plan in JSON. Nothing of that answer is trusted: it is read into typed actions, slots that say whose things are
meant are filled in from the goal, and a plan that cannot be used goes back to the model with the reason, twice
at most.
"""

import json
from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, JsonValue, ValidationError

from ontology.assistant.goals import Goal, Plan, PlanStep
from ontology.content import AgentAction
from planning import graph
from planning.checks import check_action
from planning.dependencies import join
from planning.errors import ImpossibleWish, LlmInvalid, MalformedPlan
from planning.llm.model import LanguageModel, Message
from planning.llm.parsing import describe
from planning.prompts import examples, prompt
from planning.results import references, rename

MAX_STEPS = 12
REPAIRS = 2
_ECHO = 4000

_OURS: Mapping[str, str] = MappingProxyType({"owner": "person", "person": "person", "zone": "zone"})
"""Slots of actions that are filled in from the goal, and from which of its slots."""


class DraftStep(BaseModel):
    """One step as the model writes it."""

    model_config = ConfigDict(extra="ignore")

    id: str = Field(min_length=1, max_length=40, pattern=r"^[A-Za-z0-9_-]+$")
    action: str
    arguments: dict[str, JsonValue] = Field(default_factory=dict)
    after: list[str] = Field(default_factory=list)


class Draft(BaseModel):
    """A plan as the model writes it."""

    model_config = ConfigDict(extra="ignore")

    steps: list[DraftStep]


class LlmPlanner:
    """Plans goals with a language model.

    Args:
        model: the language model.
        max_tokens: tokens that a plan may have at most.
    """

    def __init__(self, model: LanguageModel, *, max_tokens: int = 2048) -> None:
        self._model = model
        self._max_tokens = max_tokens

    async def plan(self, goal: Goal, actions: Sequence[type[AgentAction]], *, first: int = 1) -> Plan:
        """Return a plan for a goal.

        Args:
            goal: what the person wants.
            actions: the actions that may be used: those that some agent offers.
            first: the number of the first step: they are called ``s<first>`` and on.

        Raises:
            LlmInvalid: the model gave no plan that can be used, also after it was told why.
            LlmUnavailable: the model does not answer.
            LlmRefused: the endpoint does not take the request.
        """
        if not actions:
            raise LlmInvalid("there are no actions to plan with.")
        known = {action.wire_name: action for action in actions}
        messages = _conversation(goal, known)
        left = REPAIRS
        while True:
            try:
                completion = await self._model.complete(messages, schema=Draft, max_tokens=self._max_tokens)
                if not isinstance(completion.value, Draft):
                    raise LlmInvalid("it is not the JSON object of a plan.", completion.text)
                return Plan(goal=goal, steps=_build(completion.value, goal, known, first, completion.text))
            except LlmInvalid as error:
                if not left:
                    raise
                left -= 1
                messages += (
                    Message(role="assistant", content=error.text[:_ECHO] or "(nothing)"),
                    Message(role="user", content=prompt("plan_repair", problem=error.problem)),
                )


def action_schema(action: type[AgentAction]) -> dict[str, Any]:
    """Return the JSON schema of the arguments that a model gives for an action."""
    schema: dict[str, Any] = action.model_json_schema()
    properties = {name: value for name, value in schema.get("properties", {}).items() if name not in _OURS}
    required = [name for name in schema.get("required", ()) if name in properties]
    shown = {"type": "object", "properties": _untitled(properties), "required": required}
    return shown | {"$defs": schema["$defs"]} if "$defs" in schema else shown


def _untitled(value: Any) -> Any:
    """Leave out the titles that pydantic adds: they only repeat the names."""
    if isinstance(value, dict):
        return {
            name: _untitled(item) for name, item in value.items() if not (name == "title" and isinstance(item, str))
        }
    return [_untitled(item) for item in value] if isinstance(value, list) else value


def _conversation(goal: Goal, known: Mapping[str, type[AgentAction]]) -> tuple[Message, ...]:
    shown = "\n\n".join(
        f"{name}: {' '.join((action.__doc__ or '').split())}\n{json.dumps(action_schema(action), ensure_ascii=False)}"
        for name, action in known.items()
    )
    shots = [
        message
        for example in examples("plan_examples")
        if example.actions <= known.keys()
        for message in (
            Message(role="user", content=prompt("plan_goal", now=example.now, goal=example.goal)),
            Message(role="assistant", content=example.plan),
        )
    ]
    now = f"{goal.now.isoformat(timespec='seconds')} ({goal.zone})"
    return (
        Message(role="system", content=prompt("plan", actions=shown, most=str(MAX_STEPS))),
        *shots,
        Message(role="user", content=prompt("plan_goal", now=now, goal=goal.text)),
    )


def _build(
    draft: Draft, goal: Goal, known: Mapping[str, type[AgentAction]], first: int, text: str
) -> tuple[PlanStep, ...]:
    """Return the steps of a draft, checked, ordered and numbered.

    Raises:
        LlmInvalid: they are no plan; all problems that were found are named at once.
    """
    if not 1 <= len(draft.steps) <= MAX_STEPS:
        raise LlmInvalid(f"it has {len(draft.steps)} steps; there must be 1 to {MAX_STEPS}.", text)
    steps: list[PlanStep] = []
    problems: list[str] = []
    for item in draft.steps:
        try:
            action = _action(item, goal, known)
            after = dict.fromkeys([*item.after, *sorted(references(action))])
            steps.append(PlanStep(id=item.id, action=action, after=tuple(after), effects=tuple(sorted(action.effects))))
        except (MalformedPlan, ImpossibleWish) as error:
            problems.append(f"step {item.id}: {error}")
    if problems:
        raise LlmInvalid(" ".join(problems), text)
    try:
        ordered = graph.order(steps)
    except MalformedPlan as error:
        raise LlmInvalid(str(error), text) from error
    names = {step.id: f"s{number}" for number, step in enumerate(ordered, first)}
    numbered = [
        PlanStep(
            id=names[step.id],
            action=rename(step.action, names),
            after=tuple(names[other] for other in step.after),
            effects=step.effects,
        )
        for step in ordered
    ]
    return join([(step,) for step in numbered])


def _action(item: DraftStep, goal: Goal, known: Mapping[str, type[AgentAction]]) -> AgentAction:
    cls = known.get(item.action)
    if cls is None:
        raise MalformedPlan(f"there is no action {item.action[:60]!r}.")
    theirs = {name: value for name, value in item.arguments.items() if name not in _OURS and value is not None}
    ours = {name: getattr(goal, source) for name, source in _OURS.items() if name in cls.model_fields}
    try:
        action = cls.model_validate({**theirs, **ours})
    except ValidationError as error:
        raise MalformedPlan(describe(error)) from error
    check_action(action, goal)
    return action
