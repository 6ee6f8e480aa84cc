from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from agents.planner import PlannerAgent
from agents.settings import Settings
from behaviours.outcomes import Fail, Failed, Refuse, Refused
from behaviours.services import Job, Service
from ontology.assistant import (
    AchieveGoal,
    Answer,
    AnswerQuestion,
    Calculate,
    Calculation,
    CancelGoals,
    Compose,
    Goal,
    GoalReport,
    ListGoals,
    MakePlan,
    Plan,
    RunningGoals,
    SetReminder,
    TellTime,
    Text,
)
from ontology.content import AgentAction, Element
from ontology.expressions import Bid, Declined, InternalError, NotPermitted, UnsupportedFunction
from planning.settings import LlmSettings, PlanningSettings
from planning.state import PlanState, StepState
from planning.store import StoredPlan
from tests.agents.house import House
from tests.planning.goals import PERSON, goal, span, wish
from tests.planning.llm_server import Reply, serve
from tests.xmpp.directory import Offering
from tests.xmpp.society import Log, soon

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group(__name__)]

SUM = wish("calculate", "what is 1+1", {"expression": "1+1"})
TIME = wish("ask_time", "what time is it")
REMIND = wish(
    "set_reminder",
    "remind me tomorrow at 9 to call Ann",
    {"what": "call Ann", "when": "tomorrow at 9"},
    [span("tomorrow at 9", "2026-11-21T09:00")],
)
QUICK = Settings(planning=PlanningSettings(bid_seconds=2, step_seconds=5, goal_seconds=10))


class Bidder:
    """Bids for one kind of action and does it, as it is told; ``done`` are the actions that it was awarded."""

    def __init__(self, action: type[AgentAction], *, confidence: float, result: Element | Exception | None) -> None:
        self.done: Log[AgentAction] = Log()
        self.confidence = confidence
        self.gate: asyncio.Event | None = None
        self.cancelled = asyncio.Event()
        self._action = action
        self._result = result

    def service(self) -> Service[Any]:
        return Service(self._action, self._perform, self._bid)

    async def _bid(self, _: AgentAction) -> Bid:
        return Bid(seconds=0.1, confidence=self.confidence)

    async def _perform(self, act: AgentAction, _: Job) -> Element | None:
        self.done.append(act)
        try:
            if self.gate is not None:
                await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled.set()
            raise
        if isinstance(self._result, Exception):
            raise self._result
        return self._result


TWO = Calculation(expression="1+1", value="2", exact=True)
BROKEN = Fail(InternalError(explanation="It broke."))


class Scene:
    """A planner, agents that bid, and somebody who asks."""

    def __init__(self, house: House) -> None:
        self.house = house
        house.settings = QUICK if house.settings == Settings() else house.settings

    async def begin(self) -> Scene:
        await self.house.directory_agent()
        self.planner = await self.house.run(PlannerAgent)
        self.asker = await self.house.asker()
        await self.asker.find_one(AchieveGoal)
        return self

    async def bidder(
        self,
        name: str,
        action: type[AgentAction] = Calculate,
        *,
        confidence: float = 0.9,
        result: Element | Exception | None = None,
    ) -> Bidder:
        bidder = Bidder(action, confidence=confidence, result=result)
        await self.house.player(name, bidder.service())
        return bidder

    async def achieve(self, wanted: Goal, *, timeout: float = 15) -> GoalReport:
        report = await self.asker.request(self.planner.identifier, AchieveGoal(goal=wanted), timeout=timeout)
        assert isinstance(report, GoalReport)
        return report

    async def ask(self, act: AgentAction) -> Any:
        return await self.asker.request(self.planner.identifier, act, timeout=5)

    async def stored(self, wanted: Goal) -> StoredPlan:
        found = await self.planner._store.get(wanted.id)
        assert found is not None
        return found


@pytest.fixture
def scene(house: House) -> Callable[[], Awaitable[Scene]]:
    """Give a beginning."""
    return lambda: Scene(house).begin()


Begin = Callable[[], Awaitable[Scene]]


async def test_a_goal_is_planned_bid_for_awarded_and_reported(scene: Begin) -> None:
    here = await scene()
    sure = await here.bidder("sure", confidence=0.9, result=TWO)
    unsure = await here.bidder("unsure", confidence=0.3, result=BROKEN)
    wanted = goal(SUM)
    report = await here.achieve(wanted)
    (step,) = report.steps
    assert (step.state, step.agent, step.bids, step.value) == ("done", here.house.agent("sure").name, 2, TWO)
    assert (len(sure.done), len(unsure.done)) == (1, 0)
    stored = await here.stored(wanted)
    assert (stored.state, [item.state for item in stored.steps]) == (PlanState.DONE, [StepState.DONE])


async def test_who_cannot_do_it_does_not_bid(scene: Begin) -> None:
    async def refuses(_: AgentAction) -> Bid:
        raise Refuse(UnsupportedFunction(function="calculate", explanation="Too hard for me."))

    async def perform(_: AgentAction, __: Job) -> Element | None:
        raise AssertionError

    here = await scene()
    await here.house.player("shy", Service(Calculate, perform, refuses))
    (step,) = (await here.achieve(goal(SUM))).steps
    assert (step.state, step.problem) == ("failed", "Too hard for me.")
    await here.bidder("able", confidence=0.1, result=TWO)
    (step,) = (await here.achieve(goal(SUM, id="g2"))).steps
    assert (step.state, step.bids) == ("done", 1)


async def test_without_an_agent_for_it_a_step_fails_with_a_sentence(scene: Begin) -> None:
    here = await scene()
    wanted = goal(SUM)
    (step,) = (await here.achieve(wanted)).steps
    assert step.state == "failed"
    assert step.problem == "No agent here can do that (calculate)."
    assert (await here.stored(wanted)).state is PlanState.FAILED


async def test_the_next_bidder_does_what_the_first_could_not(scene: Begin) -> None:
    here = await scene()
    first = await here.bidder("first", confidence=0.9, result=BROKEN)
    second = await here.bidder("second", confidence=0.5, result=TWO)
    (step,) = (await here.achieve(goal(SUM))).steps
    assert (step.state, step.agent, step.value) == ("done", here.house.agent("second").name, TWO)
    assert (len(first.done), len(second.done)) == (1, 1)


async def test_after_so_many_rounds_a_step_is_given_up_with_the_best_bidders_reason(scene: Begin) -> None:
    here = await scene()
    bidders = [
        await here.bidder(
            f"bidder-{n}", confidence=0.9 - n / 10, result=Fail(InternalError(explanation=f"Number {n} broke."))
        )
        for n in range(3)
    ]
    (step,) = (await here.achieve(goal(SUM))).steps
    assert (step.state, step.problem) == ("failed", "Number 0 broke.")
    assert [len(bidder.done) for bidder in bidders] == [1, 1, 0]


async def test_what_may_have_had_an_effect_is_not_done_twice(scene: Begin) -> None:
    """A reminder that one agent failed to confirm may have been set all the same."""
    here = await scene()
    first = await here.bidder("first", SetReminder, confidence=0.9, result=BROKEN)
    second = await here.bidder("second", SetReminder, confidence=0.5)
    (step,) = (await here.achieve(goal(REMIND))).steps
    assert (step.state, step.problem) == ("failed", "It broke.")
    assert (len(first.done), len(second.done)) == (1, 0)


@pytest.mark.parametrize("reason", [Declined(explanation="You said no."), NotPermitted(explanation="Not allowed.")])
async def test_what_the_person_does_not_want_is_not_offered_to_another(
    scene: Begin, reason: Declined | NotPermitted
) -> None:
    here = await scene()
    await here.bidder("first", confidence=0.9, result=Refuse(reason))
    second = await here.bidder("second", confidence=0.5, result=TWO)
    (step,) = (await here.achieve(goal(SUM))).steps
    assert (step.state, step.problem) == ("failed", reason.explanation)
    assert second.done == []


async def test_several_wishes_are_several_steps_each_with_its_own_fate(scene: Begin) -> None:
    here = await scene()
    await here.bidder("sums", result=BROKEN)
    await here.bidder("clock", TellTime, result=Text(text="It is noon."))
    wanted = goal(SUM, TIME)
    report = await here.achieve(wanted)
    assert [step.state for step in report.steps] == ["failed", "done"]
    assert (await here.stored(wanted)).state is PlanState.FAILED


async def test_what_follows_a_failure_is_left_out_and_the_plan_still_ends(scene: Begin) -> None:
    here = await scene()
    await here.bidder("sums", result=BROKEN)
    clock = await here.bidder("clock", TellTime, result=Text(text="It is noon."))
    wanted = goal(SUM, TIME, text="what is 1+1 and then what time is it")
    report = await here.achieve(wanted)
    assert [step.state for step in report.steps] == ["failed", "skipped"]
    assert clock.done == []
    stored = await here.stored(wanted)
    assert (stored.state, stored.steps[1].state) == (PlanState.FAILED, StepState.SKIPPED)


async def test_a_goal_is_never_done_twice(scene: Begin) -> None:
    here = await scene()
    sums = await here.bidder("sums", result=TWO)
    await here.achieve(goal(SUM))
    with pytest.raises(Failed, match="worked on that already"):
        await here.achieve(goal(SUM))
    assert len(sums.done) == 1


async def test_wishes_that_cannot_be_are_said(scene: Begin) -> None:
    here = await scene()
    past = wish(
        "set_reminder",
        "remind me",
        {"what": "call", "when": "at the big bang"},
        [],
    )
    with pytest.raises(Failed) as caught:
        await here.achieve(goal(past))
    assert str(caught.value)
    assert "log says more" not in str(caught.value)


async def test_plans_are_shown_without_being_done(scene: Begin) -> None:
    here = await scene()
    sums = await here.bidder("sums", result=TWO)
    wanted = goal(SUM)
    plan = await here.ask(MakePlan(goal=wanted))
    assert isinstance(plan, Plan)
    assert [step.action for step in plan.steps] == [Calculate(expression="1+1")]
    assert sums.done == []
    assert await here.planner._store.get(wanted.id) is None


async def test_what_is_being_worked_on_is_listed_and_stopped(scene: Begin) -> None:
    here = await scene()
    sums = await here.bidder("sums", result=TWO)
    sums.gate = asyncio.Event()
    wanted = goal(SUM)
    assert await here.ask(ListGoals(person=PERSON)) == RunningGoals()
    working = asyncio.create_task(here.achieve(wanted))
    await sums.done.of_length(1)
    assert await here.ask(ListGoals(person=PERSON)) == RunningGoals(texts=(wanted.text,))
    assert await here.ask(ListGoals(person="bob@people.example")) == RunningGoals()
    assert await here.ask(CancelGoals(person="bob@people.example")) == RunningGoals()
    assert await here.ask(CancelGoals(person=PERSON)) == RunningGoals(texts=(wanted.text,))
    with pytest.raises(Failed, match="cancelled"):
        await working
    await soon(sums.cancelled.wait())
    stored = await here.stored(wanted)
    assert (stored.state, stored.steps[0].state) == (PlanState.CANCELLED, StepState.SKIPPED)
    assert await here.ask(ListGoals(person=PERSON)) == RunningGoals()
    assert await here.planner._store.unfinished() == ()


async def test_a_goal_that_takes_too_long_is_given_up(house: House, scene: Begin) -> None:
    house.settings = Settings(planning=PlanningSettings(goal_seconds=0.5))
    here = await scene()
    sums = await here.bidder("sums", result=TWO)
    sums.gate = asyncio.Event()
    wanted = goal(SUM)
    with pytest.raises(Failed, match="longer than I may"):
        await here.achieve(wanted)
    await soon(sums.cancelled.wait())
    assert (await here.stored(wanted)).state is PlanState.CANCELLED


async def test_a_step_that_takes_too_long_goes_to_another(house: House, scene: Begin) -> None:
    house.settings = Settings(planning=PlanningSettings(step_seconds=0.5))
    here = await scene()
    slow = await here.bidder("slow", confidence=0.9, result=TWO)
    slow.gate = asyncio.Event()
    await here.bidder("quick", confidence=0.5, result=TWO)
    (step,) = (await here.achieve(goal(SUM))).steps
    assert (step.state, step.agent) == ("done", house.agent("quick").name)
    await soon(slow.cancelled.wait())


async def test_a_bidder_that_says_nothing_holds_nobody_up_for_long(house: House, scene: Begin) -> None:
    async def ponder(_: AgentAction) -> Bid:
        await asyncio.Event().wait()
        raise AssertionError

    async def perform(_: AgentAction, __: Job) -> Element | None:
        raise AssertionError

    house.settings = Settings(planning=PlanningSettings(bid_seconds=0.3))
    here = await scene()
    await house.player("pondering", Service(Calculate, perform, ponder))
    await here.bidder("quick", result=TWO)
    (step,) = (await here.achieve(goal(SUM))).steps
    assert (step.state, step.bids) == ("done", 1)


async def test_bidders_that_were_too_slow_get_another_chance(house: House, scene: Begin) -> None:
    asked = 0

    async def wake_up(_: AgentAction) -> Bid:
        nonlocal asked
        asked += 1
        if asked == 1:
            await asyncio.Event().wait()
        return Bid(seconds=0.1, confidence=0.9)

    async def perform(_: AgentAction, __: Job) -> Element | None:
        return TWO

    house.settings = Settings(planning=PlanningSettings(bid_seconds=0.3))
    here = await scene()
    await house.player("sleepy", Service(Calculate, perform, wake_up))
    (step,) = (await here.achieve(goal(SUM))).steps
    assert (step.state, step.value) == ("done", TWO)
    assert asked == 2


async def test_after_a_restart_it_owns_up_to_what_was_interrupted_once(house: House, scene: Begin) -> None:
    people = await _people_first(house)
    here = Scene(house)
    here.planner = await house.run(PlannerAgent)
    here.asker = await house.asker()
    await here.asker.find_one(AchieveGoal)
    sums = await here.bidder("sums", result=TWO)
    sums.gate = asyncio.Event()
    wanted = goal(SUM, TIME, text="what is 1+1 and then what time is it")
    working = asyncio.create_task(here.achieve(wanted))
    await sums.done.of_length(1)
    await here.planner.stop()
    with pytest.raises(Failed):
        await working
    assert people.told == []
    again = await house.run(PlannerAgent)
    (told,) = await people.told.of_length(1)
    assert told.person == PERSON
    assert wanted.text in told.text
    assert told.delivery == f"interrupted-{wanted.id}"
    stored = await again._store.get(wanted.id)
    assert stored is not None
    assert {item.state for item in stored.steps} == {StepState.SKIPPED}
    assert await again._store.unfinished() == ()
    assert len(sums.done) == 1, "nothing is done again of its own accord"
    await again.stop()
    third = await house.run(PlannerAgent)
    here.planner = third
    sums.gate.set()
    await here.achieve(goal(SUM, id="g2"))
    assert len(people.told) == 1


async def _people_first(house: House) -> Any:
    house.settings = QUICK
    await house.directory_agent()
    return await house.people()


async def test_only_what_was_left_before_the_start_is_owned_up_to(house: House) -> None:
    """A goal that comes at once after the start must not be taken for one of the last run."""
    people = await _people_first(house)
    here = Scene(house)
    here.planner = await house.run(PlannerAgent)
    here.asker = await house.asker()
    sums = await here.bidder("sums", result=TWO)
    sums.gate = asyncio.Event()
    wanted = goal(SUM)
    working = asyncio.create_task(here.achieve(wanted))
    await sums.done.of_length(1)
    await here.planner._own_up()
    sums.gate.set()
    assert (await working).steps[0].state == "done"
    assert people.told == []


async def test_open_goals_without_a_language_model_get_an_honest_answer(scene: Begin) -> None:
    here = await scene()
    (step,) = (await here.achieve(goal(wish("open_goal", "write me a poem", {"goal": "write me a poem"})))).steps
    assert step.state == "failed"
    assert step.problem is not None
    assert "Open questions need a language model" in step.problem
    with pytest.raises(Refused, match="Open questions need a language model"):
        await here.ask(Compose(owner=PERSON, instruction="Write a poem."))


BOILER = wish("open_goal", "who repairs the boiler?", {"goal": "who repairs it", "question": "who repairs the boiler"})
KNOWN = Answer(text="Ms Vale repairs the boiler.", confidence=0.5)


async def test_open_questions_go_to_whoever_knows_and_to_a_language_model_only_then(house: House, scene: Begin) -> None:
    async with serve(Reply(text="A plumber, I suppose.")) as server:
        house.settings = Settings(planning=QUICK.planning, llm=server.settings())
        here = await scene()
        (step,) = (await here.achieve(goal(BOILER))).steps
        assert isinstance(step.value, Answer)
        assert (step.value.text, step.agent) == ("A plumber, I suppose.", here.planner.identifier.name)
        knower = await here.bidder("librarian", AnswerQuestion, confidence=0.5, result=KNOWN)
        (step,) = (await here.achieve(goal(BOILER, id="g2"))).steps
        assert (step.value, step.bids) == (KNOWN, 2)
        asked = AnswerQuestion(owner=PERSON, question="who repairs the boiler", about="anything")
        assert list(knower.done) == [asked]
        assert len(server.requests) == 1


async def test_an_open_question_that_nobody_can_answer_gets_an_honest_answer(scene: Begin) -> None:
    here = await scene()
    (step,) = (await here.achieve(goal(BOILER))).steps
    assert (step.state, step.action.wire_name) == ("failed", "answer-question")
    assert step.problem is not None
    assert "Neither your documents nor what you told me say that. Open questions need a language model" in step.problem


async def test_a_language_model_is_not_asked_what_ones_own_notes_say(house: House, scene: Begin) -> None:
    async with serve(Reply(text="Something.")) as server:
        house.settings = Settings(planning=QUICK.planning, llm=server.settings())
        here = await scene()
        for number, intent in enumerate(("ask_documents", "ask_fact")):
            (step,) = (await here.achieve(goal(wish(intent, "who repairs the boiler"), id=f"g{number}"))).steps
            assert step.state == "failed"
        assert server.requests == []


async def test_a_missing_key_is_said_and_all_else_goes_on(
    house: House, scene: Begin, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.delenv("NO_SUCH_KEY", raising=False)
    llm = LlmSettings(url="https://llm.example/v1", model="a-model", key_env="NO_SUCH_KEY")
    house.settings = Settings(planning=QUICK.planning, llm=llm)
    with caplog.at_level(logging.WARNING, "agents"):
        here = await scene()
    assert "NO_SUCH_KEY" in caplog.text
    await here.bidder("sums", result=TWO)
    assert (await here.achieve(goal(SUM))).steps[0].state == "done"
    (step,) = (await here.achieve(goal(wish("open_goal", "write", {"goal": "write"}), id="g2"))).steps
    assert step.problem is not None
    assert "need a language model" in step.problem


async def test_with_a_language_model_open_goals_are_planned_by_it_with_what_is_offered(
    house: House, scene: Begin
) -> None:
    steps = '{"steps": [{"id": "a", "action": "calculate", "arguments": {"expression": "1+1"}, "after": []}]}'
    async with serve(Reply(text=steps), Reply(text="Roses are red.")) as server:
        house.settings = Settings(planning=QUICK.planning, llm=server.settings())
        here = await scene()
        await here.bidder("sums", result=TWO)
        report = await here.achieve(goal(wish("open_goal", "do the sum", {"goal": "do the sum"})))
        assert [(step.action.wire_name, step.state) for step in report.steps] == [("calculate", "done")]
        shown = str(server.requests[0].body)
        assert "calculate" in shown
        assert "read-screen" not in shown, "nobody here offers it"
        assert await here.ask(Compose(owner=PERSON, instruction="Write a poem.")) == Text(text="Roses are red.")


async def test_a_language_model_that_is_gone_is_said(house: House, scene: Begin) -> None:
    async with serve() as server:
        llm = server.settings(attempts=1)
    house.settings = Settings(planning=QUICK.planning, llm=llm)
    here = await scene()
    await here.bidder("sums", result=TWO)
    with pytest.raises(Failed) as caught:
        await here.achieve(goal(wish("open_goal", "write", {"goal": "write"})))
    assert "log says more" not in str(caught.value)
    assert (await here.achieve(goal(SUM, id="g2"))).steps[0].state == "done"


async def test_an_agent_that_vanishes_after_the_award_is_replaced(house: House, scene: Begin) -> None:
    house.settings = Settings(planning=PlanningSettings(step_seconds=1))
    here = await scene()
    gone: list[Offering] = []

    async def vanish(act: AgentAction, _: Job) -> Element | None:
        gone[0].client.abort()
        await gone[0].client.close()
        raise AssertionError

    async def bid(_: AgentAction) -> Bid:
        return Bid(seconds=0.1, confidence=1)

    gone.append(await house.player("vanishing", Service(Calculate, vanish, bid)))
    await here.bidder("staying", confidence=0.5, result=TWO)
    (step,) = (await here.achieve(goal(SUM))).steps
    assert (step.state, step.agent) == ("done", house.agent("staying").name)


async def test_questions_go_to_whoever_is_surest(scene: Begin) -> None:
    here = await scene()
    for name, confidence in (("documents", 0.6), ("memories", 0.8)):
        await here.bidder(name, AnswerQuestion, confidence=confidence, result=Text(text=name))
    asked = wish("ask_fact", "what is my sister's name?", {"question": "what is my sister's name?"})
    (step,) = (await here.achieve(goal(asked))).steps
    assert step.value == Text(text="memories")
