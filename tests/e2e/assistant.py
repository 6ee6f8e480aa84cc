"""A really started assistant: the launcher as a process of its own, on a data folder of its own."""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.e2e.client import Client

ROOT = Path(__file__).parent.parent.parent
PYTHON = sys.executable


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Assistant:
    """The launcher on one data folder; started, killed and started again as a test likes."""

    data: Path
    environment: dict[str, str] = field(default_factory=dict)
    process: "subprocess.Popen[str] | None" = None
    spawned: list["subprocess.Popen[str]"] = field(default_factory=list)

    def configure(self, **settings: Any) -> None:
        """Write the configuration; ports are chosen free, so that tests can run side by side."""
        self.data.mkdir(parents=True, exist_ok=True)
        xmpp = {"port": free_port(), "upload_port": free_port(), **settings.pop("xmpp", {})}
        (self.data / "config.yaml").write_text(yaml.safe_dump({"xmpp": xmpp, **settings}))

    def start(self, *arguments: str, timeout: float = 60) -> None:
        """Start it and wait until it says that it is ready."""
        self.process = self._launch("up", "--data", str(self.data), *arguments)
        _await_ready(self.process, timeout)

    def spawn(self, agent_set: Path, *arguments: str, timeout: float = 60) -> "subprocess.Popen[str]":
        """Start a further process with agents of its own."""
        process = self._launch("spawn", str(agent_set), "--data", str(self.data), *arguments)
        self.spawned.append(process)
        _await_ready(process, timeout)
        return process

    def stop(self) -> float:
        """Stop everything with SIGTERM; return how many seconds the launcher took."""
        began = time.monotonic()
        for process in [*self.spawned, *([self.process] if self.process else [])]:
            process.send_signal(signal.SIGTERM)
        for process in [*self.spawned, *([self.process] if self.process else [])]:
            process.wait(20)
            if process.stdout:
                process.stdout.close()
        self.spawned.clear()
        self.process = None
        return time.monotonic() - began

    def kill(self) -> None:
        """End the launcher as a power cut would: at once, and unasked."""
        assert self.process is not None
        self.process.kill()
        self.process.wait(10)
        if self.process.stdout:
            self.process.stdout.close()
        self.process = None

    @property
    def runtime(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.data / "runtime.json").read_text())
        return found

    @property
    def jid(self) -> str:
        """The assistant's JID."""
        return str(self.runtime["xmpp"]["assistant"])

    def client(self, jid: str | None = None, password: str | None = None) -> Client:
        """Return a client of the owner, or of somebody else."""
        runtime = self.runtime
        user = runtime["user"]
        certificate = next((self.data / "xmpp").rglob("*.crt"), None) or next((self.data / "xmpp").rglob("*.pem"))
        return Client(
            jid or user["jid"],
            password or user["password"],
            runtime["xmpp"]["host"],
            runtime["xmpp"]["port"],
            certificate,
        )

    async def command(self, *arguments: str, timeout: float = 60) -> tuple[int, str, str]:
        """Run a command of the launcher; return its exit status and what it printed to stdout and stderr."""
        process = await asyncio.create_subprocess_exec(
            PYTHON, str(ROOT / "launcher.py"), *arguments, "--data", str(self.data),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=self._environment(),
        )  # fmt: skip
        async with asyncio.timeout(timeout):
            out, err = await process.communicate()
        return process.returncode or 0, out.decode(), err.decode()

    async def say(self, text: str, *arguments: str) -> list[dict[str, Any]]:
        """Say something by the command line; return what `--json` prints."""
        status, out, err = await self.command("say", text, "--json", *arguments)
        assert status == 0, err
        return [json.loads(line) for line in out.splitlines()]

    async def answer(self, text: str, *arguments: str) -> str:
        """Say something; return all that is answered."""
        return "\n".join(turn["text"] for turn in await self.say(text, *arguments))

    def _launch(self, *arguments: str) -> "subprocess.Popen[str]":
        with (self.data.parent / f"{self.data.name}.err").open("ab") as errors:
            return subprocess.Popen(
                [PYTHON, str(ROOT / "launcher.py"), *arguments],
                stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True, env=self._environment(),
            )  # fmt: skip

    def _environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("PARLEY_")}
        return {**kept, "PYTHONUNBUFFERED": "1", **self.environment}


def _await_ready(process: "subprocess.Popen[str]", timeout: float) -> None:
    assert process.stdout is not None
    os.set_blocking(process.stdout.fileno(), False)
    import select

    deadline = time.monotonic() + timeout
    said = ""
    while "ready\n" not in said:
        left = deadline - time.monotonic()
        readable, _, _ = select.select([process.stdout], [], [], max(0.0, left))
        piece = process.stdout.read() if readable else ""
        said += piece or ""
        if not readable or (piece == "" and process.poll() is not None):
            raise AssertionError(f"it did not become ready (exit status {process.poll()}): {said}")


def lines(text: str) -> Sequence[dict[str, Any]]:
    """Return the JSON objects of lines."""
    return [json.loads(line) for line in text.splitlines() if line.strip()]
