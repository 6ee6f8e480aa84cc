"""A really started assistant: the launcher as a process of its own, on a data folder of its own."""

import asyncio
import json
import os
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import yaml

from launching.clients import Home
from tests.e2e.client import Client
from xmpp.allow_list import AllowList

ROOT = Path(__file__).parent.parent.parent
LAUNCHER = ROOT / "launcher.py"
PYTHON = sys.executable

ENDS_WITH_US = ("setpriv", "--pdeathsig", "KILL") if shutil.which("setpriv") else ()
"""Put before a command, it has the kernel end it when the tests are killed."""

Launched = subprocess.Popen[str]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass(frozen=True)
class Award:
    """Who won which action, among how many bids, as the planner's log says."""

    winner: str
    action: str
    bids: int


@dataclass
class Assistant:
    """The launcher on one data folder; started, killed and started again as a test likes.

    ``options`` are given at every start; ``environment`` is laid over ours.
    """

    data: Path
    environment: dict[str, str] = field(default_factory=dict)
    options: tuple[str, ...] = ("--no-nlu",)
    process: Launched | None = None
    spawned: list[Launched] = field(default_factory=list)

    def configure(self, **settings: Any) -> None:
        """Write the configuration; ports are chosen free, so that tests can run side by side."""
        self.data.mkdir(parents=True, exist_ok=True)
        xmpp = {"port": free_port(), "upload_port": free_port(), **settings.pop("xmpp", {})}
        (self.data / "config.yaml").write_text(yaml.safe_dump({"xmpp": xmpp, **settings}))

    # -- life and death

    def start(self, *arguments: str, timeout: float = 90) -> None:
        """Start it and wait until it says that it is ready."""
        self.process = self.launch("up", *self.options, *arguments)
        self._await_ready(self.process, timeout)

    def spawn(self, *sets: Path, options: Sequence[str] = (), timeout: float = 90) -> list[Launched]:
        """Start a further process for each set, all at once, and wait until they are ready."""
        started = [self.launch("spawn", str(each), *self.options, *options) for each in sets]
        self.spawned += started
        for process in started:
            self._await_ready(process, timeout)
        return started

    def stop(self) -> float:
        """Stop everything with SIGTERM; return how many seconds it took."""
        began = time.monotonic()
        processes = [*self.spawned, *([self.process] if self.process else [])]
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(20)
        seconds = time.monotonic() - began
        self._forget(processes)
        return seconds

    def kill(self) -> None:
        """End the launcher as a power cut would: at once, and unasked."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)
        self._forget([self.process])

    def end(self) -> None:
        """End whatever a test left running."""
        processes = [*self.spawned, *([self.process] if self.process else [])]
        for process in processes:
            process.kill()
            process.wait(10)
        self._forget(processes)

    def _forget(self, processes: Iterable[Launched]) -> None:
        for process in list(processes):
            if process.stdout:
                process.stdout.close()
            if process in self.spawned:
                self.spawned.remove(process)
            if process is self.process:
                self.process = None

    # -- what it says of itself

    @property
    def runtime(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.data / "runtime.json").read_text())
        return found

    @property
    def jid(self) -> str:
        """The assistant's JID."""
        return str(self.runtime["xmpp"]["assistant"])

    @property
    def agents_domain(self) -> str:
        return f"agents.{self.runtime['xmpp']['domain']}"

    @property
    def log(self) -> str:
        """What was logged, by all of its processes."""
        return "".join(path.read_text() for path in sorted((self.data / "log").glob("*.log")))

    @property
    def errors(self) -> str:
        """What was printed to stderr."""
        return self._errors.read_text()

    @property
    def awards(self) -> list[Award]:
        found = re.finditer(r" (\S+)@\S+ won (\S+) of (\d+) bids", self.log)
        return [Award(match[1], match[2], int(match[3])) for match in found]

    def family(self) -> list[psutil.Process]:
        """Return the launcher's process and all that it has started."""
        assert self.process is not None
        own = psutil.Process(self.process.pid)
        return [own, *own.children(recursive=True)]

    # -- talking to it

    def client(self, jid: str | None = None, password: str | None = None) -> Client:
        """Return a client of the owner, or of somebody else."""
        runtime = self.runtime
        user = runtime["user"]
        return Client(
            jid or user["jid"],
            password or user["password"],
            runtime["xmpp"]["host"],
            runtime["xmpp"]["port"],
            self.data / "xmpp" / "tls" / "certificate.pem",
        )

    async def person(self, name: str, *, answered: bool = True) -> Client:
        """Make an account on the server, of somebody who is answered or of a stranger; return a client of theirs.

        It is made as ``account add`` makes it, without the seconds that starting a command takes.
        """
        server = Home(self.data).server()
        made = await server.accounts.create(f"{name}@{server.address.domain}")
        if answered:
            AllowList(self.data / "people.json").add(made.jid)
        return self.client(made.jid, made.password)

    async def command(self, *arguments: str, timeout: float = 60) -> tuple[int, str, str]:
        """Run a command of the launcher; return its exit status and what it printed to stdout and stderr."""
        process = await asyncio.create_subprocess_exec(
            PYTHON, str(LAUNCHER), *arguments, "--data", str(self.data),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self.whole_environment(),
        )  # fmt: skip
        try:
            async with asyncio.timeout(timeout):
                out, err = await process.communicate()
        except BaseException:
            process.kill()
            await process.wait()
            raise
        assert process.returncode is not None
        return process.returncode, out.decode(), err.decode()

    async def say(self, text: str, *arguments: str) -> list[dict[str, Any]]:
        """Say something by the command line; return what `--json` prints."""
        status, out, err = await self.command("say", text, "--json", *arguments)
        assert status == 0, err
        return json_lines(out)

    def launch(self, *arguments: str) -> Launched:
        """Start a command of the launcher that goes on running."""
        with self._errors.open("ab") as errors:
            return subprocess.Popen(
                [*ENDS_WITH_US, PYTHON, str(LAUNCHER), *arguments, "--data", str(self.data)],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True,
                env=self.whole_environment(),
            )  # fmt: skip

    def _await_ready(self, process: Launched, timeout: float) -> None:
        try:
            await_ready(process, timeout)
        except AssertionError as error:
            raise AssertionError(f"{error}\n{self.errors}") from None

    def whole_environment(self) -> dict[str, str]:
        ours = ("PARLEY_", "XDG_")
        kept = {key: value for key, value in os.environ.items() if not key.startswith(ours) and key != "DISPLAY"}
        return {**kept, "PYTHONUNBUFFERED": "1", **self.environment}

    @property
    def _errors(self) -> Path:
        return self.data.parent / f"{self.data.name}.err"


def await_ready(process: Launched, timeout: float) -> None:
    """Wait until a command has printed the line `ready`."""
    assert process.stdout is not None
    os.set_blocking(process.stdout.fileno(), False)
    deadline = time.monotonic() + timeout
    said = ""
    while "ready\n" not in said:
        left = deadline - time.monotonic()
        readable, _, _ = select.select([process.stdout], [], [], max(0.0, left))
        piece = process.stdout.read() if readable else ""
        said += piece or ""
        if not readable or (not piece and process.poll() is not None):
            raise AssertionError(f"it did not become ready (exit status {process.poll()}): {said}")


def json_lines(text: str) -> list[dict[str, Any]]:
    """Return the JSON objects of lines."""
    return [json.loads(line) for line in text.splitlines() if line.strip()]


def gone(process: psutil.Process) -> bool:
    """Tell whether a process has ended."""
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


async def eventually(holds: Callable[[], bool], *, timeout: float = 20) -> None:
    """Wait until something has come about that sends no event."""
    async with asyncio.timeout(timeout):
        while not holds():  # noqa: ASYNC110 - what is waited for sends no event
            await asyncio.sleep(0.05)
