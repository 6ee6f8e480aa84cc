"""The dialogue agent as people meet it, with the rule parser; behind it a planner that does as it is told."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import pytest
from slixmpp import JID

from agents.dialogue import DialogueAgent
from behaviours.outcomes import Fail, Refused
from behaviours.services import Job, Service
from ontology.assistant import (
    AchieveGoal,
    Calculate,
    Calculation,
    CancelGoals,
    ConsentTo,
    Delivered,
    Goal,
    GoalReport,
    ListGoals,
    Notify,
    RunningGoals,
    StepReport,
)
from ontology.expressions import InternalError
from tests.agents.house import House, until
from tests.xmpp.directory import Offering
from tests.xmpp.server.client import PATIENCE, PlainClient
from tests.xmpp.society import Log, soon
from xmpp import turn
from xmpp.allow_list import AllowList
from xmpp.chat import PersonMessage

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group(__name__)]


class Planner:
    """Plays the planner: every goal is a sum whose result is 4, when it is time."""

    def __init__(self) -> None:
        self.goals: Log[Goal] = Log()
        self.gate: asyncio.Event | None = None
        self.problem: Exception | None = None
        self.running: dict[str, asyncio.Task[Any]] = {}

    def services(self) -> tuple[Service[Any], ...]:
        return (
            Service(AchieveGoal, self._achieve),
            Service(ListGoals, self._list),
            Service(CancelGoals, self._cancel),
        )

    async def _achieve(self, act: AchieveGoal, _: Job) -> GoalReport:
        task = asyncio.current_task()
        assert task is not None
        self.running[act.goal.text] = task
        self.goals.append(act.goal)
        try:
            if self.gate is not None:
                await self.gate.wait()
        finally:
            del self.running[act.goal.text]
        if self.problem is not None:
            raise self.problem
        value = Calculation(expression="2+2", value="4", exact=True)
        step = StepReport(id="s1", action=Calculate(expression="2+2"), state="done", value=value)
        return GoalReport(goal=act.goal.id, steps=(step,))

    async def _list(self, _: ListGoals, __: Job) -> RunningGoals:
        return RunningGoals(texts=tuple(self.running))

    async def _cancel(self, _: CancelGoals, __: Job) -> RunningGoals:
        stopped = tuple(self.running)
        for task in list(self.running.values()):
            task.cancel()
        return RunningGoals(texts=stopped)


class Scene:
    """The dialogue agent, the played planner, and people."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.jid = house.person("assistant")
        self.planner = Planner()

    async def begin(self, *, planner: bool = True) -> Scene:
        house = self.house
        await house.directory_agent()
        self.people = AllowList(house.data / "people.json")
        self.dialogue = await house.run(DialogueAgent, chat=await house.account(self.jid), people=self.people)
        self.other: Offering = await house.player("planner", *(self.planner.services() if planner else ()))
        return self

    async def person(self, name: str = "ann", *, known: bool = True) -> PlainClient:
        jid = self.house.person(name)
        if known:
            self.people.add(jid)
        client = await self.house.client(jid)
        for plugin in ("xep_0066", "xep_0085", "xep_0184"):
            client.register_plugin(plugin)
        return client

    async def hear(self, client: PlainClient) -> tuple[str, turn.TurnMark | None]:
        stanza = await client.received()
        assert stanza["type"] == "chat"
        return str(stanza["body"]), turn.read(stanza)

    async def say(self, client: PlainClient, text: str) -> str:
        """Say something and return the last answer to it."""
        client.say(self.jid, text)
        while True:
            said, mark = await self.hear(client)
            if mark is not None and mark.end:
                return said


@pytest.fixture
def scene(house: House) -> Callable[[], Awaitable[Scene]]:
    """Give a beginning."""
    return lambda: Scene(house).begin()


Begin = Callable[[], Awaitable[Scene]]


async def test_a_wish_becomes_a_goal_and_its_result_an_answer(scene: Begin) -> None:
    here = await scene()
    ann = await here.person()
    sent = ann.make_message(mto=here.jid, mbody="what is 2+2?", mtype="chat")
    sent["id"] = "m1"
    sent.send()
    said, mark = await here.hear(ann)
    assert "4" in said
    (wanted,) = here.planner.goals
    assert mark is not None
    assert (mark.of, mark.state, mark.end, mark.intent, mark.task) == ("m1", "done", True, "calculate", wanted.id)
    assert (wanted.person, wanted.text) == (ann.boundjid.bare, "what is 2+2?")
    assert wanted.wishes[0].slots == {"expression": "2+2"}


async def test_talk_needs_no_planner(house: House) -> None:
    here = await Scene(house).begin(planner=False)
    ann = await here.person()
    assert await here.say(ann, "hello")
    assert "remind" in await here.say(ann, "help")
    assert "achieve-goal" in await here.say(ann, "what is 2+2?")


async def test_what_is_missing_is_asked_for(scene: Begin) -> None:
    here = await scene()
    ann = await here.person()
    ann.say(here.jid, "remind me to stretch")
    question, mark = await here.hear(ann)
    assert question.endswith("?")
    assert mark is not None
    assert (mark.state, mark.end) == ("asking", True)
    assert here.planner.goals == []
    await here.say(ann, "tomorrow at 9")
    (wanted,) = here.planner.goals
    assert wanted.wishes[0].intent == "set_reminder"
    assert wanted.wishes[0].slots["what"] == "stretch"


async def test_people_are_talked_with_side_by_side_each_about_their_own(scene: Begin) -> None:
    here = await scene()
    ann, bob = await here.person("ann"), await here.person("bob")
    ann.say(here.jid, "remind me to stretch")
    assert (await here.hear(ann))[0].endswith("?")
    assert "4" in await here.say(bob, "what is 2+2?")
    await here.say(ann, "tomorrow at 9")
    assert [(goal.person, goal.wishes[0].intent) for goal in here.planner.goals] == [
        (bob.boundjid.bare, "calculate"),
        (ann.boundjid.bare, "set_reminder"),
    ]
    await ann.plugin["xep_0199"].send_ping(JID(ann.boundjid.domain), timeout=PATIENCE)
    assert ann.inbox.empty()
    assert bob.inbox.empty()


async def test_one_persons_long_work_holds_up_nobody(scene: Begin) -> None:
    here = await scene()
    here.planner.gate = asyncio.Event()
    ann, bob = await here.person("ann"), await here.person("bob")
    ann.say(here.jid, "what is 2+2?")
    await here.planner.goals.of_length(1)
    assert await here.say(bob, "hello")
    assert "working on" in await here.say(ann, "what are you doing?")
    here.planner.gate.set()
    assert "4" in (await here.hear(ann))[0]


async def test_stop_gets_through_while_something_is_worked_on(scene: Begin) -> None:
    here = await scene()
    here.planner.gate = asyncio.Event()
    ann = await here.person()
    ann.say(here.jid, "what is 2+2?")
    await here.planner.goals.of_length(1)
    ann.say(here.jid, "stop")
    said = {(await here.hear(ann))[0], (await here.hear(ann))[0]}
    assert "Stopped." in said
    assert here.planner.running == {}
    assert await here.say(ann, "stop") == "There is nothing to stop."


async def test_a_stranger_gets_no_answer(scene: Begin, caplog: pytest.LogCaptureFixture) -> None:
    here = await scene()
    ann, eve = await here.person(), await here.person("eve", known=False)
    with caplog.at_level(logging.WARNING, "xmpp"):
        eve.say(here.jid, "what is 2+2?")
        eve.say(here.jid, "please?")
        await eve.plugin["xep_0199"].send_ping(JID(eve.boundjid.domain), timeout=PATIENCE)
        assert "4" in await here.say(ann, "what is 2+2?")
    await eve.plugin["xep_0199"].send_ping(JID(eve.boundjid.domain), timeout=PATIENCE)
    assert eve.inbox.empty()
    assert len(here.planner.goals) == 1
    assert sum(eve.boundjid.bare in record.getMessage() for record in caplog.records) == 1


async def test_what_goes_wrong_is_said(scene: Begin) -> None:
    here = await scene()
    ann = await here.person()
    here.planner.problem = Fail(InternalError(explanation="The moon is full."))
    ann.say(here.jid, "what is 2+2?")
    said, mark = await here.hear(ann)
    assert said == "The moon is full."
    assert mark is not None
    assert (mark.state, mark.end) == ("failed", True)
    here.planner.problem = None
    assert "4" in await here.say(ann, "what is 2+2?")


async def test_a_planner_that_is_gone_is_said(scene: Begin) -> None:
    here = await scene()
    ann = await here.person()
    await here.other.stop()
    assert "achieve-goal" in await here.say(ann, "what is 2+2?")
    assert await here.say(ann, "hello")


async def test_an_error_inside_is_an_answer_too(
    scene: Begin, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    here = await scene()
    ann = await here.person()

    async def broken(*_: object, **__: object) -> None:
        raise KeyError("a secret")

    with monkeypatch.context() as patch:
        patch.setattr(here.dialogue.understanding, "turn", broken)
        said = await here.say(ann, "hello")
    assert said == "Something went wrong inside, and I could not answer."
    assert "a message could not be answered" in caplog.text
    assert "4" in await here.say(ann, "what is 2+2?")


# -- questions of other agents


async def consent(here: Scene, person: str, question: str = "May I?") -> asyncio.Task[bool]:
    act = ConsentTo(person=person, question=question)
    return asyncio.create_task(here.other.propose(here.dialogue.identifier, act, timeout=PATIENCE))


@pytest.mark.parametrize(("word", "agreed"), [("yes", True), ("no", False), ("sure, go ahead", True), ("nope", False)])
async def test_a_question_is_put_and_answered_by_the_next_yes_or_no(scene: Begin, word: str, agreed: bool) -> None:
    here = await scene()
    ann = await here.person()
    await here.say(ann, "hello")
    decision = await consent(here, ann.boundjid.bare, "May I open the door?")
    assert (await here.hear(ann))[0] == "May I open the door? (yes or no)"
    ann.say(here.jid, word)
    assert await soon(decision) is agreed
    assert (await here.hear(ann))[0] == "All right."


async def test_what_comes_between_a_question_and_its_answer_is_served(scene: Begin) -> None:
    here = await scene()
    ann = await here.person()
    await here.say(ann, "hello")
    decision = await consent(here, ann.boundjid.bare)
    await here.hear(ann)
    assert "4" in await here.say(ann, "what is 2+2?")
    assert not decision.done()
    await here.say(ann, "yes")
    assert await soon(decision)


async def test_a_question_in_the_middle_of_work_belongs_to_its_turn(scene: Begin) -> None:
    """The work goes on in the turn of the yes, so that a program that said it reads the result."""
    here = await scene()
    here.planner.gate = asyncio.Event()
    ann = await here.person()
    first = ann.make_message(mto=here.jid, mbody="what is 2+2?", mtype="chat")
    first["id"] = "m1"
    first.send()
    await here.planner.goals.of_length(1)
    decision = await consent(here, ann.boundjid.bare)
    said, mark = await here.hear(ann)
    assert said == "May I? (yes or no)"
    assert mark is not None
    assert (mark.of, mark.state, mark.end) == ("m1", "asking", True)
    second = ann.make_message(mto=here.jid, mbody="yes", mtype="chat")
    second["id"] = "m2"
    second.send()
    assert await soon(decision)
    here.planner.gate.set()
    said, mark = await here.hear(ann)
    assert "4" in said
    assert mark is not None
    assert (mark.of, mark.state, mark.end) == ("m2", "done", True)


async def test_one_persons_yes_is_not_anothers(scene: Begin) -> None:
    here = await scene()
    ann, bob = await here.person("ann"), await here.person("bob")
    await here.say(ann, "hello")
    await here.say(bob, "hello")
    decision = await consent(here, ann.boundjid.bare)
    await here.hear(ann)
    await here.say(bob, "yes")
    assert not decision.done()
    await here.say(ann, "no")
    assert not await soon(decision)


async def test_two_questions_are_answered_the_last_first(scene: Begin) -> None:
    here = await scene()
    ann = await here.person()
    await here.say(ann, "hello")
    first = await consent(here, ann.boundjid.bare, "First?")
    assert "First?" in (await here.hear(ann))[0]
    second = await consent(here, ann.boundjid.bare, "Second?")
    assert "Second?" in (await here.hear(ann))[0]
    await here.say(ann, "no")
    assert not await soon(second)
    assert not first.done()
    await here.say(ann, "yes")
    assert await soon(first)


async def test_a_question_that_was_taken_back_is_not_answered(scene: Begin) -> None:
    here = await scene()
    ann = await here.person()
    await here.say(ann, "hello")
    decision = await consent(here, ann.boundjid.bare)
    await here.hear(ann)
    decision.cancel()
    session = here.dialogue._sessions[ann.boundjid.bare]
    await until(lambda: not session.questions)
    assert "asked you" in await here.say(ann, "yes")


async def test_nobody_is_asked_who_does_not_talk_with_us(scene: Begin) -> None:
    here = await scene()
    decision = await consent(here, here.house.person("away"))
    assert await soon(decision) is False


# -- telling


async def test_people_are_told_once(scene: Begin) -> None:
    here = await scene()
    ann = await here.person()
    act = Notify(person=ann.boundjid.bare, text="Reminder: stretch", delivery="d1")
    told = await here.other.request(here.dialogue.identifier, act, timeout=10)
    assert told == Delivered()
    assert await here.hear(ann) == ("Reminder: stretch", None)
    again = act.model_copy(update={"since": datetime.now(UTC) - timedelta(minutes=1)})
    assert await here.other.request(here.dialogue.identifier, again, timeout=10) == Delivered(again=True)
    await ann.plugin["xep_0199"].send_ping(JID(ann.boundjid.domain), timeout=PATIENCE)
    assert ann.inbox.empty()


async def test_strangers_are_told_nothing(scene: Begin) -> None:
    here = await scene()
    eve = await here.person("eve", known=False)
    act = Notify(person=eve.boundjid.bare, text="Reminder: stretch", delivery="d1")
    with pytest.raises(Refused, match="not on the allow-list"):
        await here.other.request(here.dialogue.identifier, act, timeout=10)
    await eve.plugin["xep_0199"].send_ping(JID(eve.boundjid.domain), timeout=PATIENCE)
    assert eve.inbox.empty()


# -- files, floods, and the end


async def upload(client: PlainClient, name: str, content: bytes) -> str:
    plugin = client.plugin["xep_0363"]
    domain = JID(f"upload.{client.boundjid.domain}")
    slot = (await plugin.request_slot(domain, name, len(content), timeout=PATIENCE))["http_upload_slot"]
    headers = {header["name"]: header["value"] for header in slot["put"]["headers"]}
    async with aiohttp.ClientSession() as http, http.put(slot["put"]["url"], data=content, headers=headers) as answer:
        assert answer.status == 201
    return str(slot["get"]["url"])


async def test_a_file_that_is_sent_is_to_be_read(scene: Begin) -> None:
    here = await scene()
    ann = await here.person()
    url = await upload(ann, "notes.txt", b"The tulips are planted in October.")
    sent = ann.make_message(mto=here.jid, mbody=url, mtype="chat")
    sent["oob"]["url"] = url
    sent.send()
    await here.hear(ann)
    (wanted,) = here.planner.goals
    (wish,) = wanted.wishes
    assert wish.intent == "ingest"
    path = wish.slots["path"]
    assert path.startswith(str(here.house.data / "inbox"))
    assert path.endswith("/notes.txt")


async def test_a_link_to_elsewhere_is_not_followed(scene: Begin) -> None:
    here = await scene()
    ann = await here.person()
    sent = ann.make_message(mto=here.jid, mbody="http://127.0.0.1:1/etc/passwd", mtype="chat")
    sent["oob"]["url"] = "http://127.0.0.1:1/etc/passwd"
    sent.send()
    said, mark = await here.hear(ann)
    assert "through our own server" in said
    assert mark is not None
    assert mark.state == "failed"
    assert here.planner.goals == []


async def test_a_flood_is_answered_with_a_plea_and_nothing_is_lost_silently(scene: Begin) -> None:
    here = await scene()
    ann = await here.person()
    for number in range(60):
        message = PersonMessage(ann.boundjid.bare, ann.boundjid.full, f"m{number}", "hello")
        here.dialogue._on_message(message)
    answers = [await here.hear(ann) for _ in range(60)]
    pleas = [mark.of for said, mark in answers if "a lot at once" in said and mark is not None]
    assert pleas == [f"m{number}" for number in range(50, 60)]
    assert {mark.of for _, mark in answers if mark is not None} == {f"m{number}" for number in range(60)}
    assert "4" in await here.say(ann, "what is 2+2?")


async def test_stopping_ends_the_conversations(scene: Begin) -> None:
    here = await scene()
    here.planner.gate = asyncio.Event()
    ann = await here.person()
    ann.say(here.jid, "what is 2+2?")
    await here.planner.goals.of_length(1)
    await soon(here.dialogue.stop())
    assert here.dialogue._tasks == set()
    assert not here.dialogue._chat._connection.is_online


async def test_without_a_chat_account_it_does_not_start(house: House) -> None:
    await house.directory_agent()
    agent = DialogueAgent(await house.context("dialogue"))
    with pytest.raises(RuntimeError, match="no chat account"):
        await agent.start()
    assert not agent.is_alive()
