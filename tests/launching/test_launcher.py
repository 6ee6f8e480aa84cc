"""The command line as a whole, as far as it needs no running assistant."""

import io
import json
import os
import subprocess
import sys
from pathlib import Path

import psutil
import pytest

import launcher
from launching.errors import LaunchError
from tests.launching.test_runtime import runtime
from tests.xmpp.server.conftest import free_ports

ROOT = Path(launcher.__file__).parent


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Run a command in this process; return its exit status and what it printed."""
    status = launcher.main(arguments)
    said = capsys.readouterr()
    assert "Traceback" not in said.out + said.err
    return status, said.out, said.err


def one_sentence(text: str) -> bool:
    return text.count("\n") == 1 and text.rstrip().endswith((".", "?"))


@pytest.mark.parametrize("arguments", [(name, *rest) for name in launcher.LATER for rest in ((), ("--from", "x", "y"))])
def test_what_comes_later_says_so(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    status, out, err = run(capsys, *arguments)
    assert (status, out) == (launcher.FAILED, "")
    assert one_sentence(err)
    assert "later version" in err


@pytest.mark.parametrize(
    "arguments",
    [
        ("say", "hello"),
        ("status",),
        ("agents",),
        ("chat",),
        ("invite", "file"),
        ("agents", "--json"),
        ("sniff", "--json"),
        ("say", "x", "--json"),
    ],
)
def test_where_none_runs_commands_say_so(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    status, out, err = run(capsys, *arguments, "--data", str(tmp_path / "data"))
    assert (status, out) == (launcher.NOT_RUNNING, "")
    assert one_sentence(err)
    assert "launcher.py up" in err
    assert not (tmp_path / "data").exists()


def test_what_a_dead_assistant_left_does_not_count(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    runtime(started=1.0).write(tmp_path / "runtime.json")
    status, _, err = run(capsys, "say", "hello", "--data", str(tmp_path))
    assert status == launcher.NOT_RUNNING
    assert "ended without a word" in err


def test_the_status_for_programs(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    status, out, err = run(capsys, "status", "--json", "--data", str(tmp_path))
    assert (status, json.loads(out), err) == (launcher.NOT_RUNNING, {"running": False}, "")


@pytest.mark.parametrize(
    "arguments", [(), ("dance",), ("say",), ("account", "fly"), ("say", "x", "--timeout", "soon"), ("up", "--colour")]
)
def test_a_command_line_that_makes_no_sense(capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    with pytest.raises(SystemExit) as ended:
        launcher.main(arguments)
    assert ended.value.code == 2
    assert "usage: launcher.py" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("files", "arguments", "said"),
    [
        ({"config.yaml": "user: ["}, ("up",), "config.yaml is not YAML in line 1"),
        ({"config.yaml": "colour: red"}, ("status",), "colour: "),
        ({"set.yaml": "agents: 1"}, ("up", "--set", "{data}/set.yaml"), "agents: "),
        ({"set.yaml": "agents:\n  - kind: directory"}, ("spawn", "{data}/set.yaml"), "one directory"),
        ({}, ("up", "--set", "{data}/none.yaml"), "cannot be read"),
        ({}, ("up", "--config", "{data}/none.yaml"), "cannot be read"),
        ({}, ("ingest", "{data}/none.txt"), "does not exist"),
        ({}, ("account", "add"), "account add JID"),
        ({}, ("account", "list", "x"), "account list"),
        ({}, ("account", "add", "a b@c"), "is no JID"),
        ({}, ("account", "remove", "nobody"), "is not on the list"),
        ({}, ("invite", "file", "--hours", "0"), "--hours"),
        ({}, ("sniff", "--last", "-1"), "--last"),
        ({}, ("sniff", "--mermaid", "--follow"), "neither --follow"),
        ({}, ("understand", "hi", "--zone", "Mars/Olympus"), "no time zone"),
        ({}, ("understand", "hi", "--now", "soon"), "ISO 8601"),
        ({}, ("plan", "hi", "--now", "soon"), "ISO 8601"),
        ({"people.json": "{"}, ("account", "list"), "is damaged"),
    ],
)
def test_errors_are_one_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, files: dict[str, str], arguments: tuple[str, ...], said: str
) -> None:
    for name, content in files.items():
        (tmp_path / name).write_text(content)
    given = (argument.replace("{data}", str(tmp_path)) for argument in arguments)
    status, out, err = run(capsys, *given, "--data", str(tmp_path))
    assert (status, out) == (launcher.FAILED, "")
    assert said in err
    assert one_sentence(err)


@pytest.mark.parametrize(
    ("raised", "status", "said"),
    [
        (LaunchError("The moon is full."), launcher.FAILED, "The moon is full.\n"),
        (KeyboardInterrupt(), launcher.INTERRUPTED, ""),
        (ZeroDivisionError("division by zero"), launcher.FAILED, "ZeroDivisionError: division by zero"),
        (ValueError("x" * 10_000), launcher.FAILED, "Something unexpected"),
        (OSError(28, "No space left on device"), launcher.FAILED, "No space left"),
    ],
)
def test_whatever_goes_wrong_ends_in_a_status(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    raised: BaseException,
    status: int,
    said: str,
) -> None:
    def fail(_: object) -> int:
        raise raised

    monkeypatch.setattr("launching.commands.status.run", fail)
    ended, out, err = run(capsys, "status", "--data", str(tmp_path))
    assert (ended, out) == (status, "")
    assert said in err
    assert len(err) < 500


def test_an_assistant_that_runs_already_is_not_started_again(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    from launching.data_folder import DataFolder

    folder = DataFolder(tmp_path)
    folder.create()
    with folder.lock():
        status, _, err = run(capsys, "up", "--data", str(tmp_path))
    assert status == launcher.FAILED
    assert "already running" in err


def test_accounts_are_added_listed_and_removed_without_a_running_assistant(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    data = str(tmp_path)
    status, out, _ = run(capsys, "account", "add", "Ann", "--data", data)
    assert status == 0
    assert "ann@localhost" in out
    assert "xmpp:" in out
    assert run(capsys, "account", "add", "zoe@example.org", "--data", data)[0] == 0
    assert run(capsys, "account", "list", "--data", data)[1].split() == ["ann@localhost", "zoe@example.org"]
    assert run(capsys, "account", "remove", "ann", "--data", data)[0] == 0
    assert run(capsys, "account", "list", "--data", data)[1].split() == ["zoe@example.org"]
    assert (tmp_path / "people.json").stat().st_mode & 0o777 == 0o600


def test_texts_are_understood_without_a_running_assistant(
    capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("what is 17% of 2340?\n\nlist my reminders\n"))
    status, out, _ = run(capsys, "understand", "--json", "--data", str(tmp_path))
    assert status == 0
    readings = [json.loads(line) for line in out.splitlines()]
    assert [reading["intent"] for reading in readings] == ["calculate", "list_reminders"]
    assert set(readings[0]) == {"text", "intent", "confidence", "slots", "source", "alternatives", "times"}


def test_plans_are_made_without_a_running_assistant(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    text = "remind me at 5 pm to call Ann and find my notes on the budget"
    status, out, _ = run(
        capsys, "plan", text, "--json", "--now", "2026-11-20T09:00", "--zone", "Europe/Berlin", "--data", str(tmp_path)
    )
    assert status == 0
    plan = json.loads(out)
    assert plan["goal"] == text
    assert [step["action"] for step in plan["steps"]] == ["set-reminder", "find-files"]
    assert plan["steps"][0]["arguments"]["due"].startswith("2026-11-20T17:00:00")
    assert plan["steps"][0]["effects"] == ["change_reminders"]


def test_every_command_helps(capsys: pytest.CaptureFixture[str]) -> None:
    for name in (info.name.rpartition(".")[2] for info in launcher._modules()):
        with pytest.raises(SystemExit) as ended:
            launcher.main([name, "--help"])
        assert ended.value.code == 0
        assert f"launcher.py {name}" in capsys.readouterr().out


def test_the_command_line_starts_fast_and_light() -> None:
    """What only talks XMPP must not wait for SPADE, spaCy and the like."""
    code = "import sys, launcher; launcher.main(['export']); print(sorted(sys.modules))"
    ended = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    heavy = {"spade", "spacy", "pymilvus", "openai", "torch", "tesserocr", "wordllama", "pyautogui"}
    assert not heavy & set(ended.stdout.replace("'", "").replace("[", "").replace("]", "").split(", "))


def test_a_start_that_fails_says_why_and_leaves_nothing_running(tmp_path: Path) -> None:
    (tmp_path / "set.yaml").write_text("agents:\n  - kind: planner\n")
    (tmp_path / "wrong.yaml").write_text("agents:\n  - kind: directory\n  - kind: actuator\n    offers: [dance]\n")
    (tmp_path / "data").mkdir()
    port, upload_port = free_ports()
    (tmp_path / "data" / "config.yaml").write_text(f"xmpp: {{port: {port}, upload_port: {upload_port}}}\n")
    for name, said in (("set.yaml", "has no directory"), ("wrong.yaml", "no service called dance")):
        command = [sys.executable, str(ROOT / "launcher.py"), "up", "--no-nlu", "--data", str(tmp_path / "data")]
        ended = subprocess.run(
            [*command, "--set", str(tmp_path / name)], capture_output=True, text=True, check=False, timeout=60
        )
        assert (ended.returncode, ended.stdout) == (launcher.FAILED, "")
        assert said in ended.stderr
        assert "Traceback" not in ended.stderr
        assert not (tmp_path / "data" / "runtime.json").exists()
    assert not [p for p in psutil.process_iter(["cmdline"]) if str(tmp_path) in " ".join(p.info["cmdline"] or ())]


def test_output_that_nobody_reads_is_no_error(tmp_path: Path) -> None:
    command = [sys.executable, str(ROOT / "launcher.py"), "doctor", "--json", "--data", str(tmp_path)]
    reading, writing = os.pipe()
    os.close(reading)
    ended = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False, timeout=60)
    os.close(writing)
    assert ended.returncode == launcher.FAILED
    assert ended.stderr == ""
