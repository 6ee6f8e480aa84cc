"""A running assistant in a home folder of its own, as the pages suppose one."""

import json
import os
import selectors
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.docs.pages import ROOT, fits

_READY_WITHIN = 120.0
_ANSWERED_WITHIN = 90.0


def free_ports(count: int) -> list[int]:
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports: list[int] = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


@dataclass
class Home:
    """A home folder, in which the commands of pages run as they are written."""

    folder: Path
    processes: list["subprocess.Popen[str]"] = field(default_factory=list)

    @property
    def data(self) -> Path:
        return self.folder / ".local" / "share" / "parley"

    @property
    def runtime(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.data / "runtime.json").read_text())
        return found

    def run(self, command: str, expected: str) -> None:
        """Run a command in a shell and compare what it prints; one that ends in `&` runs until `stop`."""
        if command.endswith("&"):
            self.begin(command.removesuffix("&"), expected)
            return
        done = subprocess.run(
            self._shell(command), cwd=self.folder, env=self._environment(), stdin=subprocess.DEVNULL,
            capture_output=True, text=True, timeout=_ANSWERED_WITHIN, check=False,
        )  # fmt: skip
        assert fits(expected, done.stdout), f"{command}\nprinted:\n{done.stdout}{done.stderr}\nnot:\n{expected}"

    def begin(self, command: str, expected: str) -> None:
        """Start a command, and wait until it has printed what is expected."""
        with (self.folder / "errors.txt").open("a") as errors:
            process = subprocess.Popen(
                self._shell(f"exec {command}"), cwd=self.folder, env=self._environment(),
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True,
            )  # fmt: skip
        self.processes.append(process)
        assert process.stdout is not None
        deadline = time.monotonic() + _READY_WITHIN
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            for line in expected.strip().splitlines():
                assert selector.select(deadline - time.monotonic()), (self.folder / "errors.txt").read_text()
                assert fits(line, process.stdout.readline()), (self.folder / "errors.txt").read_text()

    def stop(self, *, keep: int = 0) -> None:
        """Stop what was started, the last first, all but the first ones."""
        while len(self.processes) > keep:
            process = self.processes.pop()
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=20)

    def _shell(self, command: str) -> list[str]:
        launcher = f"{shlex.quote(sys.executable)} {shlex.quote(str(ROOT / 'launcher.py'))}"
        return ["bash", "-c", command.replace("uv run launcher.py", launcher)]

    def _environment(self) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PARLEY_", "XDG_"))}
        return {**kept, "HOME": str(self.folder), "PYTHONUNBUFFERED": "1", "TZ": "UTC"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """Give a home folder in which the assistant runs and has read the notes of the pages."""
    home = Home(tmp_path_factory.mktemp("home"))
    (home.folder / "docs").symlink_to(ROOT / "docs")
    client, upload = free_ports(2)
    home.data.mkdir(parents=True)
    (home.data / "config.yaml").write_text(f"xmpp: {{port: {client}, upload_port: {upload}}}\n")
    try:
        home.begin("uv run launcher.py up --no-nlu", "ready")
        home.run("uv run launcher.py ingest docs/examples/notes.md", "added ...")
        yield home
    finally:
        home.stop()
