"""The planner: goals into plans, and each step to the agent that bids best for it.

A step is announced by contract net to the agents that the directory names for its action. Who fails is left out and
the step announced again, unless it may already have had an effect outside: such a step is never done twice.
"""

import asyncio
import functools
import logging
import time
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, ClassVar, Final
from zoneinfo import ZoneInfo

from tzlocal import get_localzone_name

from agents.base import AssistantAgent
from agents.places import own_folder
from behaviours.contract_net import Award, Offer, OnAward
from behaviours.outcomes import ConversationFailed, Fail, NoBids, Refuse
from behaviours.services import Job, Service
from ontology.acl import AgentIdentifier
from ontology.assistant import (
    ACTIONS,
    AchieveGoal,
    Answer,
    AnswerQuestion,
    CancelGoals,
    Compose,
    Goal,
    GoalReport,
    ListGoals,
    MakePlan,
    Notify,
    Plan,
    PlanStep,
    RunningGoals,
    StepReport,
    Text,
)
from ontology.content import AgentAction, Effect
from ontology.expressions import Bid, Declined, InternalError, NotPermitted, UnsupportedFunction
from ontology.management import DFAgentDescription
from planning import award, execution
from planning.composing import Composer, what_can_be_done
from planning.errors import LlmRefused, PlanningError
from planning.llm.openai_compatible import OpenAICompatible
from planning.planner import Planner
from planning.state import FINAL, StepState
from planning.store import PlanStore

logger = logging.getLogger(__name__)

_REPEATABLE = frozenset({Effect.READ_FILES, Effect.READ_SCREEN, Effect.RUN_CODE, Effect.WEB})
"""Effects of which a second try does no harm: they read, or stay within the sandbox."""
_GENERAL: Final = 0.3
"""Confidence of an answer from general knowledge: it rests on nothing that the person could look at."""
_NOTIFY_TRIES: Final = 60
_NOTIFY_PAUSE: Final = 2.0
"""Seconds between two tries to tell a person something: the dialogue agent may still be starting."""


class PlannerAgent(AssistantAgent):
    """Plans goals, has their steps done by others, and reports."""

    kind: ClassVar[str] = "planner"
    errors: ClassVar[tuple[type[Exception], ...]] = (PlanningError,)

    async def prepare(self) -> None:
        """Open the store of plans, and set up the language model where one is configured."""
        settings = self.context.settings
        folder = own_folder(self.context.data, "planning")
        self._running: dict[str, tuple[Goal, asyncio.Task[Any]]] = {}
        self._stopped: set[str] = set()
        self._model = self._language_model()
        self._planner = Planner(model=self._model)
        self._store = await PlanStore.open(settings.planning.database or folder / f"{self.name}.db")
        self._interrupted = await self._store.unfinished()

    def _language_model(self) -> OpenAICompatible | None:
        """Return the configured language model; None where there is none, or where its key is missing."""
        if not self.context.settings.llm.configured:
            return None
        try:
            return OpenAICompatible(self.context.settings.llm)
        except LlmRefused as error:
            logger.warning("open questions cannot be answered: %s", error)
            return None

    async def ready(self) -> None:
        """Own up to what the end of the last run interrupted."""
        self.submit(self._own_up())

    async def release(self) -> None:
        """Close the store and the language model."""
        if hasattr(self, "_store"):
            if self._model is not None:
                await self._model.aclose()
            await self._store.close()

    def skills(self) -> Iterable[Service[Any]]:
        """Offer planning, and what can be told and stopped of it."""
        return (
            Service(AchieveGoal, self._achieve, name="achieve-goal"),
            Service(MakePlan, self._make_plan, name="make-plan"),
            Service(ListGoals, self._list, name="list-goals"),
            Service(CancelGoals, self._cancel, name="cancel-goals"),
            Service(Compose, self._compose, self._bid_compose, name="compose"),
            Service(AnswerQuestion, self._answer, self._bid_answer, name="general-knowledge"),
        )

    async def _make_plan(self, act: MakePlan, _: Job) -> Plan:
        return await self._plan(act.goal)

    async def _plan(self, goal: Goal) -> Plan:
        return await self._planner.plan(goal, await self._offered() if self._model is not None else ())

    async def _offered(self) -> tuple[type[AgentAction], ...]:
        """Return the actions that some agent offers, for a language model to plan with."""
        found = await self.directory.search(DFAgentDescription())
        types = {s.type for offer in found if isinstance(offer, DFAgentDescription) for s in offer.services}
        return tuple(action for action in ACTIONS if action.wire_name in types)

    async def _achieve(self, act: AchieveGoal, _: Job) -> GoalReport:
        plan = await self._plan(act.goal)
        settings = self.context.settings.planning
        task = asyncio.current_task()
        assert task is not None
        self._running[act.goal.id] = (act.goal, task)
        try:
            if not await self._store.save(plan):  # asked for again, which must not do it again
                raise Fail(InternalError(explanation="I have worked on that already."))
            async with asyncio.timeout(settings.goal_seconds):
                report = await execution.run(plan, functools.partial(self._do, plan))
            for step in report.steps:
                if step.state == "skipped":
                    await self._store.set_step(plan.goal.id, step.id, StepState.SKIPPED, step)
        except asyncio.CancelledError:
            if plan.goal.id in self._stopped:  # by the person; otherwise the agent stops, and owns up next time
                self._stopped.discard(plan.goal.id)
                await self._leave_rest(plan.goal.id, "stopped")
            raise
        except TimeoutError:
            await self._leave_rest(plan.goal.id, "out of time")
            raise Fail(InternalError(explanation="That took longer than I may work on one thing.")) from None
        finally:
            del self._running[act.goal.id]
        return report

    async def _list(self, act: ListGoals, _: Job) -> RunningGoals:
        return RunningGoals(texts=tuple(g.text for g, _ in self._running.values() if g.person == act.person))

    async def _cancel(self, act: CancelGoals, _: Job) -> RunningGoals:
        theirs = [(goal, task) for goal, task in self._running.values() if goal.person == act.person]
        for goal, task in theirs:
            self._stopped.add(goal.id)
            task.cancel()
        return RunningGoals(texts=tuple(goal.text for goal, _ in theirs))

    async def _do(self, plan: Plan, step: PlanStep, action: AgentAction) -> StepReport:
        """Have one step done; that it runs is on disk before anybody is told to begin."""
        store = functools.partial(self._store.set_step, plan.goal.id, step.id)
        announced: tuple[StepState, ...] = (StepState.ANNOUNCED,)  # calling for bids does nothing, and needs no disk

        async def awarded(_: Offer) -> None:
            nonlocal announced
            await store(StepState.RUNNING, through=(*announced, StepState.AWARDED))
            announced = ()

        started = time.monotonic()
        report = await self._have_done(step.model_copy(update={"action": action}), awarded, started)
        await store(StepState(report.state), report, through=announced)
        return report

    async def _have_done(self, step: PlanStep, awarded: OnAward, started: float) -> StepReport:
        excluded: set[AgentIdentifier] = set()
        problem: ConversationFailed = NoBids(())
        for number in range(self.context.settings.planning.max_rounds):
            try:
                won = await self._announce(step, excluded, awarded)
            except ConversationFailed as error:
                if number == 0:  # the best bidder knows best what is wrong
                    problem = error
                logger.info("step %s (%s) failed: %s", step.id, step.action.wire_name, error)
                if isinstance(error, NoBids) and not error.refusals:
                    continue  # all were silent: they may be at their first work, and quicker next time
                if error.agent is None or not self._may_repeat(step, error):
                    break
                excluded.add(error.agent)
            else:
                logger.info("%s won %s of %d bids", won.winner.bidder, step.action.wire_name, len(won.offers))
                return StepReport(
                    id=step.id,
                    action=step.action,
                    state="done",
                    agent=won.winner.bidder.name,
                    bids=len(won.offers),
                    seconds=time.monotonic() - started,
                    value=won.value,
                )
        return StepReport(
            id=step.id,
            action=step.action,
            state="failed",
            agent=str(problem.agent) if problem.agent else None,
            seconds=time.monotonic() - started,
            problem=str(problem),
        )

    async def _announce(self, step: PlanStep, excluded: set[AgentIdentifier], awarded: OnAward) -> Award:
        settings = self.context.settings.planning
        bidders = [agent for agent in await self.search(type(step.action)) if agent not in excluded]
        if not bidders:
            raise NoBids((InternalError(explanation=self._nobody(step.action)),))
        return await self.contract_net(
            bidders,
            step.action,
            rank=self._rank,
            bid_timeout=settings.bid_seconds,
            timeout=settings.step_seconds,
            on_award=awarded,
        )

    @staticmethod
    def _nobody(action: AgentAction) -> str:
        if isinstance(action, Compose):
            return what_can_be_done()
        return f"No agent here can do that ({action.wire_name})."

    async def _bid_compose(self, _: Compose) -> Bid:
        if self._model is None:
            raise Refuse(UnsupportedFunction(function="compose", explanation=what_can_be_done()))
        return self.bid(seconds=5, confidence=0.7, cost=0.3)

    async def _compose(self, act: Compose, _: Job) -> Text:
        return await self._written(act.instruction)

    async def _bid_answer(self, act: AnswerQuestion) -> Bid:
        """Bid so low that whoever has found an answer in what the person owns or said goes before."""
        if act.about != "anything":
            raise Refuse(UnsupportedFunction(function="answer-question"))
        if self._model is None:
            explanation = f"Neither your documents nor what you told me say that. {what_can_be_done()}"
            raise Refuse(UnsupportedFunction(function="answer-question", explanation=explanation))
        return self.bid(seconds=5, confidence=_GENERAL, cost=0.3)

    async def _answer(self, act: AnswerQuestion, _: Job) -> Answer:
        written = await self._written(act.question)
        return Answer(text=written.text, sources=written.sources, confidence=_GENERAL)

    async def _written(self, instruction: str) -> Text:
        if self._model is None:
            raise Refuse(UnsupportedFunction(function="compose", explanation=what_can_be_done()))
        zone = get_localzone_name()
        now = datetime.now(ZoneInfo(zone))
        return await Composer(self._model).compose(instruction, now=now, zone=zone)

    async def _own_up(self) -> None:
        """Tell people what the end of the last run interrupted, and count it as left out."""
        for stored in self._interrupted:
            goal = stored.plan.goal
            await self._leave_rest(goal.id, "interrupted")
            text = (
                f"I was stopped while I worked on “{goal.text}”. It may be done in part: please look, "
                "and say it again if you still want it."
            )
            await self._notify(Notify(person=goal.person, text=text, delivery=f"interrupted-{goal.id}"))

    async def _leave_rest(self, goal: str, why: str) -> None:
        """Count the steps of a plan that have not ended as left out, which ends the plan."""
        stored = await self._store.get(goal)
        for item in stored.steps if stored is not None else ():
            if item.state not in FINAL:
                report = StepReport(id=item.step.id, action=item.step.action, state="skipped", problem=why)
                await self._store.set_step(goal, item.step.id, StepState.SKIPPED, report)

    async def _notify(self, act: Notify) -> None:
        for _ in range(_NOTIFY_TRIES):
            try:
                await self.request(await self.find_one(Notify), act, timeout=20)
            except (ConversationFailed, OSError) as error:
                logger.info("%s could not be told yet: %s", act.person, error)
                await asyncio.sleep(_NOTIFY_PAUSE)
            else:
                return

    def _rank(self, offers: Sequence[Offer]) -> Sequence[Offer]:
        by_bidder = {offer.bidder: offer for offer in offers}
        ranked = award.rank(
            [award.Offer(offer.bidder, offer.bid) for offer in offers],
            weights=self.context.settings.planning.award,
        )
        return [by_bidder[offer.bidder] for offer in ranked]

    @staticmethod
    def _may_repeat(step: PlanStep, error: ConversationFailed) -> bool:
        return not isinstance(error.reason, Declined | NotPermitted) and step.action.effects <= _REPEATABLE
