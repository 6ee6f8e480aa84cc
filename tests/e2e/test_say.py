"""The command line against an assistant that runs: `say`, `status`, `agents`, `account`, `ask` and the rest."""

import asyncio
import json
import stat
from pathlib import Path

import pytest

from tests.e2e.assistant import Assistant, json_lines

pytestmark = pytest.mark.xdist_group("e2e-one")


async def test_say_prints_the_answer(one_process: Assistant) -> None:
    status, out, err = await one_process.command("say", "what is 17% of 2340?")
    assert (status, err) == (0, "")
    assert "397.8" in out


async def test_say_prints_one_json_object_for_each_message(one_process: Assistant) -> None:
    turns = await one_process.say("what is 6 * 7?")
    assert [set(turn) for turn in turns] == [{"text", "intent", "task", "state", "sources"}]
    assert turns[0]["intent"] == "calculate"
    assert turns[0]["state"] == "done"
    assert turns[0]["task"]
    assert turns[0]["sources"] == []

    turns = await one_process.say("help")
    assert [turn["state"] for turn in turns] == ["working", "done"]


async def test_say_names_sources(one_process: Assistant, home: Path) -> None:
    garden = home / "Documents" / "garden.md"
    status, out, err = await one_process.command("ingest", str(garden), "--json")
    assert status == 0, err
    assert {"path": str(garden), "problem": None} | json_lines(out)[0] == json_lines(out)[0]
    turns = await one_process.say("what do my notes say about how deep the tulips are planted?")
    assert "ten centimetres" in turns[-1]["text"]
    assert turns[-1]["sources"] == [{"title": "garden.md", "location": str(garden), "page": None}]
    status, out, err = await one_process.command("ask", "how deep are tulips planted?", "--json")
    assert status == 0, err
    assert json_lines(out)[0]["source"] == str(garden)
    assert "ten centimetres" in json_lines(out)[0]["text"]
    assert json_lines(out)[0]["score"] > 0


async def test_say_gives_up_after_its_time(one_process: Assistant) -> None:
    status, out, err = await one_process.command("say", "run python: while True: pass", "--timeout", "1")
    assert (status, out) == (2, "")
    assert err == "No answer within 1 s.\n"


async def test_say_speaks_for_others(one_process: Assistant) -> None:
    async with await one_process.person("carol") as carol:
        await one_process.say("remember that my car is a Fiat", "--as", "carol@localhost")
        assert "Fiat" in (await carol.say(one_process.jid, "what is my car?")).text
    turns = await one_process.say("what is my car?")
    assert "Fiat" not in turns[-1]["text"]
    status, out, err = await one_process.command("say", "hello", "--as", "nobody@localhost")
    assert (status, out) == (1, "")
    assert "password of nobody@localhost is not known" in err


async def test_say_takes_what_xml_cannot_carry(one_process: Assistant) -> None:
    status, out, err = await one_process.command("say", "what is \x07\x1b[31m6 * 7?", "--timeout", "10")
    assert (status, err) == (0, "")
    assert out.strip()


async def test_a_reminder_is_not_swallowed_by_say(one_process: Assistant) -> None:
    """Nobody is online but `say` when it fires; the person's own client, which comes later, gets it."""
    later = await one_process.person("dora")
    await one_process.say("remind me in 2 seconds to breathe", "--as", "dora@localhost")
    turns = await one_process.say("run python: import time; time.sleep(2.5); print('woke')", "--as", "dora@localhost")
    assert "woke" in turns[-1]["text"]
    assert all("breathe" not in turn["text"] for turn in turns)
    async with later:
        arrived = await later.until(lambda heard: heard.body.startswith("Reminder"), timeout=10)
        assert arrived.body == "Reminder: breathe"
        assert arrived.is_late
        await later.synchronise()
        assert [heard.body for heard in later.heard] == ["Reminder: breathe"], "what `say` heard came again"


async def test_what_say_heard_does_not_come_again(one_process: Assistant) -> None:
    later = await one_process.person("emil")
    for text in ("help", "what is 6 * 7?", "help"):
        await one_process.say(text, "--as", "emil@localhost")
    async with later:
        await later.synchronise()
        assert [heard.body for heard in later.heard] == []


async def test_status_and_agents_tell_what_runs(one_process: Assistant) -> None:
    status, out, err = await one_process.command("status", "--json")
    assert status == 0, err
    found = json.loads(out)
    assert found["running"] is True
    assert found["assistant"] == "assistant@localhost"
    assert set(found["agents"]) >= {
        "directory", "dialogue", "planner", "scheduler", "librarian", "memory", "wide-eye", "close-eye", "hands",
        "sandbox",
    }  # fmt: skip
    status, out, err = await one_process.command("agents")
    assert status == 0, err
    assert "hands@agents.localhost (actuator, active)" in out


async def test_runtime_json_is_private_and_complete(one_process: Assistant) -> None:
    path = one_process.data / "runtime.json"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(one_process.data.stat().st_mode) == 0o700
    runtime = one_process.runtime
    assert one_process.process is not None
    assert runtime["pid"] == one_process.process.pid
    assert set(runtime) == {"pid", "started", "xmpp", "http", "nlu", "user", "web"}
    assert set(runtime["xmpp"]) == {"host", "port", "domain", "assistant"}
    assert set(runtime["user"]) == {"jid", "password"}


async def test_people_are_added_and_removed(one_process: Assistant) -> None:
    status, out, err = await one_process.command("account", "add", "fred")
    assert status == 0, err
    shown = dict(line.split(None, 1) for line in out.splitlines() if line.startswith(("Password", "Server", "URI")))
    assert shown["URI"] == "xmpp:fred@localhost"
    assert f"port {one_process.runtime['xmpp']['port']}" in shown["Server"]
    async with one_process.client("fred@localhost", shown["Password"]) as fred:
        assert "42" in (await fred.say(one_process.jid, "what is 6 * 7?")).text
    status, out, err = await one_process.command("account", "list")
    assert "fred@localhost" in out.split()
    status, out, err = await one_process.command("account", "add", "fred")
    assert shown["Password"] in out, "adding somebody twice must not lock them out"
    status, out, err = await one_process.command("account", "remove", "fred")
    assert status == 0, err
    status, out, err = await one_process.command("account", "list")
    assert "fred@localhost" not in out.split()
    status, out, err = await one_process.command("account", "remove", "fred")
    assert (status, out) == (1, "")
    assert "not on the list" in err


@pytest.mark.parametrize("command", [("say", "hello"), ("status",), ("agents",), ("chat",), ("invite", "file")])
async def test_commands_say_that_no_assistant_runs(tmp_path: Path, command: tuple[str, ...]) -> None:
    assistant = Assistant(tmp_path / "data", {"HOME": str(tmp_path)})
    status, out, err = await assistant.command(*command)
    assert (status, out) == (3, "")
    assert err == f"No assistant is running on {tmp_path / 'data'}: start it with `launcher.py up`.\n"


async def test_documents_are_read_and_asked_without_an_assistant(tmp_path: Path, home: Path) -> None:
    assistant = Assistant(tmp_path / "data", {"HOME": str(home)})
    status, out, err = await assistant.command("ingest", str(home / "Documents" / "garden.md"), "--json")
    assert status == 0, err
    status, out, err = await assistant.command("ask", "how deep are tulips planted?", "--json")
    assert status == 0, err
    assert "ten centimetres" in json_lines(out)[0]["text"]


async def test_doctor_and_later_commands_end_in_sentences(one_process: Assistant) -> None:
    later = (("export", "file"), ("import", "file"))
    doctor, *others = await asyncio.gather(
        one_process.command("doctor"), *(one_process.command(*command) for command in later)
    )
    assert doctor[2] == ""
    assert "prosody" in doctor[1]
    for status, out, err in others:
        assert (status, out) == (1, "")
        assert err.endswith("comes with a later version of Parley.\n")
        assert err.count("\n") == 1
