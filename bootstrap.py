#!/usr/bin/env python3
"""Installs what Parley needs, once, and says what it could not install.

``python3 bootstrap.py run`` (or ``test``) does, in this order, only what is not done yet:

1. uv, with pip, into /usr/local/bin as root or ~/.local/bin otherwise;
2. the system packages of ``system_packages.py``, with apt as root or with Homebrew; otherwise it names them;
3. the main environment ``.venv`` (Python 3.11 to 3.13) from ``requirements*.lock``;
4. Rasa's environment ``nlu/.venv`` (Python 3.10) from ``nlu/requirements.lock``;
5. the training of the NLU model, where it is older than its sources.

A missing system package or a missing Python 3.10 costs a part of the assistant, not the start: it is said
and the set-up goes on. An environment holds a state file that says which locks it was made from; one whose
set-up was interrupted is made anew. The standard library alone is used, and Python 3.9 can run it.

Container images use it too: ``image`` does 1 to 3 for the assistant's image, ``nlu`` does 1, 3, 4 and 5 for
Rasa's. There, what cannot be had is an error.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from system_packages import (
    ROOT,
    SYSTEM_PACKAGES,
    TOOLS,
    SetupError,
    SystemPackage,
    ensure_system_packages,
    missing,
    say,
    step,
)

__all__ = ["SYSTEM_PACKAGES", "SetupError", "SystemPackage", "find_uv", "main", "missing", "python310", "set_up"]

NO_PYTHON310 = TOOLS / "python3.10.missing"
MAIN_ENVIRONMENT = ROOT / ".venv"
NLU_FOLDER = ROOT / "nlu"
NLU_ENVIRONMENT = NLU_FOLDER / ".venv"
STATE_FILE = ".parley-setup.json"
MAIN_PYTHONS = ">=3.11,<3.14"
UV_REQUIREMENT = "uv>=0.9"
LOCKS = {
    "run": "requirements.lock",
    "test": "requirements-test.lock",
    "server": "requirements-server.lock",
    "local": "requirements-local.lock",
    "detector": "requirements-detector.lock",
}
DOWNLOAD_RETRY_S = 24 * 3600


@contextlib.contextmanager
def one_at_a_time() -> Iterator[None]:
    """Hold the set-up's lock, waiting for a set-up that runs in another terminal."""
    TOOLS.mkdir(exist_ok=True)
    with (TOOLS / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("Another set-up is at work here; waiting for it ...")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def find_uv() -> Path | None:
    """Find uv on PATH or where this set-up puts it."""
    for place in (shutil.which("uv"), "/usr/local/bin/uv", Path.home() / ".local/bin/uv"):
        if place and os.access(place, os.X_OK):
            return Path(place)
    return None


def ensure_uv() -> Path:
    """Return uv, installing it with pip first where it is not there.

    pip's ``--target`` also works where the system's Python is marked as externally managed (PEP 668).
    """
    found = find_uv()
    if found:
        return found
    staging = TOOLS / "uv"
    shutil.rmtree(staging, ignore_errors=True)
    pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"]
    try:
        step("Installing uv with pip", [*pip, "--target", str(staging), UV_REQUIREMENT])
    except SetupError as error:
        raise SetupError(f"{error}\nInstall uv (or pip for {sys.executable}) and start again.") from error
    target = Path("/usr/local/bin")
    if os.geteuid() != 0 or not os.access(target, os.W_OK):
        target = Path.home() / ".local/bin"
        target.mkdir(parents=True, exist_ok=True)
        if str(target) not in os.environ.get("PATH", "").split(os.pathsep):
            say(f'uv is in {target}, which is not on PATH; add it with: export PATH="$PATH:{target}"')
    partial = target / ".uv.partial"
    shutil.copy2(staging / "bin" / "uv", partial)
    partial.replace(target / "uv")
    shutil.rmtree(staging)
    return target / "uv"


@dataclass(frozen=True)
class EnvironmentState:
    """An environment's state file: the sets in it, the locks' hash, and whether it was made to the end."""

    sets: tuple[str, ...]
    key: str
    ready: bool


def read_state(environment: Path) -> EnvironmentState | None:
    """Read an environment's state file; None where there is none, or none that can be read."""
    try:
        raw = json.loads((environment / STATE_FILE).read_text())
        return EnvironmentState(tuple(raw["sets"]), str(raw["key"]), bool(raw["ready"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def write_state(environment: Path, state: EnvironmentState) -> None:
    """Write an environment's state file in one move."""
    partial = environment / f"{STATE_FILE}.partial"
    partial.write_text(json.dumps({"sets": state.sets, "key": state.key, "ready": state.ready}))
    partial.replace(environment / STATE_FILE)


def locks_key(environment: Path, locks: Sequence[Path]) -> str:
    """Hash the place of the environment (its scripts name it) and the content of its locks."""
    digest = hashlib.sha256(str(environment).encode())
    for lock in locks:
        digest.update(lock.read_bytes())
    return digest.hexdigest()


def sync(environment: Path, *, sets: Sequence[str], locks: Sequence[Path], python: str, title: str) -> None:
    """Make ``environment`` hold what ``locks`` name, unless its state file says that it does.

    Raises SetupError when no interpreter or package can be had.
    """
    interpreter = environment / "bin" / "python"
    state = read_state(environment)
    key = locks_key(environment, locks)
    if state and state.ready and state.key == key and interpreter.exists():
        return
    uv = str(ensure_uv())
    if not interpreter.exists() or (state and not state.ready):
        shutil.rmtree(environment, ignore_errors=True)
        cwd = environment.parent
        step(
            f"Making {environment.relative_to(ROOT)}",
            [uv, "venv", "--no-project", "-p", python, str(environment)],
            cwd=cwd,
        )
    write_state(environment, EnvironmentState(tuple(sets), key, ready=False))
    names = [str(lock) for lock in locks]
    step(title, [uv, "pip", "sync", "--require-hashes", "--python", str(interpreter), *names])
    write_state(environment, EnvironmentState(tuple(sets), key, ready=True))


def ensure_main_environment(sets: Sequence[str]) -> None:
    """Bring the main environment up to the sets asked for, keeping those that it holds already.

    So a run after the tests takes the tests' environment as it is, and nothing is installed to and fro.
    """
    state = read_state(MAIN_ENVIRONMENT)
    held = state.sets if state else ()
    wanted = tuple(name for name in LOCKS if name == "run" or name in sets or name in held)
    # Every lock holds the run set too, with the same versions.
    locks = [ROOT / LOCKS[name] for name in wanted if name != "run"] or [ROOT / LOCKS["run"]]
    title = f"Installing the Python packages ({', '.join(wanted)})"
    sync(MAIN_ENVIRONMENT, sets=wanted, locks=locks, python=MAIN_PYTHONS, title=title)


def python310() -> Path | None:
    """Find a Python 3.10 for Rasa: the one of nlu/.venv, or what uv finds; downloads nothing."""
    interpreter = NLU_ENVIRONMENT / "bin" / "python"
    state = read_state(NLU_ENVIRONMENT)
    if state and state.ready and interpreter.exists():
        return interpreter
    uv = find_uv()
    if uv is None:
        return None
    # In nlu/, .python-version makes pyenv's shim answer; but this program may itself have been started by a shim, which
    # leaves its own choice of version in the environment, and that would go before the file.
    environment = {name: value for name, value in os.environ.items() if name != "PYENV_VERSION"}
    find = [str(uv), "python", "find", "--system", "--no-project", "--no-python-downloads", "3.10"]
    found = subprocess.run(find, cwd=NLU_FOLDER, env=environment, check=False, capture_output=True, text=True)
    return Path(found.stdout.strip()) if found.returncode == 0 and found.stdout.strip() else None


def download_python310() -> Path | None:
    """Let uv fetch a Python 3.10; a failure is remembered, and tried again only the day after."""
    with contextlib.suppress(OSError):
        if time.time() - NO_PYTHON310.stat().st_mtime < DOWNLOAD_RETRY_S:
            return None
    try:
        uv = str(ensure_uv())
        retries = {"UV_HTTP_RETRIES": "1"}
        step("Fetching Python 3.10 for Rasa", [uv, "python", "install", "--no-bin", "3.10"], env=retries)
    except SetupError:
        NO_PYTHON310.touch()
        return None
    return python310()


def ensure_nlu() -> None:
    """Set up Rasa's environment and train its model.

    Raises SetupError when that cannot be done.
    """
    interpreter = python310() or download_python310()
    if interpreter is None:
        raise SetupError("Python 3.10, which it needs, is not here and could not be fetched.")
    NO_PYTHON310.unlink(missing_ok=True)
    lock = NLU_FOLDER / "requirements.lock"
    sync(NLU_ENVIRONMENT, sets=("run",), locks=[lock], python=str(interpreter), title="Installing Rasa")
    training = [str(MAIN_ENVIRONMENT / "bin" / "python"), "-m", "nlu.training"]
    if subprocess.run(training, cwd=ROOT, check=False).returncode:
        raise SetupError("its model could not be trained.")


def set_up(purpose: str, extras: Sequence[str]) -> None:
    """Do the whole set-up for a purpose.

    Raises SetupError when the main environment cannot be made, without which nothing runs.
    """
    ensure_uv()
    if purpose != "nlu":
        ensure_system_packages(purpose)
    if purpose == "image" and missing(purpose):
        raise SetupError("An image must hold all of them.")
    ensure_main_environment(["test", *extras] if purpose == "test" else extras)
    if purpose == "nlu":
        ensure_nlu()
    elif purpose != "image":
        try:
            ensure_nlu()
        except SetupError as error:
            say(f"Rasa is left out, and the rule parser serves: {error}")


def main(arguments: Sequence[str] | None = None) -> int:
    """Parse the command line, set up, and return the exit status."""
    parser = argparse.ArgumentParser(description="Install what Parley needs.")
    parser.add_argument("purpose", choices=["run", "test", "image", "nlu"], help="what to set up for")
    parser.add_argument(
        "--extra", action="append", default=[], choices=[name for name in LOCKS if name not in {"run", "test"}]
    )
    options = parser.parse_args(arguments)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with one_at_a_time():
            set_up(options.purpose, options.extra)
    except SetupError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("\nStopped; the next start goes on from here.", file=sys.stderr)
        return 130
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
