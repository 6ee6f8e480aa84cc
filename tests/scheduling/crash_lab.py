"""Lives of a scheduler that end by kill -9, each in a forked process so that they are quick.

Run as ``python -m tests.scheduling.crash_lab MODE FOLDER``; every mode prints one JSON object.
"""

import asyncio
import json
import os
import random
import signal
import sys
import time
from collections.abc import Callable, Coroutine
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import alembic.command  # noqa: F401 - loaded once here, so that no life has to
from sqlalchemy import event

from scheduling.clock import SystemClock
from scheduling.due_queue import DueQueue, DueReminder
from scheduling.reminder import ReminderState
from scheduling.settings import SchedulingSettings
from scheduling.store import ReminderStore
from scheduling.walltime import WallTime

OWNER = "ann@example.org"
ONE_OFFS = 3
SETTINGS = SchedulingSettings(shortest_repeat_s=1, retry_first_s=0.05)


def fork(life: Callable[[], Coroutine[Any, Any, None]]) -> int:
    """Start a life in a process of its own and return its number."""
    pid = os.fork()
    if pid:
        return pid
    try:
        asyncio.run(life())
    except BaseException as error:
        sys.stderr.write(f"{error!r}\n")
        os._exit(1)
    os._exit(0)


def ended(pid: int) -> int:
    """Wait for a life to end; return its exit status, negative for a signal."""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


class Fuse:
    """Kills the process when it has come by so many points."""

    def __init__(self, points: int) -> None:
        self.left = points

    def burn(self, *_: object) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)


def append(path: Path, line: dict[str, Any]) -> None:
    file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    os.write(file, (json.dumps(line) + "\n").encode())
    os.fsync(file)
    os.close(file)


async def life(folder: Path, fuse: Fuse) -> None:
    """Set the reminders (a second time changes nothing), and deliver until nothing waits."""
    clock = SystemClock()
    store = await ReminderStore.open(folder / "schedule.db", settings=SETTINGS)
    engine = store._database._reader.sync_engine
    event.listen(engine, "begin", fuse.burn)  # after what was committed before
    event.listen(engine, "commit", fuse.burn)

    async def deliver(due: DueReminder) -> None:
        fuse.burn()
        line = {"id": due.delivery_id, "reminder": due.reminder.id, "maybe": due.maybe_delivered}
        append(folder / "inbox", line | {"missed": due.missed, "attempt": due.attempt})
        fuse.burn()

    async with DueQueue(store, clock, deliver, settings=SETTINGS):
        now = clock.now()
        for number in range(ONE_OFFS + 1):
            # The last one recurs, and two of its three times have gone by.
            recurs = number == ONE_OFFS
            due = WallTime.of(now + timedelta(seconds=-2 if recurs else 0.02 * number), "Europe/Berlin")
            rrule = "FREQ=SECONDLY;COUNT=3" if recurs else None
            key = f"key {number}"
            added = await store.add(owner=OWNER, text=f"text {number}", due=due, rrule=rrule, now=now, key=key)
            append(folder / "told", {"reminder": added.id, "key": key})
        changed = asyncio.Event()
        store.subscribe(changed.set)
        while await store.list(OWNER):
            await changed.wait()
            changed.clear()
    await store.close()


def at_every_point(folder: Path, step: int) -> dict[str, Any]:
    """Kill a life at each point it comes by, on a database of its own; then let another finish the work."""
    results = []
    point = 1
    while True:
        place = folder / str(point)
        place.mkdir()
        first = ended(fork(partial(life, place, Fuse(point))))
        results.append(finish(place) | {"first": first})
        if first == 0:
            return {"points": point, "results": results}
        point += step


def at_any_time(folder: Path, kills: int, seed: int) -> dict[str, Any]:
    """Kill one life after the other at random times, all on one database; then let the last finish."""
    chance = random.Random(seed)
    for _ in range(kills):
        pid = fork(partial(life, folder, Fuse(0)))
        time.sleep(chance.uniform(0.05, 0.3))
        os.kill(pid, signal.SIGKILL)
        ended(pid)
    return {"results": [finish(folder) | {"first": -9}]}


def finish(folder: Path) -> dict[str, Any]:
    status = ended(fork(partial(life, folder, Fuse(0))))
    return {"last": status, "inbox": lines(folder / "inbox"), "told": lines(folder / "told")}


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def race(folder: Path, processes: int, reminders: int) -> dict[str, Any]:
    """Let processes start on one new database at once, and claim from it side by side."""

    async def fill() -> None:
        store = await ReminderStore.open(folder / "schedule.db")
        now = SystemClock().now()
        due = WallTime.of(now, "UTC")
        for number in range(reminders):
            await store.add(owner=OWNER, text=str(number), due=due, now=now)
        await store.close()

    async def claim(number: int) -> None:
        store = await ReminderStore.open(folder / "schedule.db")
        while await store.list(OWNER, [ReminderState.PENDING]):
            for claim in await store.claim_due(SystemClock().now(), timedelta(minutes=1), limit=5):
                append(folder / f"claims {number}", {"id": claim.reminder.id})
        await store.close()

    def together(*lives: Callable[[], Coroutine[Any, Any, None]]) -> list[int]:
        return [ended(pid) for pid in [fork(one) for one in lives]]

    async def start() -> None:
        await (await ReminderStore.open(folder / "schedule.db")).close()

    started = together(*[start] * processes)
    filled = together(fill)
    claimed = together(*[partial(claim, number) for number in range(processes)])
    claims = [lines(path) for path in sorted(folder.glob("claims *"))]
    return {"statuses": started + filled + claimed, "claims": claims}


def main() -> None:
    mode, folder, *numbers = sys.argv[1:]
    modes: dict[str, Callable[..., dict[str, Any]]] = {
        "points": at_every_point,
        "times": at_any_time,
        "race": race,
    }
    sys.stdout.write(json.dumps(modes[mode](Path(folder), *map(int, numbers))))


if __name__ == "__main__":
    main()
