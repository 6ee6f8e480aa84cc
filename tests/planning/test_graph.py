"""The order of steps, over any graph."""

from collections.abc import Sequence
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.assistant import Calculate, PlanStep
from planning import graph
from planning.errors import MalformedPlan


def step(name: str, *after: str) -> PlanStep:
    return PlanStep(id=name, action=Calculate(expression="1"), after=after)


@st.composite
def graphs(draw: st.DrawFn) -> list[PlanStep]:
    """Return steps without a circle, in any order."""
    count = draw(st.integers(0, 10))
    steps = [
        step(f"s{n}", *(f"s{m}" for m in sorted(draw(st.sets(st.integers(0, n - 1)))))) if n else step("s0")
        for n in range(count)
    ]
    return draw(st.permutations(steps))


@given(graphs())
def test_each_step_stands_behind_those_it_waits_for(steps: list[PlanStep]) -> None:
    ordered = graph.order(steps)

    assert sorted(ordered, key=lambda s: s.id) == sorted(steps, key=lambda s: s.id)
    for place, each in enumerate(ordered):
        assert set(each.after) <= {before.id for before in ordered[:place]}


@given(graphs())
def test_what_is_in_order_stays_as_it_is(steps: list[PlanStep]) -> None:
    ordered = graph.order(steps)
    assert graph.order(ordered) == ordered


@given(graphs(), st.randoms(use_true_random=False))
def test_doing_what_is_ready_does_all_once(steps: list[PlanStep], random: Random) -> None:
    done: set[str] = set()
    begun: set[str] = set()
    while len(done) < len(steps):
        ready = graph.ready(steps, done, begun=begun)
        assert all(set(each.after) <= done for each in ready)
        begun |= {each.id for each in ready}
        assert begun > done, "something is always ready or under way"
        done.add(random.choice(sorted(begun - done)))
    assert graph.ready(steps, done) == ()


@given(graphs(), st.data())
def test_nothing_that_depends_on_a_failed_step_is_ever_ready(steps: list[PlanStep], data: st.DataObject) -> None:
    if not steps:
        return
    failed = data.draw(st.sampled_from(steps)).id
    stopped = graph.dependants(steps, failed)
    assert failed not in stopped
    done: set[str] = set()
    while ready := graph.ready(steps, done, begun=frozenset({failed})):
        done |= {each.id for each in ready}
    assert done == {each.id for each in steps} - stopped - {failed}


@given(graphs(), st.data())
def test_a_circle_is_refused(steps: list[PlanStep], data: st.DataObject) -> None:
    if not steps:
        return
    ordered = list(graph.order(steps))
    place = data.draw(st.integers(0, len(ordered) - 1))
    first = ordered[place]
    last = data.draw(st.sampled_from([first.id, *sorted(graph.dependants(ordered, first.id))]))
    ordered[place] = first.model_copy(update={"after": (*first.after, last)})
    with pytest.raises(MalformedPlan, match="wait for one another"):
        graph.check(ordered)


@pytest.mark.parametrize(
    ("steps", "problem"),
    [
        ([step("a", "b")], "Step a waits for b, which is no step of the plan."),
        ([step("a"), step("a")], "Two steps of the plan are called a."),
        ([step("a", "a")], "wait for one another: a"),
        ([step("a", "b"), step("b", "a"), step("c")], "wait for one another: a, b"),
    ],
)
def test_what_is_no_plan_is_refused(steps: Sequence[PlanStep], problem: str) -> None:
    with pytest.raises(MalformedPlan, match=problem):
        graph.order(steps)


def test_a_long_chain_is_ordered() -> None:
    chain = [step(f"s{n}", f"s{n + 1}") for n in range(300)] + [step("s300")]
    assert [each.id for each in graph.order(chain)] == [f"s{n}" for n in range(300, -1, -1)]
    assert len(graph.dependants(chain, "s300")) == 300
