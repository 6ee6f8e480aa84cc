"""Ends of every kind: a power cut, a polite stop, a server that dies; nothing lost, doubled or left behind."""

import asyncio
import time
from collections.abc import Callable
from pathlib import Path

import psutil

from tests.e2e.assistant import Assistant, eventually, gone
from tests.e2e.client import Client
from tests.e2e.conftest import write_set


def small_set(folder: Path) -> Path:
    """Write a set that sets reminders and does little else; it starts sooner."""
    return write_set(
        folder / "small.yaml", *({"kind": kind} for kind in ("directory", "dialogue", "planner", "scheduler"))
    )


def reminders(client: Client) -> list[str]:
    return [heard.body for heard in client.heard if heard.body.startswith("Reminder")]


async def test_nothing_is_lost_or_doubled_by_a_power_cut(new_assistant: Callable[[], Assistant]) -> None:
    parley = new_assistant()
    parley.configure()
    parley.start()
    family = parley.family()
    async with parley.client() as person:
        await person.say(parley.jid, "remember that my dog is called Rex")
        await person.say(parley.jid, "ingest ~/Documents/garden.md")
        await person.say(parley.jid, "remind me in 1 second to begin")
        await person.until(lambda heard: heard.body == "Reminder: begin", timeout=10)
        await person.say(parley.jid, "remind me in 3 seconds to look up")
        await person.say(parley.jid, "remind me in 2 minutes to lie down")
        await person.say(parley.jid, "remind me tomorrow at 9 to call John")
        await person.say(parley.jid, "cancel the reminder to call John")
        due = time.monotonic() + 3
        parley.kill()
    await eventually(lambda: all(map(gone, family)), timeout=10)
    # Late by more than the five seconds from which on a reminder says so.
    await eventually(lambda: time.monotonic() > due + 6, timeout=15)

    parley.start()
    async with parley.client() as person:
        late = await person.until(lambda heard: heard.body.startswith("Reminder: look up"), timeout=20)
        assert "late" in late.body or "due" in late.body
        listed = (await person.say(parley.jid, "list my reminders")).text
        assert "lie down" in listed
        assert "look up" not in listed
        assert "call John" not in listed
        assert "Rex" in (await person.say(parley.jid, "what is my dog called?")).text
        assert "ten centimetres" in (await person.say(parley.jid, "how deep are the tulips in my notes?")).text
        await person.synchronise()
        assert reminders(person) == [late.body]
    parley.stop()


async def test_a_reminder_fires_once_after_restarts_in_time(
    new_assistant: Callable[[], Assistant], tmp_path: Path
) -> None:
    parley = new_assistant()
    parley.configure()
    small = small_set(tmp_path)
    parley.start("--set", str(small))
    async with parley.client() as person:
        await person.say(parley.jid, "remind me in 30 seconds to stretch")
    for _ in range(2):
        parley.kill()
        parley.start("--set", str(small))
    async with parley.client() as person:
        arrived = await person.until(lambda heard: heard.body.startswith("Reminder"), timeout=40)
        assert arrived.body.startswith("Reminder: stretch")
        assert "no reminders" in (await person.say(parley.jid, "list my reminders")).text
        await person.synchronise()
        assert len(reminders(person)) == 1
    parley.stop()


async def test_a_polite_stop_ends_everything_in_time(new_assistant: Callable[[], Assistant]) -> None:
    parley = new_assistant()
    parley.configure()
    parley.start()
    family = parley.family()
    launcher = parley.process
    assert launcher is not None
    async with parley.client() as person:
        await person.say(parley.jid, "what is on my screen?")
        person.send(parley.jid, "run python: while True: pass")
        person.send(parley.jid, "remind me to buy milk")
        await person.until(lambda heard: "When" in heard.body, timeout=10)
        family = parley.family()
        assert len(family) > 2, "the server and the sandbox belong to it"
        assert parley.stop() < 10
    assert launcher.returncode == 0
    assert all(map(gone, family))
    assert not (parley.data / "runtime.json").exists()
    assert "Traceback" not in parley.errors
    assert "Traceback" not in parley.log
    assert (await parley.command("status"))[0] == 3


async def test_the_server_is_started_again_when_it_dies(new_assistant: Callable[[], Assistant], tmp_path: Path) -> None:
    parley = new_assistant()
    parley.configure()
    parley.start("--set", str(small_set(tmp_path)))
    [server] = [process for process in parley.family() if process.name().startswith(("prosody", "lua"))]
    async with parley.client() as person:
        await person.say(parley.jid, "remind me tomorrow at 9 to feed Tom")
        server.kill()
        await asyncio.to_thread(psutil.wait_procs, [server], 10)

    async def answers() -> bool:
        try:
            async with parley.client() as person:
                return "Tom" in (await person.say(parley.jid, "list my reminders", timeout=5)).text
        except (TimeoutError, OSError):
            return False

    deadline = time.monotonic() + 40
    while not await answers():
        assert time.monotonic() < deadline, "the server did not come back"
    assert parley.stop() < 10
