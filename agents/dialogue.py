"""The dialogue agent: the people's side of the assistant.

Each person has a session of their own. A message is understood (``nlu``), what it wishes for becomes a goal that goes
to the planner, and what comes of it is said. Goals run beside the conversation, so that "stop" gets through while
something is being worked on. Proposals of other agents (may I ...?) are put to the person and answered by their next
yes or no.
"""

import asyncio
import logging
from collections import OrderedDict
from collections.abc import Coroutine, Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, ClassVar, Final
from uuid import uuid4
from zoneinfo import ZoneInfo

from tzlocal import get_localzone_name

from agents.base import AssistantAgent
from behaviours.outcomes import ConversationFailed, Refuse
from behaviours.services import Job, Service
from nlu import rendering
from nlu.goals import goal_of
from nlu.readings import Intent, Reading, Turn
from nlu.understanding import Understanding
from ontology.assistant import (
    AchieveGoal,
    CancelGoals,
    ConsentTo,
    Delivered,
    Goal,
    GoalReport,
    ListGoals,
    Notify,
    Reminder,
    RunningGoals,
)
from ontology.content import AgentAction, Element
from ontology.expressions import Declined, InternalError
from xmpp.chat import Chat, PersonMessage
from xmpp.errors import WireError
from xmpp.inbox import Inbox
from xmpp.turn import TurnMark, TurnSource

logger = logging.getLogger(__name__)

_WAITING: Final = 50
"""Messages of one person that may wait; further ones are answered with a plea for patience."""
_SESSIONS: Final = 1000
_GOAL_GRACE: Final = 15.0
"""Seconds that the planner gets beyond its own limit for a goal, to say how it ended."""
_INSIDE: Final = "Something went wrong inside, and I could not answer."
_CONTROL: Final = frozenset({Intent.STOP, Intent.STATUS, Intent.AFFIRM, Intent.DENY})


@dataclass(slots=True)
class _Exchange:
    """A turn that is not over: the message to answer, which moves on when a question in between is answered."""

    message: PersonMessage
    intent: str = ""
    task: str = ""


@dataclass(slots=True)
class _Question:
    """A proposal that waits for the person's yes or no, and the turn in which it came up."""

    decision: "asyncio.Future[bool]"
    exchange: _Exchange | None


@dataclass(slots=True)
class _Session:
    """What is going on with one person."""

    inbox: asyncio.Queue[PersonMessage] = field(default_factory=lambda: asyncio.Queue(_WAITING))
    worker: asyncio.Task[None] | None = None
    exchanges: list[_Exchange] = field(default_factory=list)
    questions: list[_Question] = field(default_factory=list)
    reminder: Reminder | None = None
    """The reminder that was set last, which "no, at eleven" corrects."""


class DialogueAgent(AssistantAgent):
    """Talks with people, and has done what they ask for."""

    kind: ClassVar[str] = "dialogue"

    async def prepare(self) -> None:
        """Start understanding (Rasa in the background) and open the chat account."""
        if self.context.chat is None or self.context.people is None:
            raise RuntimeError("the dialogue agent was given no chat account")
        self._sessions: OrderedDict[str, _Session] = OrderedDict()
        self._tasks: set[asyncio.Task[None]] = set()
        self._zone = ZoneInfo(get_localzone_name())
        self._people = self.context.people.members
        self.understanding = Understanding(
            self.context.settings.nlu, folder=self.context.data / "nlu", use_rasa=self.context.nlu
        )
        self._chat = Chat(
            self.context.chat,
            self.context.platform.address,
            people=self._people,
            on_message=self._on_message,
        )
        self._inbox = Inbox(
            self.context.data / "inbox",
            tls=self.context.platform.address.tls,
            origin=self._chat.upload_origin,
        )
        await self.understanding.start()
        await self._chat.open()

    async def release(self) -> None:
        """End the conversations, and with them Rasa."""
        if not hasattr(self, "_chat"):
            return
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._chat.close()
        await self.understanding.stop()

    def skills(self) -> Iterable[Service[Any]]:
        """Offer to tell people things, and to ask them for their consent."""
        return (
            Service(Notify, self._notify, name="notify"),
            Service(ConsentTo, self._ask_consent, name="consent-to"),
        )

    # -- what other agents ask for

    async def _notify(self, act: Notify, _: Job) -> Element:
        if act.person not in self._people():
            raise Refuse(InternalError(explanation=f"{act.person} is not on the allow-list."))
        if act.since is not None and await self._chat.was_told(act.person, act.delivery, since=act.since):
            return Delivered(again=True)
        await self._chat.tell(act.person, act.text, delivery=act.delivery)
        return Delivered()

    async def _ask_consent(self, act: ConsentTo, _: Job) -> None:
        session = self._sessions.get(act.person)
        exchange = session.exchanges[-1] if session is not None and session.exchanges else None
        if session is None:
            raise Refuse(Declined(explanation="There is nobody to ask at the moment."))
        question = _Question(asyncio.get_running_loop().create_future(), exchange)
        session.questions.append(question)
        try:
            if exchange is not None:
                await self._reply(exchange, f"{act.question} (yes or no)", state="asking", end=True)
            else:
                await self._chat.tell(act.person, f"{act.question} (yes or no)", delivery=uuid4().hex)
            if not await question.decision:
                raise Refuse(Declined(explanation="All right, I leave it."))
        finally:
            session.questions.remove(question)

    # -- what people write

    def _on_message(self, message: PersonMessage) -> None:
        session = self._sessions.get(message.person)
        if session is None:
            session = self._sessions[message.person] = _Session()
            session.worker = self._spawn(self._attend(session))
            self._drop_idle()
        self._sessions.move_to_end(message.person)
        try:
            session.inbox.put_nowait(message)
        except asyncio.QueueFull:
            self._spawn(self._beg_patience(message))

    def _drop_idle(self) -> None:
        while len(self._sessions) > _SESSIONS:
            _, oldest = self._sessions.popitem(last=False)
            if oldest.worker is not None:
                oldest.worker.cancel()

    def _spawn(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._ended)
        return task

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("something could not be said", exc_info=error)

    async def _beg_patience(self, message: PersonMessage) -> None:
        with suppress(Exception):
            mark = TurnMark(of=message.id, state="failed", end=True)
            await self._chat.reply(message, "That is a lot at once. Give me a moment, then say it again.", mark)

    async def _attend(self, session: _Session) -> None:
        while True:
            message = await session.inbox.get()
            exchange = _Exchange(message)
            try:
                with self.span("turn"):
                    await self._handle(session, exchange)
            except asyncio.CancelledError:
                raise
            except Exception:
                logger.exception("a message could not be answered")
                with suppress(Exception):
                    await self._reply(exchange, _INSIDE, state="failed", end=True)

    async def _handle(self, session: _Session, exchange: _Exchange) -> None:
        message = exchange.message
        self._chat.composing(message, on=True)
        now = datetime.now(UTC).astimezone(self._zone)
        if session.questions and not message.links:
            answer = self.understanding.yes_or_no(message.text, now=now, zone=self._zone)
            if answer is not None:
                self._decide(session.questions[-1], exchange, answer=answer)
                return
        if message.links:
            readings = await self._receive_files(exchange, now)
            if readings is None:
                return
            turn = Turn(readings=readings)
        else:
            turn = await self.understanding.turn(
                message.person, message.text, now=now, zone=self._zone, last=session.reminder
            )
        await self._carry_out(session, exchange, turn, now)

    def _decide(self, question: _Question, exchange: _Exchange, *, answer: bool) -> None:
        if question.exchange is not None:
            question.exchange.message = exchange.message  # the rest of that turn is said in this one
        if not question.decision.done():
            question.decision.set_result(answer)
        if question.exchange is None:
            self._spawn(self._reply(exchange, "All right.", state="done", end=True))

    async def _receive_files(self, exchange: _Exchange, now: datetime) -> tuple[Reading, ...] | None:
        try:
            paths = [await self._inbox.fetch(link, now=now) for link in exchange.message.links]
        except WireError as error:
            await self._reply(exchange, str(error), state="failed", end=True)
            return None
        return tuple(
            Reading(
                text=f"read {path.name}",
                intent=Intent.INGEST,
                confidence=1.0,
                slots={"path": str(path)},
                source="rules",
            )
            for path in paths
        )

    async def _carry_out(self, session: _Session, exchange: _Exchange, turn: Turn, now: datetime) -> None:
        exchange.intent = next((r.intent.value for r in turn.readings), turn.intent or "")
        wishes = [reading for reading in turn.readings if reading.intent not in _CONTROL]
        said = list(turn.say)
        # A question that is still open is asked again behind the answer to what came in between.
        question = said.pop() if turn.asking and wishes and said else ""
        for reading in turn.readings:
            if reading.intent in _CONTROL:
                said.append(await self._control(exchange.message.person, reading.intent))
        for number, text in enumerate(said, 1):
            last = number == len(said) and not wishes
            state = "asking" if turn.asking and last else "done" if last else "working"
            await self._reply(exchange, text, state=state, end=last)
        if wishes:
            message = exchange.message
            goal = goal_of(uuid4().hex, message.person, message.text, wishes, now=now, zone=self._zone)
            exchange.task = goal.id
            session.exchanges.append(exchange)
            self._spawn(self._pursue(session, exchange, goal, question))
        elif not said:
            await self._reply(exchange, "I did not get that. Say 'help' for what I can do.", state="done", end=True)

    async def _control(self, person: str, intent: Intent) -> str:
        match intent:
            case Intent.STOP:
                stopped = await self._ask(CancelGoals(person=person))
                return "Stopped." if stopped.texts else "There is nothing to stop."
            case Intent.STATUS:
                running = await self._ask(ListGoals(person=person))
                if not running.texts:
                    return "I am not working on anything for you at the moment."
                return "I am working on:\n" + "\n".join(f"- {text}" for text in running.texts)
        return "There is nothing that I have asked you."

    async def _ask(self, act: AgentAction) -> RunningGoals:
        planner = await self.find_one(type(act))
        answer = await self.request(planner, act, timeout=10)
        return answer if isinstance(answer, RunningGoals) else RunningGoals()

    async def _pursue(self, session: _Session, exchange: _Exchange, goal: Goal, question: str) -> None:
        try:
            planner = await self.find_one(AchieveGoal)
            timeout = self.context.settings.planning.goal_seconds + _GOAL_GRACE
            report = await self.request(planner, AchieveGoal(goal=goal), timeout=timeout)
        except ConversationFailed as error:
            await self._reply(exchange, str(error), state="failed", end=True)
        except Exception:
            logger.exception("a goal could not be pursued")
            await self._reply(exchange, _INSIDE, state="failed", end=True)
        else:
            assert isinstance(report, GoalReport)
            session.reminder = _last_set(report) or session.reminder
            done = all(step.state == "done" for step in report.steps)
            said = [rendering.render(report), question]
            await self._reply(
                exchange,
                "\n\n".join(text for text in said if text),
                state="asking" if question else "done" if done else "failed",
                end=True,
                sources=tuple(
                    TurnSource(title=source.title, location=source.location, page=source.page)
                    for source in rendering.sources(report)
                ),
            )
        finally:
            session.exchanges.remove(exchange)

    async def _reply(
        self,
        exchange: _Exchange,
        text: str,
        *,
        state: Any,
        end: bool,
        sources: Sequence[TurnSource] = (),
    ) -> None:
        mark = TurnMark(
            of=exchange.message.id,
            state=state,
            end=end,
            intent=exchange.intent,
            task=exchange.task,
            sources=tuple(sources),
        )
        await self._chat.reply(exchange.message, text, mark)


def _last_set(report: GoalReport) -> Reminder | None:
    """Return the reminder that the last step to set one has set."""
    return next((step.value for step in reversed(report.steps) if isinstance(step.value, Reminder)), None)
