"""Agents that come from other processes and hosts: found, bidding, winning, and missed when they die."""

import json
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.assistant import Assistant, Award, json_lines
from tests.e2e.conftest import Connected, write_set

CONNECTED = pytest.mark.xdist_group("e2e-connected")
SEPARATE = pytest.mark.xdist_group("e2e-separate")

DEFAULT = {
    "directory": "directory", "dialogue": "dialogue", "planner": "planner", "scheduler": "scheduler",
    "librarian": "knowledge", "memory": "knowledge", "wide-eye": "vision", "close-eye": "vision",
    "hands": "actuator", "sandbox": "actuator",
}  # fmt: skip


@SEPARATE
async def test_the_directory_holds_the_agents_of_all_processes(separate: Assistant) -> None:
    assert len(separate.spawned) == len(DEFAULT) - 2
    status, out, err = await separate.command("agents", "--json")
    assert status == 0, err
    found = {agent["name"].partition("@")[0]: agent for agent in json_lines(out)}
    found.pop("operator")
    assert {name: agent["kind"] for name, agent in found.items()} == DEFAULT
    assert all(agent["services"] for agent in found.values())
    (sums,) = (service for service in found["hands"]["services"] if service["name"] == "exact-arithmetic")
    assert sums["type"] == "calculate"
    assert {"fipa-request", "fipa-contract-net"} <= set(sums["protocols"])


@CONNECTED
async def test_a_spawned_agent_that_bids_better_wins_until_it_dies(connected: Connected, tmp_path: Path) -> None:
    parley = connected.assistant
    abacus = write_set(tmp_path / "abacus.yaml", {"kind": "actuator", "name": "abacus", "offers": ["exact-arithmetic"]})
    async with parley.client() as person:
        assert "= 4" in (await person.say(parley.jid, "what is 2 + 2?")).text
        assert parley.awards[-1] == Award("sandbox", "calculate", 1)
        [process] = parley.spawn(abacus)
        assert "= 5" in (await person.say(parley.jid, "what is 2 + 3?")).text
        assert parley.awards[-1] == Award("abacus", "calculate", 2)

        process.kill()
        process.wait(10)
        answer = await person.say(parley.jid, "what is 2 + 4?")
        assert answer.text.endswith("6")
        assert answer.seconds < 5
        assert parley.awards[-1].winner == "sandbox"

        [again] = parley.spawn(abacus)
        assert "= 7" in (await person.say(parley.jid, "what is 2 + 5?")).text
        assert parley.awards[-1] == Award("abacus", "calculate", 2)
        again.terminate()
        assert again.wait(10) == 0
        answer = await person.say(parley.jid, "what is 2 + 6?")
        assert answer.text.endswith("8")
        assert parley.awards[-1] == Award("sandbox", "calculate", 1), "it had left the directory"


@CONNECTED
async def test_the_only_agent_for_something_is_missed_when_it_dies(connected: Connected, tmp_path: Path) -> None:
    parley = connected.assistant
    eye = write_set(tmp_path / "eye.yaml", {"kind": "vision", "name": "lone-eye", "offers": ["whole-screen"]})
    async with parley.client() as person:
        [process] = parley.spawn(eye)
        assert "Train to Hamburg" in (await person.say(parley.jid, "what is on my screen?")).text
        process.kill()
        process.wait(10)
        answer = await person.say(parley.jid, "what is on my screen?")
        assert answer.state == "failed"
        assert "Train" not in answer.text
        assert answer.seconds < 10
        assert "= 4" in (await person.say(parley.jid, "what is 2 + 2?")).text


async def test_a_dead_planner_is_noticed_and_replaced(new_assistant: Callable[[], Assistant], tmp_path: Path) -> None:
    parley = new_assistant()
    parley.configure()
    heart = write_set(
        tmp_path / "heart.yaml",
        *({"kind": kind} for kind in ("directory", "dialogue", "scheduler")),
        {"kind": "actuator", "name": "hands"},
    )
    planner = write_set(tmp_path / "planner.yaml", {"kind": "planner"})
    parley.start("--set", str(heart))
    [process] = parley.spawn(planner)
    async with parley.client() as person:
        assert "= 4" in (await person.say(parley.jid, "what is 2 + 2?")).text
        process.kill()
        process.wait(10)
        answer = await person.say(parley.jid, "what is 2 + 2?")
        assert answer.state == "failed"
        assert "planner" in answer.text
        assert answer.seconds < 10
        assert "remind" in (await person.say(parley.jid, "help")).text
        parley.spawn(planner)
        assert "= 4" in (await person.say(parley.jid, "what is 2 + 2?")).text
    assert parley.stop() < 10


WRONG_SETS = {
    "agents:\n  - kind: butler\n": "no kind of agent called 'butler'",
    "agents:\n  - kind: actuator\n    offers: [telepathy]\n": "no service called telepathy",
    "agents:\n  - kind: directory\n": "one directory",
    "agents:\n  - kind: actuator\n    name: sandbox\n": "already an agent called sandbox",
}


@CONNECTED
@pytest.mark.parametrize(("text", "said"), WRONG_SETS.items())
async def test_a_set_that_is_wrong_is_refused_in_a_sentence(
    connected: Connected, tmp_path: Path, text: str, said: str
) -> None:
    path = tmp_path / "wrong.yaml"
    path.write_text(text)
    status, out, err = await connected.assistant.command("spawn", str(path), "--no-nlu")
    assert (status, out) == (1, "")
    assert said in err
    assert "Traceback" not in err
    assert len(err.strip().splitlines()) == 1


@CONNECTED
async def test_an_invitation_lets_another_host_join_once(
    connected: Connected, new_assistant: Callable[[], Assistant], tmp_path: Path
) -> None:
    parley = connected.assistant
    invitation = tmp_path / "invitation.json"
    status, out, err = await parley.command("invite", str(invitation))
    assert status == 0, err
    assert invitation.stat().st_mode & 0o777 == 0o600
    helper = write_set(tmp_path / "helper.yaml", {"kind": "actuator", "name": "helper", "offers": ["exact-arithmetic"]})

    elsewhere = new_assistant()
    [process] = elsewhere.spawn(helper, options=("--join", str(invitation)))
    assert not (elsewhere.data / "xmpp" / "accounts.json").exists(), "the other host has no accounts of its own"
    async with parley.client() as person:
        assert "= 9" in (await person.say(parley.jid, "what is 4 + 5?")).text
        assert parley.awards[-1] == Award("helper", "calculate", 2)

    other = write_set(tmp_path / "other.yaml", {"kind": "actuator", "name": "other", "offers": ["exact-arithmetic"]})
    status, out, err = await elsewhere.command("spawn", str(other), "--join", str(invitation), "--no-nlu")
    assert (status, out) == (1, "")
    assert "invitation" in err
    assert "Traceback" not in err

    process.terminate()
    assert process.wait(10) == 0
    status, out, err = await parley.command("agents", "--json")
    assert "helper@" not in out
    assert "other@" not in out


async def test_an_invitation_that_is_none_is_refused(new_assistant: Callable[[], Assistant], tmp_path: Path) -> None:
    helper = write_set(tmp_path / "helper.yaml", {"kind": "actuator", "name": "helper"})
    forged = tmp_path / "invitation.json"
    forged.write_text(json.dumps({"host": "127.0.0.1"}))
    elsewhere = new_assistant()
    for path in (forged, tmp_path / "missing.json"):
        began = time.monotonic()
        status, out, err = await elsewhere.command("spawn", str(helper), "--join", str(path), "--no-nlu")
        assert (status, out) == (1, "")
        assert "is no invitation" in err
        assert time.monotonic() - began < 30


async def test_a_spawned_process_survives_the_end_of_its_platform(
    new_assistant: Callable[[], Assistant], tmp_path: Path
) -> None:
    """When the launcher comes back, its agents of other processes are found again."""
    parley = new_assistant()
    parley.configure()
    heart = write_set(tmp_path / "heart.yaml", *({"kind": kind} for kind in ("directory", "dialogue", "planner")))
    hands = write_set(tmp_path / "hands.yaml", {"kind": "actuator", "name": "hands"})
    parley.start("--set", str(heart))
    parley.spawn(hands)
    parley.kill()
    parley.start("--set", str(heart))
    async with parley.client() as person:

        async def answered() -> bool:
            return "= 4" in (await person.say(parley.jid, "what is 2 + 2?")).text

        deadline = time.monotonic() + 60
        while not await answered():
            assert time.monotonic() < deadline, "the agent did not come back"


@SEPARATE
async def test_a_second_one_on_the_same_data_folder(separate: Assistant) -> None:
    status, out, err = await separate.command("up", "--no-nlu")
    assert (status, out) == (1, "")
    assert "already running" in err
    assert "Traceback" not in err
    async with separate.client() as person:
        assert "42" in (await person.say(separate.jid, "what is 6 * 7?")).text
