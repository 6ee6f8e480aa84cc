"""The one-command targets."""

from __future__ import annotations

import os
import subprocess

import pytest

from tests.setup.conftest import ROOT

TARGETS = ["help", "run", "setup", "test", "lint", "format", "eval-tasks", "bench", "lock", "clean"]


def make(*arguments: str) -> str:
    """Run make and return what it prints."""
    done = subprocess.run(["make", *arguments], cwd=ROOT, capture_output=True, text=True, check=False, timeout=20)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("target", TARGETS)
def test_a_target_is_there_and_in_the_help(target: str) -> None:
    make("-n", target)
    assert f"make {target} " in make("help")


def test_run_sets_up_and_starts() -> None:
    planned = make("-n", "run", "EXTRAS=local detector")
    assert "bootstrap.py run --extra local --extra detector && .venv/bin/python launcher.py run" in planned


def test_tests_set_up_once_and_check_everything() -> None:
    planned = make("-n", "test")
    assert planned.count("bootstrap.py test") == 1
    tools = ["ruff format --check", "ruff check", "mypy", "lint-imports", "pytest"]
    assert [planned.index(tool) for tool in tools] == sorted(planned.index(tool) for tool in tools)


def test_continuous_integration_runs_the_same() -> None:
    script = ROOT / ".ci" / "run"
    assert os.access(script, os.X_OK)
    assert "make test" in script.read_text()
