"""Plans on disk, and how far each of their steps is.

What a method returns has been written: the transaction is on the disk before it. Every change of a step is
one transaction that is made only from a state that leads there, so two processes cannot both move a step.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

from sqlalchemy import RowMapping, Select, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from ontology import json_language
from ontology.assistant import ASSISTANT
from ontology.assistant.goals import Plan, PlanStep, StepReport
from ontology.content import Ontology
from planning import graph
from planning.database import SCHEMA
from planning.errors import IllegalTransition, StoreError
from planning.state import FINAL, PlanState, StepState, advance, outcome, sources
from planning.tables import PLANS, STEPS
from storage.database import Database, open_database

_log = logging.getLogger(__name__)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class StoredStep:
    """A step, where it stands since when, and what became of it once it has ended."""

    step: PlanStep
    state: StepState
    report: StepReport | None
    changed: datetime


@dataclass(frozen=True, slots=True)
class StoredPlan:
    """A plan and where it stands. ``ended`` is None while it runs."""

    plan: Plan
    state: PlanState
    steps: tuple[StoredStep, ...]
    created: datetime
    ended: datetime | None


class PlanStore:
    """The plans of all persons, by the ids of their goals. Made by :meth:`open`; to be closed."""

    def __init__(self, database: Database, clock: Callable[[], datetime], ontology: Ontology) -> None:
        self._database = database
        self._clock = clock
        self._ontology = ontology

    @classmethod
    async def open(
        cls,
        where: str | Path,
        *,
        clock: Callable[[], datetime] = lambda: datetime.now(UTC),
        ontology: Ontology = ASSISTANT,
    ) -> "PlanStore":
        """Open a database, making or migrating it where needed.

        Args:
            where: path of a SQLite file, or the URL of a SQLite or PostgreSQL database.
            clock: tells the time, with its zone.
            ontology: the vocabulary of the actions in plans.

        Raises:
            StoreError: the database cannot be used.
        """
        return cls(await open_database(where, SCHEMA), clock, ontology)

    async def close(self) -> None:
        """Close the connections."""
        await self._database.close()

    async def save(self, plan: Plan) -> bool:
        """Store a new plan, all steps pending; its id is that of its goal.

        Returns:
            False if there is a plan of this goal already; it stays as it is.

        Raises:
            MalformedPlan: the steps cannot be done in any order.
            StoreError: it could not be written.
        """
        graph.check(plan.steps)
        now = self._now()
        try:
            async with self._database.writing() as connection:
                await self._insert(connection, plan, now)
        except StoreError as error:
            if isinstance(error.__cause__, IntegrityError):
                return False
            raise
        return True

    async def set_step(
        self,
        plan_id: str,
        step_id: str,
        state: StepState,
        report: StepReport | None = None,
        *,
        through: Sequence[StepState] = (),
    ) -> None:
        """Move a step to ``state``; with the last of its steps a plan ends.

        Args:
            plan_id: id of the plan's goal.
            step_id: id of the step.
            state: where it goes.
            report: what became of it; given if and only if the state is final.
            through: states that it goes through on its way there, in the same transaction. Waiting for the disk is
                what takes long, and a state that nothing outside depends on need not wait for it by itself.

        Raises:
            IllegalTransition: the step's state does not lead there, or the report does not fit.
            StoreError: there is no such step, or it could not be written.
        """
        if (report is not None) != (state in FINAL):
            raise IllegalTransition(f"A step that becomes {state} must {'not ' * (state not in FINAL)}bring a report.")
        if report is not None and (report.id, report.state) != (step_id, state):
            raise IllegalTransition(f"The report of step {step_id}, {state}, is of {report.id}, {report.state}.")
        path = (*through, state)
        for before, after in pairwise(path):
            advance(before, after)
        this = (STEPS.c.plan_id == plan_id) & (STEPS.c.id == step_id)
        content = json_language.encode((report,)) if report is not None else None
        async with self._database.writing() as connection:
            moved = await connection.execute(
                update(STEPS)
                .where(this, STEPS.c.state.in_(sources(path[0])))
                .values(state=state, report=content, changed=self._now())
            )
            if moved.rowcount:
                if state in FINAL:
                    await self._end_if_over(connection, plan_id)
                return
            current = (await connection.execute(select(STEPS.c.state).where(this))).scalar_one_or_none()
        if current is None:
            raise StoreError(f"There is no step {step_id} in a plan {plan_id}.")
        raise IllegalTransition(f"A step that is {current} cannot become {path[0]}.")

    async def get(self, plan_id: str) -> StoredPlan | None:
        """Return the plan of a goal, or None where there is none.

        Raises:
            StoreError: it could not be read.
        """
        found = await self._read(select(PLANS).where(PLANS.c.id == plan_id))
        return found[0] if found else None

    async def unfinished(self, person: str | None = None) -> tuple[StoredPlan, ...]:
        """Return the plans that have not ended, the oldest first; of one person (a bare JID) or of all.

        Steps that were under way when the process ended still say so: see ``planning.state.interrupted``.

        Raises:
            StoreError: they could not be read.
        """
        query = select(PLANS).where(PLANS.c.state == PlanState.RUNNING).order_by(PLANS.c.created, PLANS.c.id)
        return await self._read(query if person is None else query.where(PLANS.c.person == person))

    async def history(self, person: str, limit: int = 20) -> tuple[StoredPlan, ...]:
        """Return the last ``limit`` plans of a person (a bare JID), the newest first.

        Raises:
            StoreError: they could not be read.
        """
        query = select(PLANS).where(PLANS.c.person == person)
        return await self._read(query.order_by(PLANS.c.created.desc(), PLANS.c.id).limit(limit))

    async def _insert(self, connection: AsyncConnection, plan: Plan, now: int) -> None:
        goal = plan.goal
        await connection.execute(
            insert(PLANS).values(
                id=goal.id,
                person=goal.person,
                state=PlanState.RUNNING,
                content=json_language.encode((plan,)),
                created=now,
            )
        )
        rows = [
            {"plan_id": goal.id, "id": step.id, "position": place, "state": StepState.PENDING, "changed": now}
            for place, step in enumerate(plan.steps)
        ]
        if rows:
            await connection.execute(insert(STEPS), rows)

    async def _end_if_over(self, connection: AsyncConnection, plan_id: str) -> None:
        states = await connection.execute(select(STEPS.c.state).where(STEPS.c.plan_id == plan_id))
        state = outcome([StepState(name) for name in states.scalars()])
        if state is not PlanState.RUNNING:
            await connection.execute(update(PLANS).where(PLANS.c.id == plan_id).values(state=state, ended=self._now()))

    async def _read(self, query: Select[tuple[object, ...]]) -> tuple[StoredPlan, ...]:
        async with self._database.reading() as connection:
            plans = (await connection.execute(query)).mappings().all()
            ids = [row["id"] for row in plans]
            steps = (
                await connection.execute(
                    select(STEPS).where(STEPS.c.plan_id.in_(ids)).order_by(STEPS.c.plan_id, STEPS.c.position)
                )
            ).mappings()
            rows: dict[str, list[RowMapping]] = {name: [] for name in ids}
            for row in steps:
                rows[row["plan_id"]].append(row)
        stored = [self._stored(row, rows[row["id"]]) for row in plans]
        return tuple(plan for plan in stored if plan is not None)

    def _stored(self, row: RowMapping, steps: Sequence[RowMapping]) -> StoredPlan | None:
        """Return the plan in a row; None for one whose actions this version does not know, which is logged."""
        try:
            (plan,) = json_language.decode(row["content"], self._ontology)
            if not isinstance(plan, Plan):
                raise json_language.MalformedContent("it holds no plan")
            by_id = {step.id: step for step in plan.steps}
            return StoredPlan(
                plan=plan,
                state=PlanState(row["state"]),
                steps=tuple(
                    StoredStep(
                        step=by_id[step["id"]],
                        state=StepState(step["state"]),
                        report=self._report(step["report"]),
                        changed=_time(step["changed"]),
                    )
                    for step in steps
                ),
                created=_time(row["created"]),
                ended=_time(row["ended"]) if row["ended"] is not None else None,
            )
        except (json_language.MalformedContent, ValueError, KeyError) as error:
            _log.warning("the plan %s cannot be read and is left alone: %s", row["id"], type(error).__name__)
            return None

    def _report(self, content: str | None) -> StepReport | None:
        if content is None:
            return None
        (report,) = json_language.decode(content, self._ontology)
        if not isinstance(report, StepReport):
            raise json_language.MalformedContent("it holds no report")
        return report

    def _now(self) -> int:
        return (self._clock() - _EPOCH) // _MICROSECOND


def _time(microseconds: int) -> datetime:
    return _EPOCH + microseconds * _MICROSECOND
