"""The state machines of steps and plans."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from planning.errors import IllegalTransition
from planning.state import FINAL, TRANSITIONS, PlanState, StepState, advance, interrupted, outcome, sources

STATES = st.sampled_from(StepState)


@given(STATES, STATES)
def test_a_step_goes_only_where_the_table_leads(current: StepState, target: StepState) -> None:
    if target in TRANSITIONS[current]:
        assert advance(current, target) is target
        assert current in sources(target)
    else:
        assert current not in sources(target)
        with pytest.raises(IllegalTransition, match=f"A step that is {current} cannot become {target}"):
            advance(current, target)


def test_the_table_is_whole() -> None:
    assert set(TRANSITIONS) == set(StepState)
    assert {StepState.DONE, StepState.FAILED, StepState.SKIPPED} == FINAL
    assert sources(StepState.DONE) == {StepState.RUNNING}, "nothing is done that did not run"


@given(STATES)
def test_every_state_leads_to_an_end(state: StepState) -> None:
    reached, frontier = {state}, {state}
    while frontier:
        frontier = {following for each in frontier for following in TRANSITIONS[each]} - reached
        reached |= frontier
    assert reached & FINAL


@given(STATES)
def test_a_restart_begins_again_what_had_not_ended(state: StepState) -> None:
    after = interrupted(state)
    assert after is (state if state in FINAL else StepState.PENDING)
    assert after is state or advance(state, after) is after


@pytest.mark.parametrize(
    ("states", "plan"),
    [
        ((), PlanState.DONE),
        (("done", "done"), PlanState.DONE),
        (("done", "pending"), PlanState.RUNNING),
        (("failed", "running"), PlanState.RUNNING),
        (("done", "failed"), PlanState.FAILED),
        (("failed", "skipped"), PlanState.FAILED),
        (("done", "skipped"), PlanState.CANCELLED),
    ],
)
def test_a_plan_ends_as_its_steps_do(states: tuple[str, ...], plan: PlanState) -> None:
    assert outcome([StepState(state) for state in states]) is plan


class AnyStep(RuleBasedStateMachine):
    """A step that is moved at will: what has ended stays, and what is refused changes nothing."""

    def __init__(self) -> None:
        super().__init__()
        self.state = StepState.PENDING
        self.ended: StepState | None = None

    @rule(target_state=STATES)
    def move(self, target_state: StepState) -> None:
        try:
            self.state = advance(self.state, target_state)
        except IllegalTransition:
            return
        if self.state in FINAL:
            self.ended = self.state

    @invariant()
    def stays_ended(self) -> None:
        assert self.ended in {None, self.state}


TestAnyStep = AnyStep.TestCase
