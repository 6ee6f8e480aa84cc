"""The scheduler: reminders are set, listed, cancelled, and delivered when they are due."""

from collections.abc import Iterable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from agents.base import AssistantAgent
from agents.places import own_folder
from behaviours.outcomes import Fail
from behaviours.services import Job, Service
from ontology.assistant import (
    CancelReminder,
    ListReminders,
    Notify,
    Reminder,
    Reminders,
    RemindersCancelled,
    SetReminder,
    TellTime,
    Text,
)
from ontology.content import AgentAction
from ontology.expressions import Bid, UnrecognisedParameterValue
from scheduling import phrases, reminder
from scheduling.clock import SystemClock
from scheduling.due_queue import DueQueue, DueReminder
from scheduling.errors import AlreadyDeliveredError, SchedulingError
from scheduling.matching import MatchKind, match
from scheduling.places import zone_of
from scheduling.repeating import clock_time
from scheduling.store import ReminderStore
from scheduling.walltime import WallTime, zone_named

_DELIVERY_TIMEOUT = 25.0


class SchedulerAgent(AssistantAgent):
    """Keeps reminders on disk and delivers them through the dialogue agent."""

    kind: ClassVar[str] = "scheduler"
    errors: ClassVar[tuple[type[Exception], ...]] = (SchedulingError,)

    async def prepare(self) -> None:
        """Open the store, and begin to wait for what is due."""
        settings = self.context.settings.scheduling
        folder = own_folder(self.context.data, "scheduling")
        self._store = await ReminderStore.open(settings.database or folder / "reminders.db", settings=settings)
        clock = SystemClock(longest_sleep_s=settings.longest_sleep_s)
        self._queue = DueQueue(self._store, clock, self._deliver, settings=settings)

    async def ready(self) -> None:
        """Begin to deliver: what was due while nobody was there comes first."""
        self._queue.start()

    async def finish(self) -> None:
        """Stop delivering; what is on its way gets a moment to arrive and be noted."""
        await self._queue.stop()

    async def release(self) -> None:
        """Close the store."""
        if hasattr(self, "_store"):
            await self._store.close()

    def skills(self) -> Iterable[Service[Any]]:
        """Offer reminders."""
        return (
            Service(SetReminder, self._set, self._bid, name="set-reminder"),
            Service(ListReminders, self._list, self._bid, name="list-reminders"),
            Service(CancelReminder, self._cancel, self._bid, name="cancel-reminder"),
            Service(TellTime, self._tell_time, self._bid, name="tell-time"),
        )

    async def _bid(self, _: AgentAction) -> Bid:
        return self.bid(seconds=0.05, confidence=0.98)

    async def _set(self, act: SetReminder, job: Job) -> Reminder:
        await self.consent(act.owner, act, f"May I remind you of “{act.text}”?")
        due = WallTime(act.due.astimezone(zone_named(act.zone)).replace(tzinfo=None), act.zone, fold=act.due.fold)
        kept = await self._store.add(
            owner=act.owner,
            text=act.text,
            due=due,
            now=datetime.now(UTC),
            rrule=act.rrule,
            key=job.conversation_id,
        )
        if act.instead_of is not None:  # only now: who is cut off in between is reminded twice, not never
            with suppress(AlreadyDeliveredError):
                await self._store.cancel(act.owner, act.instead_of, now=datetime.now(UTC))
        return self._said(kept)

    async def _list(self, act: ListReminders, _: Job) -> Reminders:
        return Reminders(items=tuple(self._said(item) for item in await self._store.list(act.owner)))

    async def _cancel(self, act: CancelReminder, _: Job) -> RemindersCancelled:
        there = await self._store.list(act.owner)
        found = match(act.which, there)
        if found.kind is MatchKind.NONE:
            there_are = "You have no reminders." if not there else "Say “list my reminders” to see them."
            raise Fail(
                UnrecognisedParameterValue(
                    object_name="cancel-reminder",
                    parameter="which",
                    explanation=f"I have no reminder like that. {there_are}",
                )
            )
        if found.kind is MatchKind.SEVERAL:
            listed = "\n".join(f"- {item.text}, {self._said(item).said}" for item in found.reminders)
            raise Fail(
                UnrecognisedParameterValue(
                    object_name="cancel-reminder", parameter="which", explanation=f"Several fit. Which one?\n{listed}"
                )
            )
        count = len(found.reminders)
        question = f"Cancel {count} reminders?" if count > 1 else f"Cancel “{found.reminders[0].text}”?"
        await self.consent(act.owner, act, question, count=count)
        now = datetime.now(UTC)
        for item in found.reminders:
            await self._store.cancel(act.owner, item.id, now=now)
        return RemindersCancelled(items=tuple(self._said(item) for item in found.reminders))

    async def _tell_time(self, act: TellTime, _: Job) -> Text:
        zone = zone_of(act.place) if act.place else zone_named(act.zone)
        now = datetime.now(zone)
        clock = clock_time(now, hour12=self.context.settings.scheduling.hour12)
        where = f" in {act.place}" if act.place else ""
        return Text(text=f"It is {clock}{where}, {now:%A} {now.day} {now:%B %Y}.")

    async def _deliver(self, due: DueReminder) -> None:
        settings = self.context.settings.scheduling
        zone = due.reminder.due.zone
        late = phrases.late_notice(
            due.reminder.due_at,
            now=datetime.now(UTC),
            zone=zone,
            missed=due.missed,
            attempt=due.attempt,
            late_after_s=settings.late_after_s,
            hour12=settings.hour12,
        )
        text = f"Reminder: {due.reminder.text}" + (f"\n({late})" if late else "")
        dialogue = await self.find_one(Notify)
        await self.request(
            dialogue,
            Notify(
                person=due.reminder.owner,
                text=text,
                delivery=due.delivery_id,
                since=due.reminder.due_at - timedelta(minutes=1) if due.maybe_delivered else None,
            ),
            timeout=_DELIVERY_TIMEOUT,
        )

    def _said(self, item: reminder.Reminder) -> Reminder:
        return Reminder(
            id=item.id,
            text=item.text,
            due=item.due_at,
            zone=item.due.zone,
            rrule=item.rrule,
            said=phrases.when_due(item, now=datetime.now(UTC), hour12=self.context.settings.scheduling.hour12),
        )
