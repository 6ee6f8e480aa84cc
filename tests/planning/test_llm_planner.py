"""Plans by a language model: what is taken from its answers, what is not, and what it is told."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.assistant import (
    ACTIONS,
    AnswerQuestion,
    Calculate,
    Compose,
    ListReminders,
    Plan,
    RememberFact,
    RunCode,
    SetReminder,
    TellTime,
)
from ontology.content import AgentAction, Effect
from planning import graph
from planning.errors import LlmInvalid, LlmRefused, LlmUnavailable
from planning.llm_planner import LlmPlanner, action_schema
from planning.prompts import examples
from tests.planning.goals import PERSON, goal, wish
from tests.planning.llm_server import Reply, serve
from tests.planning.scripted import ScriptedModel

GOAL = goal(wish("open_goal", "sum up my notes and remind me at one"), id="g7")
DUE = "2026-11-20T13:00:00+01:00"


def step(name: str, action: str, arguments: Mapping[str, Any], after: Sequence[str] = ()) -> dict[str, Any]:
    return {"id": name, "action": action, "arguments": arguments, "after": list(after)}


def said(*steps: Mapping[str, Any]) -> str:
    return json.dumps({"steps": steps})


COMPOSE = step("a", "compose", {"instruction": "Write."})
FALLBACK = said(COMPOSE)


async def plan(*answers: str | Exception, actions: Sequence[type[AgentAction]] = ACTIONS, first: int = 1) -> Plan:
    return await LlmPlanner(ScriptedModel(*answers)).plan(GOAL, actions, first=first)


async def told(answer: str, actions: Sequence[type[AgentAction]] = ACTIONS) -> str:
    """Return what the model is told about an answer before it gives a good one."""
    model = ScriptedModel(answer, FALLBACK)
    await LlmPlanner(model).plan(GOAL, actions)
    assert len(model.asked) == 2
    assert model.asked[1][-2].role == "assistant"
    return model.asked[1][-1].content


async def test_a_plan_becomes_typed_steps_numbered_in_order() -> None:
    made = await plan(
        said(
            step("sum", "compose", {"instruction": "Sum up:\n{{find}}"}, ["find"]),
            step("find", "retrieve-passages", {"question": "notes", "limit": 3}),
            step("later", "set-reminder", {"text": "read {{sum}}", "due": DUE}),
        )
    )

    assert made.goal == GOAL
    assert [(each.id, each.action.wire_name, each.after) for each in made.steps] == [
        ("s1", "retrieve-passages", ()),
        ("s2", "compose", ("s1",)),
        ("s3", "set-reminder", ("s2",)),
    ]
    summary, reminder = made.steps[1].action, made.steps[2].action
    assert summary == Compose(owner=PERSON, instruction="Sum up:\n{{s1}}")
    assert reminder == SetReminder(
        owner=PERSON, text="read {{s2}}", due=datetime.fromisoformat(DUE), zone="Europe/Berlin"
    )
    assert made.steps[2].effects == (Effect.CHANGE_REMINDERS,)


async def test_whose_things_are_meant_is_never_the_models_to_say() -> None:
    made = await plan(
        said(
            step("a", "list-reminders", {"owner": "boss@people.example"}),
            step("b", "tell-time", {"zone": "Mars/Base", "place": None}),
        )
    )
    assert [each.action for each in made.steps] == [ListReminders(owner=PERSON), TellTime(zone="Europe/Berlin")]


async def test_steps_that_touch_the_same_things_keep_their_order() -> None:
    made = await plan(
        said(
            step("a", "remember-fact", {"fact": "x is y"}),
            step("b", "answer-question", {"question": "what is x", "about": "person"}),
        )
    )
    assert made.steps[0].action == RememberFact(owner=PERSON, fact="x is y")
    assert isinstance(made.steps[1].action, AnswerQuestion)
    assert made.steps[1].after == ("s1",)


async def test_numbers_begin_where_they_are_told() -> None:
    made = await plan(said(COMPOSE, step("b", "compose", {"instruction": "{{a}}"}, ["a"])), first=4)
    assert [(each.id, each.after) for each in made.steps] == [("s4", ()), ("s5", ("s4",))]
    assert made.steps[1].action == Compose(owner=PERSON, instruction="{{s4}}")


@pytest.mark.parametrize(
    ("answer", "problem"),
    [
        ("I would look at the notes first.", "it is no JSON object"),
        ('{"plan": []}', "steps: Field required"),
        (said(), "it has 0 steps; there must be 1 to 12"),
        (said(*(COMPOSE | {"id": f"x{n}"} for n in range(13))), "it has 13 steps"),
        (said(step("a", "format-disk", {})), "step a: there is no action 'format-disk'"),
        (said(step("a", "Compose", {"instruction": "x"})), "there is no action 'Compose'"),
        (said(step("a", "calculate", {"expression": ["1"]})), "expression: Input should be a valid string"),
        (said(step("a", "calculate", {})), "expression: Field required"),
        (said(step("a", "calculate", {"expression": "1", "digits": 2})), "digits: Extra inputs are not permitted"),
        (said(COMPOSE, COMPOSE), "Two steps of the plan are called a"),
        (said(COMPOSE | {"after": ["b"]}), "waits for b, which is no step"),
        (said(COMPOSE | {"after": ["a"]}), "wait for one another"),
        (said(step("a", "compose", {"instruction": "{{zz}}"})), "waits for zz, which is no step"),
        (said(step("a", "run-code", {"code": "{{b}}"}), COMPOSE | {"id": "b"}), "must not hold the result"),
        (said(step("a", "set-reminder", {"text": "x", "due": "2020-01-01T00:00:00Z"})), "is past"),
        (said(step("a", "set-reminder", {"text": "x", "due": "2027-01-01T09:00:00"})), "must say its offset"),
        (said(step("a", "set-reminder", {"text": "x", "due": "soon"})), "due: Input should be a valid datetime"),
        (said(step("a", "read-page", {"url": "file:///etc/passwd"})), "web pages only"),
        (said(step("a b", "compose", {"instruction": "x"})), "steps.0.id: String should match pattern"),
    ],
)
async def test_what_is_wrong_goes_back_to_the_model(answer: str, problem: str) -> None:
    assert problem in await told(answer)


async def test_all_problems_are_told_at_once() -> None:
    both = await told(said(step("a", "nothing", {}), step("b", "calculate", {})))
    assert "step a:" in both
    assert "step b:" in both


async def test_an_action_that_nobody_offers_is_no_action() -> None:
    assert "there is no action 'run-code'" in await told(
        said(step("a", "run-code", {"code": "1"})), actions=(Compose, Calculate)
    )


async def test_the_model_may_correct_itself_twice() -> None:
    bad = said(step("a", "nothing", {}))
    model = ScriptedModel(bad, "sorry", FALLBACK)
    made = await LlmPlanner(model).plan(GOAL, ACTIONS)
    assert len(made.steps) == 1
    assert [len(asked) - len(model.asked[0]) for asked in model.asked] == [0, 2, 4]

    stubborn = ScriptedModel(bad, bad, bad, FALLBACK)
    with pytest.raises(LlmInvalid, match="there is no action 'nothing'"):
        await LlmPlanner(stubborn).plan(GOAL, ACTIONS)
    assert len(stubborn.asked) == 3


@pytest.mark.parametrize("error", [LlmUnavailable("down"), LlmRefused("bad key")])
async def test_an_endpoint_that_fails_is_not_asked_to_correct_itself(error: Exception) -> None:
    with pytest.raises(type(error)):
        await plan(error)


async def test_without_actions_there_is_nothing_to_plan() -> None:
    with pytest.raises(LlmInvalid, match="no actions"):
        await plan(FALLBACK, actions=())


async def test_the_model_is_shown_what_it_needs_and_not_whose_it_is() -> None:
    model = ScriptedModel(FALLBACK)
    await LlmPlanner(model).plan(GOAL, (Compose, SetReminder))
    system, *shots, last = model.asked[0]

    assert system.role == "system"
    assert "set-reminder: Remind the person of something" in system.content
    assert "run-code" not in system.content
    assert "12 at most" in system.content
    assert [shot.role for shot in shots] == ["user", "assistant"], "only examples that can be planned are shown"
    assert "<goal>\nsum up my notes and remind me at one\n</goal>" in last.content
    assert "2026-11-20T12:00:00+01:00 (Europe/Berlin)" in last.content
    assert PERSON not in "".join(message.content for message in model.asked[0])


@pytest.mark.parametrize("action", ACTIONS, ids=lambda action: action.wire_name)
def test_the_schema_of_an_action_holds_its_arguments_alone(action: type[AgentAction]) -> None:
    schema = action_schema(action)

    assert set(schema["properties"]) == set(action.model_fields) - {"owner", "zone", "person"}
    assert set(schema["required"]) <= set(schema["properties"])
    assert '"title"' not in json.dumps(schema)


@pytest.mark.parametrize("example", examples("plan_examples"), ids=lambda example: example.goal[:20])
async def test_every_example_is_a_good_plan(example: Any) -> None:
    now, _, zone = example.now.partition(" ")
    known = goal(wish("open_goal", example.goal)).model_copy(
        update={"now": datetime.fromisoformat(now), "zone": zone.strip("()")}
    )
    made = await LlmPlanner(ScriptedModel(example.plan)).plan(known, ACTIONS)

    assert {each.action.wire_name for each in made.steps} == example.actions
    assert all(
        each.action.due - known.now == timedelta(hours=1) for each in made.steps if isinstance(each.action, SetReminder)
    )


NAMES = st.sampled_from(["a", "b", "c", "s1", "s2"])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8) | st.just("{{a}}"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=6,
)
SLOTS = st.sampled_from(["instruction", "expression", "code", "text", "due", "question", "url", "owner", "limit"])
STEPS = st.fixed_dictionaries(
    {"id": NAMES, "action": st.sampled_from([*(action.wire_name for action in ACTIONS), "nothing"])},
    optional={"arguments": st.dictionaries(SLOTS, JSON, max_size=3), "after": st.lists(NAMES, max_size=3)},
)


@given(st.lists(STEPS | st.fixed_dictionaries({}).map(lambda _: COMPOSE), max_size=5))
async def test_whatever_the_model_says_is_a_sound_plan_or_none(steps: list[Mapping[str, Any]]) -> None:
    answer = said(*steps)
    try:
        made = await plan(answer, answer, answer)
    except LlmInvalid:
        return
    assert graph.order(made.steps) == made.steps
    assert all(getattr(each.action, "owner", PERSON) == PERSON for each in made.steps)
    assert all(set(each.effects) == each.action.effects for each in made.steps)
    assert not any(isinstance(each.action, RunCode) and "{{" in each.action.code for each in made.steps)


async def test_it_works_over_the_wire() -> None:
    from planning.llm import OpenAICompatible

    async with serve(Reply(text="Let me think."), Reply(status=500), Reply(text=FALLBACK)) as server:
        llm = OpenAICompatible(server.settings(), env={})
        made = await LlmPlanner(llm).plan(GOAL, ACTIONS)
        await llm.aclose()

    assert [each.action.wire_name for each in made.steps] == ["compose"]
    assert len(server.requests) == 3
    assert server.requests[2].body["messages"][-2] == {"role": "assistant", "content": "Let me think."}
