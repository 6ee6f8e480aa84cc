"""Prompts are files; none has a value that nobody gives."""

import json

import pytest

from planning.prompts import examples, prompt


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("plan", {"actions": "ACTIONS", "most": "12"}),
        ("plan_goal", {"now": "NOW", "goal": "GOAL $now"}),
        ("plan_repair", {"problem": "PROBLEM"}),
        ("compose", {"now": "NOW"}),
    ],
)
def test_a_prompt_holds_its_values(name: str, values: dict[str, str]) -> None:
    text = prompt(name, **values)
    assert all(value in text for value in values.values())
    with pytest.raises(KeyError):
        prompt(name)


def test_the_examples_are_all_found() -> None:
    found = examples("plan_examples")
    assert len(found) == 3
    for example in found:
        assert {step["action"] for step in json.loads(example.plan)["steps"]} == example.actions
