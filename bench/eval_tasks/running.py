"""One task after another is done as a person would, and looked at whether the outcome holds in the world."""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from bench.eval_tasks import checking, tasks
from bench.eval_tasks.moments import filled, length, next_minute
from bench.eval_tasks.talker import Talker
from ontology.assistant import Reminder
from tests.e2e.client import Answer

SILENCE: Final = 2.0
"""Seconds in which somebody who is not to be answered is not answered."""
SETTLING: Final = 1.0
"""Seconds after which the list of reminders must be as expected."""
AFTER_RESTART: Final = 60
"""Seconds after a message before a restart, after which the assistant certainly runs again."""


class NotDone(Exception):
    """An outcome does not hold; the text says which."""


@dataclass(frozen=True)
class Login:
    """How somebody logs in."""

    jid: str
    password: str


@dataclass(frozen=True)
class Result:
    """What became of a task.

    Args:
        kind: its kind.
        name: its name.
        problem: which outcome does not hold; None where all do.
        turns: seconds from each message to the end of its answer.
        transcript: what was said, for people to read.
    """

    kind: str
    name: str
    problem: str | None
    turns: tuple[float, ...]
    transcript: tuple[str, ...]


@dataclass
class World:
    """What tasks are done in.

    Args:
        home: the person's home folder.
        knowledge: the folder in which the assistant keeps what it knows.
        zone: the person's time zone.
        client: makes a client for somebody.
        assistant: the assistant's JID.
        reminders: tells which reminders somebody has.
        fetched: tells how many pages have been fetched so far.
        show: puts something on the screen; None where there is no screen.
        values: what ``{...}`` stands for in texts.
        speaking: held while an answer is awaited, so that each is timed by itself.
    """

    home: Path
    knowledge: Path
    zone: ZoneInfo
    client: Callable[[Login], Talker]
    assistant: str
    reminders: Callable[[str], Awaitable[Sequence[Reminder]]]
    fetched: Callable[[], int]
    show: Callable[[str], Awaitable[None]] | None
    values: Mapping[str, str]
    speaking: asyncio.Lock = field(default_factory=asyncio.Lock)


@dataclass
class Barrier:
    """Where tasks wait for the restart."""

    waiting: int = 0
    arrived: asyncio.Event = field(default_factory=asyncio.Event)
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def wait(self) -> None:
        """Wait until the assistant runs again."""
        self.waiting += 1
        self.arrived.set()
        await self.over.wait()


class TaskRun:
    """One task under way.

    Args:
        kind: the name of its kind.
        task: the task.
        world: what it is done in.
        logins: the people in it, by name.
        barrier: where it waits for the restart.
    """

    def __init__(
        self, kind: str, task: tasks.Task, world: World, logins: Mapping[str, Login], barrier: Barrier
    ) -> None:
        self._kind, self._task, self._world, self._logins, self._barrier = kind, task, world, logins, barrier
        self._clients: dict[tuple[str, str], Talker] = {}
        self._said: dict[str, float] = {}
        self._turns: list[float] = []
        self._transcript: list[str] = []
        self._fetched_before = 0

    async def run(self) -> Result:
        """Do it."""
        problem = None
        self._fetched_before = self._world.fetched()
        try:
            for step in self._task.steps:
                await self._do(step)
        except NotDone as error:
            problem = str(error)
        except TimeoutError:
            problem = "the server did not answer in time"
        finally:
            await self._disconnect()
        return Result(self._kind, self._task.name, problem, tuple(self._turns), tuple(self._transcript))

    async def _do(self, step: tasks.Step) -> None:  # noqa: C901, PLR0912 - one case for each kind of step
        world = self._world
        match step:
            case tasks.Say():
                await self._say(step)
            case tasks.SendFile():
                await self._send_file(step)
            case tasks.Silent():
                await self._stay_silent(step)
            case tasks.Fires():
                await self._fires(step)
            case tasks.Quiet():
                await self._quiet(step)
            case tasks.HasReminders():
                await self._has_reminders(step)
            case tasks.Gone():
                self._hold(await asyncio.to_thread(checking.gone_problem, step.gone, world.knowledge))
            case tasks.Exists():
                self._hold(None if (world.home / step.exists).exists() else f"{step.exists} is gone")
            case tasks.Write():
                (world.home / step.write).write_text(step.text)
            case tasks.Show():
                if world.show is None:
                    raise NotDone("there is no screen here (Xvfb and openbox are needed)")
                await world.show(step.show)
            case tasks.Fetched():
                count = world.fetched() - self._fetched_before
                self._hold(None if count == step.fetched else f"{count} pages were fetched, not {step.fetched}")
            case tasks.Restart():
                await self._disconnect()
                await self._barrier.wait()

    async def _say(self, step: tasks.Say) -> None:
        now = self._now()
        values = {
            **self._world.values,
            "minute": f"{next_minute(now):%H:%M}",
            "after_restart": str(AFTER_RESTART),
        }
        text = filled(step.say, now=now, values=values)
        if step.alone:
            async with self._world.speaking:
                await self._exchange(step, text)
        else:
            await self._exchange(step, text)

    async def _exchange(self, step: tasks.Say, text: str) -> None:
        client = await self._client(step)
        self._said[step.person] = time.time()
        self._note(step.person, text)
        try:
            answer = await client.say(self._world.assistant, text, timeout=step.within)
        except TimeoutError:
            raise NotDone(f"no answer within {step.within:g} s to {text[:60]!r}") from None
        self._heard(step, answer)

    async def _send_file(self, step: tasks.SendFile) -> None:
        path = self._world.home / step.send_file
        kind = "application/pdf" if path.suffix == ".pdf" else "text/plain"
        async with self._world.speaking:
            client = await self._client(step)
            url = await client.upload(path, kind)
            self._said[step.person] = time.time()
            self._note(step.person, f"(sends {path.name})")
            since = time.monotonic()
            try:
                message = client.send_link(self._world.assistant, url)
                answer = await client.answer_to(message, since=since, timeout=step.within)
            except TimeoutError:
                raise NotDone(f"no answer within {step.within:g} s to the file {path.name}") from None
        self._heard(step, answer)

    def _heard(self, step: "tasks.Say | tasks.SendFile", answer: Answer) -> None:
        self._turns.append(answer.seconds)
        self._note(f"  {answer.intent or '-'}, {answer.state}, {answer.seconds * 1000:.0f} ms", answer.text)
        now = self._now()

        def fill(texts: Sequence[str]) -> list[str]:
            return [filled(text, now=now, values=self._world.values) for text in texts]

        self._hold(
            checking.answer_problem(
                answer.text,
                has=fill(step.has), one_of=fill(step.any), lacks=fill(step.lacks), clock=step.clock, now=now,
            )
        )  # fmt: skip

    async def _stay_silent(self, step: tasks.Silent) -> None:
        client = await self._client(step)
        self._note(step.person, step.silent)
        client.send(self._world.assistant, step.silent)
        await asyncio.sleep(SILENCE)
        said = [heard.body for heard in client.heard if heard.sender == self._world.assistant and heard.body]
        self._hold(f"a stranger was answered: {said[0]!r}" if said else None)

    async def _fires(self, step: tasks.Fires) -> None:
        client = await self._client(step)
        arrived, text = await self._next_unasked(client, within=step.within, wanted=step.fires[0])
        self._note("  unasked", text)
        said = self._when_said(step.person)
        late = "due" in text.casefold().partition("\n")[2]
        if not checking.text_fits(text.partition("\n")[0].removeprefix("Reminder: "), step.fires):
            raise NotDone(f"what arrived is {text!r}, not {step.fires[0]!r}")
        if step.late:
            self._hold(None if late else f"what came late does not say so: {text!r}")
            return
        after = {None: None, "after_restart": timedelta(seconds=AFTER_RESTART)}.get(step.after)
        if after is None and step.after is not None:
            after = length(step.after)
        wanted = checking.expected_arrival(after=after, at=step.at, said=said)
        off = datetime.fromtimestamp(arrived, self._world.zone) - wanted
        if abs(off) > checking.TOLERANCE:
            raise NotDone(f"the reminder was {off.total_seconds():+.1f} s off")

    async def _has_reminders(self, step: tasks.HasReminders) -> None:
        """Look at the reminders there are; one that has just been delivered may need a moment to be marked so."""
        until = time.monotonic() + SETTLING
        while True:
            found = await self._world.reminders(self._logins[step.person].jid)
            problem = checking.reminders_problem(found, step.reminders, said=self._when_said(step.person))
            if problem is None or time.monotonic() > until:
                break
            await asyncio.sleep(0.2)
        self._hold(problem)

    async def _next_unasked(self, client: Talker, *, within: float, wanted: str) -> tuple[float, str]:
        if not client.unasked:
            with contextlib.suppress(TimeoutError):
                await client.until(lambda _: bool(client.unasked), timeout=within)
        if not client.unasked:
            raise NotDone(f"nothing arrived within {within:g} s ({wanted!r} should have)")
        arrived, heard = client.unasked.pop(0)
        return arrived, heard.body

    async def _quiet(self, step: tasks.Quiet) -> None:
        client = await self._client(step)
        with contextlib.suppress(TimeoutError):
            await client.until(lambda _: bool(client.unasked), timeout=step.quiet)
        self._hold(f"{client.unasked[0][1].body!r} arrived too" if client.unasked else None)

    async def _client(self, step: Any) -> Talker:
        key = (step.person, step.device)
        if key not in self._clients:
            client = self._world.client(self._logins[step.person])
            await client.__aenter__()
            self._clients[key] = client
        return self._clients[key]

    async def _disconnect(self) -> None:
        clients = list(self._clients.values())
        self._clients.clear()
        for client in clients:
            with contextlib.suppress(Exception):
                await client.__aexit__(None, None, None)

    def _now(self) -> datetime:
        return datetime.now(self._world.zone)

    def _when_said(self, person: str) -> datetime:
        return datetime.fromtimestamp(self._said.get(person, time.time()), self._world.zone)

    def _note(self, who: str, text: str) -> None:
        self._transcript.append(f"{who}: {text if len(text) < 600 else text[:600] + ' ...'}")

    def _hold(self, problem: str | None) -> None:
        if problem is not None:
            raise NotDone(problem)
