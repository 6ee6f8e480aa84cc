"""Goals into plans: templates where they will do, the language model for what is open."""

import json

import pytest

from ontology.assistant import ACTIONS, Calculate, Compose, RetrievePassages
from planning.errors import ImpossibleWish, LlmRefused, LlmUnavailable
from planning.planner import Planner
from tests.planning.goals import PERSON, goal, wish
from tests.planning.scripted import ScriptedModel

SUM = wish("calculate", "work out 1 + 1", {"expression": "1 + 1"})
POEM = wish("open_goal", "write me a poem")
NOTES = wish("open_goal", "sum up my notes")
PLAN = json.dumps(
    {
        "steps": [
            {"id": "x", "action": "retrieve-passages", "arguments": {"question": "notes"}},
            {"id": "y", "action": "compose", "arguments": {"instruction": "Sum up {{x}}"}, "after": ["x"]},
        ]
    }
)


async def test_what_is_plain_needs_no_model() -> None:
    model = ScriptedModel()
    made = await Planner(model=model).plan(goal(SUM), ACTIONS)
    assert [step.action for step in made.steps] == [Calculate(expression="1 + 1")]
    assert model.asked == []


async def test_without_a_model_what_is_open_is_one_step() -> None:
    made = await Planner().plan(goal(POEM), ACTIONS)
    assert [step.action for step in made.steps] == [Compose(owner=PERSON, instruction="write me a poem")]


async def test_what_is_open_is_planned_by_the_model() -> None:
    model = ScriptedModel(PLAN)
    made = await Planner(model=model).plan(goal(NOTES, text="please sum up my notes"), ACTIONS)

    assert [(step.id, step.action, step.after) for step in made.steps] == [
        ("s1", RetrievePassages(question="notes"), ()),
        ("s2", Compose(owner=PERSON, instruction="Sum up {{s1}}"), ("s1",)),
    ]
    assert "please sum up my notes" in model.asked[0][-1].content


async def test_open_wishes_of_one_message_are_planned_together() -> None:
    model = ScriptedModel(PLAN)
    await Planner(model=model).plan(goal(NOTES, POEM), ACTIONS)
    assert len(model.asked) == 1
    assert "sum up my notes and write me a poem" in model.asked[0][-1].content


async def test_plain_and_open_wishes_are_joined() -> None:
    model = ScriptedModel(PLAN)
    said = goal(SUM, NOTES, SUM, text="work out 1 + 1, sum up my notes, then work out 1 + 1")
    made = await Planner(model=model).plan(said, ACTIONS)

    assert [(step.id, step.action.wire_name, step.after) for step in made.steps] == [
        ("s1", "calculate", ()),
        ("s2", "retrieve-passages", ()),
        ("s3", "compose", ("s2",)),
        ("s4", "calculate", ("s3",)),
    ]
    assert made.goal == said
    assert "<goal>\nsum up my notes\n</goal>" in model.asked[0][-1].content
    assert made.steps[2].action == Compose(owner=PERSON, instruction="Sum up {{s2}}")


async def test_a_model_that_cannot_plan_writes_the_answer_itself() -> None:
    model = ScriptedModel("no", "no", "no")
    made = await Planner(model=model).plan(goal(POEM, NOTES), ACTIONS)
    assert [step.action for step in made.steps] == [
        Compose(owner=PERSON, instruction="write me a poem"),
        Compose(owner=PERSON, instruction="sum up my notes"),
    ]


@pytest.mark.parametrize("error", [LlmUnavailable("It is down."), LlmRefused("The key is bad.")])
async def test_a_model_that_cannot_be_asked_is_said(error: Exception) -> None:
    with pytest.raises(type(error), match=str(error)):
        await Planner(model=ScriptedModel(error)).plan(goal(POEM), ACTIONS)


async def test_a_wish_that_is_impossible_is_said_before_the_model_is_asked() -> None:
    model = ScriptedModel(PLAN)
    with pytest.raises(ImpossibleWish):
        await Planner(model=model).plan(goal(POEM, wish("calculate", "work out")), ACTIONS)
    assert model.asked == []
