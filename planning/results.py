"""Results of steps in the arguments of later ones.

Where an argument of a step holds ``{{s1}}``, the result of step ``s1`` stands in its place before the step is
announced. What a step found may come from a document, a page or the screen, and so may say anything. That is
why only arguments that are text for a person or a model may take a result, never a path, an address or code.
"""

import re
from collections.abc import Mapping
from functools import singledispatch
from types import MappingProxyType

from pydantic import ValidationError

from ontology.assistant.actions import AnswerQuestion, Calculate, Compose, SetReminder
from ontology.assistant.goals import PlanStep
from ontology.assistant.results import (
    Answer,
    Calculation,
    CodeOutcome,
    FactRemembered,
    FactsForgotten,
    FilesFound,
    Passages,
    Reminder,
    Reminders,
    ScreenText,
    Text,
)
from ontology.content import AgentAction, Element
from planning.errors import MalformedPlan

_REFERENCE = re.compile(r"\{\{\s*([A-Za-z0-9_-]{1,40})\s*\}\}")
_TAKES: Mapping[type[AgentAction], str] = MappingProxyType(
    {Compose: "instruction", SetReminder: "text", Calculate: "expression", AnswerQuestion: "question"}
)
_LONGEST_IN_TEXT = 6_000
_LONGEST_ELSEWHERE = 500


def references(action: AgentAction) -> frozenset[str]:
    """Return the ids of the steps whose results an action's arguments take.

    Raises:
        MalformedPlan: a result stands in an argument that may not take one.
    """
    found: set[str] = set()
    for slot in type(action).model_fields:
        value = getattr(action, slot)
        texts = value if isinstance(value, tuple) else (value,)
        names = [name for text in texts if isinstance(text, str) for name in _REFERENCE.findall(text)]
        if names and _TAKES.get(type(action)) != slot:
            raise MalformedPlan(f"The argument {slot} of {action.wire_name} must not hold the result of a step.")
        found.update(names)
    return frozenset(found)


def rename(action: AgentAction, names: Mapping[str, str]) -> AgentAction:
    """Return the action with the steps that its arguments refer to called by other ids."""
    slot = _TAKES.get(type(action))
    if slot is None:
        return action
    text = _REFERENCE.sub(lambda match: f"{{{{{names.get(match[1], match[1])}}}}}", getattr(action, slot))
    return action.model_copy(update={slot: text})


def fill(step: PlanStep, values: Mapping[str, Element]) -> AgentAction:
    """Return the action of a step with results in place of references.

    Args:
        step: the step; it can only refer to steps that it waits for.
        values: results by the ids of their steps. A step without one counts as having found nothing.

    Raises:
        MalformedPlan: the action cannot take the results, for example because they are too long for it.
    """
    action = step.action
    slot = _TAKES.get(type(action))
    if slot is None:
        return action

    def result(match: re.Match[str]) -> str:
        if match[1] not in step.after:
            return match[0]
        text = describe(values[match[1]]) if match[1] in values else "(nothing)"
        return _marked(text, match[1]) if isinstance(action, Compose) else " ".join(text.split())[:_LONGEST_ELSEWHERE]

    filled = _REFERENCE.sub(result, getattr(action, slot))
    if filled == getattr(action, slot):
        return action
    try:
        return type(action).model_validate({**dict(action), slot: filled})
    except ValidationError as error:
        raise MalformedPlan(f"What was found before does not fit into the next step, {action.wire_name}.") from error


def _marked(text: str, step_id: str) -> str:
    """Mark a result as such for the model; what looks like the end mark inside it is taken out."""
    inside = re.sub(r"</?\s*result\b[^>]*>", "", text[:_LONGEST_IN_TEXT], flags=re.IGNORECASE)
    return f'<result of="{step_id}">\n{inside}\n</result>'


@singledispatch
def describe(value: Element) -> str:
    """Return a result in words, for use in another step."""
    return value.model_dump_json(exclude_none=True)


@describe.register(Answer)
@describe.register(Text)
def _(value: Answer | Text) -> str:
    sources = ", ".join(source.title for source in value.sources)
    return f"{value.text} ({sources})" if sources else value.text


@describe.register
def _(value: Calculation) -> str:
    return value.value


@describe.register
def _(value: CodeOutcome) -> str:
    return value.stdout or value.problem or value.stderr


@describe.register
def _(value: ScreenText) -> str:
    return f"{value.description}\n{value.text}"


@describe.register
def _(value: FilesFound) -> str:
    return "\n".join(file.path for file in value.items) or "no files"


@describe.register
def _(value: Passages) -> str:
    return "\n\n".join(f"{passage.title}: {passage.text}" for passage in value.items) or "no passages"


@describe.register
def _(value: Reminder) -> str:
    return f"{value.text} ({value.said})"


@describe.register
def _(value: Reminders) -> str:
    return "\n".join(describe(item) for item in value.items) or "no reminders"


@describe.register
def _(value: FactRemembered) -> str:
    return value.fact


@describe.register
def _(value: FactsForgotten) -> str:
    return "\n".join(value.facts) or "nothing"
