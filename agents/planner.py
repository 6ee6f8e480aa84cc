"""The planner: goals into plans, and each step to the agent that bids best for it.

A step is announced by contract net to the agents that the directory names for its action. Who fails is left out and
the step announced again, unless it may already have had an effect outside: such a step is never done twice.
"""

import asyncio
import logging
import time
from collections.abc import Iterable, Sequence
from typing import Any, ClassVar

from agents.base import AssistantAgent
from behaviours.contract_net import Offer
from behaviours.outcomes import ConversationFailed, Fail, NoBids
from behaviours.services import Job, Service
from ontology.acl import AgentIdentifier
from ontology.assistant import (
    AchieveGoal,
    CancelGoals,
    Goal,
    GoalReport,
    ListGoals,
    MakePlan,
    Plan,
    PlanStep,
    RunningGoals,
    StepReport,
)
from ontology.content import Effect
from ontology.expressions import Declined, InternalError, NotPermitted
from planning import award, execution
from planning.errors import PlanningError
from planning.templates import make_plan

logger = logging.getLogger(__name__)

_REPEATABLE = frozenset({Effect.READ_FILES, Effect.READ_SCREEN, Effect.RUN_CODE, Effect.WEB})
"""Effects of which a second try does no harm: they read, or stay within the sandbox."""


class PlannerAgent(AssistantAgent):
    """Plans goals, has their steps done by others, and reports."""

    kind: ClassVar[str] = "planner"
    errors: ClassVar[tuple[type[Exception], ...]] = (PlanningError,)

    async def prepare(self) -> None:
        """Begin with nothing under way."""
        self._running: dict[str, tuple[Goal, asyncio.Task[Any]]] = {}

    def skills(self) -> Iterable[Service[Any]]:
        """Offer planning, and what can be told and stopped of it."""
        return (
            Service(AchieveGoal, self._achieve, name="achieve-goal"),
            Service(MakePlan, self._make_plan, name="make-plan"),
            Service(ListGoals, self._list, name="list-goals"),
            Service(CancelGoals, self._cancel, name="cancel-goals"),
        )

    async def _make_plan(self, act: MakePlan, _: Job) -> Plan:
        return await self._plan(act.goal)

    async def _plan(self, goal: Goal) -> Plan:
        return make_plan(goal)

    async def _achieve(self, act: AchieveGoal, _: Job) -> GoalReport:
        plan = await self._plan(act.goal)
        settings = self.context.settings.planning
        task = asyncio.current_task()
        assert task is not None
        self._running[act.goal.id] = (act.goal, task)
        try:
            async with asyncio.timeout(settings.goal_seconds):
                return await execution.run(plan, self._do)
        except TimeoutError:
            raise Fail(InternalError(explanation="That took longer than I may work on one thing.")) from None
        finally:
            del self._running[act.goal.id]

    async def _list(self, act: ListGoals, _: Job) -> RunningGoals:
        return RunningGoals(texts=tuple(g.text for g, _ in self._running.values() if g.person == act.person))

    async def _cancel(self, act: CancelGoals, _: Job) -> RunningGoals:
        theirs = [(goal, task) for goal, task in self._running.values() if goal.person == act.person]
        for _goal, task in theirs:
            task.cancel()
        return RunningGoals(texts=tuple(goal.text for goal, _ in theirs))

    async def _do(self, step: PlanStep) -> StepReport:
        started = time.monotonic()
        excluded: set[AgentIdentifier] = set()
        problem: ConversationFailed | None = None
        for _ in range(self.context.settings.planning.max_rounds):
            try:
                return await self._announce(step, excluded, started)
            except ConversationFailed as error:
                if problem is None or not isinstance(error, NoBids):
                    problem = error
                logger.info("step %s (%s) failed: %s", step.id, step.action.wire_name, error)
                if error.agent is None or not self._may_repeat(step, error):
                    break
                excluded.add(error.agent)
        assert problem is not None
        return StepReport(
            id=step.id,
            action=step.action,
            state="failed",
            agent=str(problem.agent) if problem.agent else None,
            seconds=time.monotonic() - started,
            problem=str(problem),
        )

    async def _announce(self, step: PlanStep, excluded: set[AgentIdentifier], started: float) -> StepReport:
        settings = self.context.settings.planning
        bidders = [agent for agent in await self.search(type(step.action)) if agent not in excluded]
        if not bidders:
            raise NoBids(())
        outcome = await self.contract_net(
            bidders,
            step.action,
            rank=self._rank,
            bid_timeout=settings.bid_seconds,
            timeout=settings.step_seconds,
        )
        logger.info("%s won %s against %d", outcome.winner.bidder, step.action.wire_name, len(outcome.offers) - 1)
        return StepReport(
            id=step.id,
            action=step.action,
            state="done",
            agent=outcome.winner.bidder.name,
            bids=len(outcome.offers),
            seconds=time.monotonic() - started,
            value=outcome.value,
        )

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
