from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from actuation.policy import Policy
from actuation.settings import ActuationSettings
from agents.scheduler import SchedulerAgent
from agents.settings import Settings
from behaviours.outcomes import Fail, Failed, Refused
from behaviours.services import Job, Service
from ontology.assistant import (
    CancelReminder,
    Delivered,
    ListReminders,
    Notify,
    Reminder,
    Reminders,
    RemindersCancelled,
    SetReminder,
    TellTime,
    Text,
)
from ontology.content import AgentAction, Element
from ontology.expressions import InternalError
from scheduling.settings import SchedulingSettings
from scheduling.store import ReminderStore
from scheduling.walltime import WallTime
from tests.agents.house import House
from tests.xmpp.directory import Offering
from tests.xmpp.society import Log

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group(__name__)]

ZONE = "Europe/Berlin"
OWNER = "ann@people.example"
QUICK = Settings(scheduling=SchedulingSettings(longest_sleep_s=0.2, retry_first_s=0.2))


def soon(seconds: float = 0.3) -> datetime:
    return datetime.now(ZoneInfo(ZONE)) + timedelta(seconds=seconds)


def reminder(text: str, due: datetime, *, owner: str = OWNER, rrule: str | None = None) -> SetReminder:
    return SetReminder(owner=owner, text=text, due=due, zone=ZONE, rrule=rrule)


class Scene:
    """A scheduler, people who are told, and somebody who asks."""

    def __init__(self, house: House) -> None:
        self.house = house

    async def begin(self, settings: Settings = QUICK) -> Scene:
        self.house.settings = settings
        await self.house.directory_agent()
        self.people = await self.house.people()
        self.scheduler = await self.house.run(SchedulerAgent)
        self.asker: Offering = await self.house.asker()
        return self

    async def ask(self, act: AgentAction) -> Element | None:
        return await self.asker.request(self.scheduler.identifier, act, timeout=10)

    async def list(self, owner: str = OWNER) -> list[str]:
        found = await self.ask(ListReminders(owner=owner))
        assert isinstance(found, Reminders)
        return [item.text for item in found.items]


async def test_reminders_are_set_and_listed_by_person(house: House) -> None:
    here = await Scene(house).begin()
    tomorrow = soon() + timedelta(days=1)
    kept = await here.ask(reminder("call John", tomorrow))
    assert isinstance(kept, Reminder)
    assert (kept.text, kept.due, kept.zone) == ("call John", tomorrow.astimezone(UTC), ZONE)
    assert "tomorrow" in kept.said
    await here.ask(reminder("stretch", soon(3600)))
    await here.ask(reminder("something private", soon(3600), owner="bob@people.example"))
    assert await here.list() == ["stretch", "call John"]
    assert await here.list("bob@people.example") == ["something private"]


async def test_a_reminder_is_delivered_when_it_is_due(house: House) -> None:
    here = await Scene(house).begin()
    await here.ask(reminder("stretch", soon()))
    (told,) = await here.people.told.of_length(1)
    assert (told.person, told.text) == (OWNER, "Reminder: stretch")
    assert told.delivery
    assert told.since is None


async def test_a_recurring_one_comes_again(house: House) -> None:
    settings = Settings(scheduling=SchedulingSettings(longest_sleep_s=0.2, shortest_repeat_s=1))
    here = await Scene(house).begin(settings)
    due = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=1)
    await here.ask(reminder("breathe", due, rrule="FREQ=SECONDLY;INTERVAL=1;COUNT=2"))
    told = await here.people.told.of_length(2)
    assert {act.text.partition("\n")[0] for act in told} == {"Reminder: breathe"}
    assert told[0].delivery != told[1].delivery


async def test_what_was_due_while_nobody_was_there_comes_late_and_once(house: House) -> None:
    here = await Scene(house).begin()
    await here.scheduler.stop()
    store = await ReminderStore.open(house.data / "scheduling" / "reminders.db")
    due = WallTime(soon(-30).replace(tzinfo=None), ZONE)
    await store.add(owner=OWNER, text="stretch", due=due, now=datetime.now(UTC))
    await store.close()
    assert here.people.told == []
    again = await house.run(SchedulerAgent)
    (told,) = await here.people.told.of_length(1)
    assert told.text.startswith("Reminder: stretch\n(")
    await again.stop()
    await house.run(SchedulerAgent)
    assert await here.list() == []
    assert len(here.people.told) == 1


async def test_a_delivery_that_fails_is_tried_again(house: House) -> None:
    tries: Log[Notify] = Log()

    async def deaf_at_first(act: Notify, _: Job) -> Delivered:
        tries.append(act)
        if len(tries) < 2:
            raise Fail(InternalError(explanation="The line is down."))
        return Delivered()

    house.settings = QUICK
    await house.directory_agent()
    scheduler = await house.run(SchedulerAgent)
    asker = await house.asker()
    await asker.request(scheduler.identifier, reminder("stretch", soon()), timeout=5)
    # Nobody is there to tell people anything, yet.
    await house.player("people", Service(Notify, deaf_at_first))
    first, second = await tries.of_length(2)
    assert (first.delivery, first.text.partition("\n")[0]) == (second.delivery, "Reminder: stretch")


async def test_reminders_are_cancelled_by_words_or_number(house: House) -> None:
    here = await Scene(house).begin()
    for text in ("call John", "call Ann", "water the plants"):
        await here.ask(reminder(text, soon(3600)))
    gone = await here.ask(CancelReminder(owner=OWNER, which="plants"))
    assert isinstance(gone, RemindersCancelled)
    assert [item.text for item in gone.items] == ["water the plants"]
    with pytest.raises(Failed, match=r"Several fit\. Which one\?\n- call"):
        await here.ask(CancelReminder(owner=OWNER, which="call"))
    with pytest.raises(Failed, match="no reminder like that"):
        await here.ask(CancelReminder(owner=OWNER, which="the moon"))
    with pytest.raises(Failed, match="You have no reminders"):
        await here.ask(CancelReminder(owner="bob@people.example", which="call John"))
    gone = await here.ask(CancelReminder(owner=OWNER, which="all"))
    assert isinstance(gone, RemindersCancelled)
    assert len(gone.items) == 2
    assert here.people.asked == []


async def test_a_reminder_takes_the_place_of_the_one_that_was_wrong(house: House) -> None:
    here = await Scene(house).begin()
    await here.ask(reminder("water the plants", soon(3600)))
    wrong = await here.ask(reminder("call John", soon(3600)))
    assert isinstance(wrong, Reminder)
    right = await here.ask(reminder("call Jane", soon(7200)).model_copy(update={"instead_of": wrong.id}))
    assert isinstance(right, Reminder)
    assert right.text == "call Jane"
    assert await here.list() == ["water the plants", "call Jane"]


async def test_what_was_wrong_and_has_come_already_is_set_right_all_the_same(house: House) -> None:
    here = await Scene(house).begin()
    gone = await here.ask(reminder("stretch", soon()))
    assert isinstance(gone, Reminder)
    await here.people.told.of_length(1)
    await here.ask(reminder("stretch", soon(3600)).model_copy(update={"instead_of": gone.id}))
    assert await here.list() == ["stretch"]


async def test_nobody_replaces_reminders_of_others(house: House) -> None:
    here = await Scene(house).begin()
    theirs = await here.ask(reminder("call John", soon(3600)))
    assert isinstance(theirs, Reminder)
    act = reminder("x", soon(3600), owner="bob@people.example").model_copy(update={"instead_of": theirs.id})
    with pytest.raises(Failed):
        await here.ask(act)
    assert await here.list() == ["call John"]


@pytest.mark.parametrize("yes", [True, False])
async def test_cancelling_many_is_asked_about(house: House, *, yes: bool) -> None:
    here = await Scene(house).begin()
    here.people.says_yes = yes
    for number in range(4):
        await here.ask(reminder(f"number {number}", soon(3600)))
    if yes:
        await here.ask(CancelReminder(owner=OWNER, which="all"))
    else:
        with pytest.raises((Refused, Failed), match="I leave it"):
            await here.ask(CancelReminder(owner=OWNER, which="all"))
    assert [act.question for act in here.people.asked] == ["Cancel 4 reminders?"]
    assert len(await here.list()) == (0 if yes else 4)


@pytest.mark.parametrize(
    ("act", "said"),
    [
        (reminder("x", datetime(2020, 1, 1, 9, tzinfo=UTC)), "passed"),
        (reminder("x", datetime(2400, 1, 1, 9, tzinfo=UTC)), "years"),
        (reminder("x", soon(3600), rrule="FREQ=NEVER"), "NEVER"),
        (SetReminder(owner=OWNER, text="x", due=soon(3600), zone="Mars/Olympus"), "Mars/Olympus"),
    ],
)
async def test_what_cannot_be_set_is_said(house: House, act: SetReminder, said: str) -> None:
    here = await Scene(house).begin()
    with pytest.raises(Failed, match=said) as caught:
        await here.ask(act)
    assert "log says more" not in str(caught.value)
    assert await here.list() == []


async def test_without_consent_nothing_is_set(house: House) -> None:
    policy = Policy.model_validate({"change_reminders": "deny"})
    here = await Scene(house).begin(Settings(actuation=ActuationSettings(policy=policy)))
    with pytest.raises(Refused, match="change_reminders"):
        await here.ask(reminder("stretch", soon(3600)))
    assert await here.list() == []


async def test_the_same_conversation_sets_a_reminder_once(house: House) -> None:
    """A request that arrives twice, because its answer was lost, must not set two."""
    here = await Scene(house).begin()
    act = reminder("stretch", soon(3600))
    job = Job(here.asker.identifier, "conversation-1")
    first = await here.scheduler._set(act, job)
    assert await here.scheduler._set(act, job) == first
    assert await here.list() == ["stretch"]


@pytest.mark.parametrize(
    ("place", "said"), [(None, "It is"), ("Tokyo", "in Tokyo"), ("Europe/London", "in Europe/London")]
)
async def test_the_time_is_told(house: House, place: str | None, said: str) -> None:
    here = await Scene(house).begin()
    told = await here.ask(TellTime(zone=ZONE, place=place))
    assert isinstance(told, Text)
    assert said in told.text
    assert str(datetime.now(UTC).year) in told.text


async def test_the_time_of_a_place_that_is_not_known_is_not_made_up(house: House) -> None:
    here = await Scene(house).begin()
    with pytest.raises(Failed, match="Atlantis"):
        await here.ask(TellTime(zone=ZONE, place="Atlantis"))
