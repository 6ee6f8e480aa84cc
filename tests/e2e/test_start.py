"""Starts that cannot succeed: one plain sentence, an exit status that is not 0, and nothing left behind."""

import asyncio
import socket
import subprocess
from pathlib import Path

import psutil
import pytest

from launcher import main
from tests.e2e.assistant import Assistant, free_port

NOTES = ("Starting ", "Note: ")
"""What is shown while it starts; everything else on stderr is about what went wrong."""


async def fails(assistant: Assistant, *arguments: str) -> str:
    """Start it, see that it says in one sentence why it cannot, and return the sentence."""
    status, out, err = await assistant.command("up", "--no-nlu", *arguments, timeout=60)
    assert (status, out) == (1, "")
    said = [line for line in err.splitlines() if not line.startswith(NOTES)]
    assert len(said) == 1, err
    assert "Traceback" not in err
    assert not (assistant.data / "runtime.json").exists()
    own = str(assistant.data)
    left = [p for p in psutil.process_iter(["cmdline"]) if any(own in part for part in p.info["cmdline"] or ())]
    assert left == []
    return said[0]


@pytest.fixture
def bare(tmp_path: Path) -> Assistant:
    """Give an assistant that has never been started."""
    return Assistant(tmp_path / "data", {"HOME": str(tmp_path)})


@pytest.mark.parametrize("which", ["port", "upload_port"])
async def test_a_port_that_is_taken(bare: Assistant, which: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        bare.configure(xmpp={which: port})
        said = await fails(bare)
    assert f"Port {port}" in said
    assert "in use" in said


WRONG = {
    "not YAML": ("xmpp:\n  port: 5222\n port: 3\n", "line 3"),
    "a list": ("- user\n- me\n", "keys and values"),
    "an unknown key": ("colour: red\n", "colour"),
    "a wrong value": ("xmpp:\n  port: high\n", "xmpp.port"),
    "a wrong name": ("user: 'Big Boss'\n", "user"),
    "half a language model": ("llm:\n  url: http://127.0.0.1:1/v1\n", "llm"),
    "bytes": ("user: \udcff\udcfe\n", "UTF-8"),
}


@pytest.mark.parametrize(("text", "said"), WRONG.values(), ids=WRONG.keys())
def test_a_configuration_that_is_wrong(
    bare: Assistant, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    bare.data.mkdir()
    (bare.data / "config.yaml").write_bytes(text.encode(errors="surrogateescape"))
    assert main(["up", "--data", str(bare.data)]) == 1
    assert said in the_one_line(capsys)


async def test_a_configuration_that_is_not_there(bare: Assistant, tmp_path: Path) -> None:
    assert "nowhere.yaml" in await fails(bare, "--config", str(tmp_path / "nowhere.yaml"))


SETS = {
    "not YAML": ("agents:\n  - kind: directory\n   name: x\n", "line 3"),
    "nothing": ("", "agents"),
    "no agents": ("agents: []\n", "agents"),
    "two of a name": ("agents:\n  - kind: directory\n  - kind: planner\n  - kind: planner\n", "two agents"),
    "no letters": ("agents:\n  - kind: directory\n  - {kind: planner, name: 'a b'}\n", "a b"),
    "an unknown key": ("agents:\n  - {kind: directory, colour: red}\n", "colour"),
}


@pytest.mark.parametrize(("text", "said"), SETS.values(), ids=SETS.keys())
def test_an_agent_set_that_is_wrong(
    bare: Assistant, tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, said: str
) -> None:
    path = tmp_path / "set.yaml"
    path.write_text(text)
    assert main(["up", "--data", str(bare.data), "--set", str(path)]) == 1
    assert said in the_one_line(capsys)


def the_one_line(capsys: pytest.CaptureFixture[str]) -> str:
    """Return what was said on stderr, which must be one line, with nothing on stdout."""
    said = capsys.readouterr()
    assert said.out == ""
    assert len(said.err.splitlines()) == 1
    assert "Traceback" not in said.err
    return said.err


WISHFUL_SETS = {
    "no such kind": ("agents:\n  - kind: directory\n  - kind: butler\n", "butler"),
    "no such service": ("agents:\n- kind: directory\n- {kind: actuator, offers: [telepathy]}\n", "telepathy"),
    "no directory": ("agents:\n  - kind: planner\n", "directory"),
}


@pytest.mark.parametrize(("text", "said"), WISHFUL_SETS.values(), ids=WISHFUL_SETS.keys())
async def test_an_agent_set_that_asks_for_what_is_not_there(
    bare: Assistant, tmp_path: Path, text: str, said: str
) -> None:
    bare.configure()
    path = tmp_path / "set.yaml"
    path.write_text(text)
    assert said in await fails(bare, "--set", str(path))


async def test_a_server_that_is_down(bare: Assistant) -> None:
    port = free_port()
    bare.configure(xmpp={"server": "external", "external": {"host": "127.0.0.1", "port": port}})
    said = await fails(bare)
    assert f"127.0.0.1:{port}" in said or f"port {port}" in said


async def test_a_data_folder_that_cannot_be_used(bare: Assistant) -> None:
    bare.data.write_text("a file, not a folder")
    status, out, err = await bare.command("up", "--no-nlu")
    assert (status, out) == (1, "")
    assert str(bare.data) in err
    assert "--data" in err
    assert len(err.splitlines()) == 1


async def test_a_stop_while_it_starts(bare: Assistant) -> None:
    """Ctrl-C before it is ready ends it as well, and leaves nothing."""
    bare.configure()
    process = bare.launch("up", "--no-nlu")
    try:
        server = await _server_of(process)
        process.terminate()
        assert await asyncio.to_thread(process.wait, 15) == 0
        assert not server.is_running() or server.status() == psutil.STATUS_ZOMBIE
        assert process.stdout is not None
        assert process.stdout.read() == ""
        assert "Traceback" not in bare.errors
        assert not (bare.data / "runtime.json").exists()
    finally:
        process.kill()
        process.wait(10)
        if process.stdout:
            process.stdout.close()


async def _server_of(process: "subprocess.Popen[str]") -> psutil.Process:
    own = psutil.Process(process.pid)
    async with asyncio.timeout(30):
        while not (children := own.children()):  # noqa: ASYNC110 - a start sends no event
            await asyncio.sleep(0.02)
    return children[0]
