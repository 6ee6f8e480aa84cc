"""The set-up, run as a person runs it, on a small project."""

from __future__ import annotations

import ast
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

import bootstrap
from tests.setup.conftest import ROOT, Project, hear_ctrl_c, make_wheel


@pytest.mark.parametrize("name", ["bootstrap.py", "system_packages.py"])
def test_an_old_python_can_read_the_set_up(name: str) -> None:
    ast.parse((ROOT / name).read_text(), feature_version=(3, 9))


def test_a_fresh_checkout_gets_its_environment_and_a_second_start_does_nothing(project: Project) -> None:
    first = project.set_up("run")
    assert first.returncode == 0, first.stderr
    assert project.installed("runs")
    assert not project.installed("tests_it")
    calls = len(project.calls)
    second = project.set_up("run")
    assert second.returncode == 0
    assert "Installing" not in second.stdout
    # Looking for a Python 3.10 is the one thing that is asked again, because one may have been installed.
    assert all(call.startswith("python find") for call in project.calls[calls:])


def test_tests_and_runs_do_not_install_to_and_fro(project: Project) -> None:
    assert project.set_up("run").returncode == 0
    assert project.set_up("test").returncode == 0
    assert project.installed("tests_it")
    calls = len(project.calls)
    for purpose in ("run", "test", "run"):
        assert project.set_up(purpose).returncode == 0
    assert project.installed("tests_it")
    assert not [call for call in project.calls[calls:] if "pip sync" in call]


def test_a_changed_lock_is_installed_and_the_sets_are_kept(project: Project) -> None:
    assert project.set_up("test", "--extra", "local").returncode == 0
    assert project.installed("local_it")
    newer = make_wheel(project.wheels, "runs", version="2.0", files={"runs.py": "", "only_in_two.py": ""})
    tests_it, local_it = (make_wheel(project.wheels, name) for name in ("tests_it", "local_it"))
    project.lock("requirements.lock", newer)
    project.lock("requirements-test.lock", newer, tests_it)
    project.lock("requirements-local.lock", newer, local_it)
    assert project.set_up("run").returncode == 0
    assert all(map(project.installed, ("only_in_two", "tests_it", "local_it")))


def test_what_is_not_in_the_lock_goes_and_a_hash_that_differs_stops_the_set_up(project: Project) -> None:
    assert project.set_up("run").returncode == 0
    lock = project.root / "requirements.lock"
    good = lock.read_text()
    lock.write_text(good.replace(good[-10:], "000000000\n"))
    shutil.rmtree(project.root.parent / "uv-cache")
    shutil.rmtree(project.root / ".venv")
    failed = project.set_up("run")
    assert failed.returncode == 1
    assert "Installing the Python packages (run) failed" in failed.stderr
    assert "Traceback" not in failed.stderr
    lock.write_text(good)
    assert project.set_up("run").returncode == 0
    assert project.installed("runs")


def test_ctrl_c_in_the_middle_is_recovered_from(project: Project) -> None:
    uv = (project.bin / "uv").read_text()
    begun = project.root.parent / "begun"
    project.program("uv", f'if [ "$2" = sync ]; then : > {begun}; exec /bin/sleep 60; fi\n{uv.partition(chr(10))[2]}')
    process = subprocess.Popen(
        project.command("run"),
        env=project.environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        preexec_fn=hear_ctrl_c,
    )
    deadline = time.monotonic() + 30
    while not begun.exists():
        assert time.monotonic() < deadline
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGINT)
    _, error = process.communicate(timeout=10)
    assert process.returncode == 130
    assert "the next start goes on from here" in error
    assert json.loads(project.state_file.read_text())["ready"] is False

    half_done = project.root / ".venv" / "half-done"
    half_done.touch()
    (project.bin / "uv").write_text(uv)
    assert project.set_up("run").returncode == 0
    assert project.installed("runs")
    assert not half_done.exists()


def test_a_moved_checkout_is_set_up_again(project: Project, tmp_path: Path) -> None:
    assert project.set_up("run").returncode == 0
    moved = Project(tmp_path / "elsewhere", project.bin, project.home, project.wheels)
    project.root.rename(moved.root)
    calls = len(project.calls)
    assert moved.set_up("run").returncode == 0
    assert [call for call in project.calls[calls:] if "pip sync" in call]


def test_without_python_310_it_says_so_and_goes_on_and_does_not_ask_the_network_each_time(project: Project) -> None:
    first = project.set_up("run")
    assert first.returncode == 0
    said = "Rasa is left out, and the rule parser serves: Python 3.10, which it needs, is not here"
    assert said in first.stdout
    again = project.set_up("run")
    assert "the rule parser serves" in again.stdout
    assert len([call for call in project.calls if call.startswith("python install")]) == 1


def test_the_image_gets_no_rasa(project: Project) -> None:
    done = project.set_up("image")
    assert done.returncode == 0
    assert "Rasa" not in done.stdout


def test_an_image_is_not_made_with_a_program_missing(project: Project) -> None:
    (project.bin / "bwrap").unlink()
    done = project.set_up("image")
    assert done.returncode == 1
    assert "bubblewrap: the sandbox that runs code" in done.stdout


def test_the_image_of_rasa_is_not_made_without_rasa(project: Project) -> None:
    done = project.set_up("nlu")
    assert done.returncode == 1
    assert "Python 3.10" in done.stderr


def test_two_set_ups_at_once_wait_for_each_other(project: Project) -> None:
    processes = [
        subprocess.Popen(project.command("run"), env=project.environment(), stdout=subprocess.PIPE, text=True)
        for _ in range(2)
    ]
    said = [process.communicate(timeout=60)[0] for process in processes]
    assert [process.returncode for process in processes] == [0, 0]
    assert sum("Installing the Python packages" in text for text in said) == 1


def test_uv_is_installed_with_pip_for_one_person(
    project: Project, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    make_wheel(project.wheels, "uv", version="0.9.0", files={"uv-0.9.0.data/scripts/uv": "#!/bin/sh\necho uv of pip\n"})
    for name, value in project.environment().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(bootstrap, "find_uv", lambda: None)
    monkeypatch.setattr(bootstrap, "TOOLS", project.root / ".tools")
    monkeypatch.setattr("system_packages.TOOLS", project.root / ".tools")
    monkeypatch.setattr("system_packages.LOG", project.root / ".tools" / "setup.log")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    # A uv-made environment has no pip; the interpreter below it does.
    monkeypatch.setattr(sys, "executable", str(Path(sys.executable).resolve()))
    uv = bootstrap.ensure_uv()
    assert uv == project.home / ".local" / "bin" / "uv"
    assert subprocess.run([uv], capture_output=True, text=True, check=True).stdout == "uv of pip\n"
    assert f'export PATH="$PATH:{uv.parent}"' in capsys.readouterr().out
    assert not (project.root / ".tools" / "uv").exists()


def test_python310_is_the_one_that_uv_finds(project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    found = tmp_path / "python3.10"
    project.program("uv", f'[ "$1 $2" = "python find" ] && [ "$PWD" = {project.root}/nlu ] && echo {found}')
    monkeypatch.setenv("PATH", str(project.bin))
    monkeypatch.setattr(bootstrap, "NLU_FOLDER", project.root / "nlu")
    monkeypatch.setattr(bootstrap, "NLU_ENVIRONMENT", project.root / "nlu" / ".venv")
    assert bootstrap.python310() == found
    project.program("uv", "exit 2")
    assert bootstrap.python310() is None


def test_the_choice_of_a_pyenv_shim_that_started_us_is_not_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    passed: dict[str, str] = {}

    def run(command: list[str], *, env: dict[str, str], **_: object) -> subprocess.CompletedProcess[str]:
        passed.update(env)
        return subprocess.CompletedProcess(command, 0, stdout="/usr/bin/python3.10\n")

    monkeypatch.setenv("PYENV_VERSION", "3.11.7")
    monkeypatch.setattr(bootstrap, "read_state", lambda _: None)
    monkeypatch.setattr(bootstrap, "find_uv", lambda: Path("/usr/bin/uv"))
    monkeypatch.setattr(subprocess, "run", run)
    assert bootstrap.python310() == Path("/usr/bin/python3.10")
    assert "PATH" in passed
    assert "PYENV_VERSION" not in passed
