"""Run the tasks: ``python -m bench.eval_tasks [--no-nlu] [--save] [--kind KIND ...] [--verbose]``."""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from bench import conditions, started
from bench.eval_tasks import report, tasks
from bench.eval_tasks.running import Barrier, Login, Result, TaskRun, World
from bench.eval_tasks.surroundings import Pages, Screen, furnish, open_screen
from bench.eval_tasks.talker import Talker
from launching.clients import Home
from ontology.assistant import ListReminders, Reminder, Reminders
from tests.e2e.assistant import Assistant
from xmpp.allow_list import AllowList
from xmpp.operator import Operator

AT_ONCE: Final = 12
"""Tasks that may be under way at a time; one of them speaks, the others wait for something to happen."""
LONGEST: Final = 540.0
"""Seconds for a whole run; what is not done by then has failed."""
DOWN: Final = 20.0
"""Seconds after the last word before the power goes, until the assistant is started again."""


class Run:
    """One run of all chosen tasks.

    Args:
        kinds: what is to be run.
        assistant: the assistant, started.
        home: the person's home folder.
        screen: the screen, if there is one.
        pages: the small web server.
        rasa: whether Rasa is used.
    """

    def __init__(
        self,
        kinds: Sequence[tasks.Kind],
        assistant: Assistant,
        home: Path,
        *,
        screen: Screen | None,
        pages: Pages,
        rasa: bool,
    ) -> None:
        self._kinds, self._assistant, self._home = kinds, assistant, home
        self._screen, self._pages, self._rasa = screen, pages, rasa
        self._results: dict[tuple[str, str], Result] = {}
        self._under_way = asyncio.Semaphore(AT_ONCE)
        self._barrier = Barrier()
        self._operator: Operator | None = None
        self._runtime = assistant.runtime

    async def all(self) -> list[Result]:
        """Do all tasks; what did not come to an end in time has failed."""
        try:
            async with asyncio.timeout(LONGEST):
                await self._two_lives()
        except TimeoutError:
            print(f"The run took longer than {LONGEST:g} s and was ended.", file=sys.stderr)
        late = "it did not come to an end in the time of the run"
        return [
            self._results.get((kind.kind, task.name)) or Result(kind.kind, task.name, late, (), ())
            for kind in self._kinds
            for task in kind.tasks
        ]

    async def _two_lives(self) -> None:
        self._logins = await self._accounts()
        self._world = World(
            home=self._home,
            knowledge=self._assistant.data / "knowledge",
            zone=ZoneInfo(started.ZONE),
            client=self._client,
            assistant=self._assistant.jid,
            reminders=self._reminders,
            fetched=lambda: self._pages.fetched,
            show=self._screen.show if self._screen is not None else None,
            values={"home": str(self._home), "page_port": str(self._pages.port), "long": "please listen " * 1500},
        )
        await self._ingest()
        async with self._asking():
            await self._do(lambda task: task.life == 1 and not task.restarts)
            restarting = self._begin_restarting()
            await self._all_at_barrier(restarting)
        if restarting or any(task.life == 2 for kind in self._kinds for task in kind.tasks):
            await self._restart()
            async with self._asking():
                self._barrier.over.set()
                await asyncio.gather(*restarting, self._second_life())

    async def _second_life(self) -> None:
        if self._rasa:
            await started.await_rasa(self._assistant)
        await self._do(lambda task: task.life == 2)

    async def _accounts(self) -> Mapping[str, Login]:
        """Make an account for each person in each task, and for nobody else."""
        names = [
            self._name(kind, number, person)
            for kind in self._kinds
            for number, task in enumerate(kind.tasks)
            for person in sorted({step.person for step in task.steps} | {tasks.ME})
        ]
        server = Home(self._assistant.data).server()
        domain = server.address.domain
        made = await server.accounts.ensure([f"{name}@{domain}" for name in names])
        known = [login.jid for login in made if f"-{tasks.STRANGER}@" not in login.jid]
        AllowList(self._assistant.data / "people.json").add(*known)
        return {login.jid.partition("@")[0]: Login(login.jid, login.password) for login in made}

    @staticmethod
    def _name(kind: tasks.Kind, number: int, person: str) -> str:
        return f"{kind.kind}-{number}-{person}"

    def _client(self, login: Login) -> Talker:
        xmpp = self._runtime["xmpp"]
        certificate = self._assistant.data / "xmpp" / "tls" / "certificate.pem"
        return Talker(login.jid, login.password, xmpp["host"], xmpp["port"], certificate)

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[None]:
        """Be able to ask the agents which reminders there are."""
        async with Home(self._assistant.data).operator() as operator:
            self._operator = operator
            keeping = asyncio.create_task(operator.directory.keep())
            try:
                yield
            finally:
                keeping.cancel()

    async def _reminders(self, owner: str) -> Sequence[Reminder]:
        assert self._operator is not None
        found = await self._operator.ask(ListReminders(owner=owner), timeout=10)
        return found.items if isinstance(found, Reminders) else ()

    async def _ingest(self) -> None:
        paths = dict.fromkeys(str(self._home / path) for kind in self._kinds for path in kind.ingested)
        if paths:
            status, out, err = await self._assistant.command("ingest", *paths)
            if status != 0:
                print(f"Not all documents could be taken in: {out}{err}", file=sys.stderr)

    async def _do(self, chosen: Callable[[tasks.Task], bool]) -> None:
        async with asyncio.TaskGroup() as group:
            for kind in self._kinds:
                numbered = [(number, task) for number, task in enumerate(kind.tasks) if chosen(task)]
                if kind.serial:
                    group.create_task(self._one_after_another(kind, numbered))
                else:
                    for number, task in numbered:
                        group.create_task(self._one(kind, number, task))

    async def _one_after_another(self, kind: tasks.Kind, numbered: Iterable[tuple[int, tasks.Task]]) -> None:
        for number, task in numbered:
            await self._one(kind, number, task)

    async def _one(self, kind: tasks.Kind, number: int, task: tasks.Task) -> None:
        people = {step.person for step in task.steps} | {tasks.ME}
        logins = {person: self._logins[self._name(kind, number, person)] for person in people}
        if task.restarts:
            result = await TaskRun(kind.kind, task, self._world, logins, self._barrier).run()
        else:
            async with self._under_way:
                result = await TaskRun(kind.kind, task, self._world, logins, self._barrier).run()
        self._results[kind.kind, task.name] = result
        self._progress(result)

    def _begin_restarting(self) -> "list[asyncio.Task[None]]":
        return [
            asyncio.create_task(self._one(kind, number, task))
            for kind in self._kinds
            for number, task in enumerate(kind.tasks)
            if task.restarts
        ]

    async def _all_at_barrier(self, restarting: "Sequence[asyncio.Task[None]]") -> None:
        while sum(not task.done() for task in restarting) > self._barrier.waiting:
            self._barrier.arrived.clear()
            arriving = asyncio.create_task(self._barrier.arrived.wait())
            still = [task for task in restarting if not task.done()]
            await asyncio.wait([arriving, *still], return_when=asyncio.FIRST_COMPLETED)
            arriving.cancel()

    async def _restart(self) -> None:
        """Kill the assistant, and start it again with the web allowed, as far as this machine's small server goes."""
        if self._barrier.waiting:
            print("The power goes, and comes back ...", file=sys.stderr)
        self._assistant.kill()
        if self._barrier.waiting:
            await asyncio.sleep(DOWN)
        xmpp = self._runtime["xmpp"]
        self._assistant.configure(
            xmpp={"port": xmpp["port"]}, actuation={"web": {"mode": "on", "hosts": ["127.0.0.1"]}}
        )
        await asyncio.to_thread(started.start, self._assistant)

    def _progress(self, result: Result) -> None:
        count = sum(len(kind.tasks) for kind in self._kinds)
        said = "done" if result.problem is None else f"NOT DONE: {result.problem}"
        print(f"[{len(self._results)}/{count}] {result.kind}: {result.name}: {said}", file=sys.stderr, flush=True)


async def _run(arguments: argparse.Namespace, kinds: Sequence[tasks.Kind], *, rasa: bool) -> list[Result]:
    with started.folders() as (home, data), open_screen() as screen:
        furnish(home, now=datetime.now(ZoneInfo(started.ZONE)))
        display = screen.display if screen is not None else None
        with started.assistant(home, data, rasa=rasa, display=display) as assistant:
            print("Starting the assistant ...", file=sys.stderr)
            await asyncio.to_thread(started.start, assistant)
            if rasa:
                print("Waiting for Rasa ...", file=sys.stderr)
                await started.await_rasa(assistant)
            async with AsyncExitStack() as stack:
                pages = await stack.enter_async_context(Pages())
                results = await Run(kinds, assistant, home, screen=screen, pages=pages, rasa=rasa).all()
            if arguments.log is not None:
                arguments.log.write_text(assistant.log + assistant.errors)
            return results


def main() -> int:
    """Run the chosen tasks; 1 where less is done right than before."""
    parser = argparse.ArgumentParser(prog="python -m bench.eval_tasks", description=__doc__)
    parser.add_argument("--no-nlu", action="store_true", help="without Rasa: the rule parser understands")
    parser.add_argument("--save", action="store_true", help="keep the rates as the baseline for later runs")
    parser.add_argument("--kind", action="append", metavar="KIND", help="only this kind; may be given again")
    parser.add_argument("--verbose", action="store_true", help="print what was said in the tasks that failed")
    parser.add_argument("--transcript", action="store_true", help="print what was said in all tasks")
    parser.add_argument("--log", type=Path, metavar="FILE", help="write the assistant's log there")
    arguments = parser.parse_args()
    every = tasks.read_kinds()
    kinds = [kind for kind in every if not arguments.kind or kind.kind in arguments.kind]
    if not kinds:
        parser.error(f"there is no such kind; there are {', '.join(kind.kind for kind in every)}")
    rasa = not arguments.no_nlu and started.rasa_is_installed()
    if not rasa and not arguments.no_nlu:
        print("Rasa is not installed here (`make run` installs it); the rule parser is measured.", file=sys.stderr)
    before = conditions.conditions()
    began = time.monotonic()
    results = asyncio.run(_run(arguments, kinds, rasa=rasa))
    return _report(arguments, results, before, time.monotonic() - began, whole=kinds == every, rasa=rasa)


def _report(
    arguments: argparse.Namespace,
    results: Sequence[Result],
    before: Mapping[str, object],
    seconds: float,
    *,
    whole: bool,
    rasa: bool,
) -> int:
    parser = "rasa" if rasa else "rules"
    for result in results:
        if arguments.transcript or (arguments.verbose and result.problem is not None):
            print(f"\n{result.kind}: {result.name}: {result.problem or 'done'}")
            print("\n".join(f"    {line}".replace("\n", "\n      ") for line in result.transcript))
    found = report.rows(results)
    print(f"\n{report.table(found)}\n")
    failed = [result for result in results if result.problem is not None]
    for result in failed:
        print(f"not done: {result.kind}: {result.name}: {result.problem}")
    print(
        f"understood by {parser}; {seconds:.0f} s; {conditions.line(dict(before))}, load after {os.getloadavg()[0]:.1f}"
    )
    fallen = report.falls(found, report.kept(parser), whole=whole)
    for fall in fallen:
        print(f"FALLEN against the baseline: {fall}")
    if arguments.save and whole:
        report.keep(parser, results, before)
        print(f"Kept as the baseline in {report.BASELINE.relative_to(Path.cwd())}.")
        return 0
    return 1 if fallen else 0


if __name__ == "__main__":
    sys.exit(main())
