"""Plans on disk: every transition a transaction, all there after a kill."""

import asyncio
import multiprocessing
import os
import signal
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from ontology.assistant import Calculation, Plan, PlanStep, StepReport
from planning.errors import IllegalTransition, MalformedPlan, StoreError
from planning.state import FINAL, TRANSITIONS, PlanState, StepState
from planning.store import PlanStore
from planning.templates import make_plan
from tests.planning.goals import PERSON, goal, span, wish

S = StepState
TIMES = [span("tomorrow at 9", "2026-11-21T09:00")]


def plan(name: str = "g1") -> Plan:
    return make_plan(
        goal(
            wish("calculate", "work out 1 + 1", {"expression": "1 + 1"}),
            wish("set_reminder", "then remind me", {"what": "x", "when": "tomorrow at 9"}, TIMES),
            id=name,
        )
    )


def report(step: PlanStep, state: StepState = S.DONE) -> StepReport:
    value = Calculation(expression="1 + 1", value="2", exact=True) if state is S.DONE else None
    problem = None if state is S.DONE else "It went wrong."
    return StepReport.model_validate(
        {"id": step.id, "action": step.action, "state": state.value, "value": value, "problem": problem}
    )


class Clock:
    """A clock that goes on by a second whenever it is read."""

    def __init__(self) -> None:
        self.now = datetime(2026, 11, 20, 11, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@pytest.fixture
async def store(tmp_path: Path) -> AsyncIterator[PlanStore]:
    store = await PlanStore.open(tmp_path / "data" / "plans.db", clock=Clock())
    yield store
    await store.close()


async def run(store: PlanStore, stored: Plan, step: PlanStep, last: StepState = S.DONE) -> None:
    for state in (S.ANNOUNCED, S.AWARDED, S.RUNNING):
        await store.set_step(stored.goal.id, step.id, state)
    await store.set_step(stored.goal.id, step.id, last, report(step, last))


async def test_a_plan_comes_back_as_it_was_saved(store: PlanStore) -> None:
    saved = plan()
    assert await store.save(saved)

    found = await store.get("g1")

    assert found is not None
    assert found.plan == saved
    assert found.state is PlanState.RUNNING
    assert found.ended is None
    assert found.created == datetime(2026, 11, 20, 11, 0, 1, tzinfo=UTC)
    assert [(step.step, step.state, step.report) for step in found.steps] == [
        (step, S.PENDING, None) for step in saved.steps
    ]


async def test_a_goal_that_comes_twice_is_stored_once(store: PlanStore) -> None:
    assert await store.save(plan())
    await store.set_step("g1", "s1", S.ANNOUNCED)
    assert not await store.save(plan())

    found = await store.get("g1")
    assert found is not None
    assert found.steps[0].state is S.ANNOUNCED


async def test_a_plan_runs_to_its_end(store: PlanStore) -> None:
    saved = plan()
    await store.save(saved)
    await run(store, saved, saved.steps[0])
    assert [each.plan.goal.id for each in await store.unfinished()] == ["g1"]

    await run(store, saved, saved.steps[1])
    assert await store.unfinished() == ()
    (ended,) = await store.history(PERSON)
    assert ended.state is PlanState.DONE
    assert ended.ended is not None
    assert [step.report for step in ended.steps] == [report(step) for step in saved.steps]


async def test_a_plan_of_which_a_step_failed_has_failed(store: PlanStore) -> None:
    saved = plan()
    await store.save(saved)
    await run(store, saved, saved.steps[0], S.FAILED)
    await store.set_step("g1", "s2", S.SKIPPED, report(saved.steps[1], S.SKIPPED))
    assert [each.state for each in await store.history(PERSON)] == [PlanState.FAILED]


async def test_a_plan_that_was_stopped_is_cancelled(store: PlanStore) -> None:
    saved = plan()
    await store.save(saved)
    for step in saved.steps:
        await store.set_step("g1", step.id, S.SKIPPED, report(step, S.SKIPPED))
    assert [each.state for each in await store.history(PERSON)] == [PlanState.CANCELLED]


async def test_a_step_goes_through_several_states_at_once(store: PlanStore) -> None:
    saved = plan()
    await store.save(saved)
    await store.set_step("g1", "s1", S.RUNNING, through=(S.ANNOUNCED, S.AWARDED))
    await store.set_step("g1", "s1", S.RUNNING, through=(S.AWARDED,))
    await store.set_step("g1", "s2", S.FAILED, report(saved.steps[1], S.FAILED), through=(S.ANNOUNCED,))

    found = await store.get("g1")
    assert found is not None
    assert [step.state for step in found.steps] == [S.RUNNING, S.FAILED]
    assert found.state is PlanState.RUNNING


@pytest.mark.parametrize(
    ("state", "through", "problem"),
    [
        (S.RUNNING, (S.ANNOUNCED,), "announced cannot become running"),
        (S.RUNNING, (S.AWARDED,), "pending cannot become awarded"),
    ],
)
async def test_a_way_that_does_not_exist_is_not_gone(
    store: PlanStore, state: StepState, through: tuple[StepState, ...], problem: str
) -> None:
    await store.save(plan())
    with pytest.raises(IllegalTransition, match=problem):
        await store.set_step("g1", "s1", state, through=through)
    found = await store.get("g1")
    assert found is not None
    assert found.steps[0].state is S.PENDING


async def test_what_is_not_there_is_said(store: PlanStore) -> None:
    await store.save(plan())
    assert await store.get("nothing") is None
    with pytest.raises(StoreError, match="There is no step s9 in a plan g1"):
        await store.set_step("g1", "s9", S.ANNOUNCED)


async def test_a_report_comes_with_the_end_and_only_then(store: PlanStore) -> None:
    saved = plan()
    await store.save(saved)
    first, second = saved.steps
    with pytest.raises(IllegalTransition, match="must not bring a report"):
        await store.set_step("g1", "s1", S.ANNOUNCED, report(first))
    with pytest.raises(IllegalTransition, match="must bring a report"):
        await store.set_step("g1", "s1", S.SKIPPED)
    with pytest.raises(IllegalTransition, match="is of s2"):
        await store.set_step("g1", "s1", S.SKIPPED, report(second, S.SKIPPED))
    with pytest.raises(IllegalTransition, match="is of s1, done"):
        await store.set_step("g1", "s1", S.SKIPPED, report(first))


async def test_steps_that_are_no_plan_are_not_stored(store: PlanStore) -> None:
    broken = plan()
    circle = broken.steps[0].model_copy(update={"after": ("s2",)})
    with pytest.raises(MalformedPlan):
        await store.save(Plan(goal=broken.goal, steps=(circle, broken.steps[1].model_copy(update={"after": ("s1",)}))))
    assert await store.unfinished() == ()


async def test_history_is_of_one_person_newest_first(store: PlanStore) -> None:
    for name in ("a", "b", "c"):
        await store.save(plan(name))
    other = plan("d")
    await store.save(Plan(goal=other.goal.model_copy(update={"person": "bob@people.example"}), steps=other.steps))

    assert [each.plan.goal.id for each in await store.history(PERSON, 2)] == ["c", "b"]
    assert [each.plan.goal.id for each in await store.history("bob@people.example")] == ["d"]
    assert await store.history("nobody@people.example") == ()
    assert [each.plan.goal.id for each in await store.unfinished()] == ["a", "b", "c", "d"]
    assert [each.plan.goal.id for each in await store.unfinished("bob@people.example")] == ["d"]


async def test_of_two_that_move_a_step_one_succeeds(store: PlanStore, tmp_path: Path) -> None:
    other = await PlanStore.open(tmp_path / "data" / "plans.db")
    try:
        for number in range(5):
            await store.save(plan(f"g{number}"))
            moved = await asyncio.gather(
                *(each.set_step(f"g{number}", "s1", S.ANNOUNCED) for each in (store, other, store, other)),
                return_exceptions=True,
            )
            assert sorted(type(each).__name__ for each in moved) == ["IllegalTransition"] * 3 + ["NoneType"]
    finally:
        await other.close()


async def test_a_plan_that_this_version_cannot_read_is_left_alone(
    store: PlanStore, caplog: pytest.LogCaptureFixture
) -> None:
    await store.save(plan("old"))
    await store.save(plan("new"))
    async with store._database.writing() as connection:
        await connection.execute(text("UPDATE plans SET content = replace(content, 'calculate', 'x') WHERE id = 'old'"))

    assert [each.plan.goal.id for each in await store.unfinished()] == ["new"]
    assert "the plan old cannot be read" in caplog.text
    assert "1 + 1" not in caplog.text


@given(path=st.lists(st.sampled_from(StepState), max_size=12))
@settings(max_examples=20, deadline=None)
def test_the_store_and_the_table_agree(path: list[StepState], tmp_path_factory: pytest.TempPathFactory) -> None:
    async def check() -> None:
        store = await PlanStore.open(tmp_path_factory.mktemp("plans") / "plans.db")
        try:
            saved = plan()
            await store.save(saved)
            current = S.PENDING
            for target in path:
                given_report = report(saved.steps[0], target) if target in FINAL else None
                if target in TRANSITIONS[current]:
                    await store.set_step("g1", "s1", target, given_report)
                    current = target
                else:
                    with pytest.raises(IllegalTransition):
                        await store.set_step("g1", "s1", target, given_report)
            found = await store.get("g1")
            assert found is not None
            assert found.steps[0].state is current
        finally:
            await store.close()

    asyncio.run(check())


def _work_until_killed(path: Path, out: Connection) -> None:
    async def work() -> None:
        store = await PlanStore.open(path)
        number = 0
        while True:
            number += 1
            await store.save(plan(f"g{number}"))
            await store.set_step(f"g{number}", "s1", S.ANNOUNCED)
            await store.set_step(f"g{number}", "s1", S.AWARDED)
            out.send(number)

    asyncio.run(work())


async def test_what_was_acknowledged_survives_a_kill(tmp_path: Path) -> None:
    path = tmp_path / "plans.db"
    ours, theirs = multiprocessing.Pipe(duplex=False)
    process = multiprocessing.get_context("spawn").Process(target=_work_until_killed, args=(path, theirs))
    process.start()
    try:
        acknowledged = 0
        while acknowledged < 5:
            assert await asyncio.to_thread(ours.poll, 60)
            acknowledged = ours.recv()
    finally:
        assert process.pid is not None
        os.kill(process.pid, signal.SIGKILL)
        await asyncio.to_thread(process.join)
    while ours.poll():
        acknowledged = ours.recv()

    store = await PlanStore.open(path)
    try:
        states = {each.plan.goal.id: each.steps[0].state for each in await store.unfinished()}
    finally:
        await store.close()
    assert {f"g{number}": S.AWARDED for number in range(1, acknowledged + 1)}.items() <= states.items()
    assert len(states) - acknowledged in {0, 1}, "at most the one under way is there besides"
