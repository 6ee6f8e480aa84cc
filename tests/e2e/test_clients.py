"""Programs that people use: Profanity in a terminal, and the assistant's own chat."""

import os
import pty
import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from tests.e2e.assistant import LAUNCHER, PYTHON, Assistant, eventually, gone

ONE = pytest.mark.xdist_group("e2e-one")


class Tmux:
    """A terminal of 120 columns in which one program runs, on a server of tmux of its own."""

    def __init__(self, socket: Path, environment: dict[str, str], *command: str) -> None:
        self._base = ("tmux", "-S", str(socket), "-f", "/dev/null")
        size = ("-x", "120", "-y", "40")
        subprocess.run([*self._base, "new-session", "-d", *size, *command], env=environment, check=True, timeout=20)

    def type(self, text: str) -> None:
        """Type a line and the enter key."""
        subprocess.run([*self._base, "send-keys", "-l", text], check=True, timeout=20)
        subprocess.run([*self._base, "send-keys", "Enter"], check=True, timeout=20)

    @property
    def shown(self) -> str:
        found = subprocess.run([*self._base, "capture-pane", "-p"], check=True, capture_output=True, text=True)
        return found.stdout

    async def until(self, pattern: str, *, timeout: float = 30) -> None:
        try:
            await eventually(lambda: re.search(pattern, self.shown) is not None, timeout=timeout)
        except TimeoutError:
            raise AssertionError(f"{pattern!r} was not shown:\n{self.shown}") from None

    def end(self) -> None:
        subprocess.run([*self._base, "kill-server"], check=False, timeout=20)


@pytest.fixture
def profanity(one_process: Assistant, tmp_path: Path) -> Iterator[Tmux]:
    """Give Profanity in a terminal, not connected yet."""
    environment = one_process.whole_environment() | {"HOME": str(tmp_path), "TERM": "screen", "LANG": "C.UTF-8"}
    terminal = Tmux(tmp_path / "tmux", environment, "profanity")
    yield terminal
    terminal.end()


@ONE
async def test_a_person_talks_to_it_with_profanity(one_process: Assistant, profanity: Tmux) -> None:
    runtime = one_process.runtime
    user, server = runtime["user"], runtime["xmpp"]
    await profanity.until("Profanity")
    profanity.type(f"/connect {user['jid']} server {server['host']} port {server['port']} tls trust")
    await profanity.until("Enter password")
    profanity.type(user["password"])
    await profanity.until(rf"logged in successfully|{re.escape(user['jid'])}.*online")
    profanity.type(f"/msg {one_process.jid} what is 17% of 2340?")
    await profanity.until(r"17% of 2340 = 397\.8")
    profanity.type("remind me in 1 second to wave")
    await profanity.until("Reminder: wave")


class Terminal:
    """A program on a pseudo-terminal."""

    def __init__(self, environment: dict[str, str], *command: str) -> None:
        self._ours, theirs = pty.openpty()
        os.set_blocking(self._ours, False)
        self.process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, env=environment, start_new_session=True
        )
        os.close(theirs)
        self.shown = ""

    def type(self, text: str) -> None:
        os.write(self._ours, text.encode())

    async def until(self, text: str, *, timeout: float = 60) -> None:
        def seen() -> bool:
            self._read()
            return text in self.shown or self.process.poll() is not None

        try:
            await eventually(seen, timeout=timeout)
            assert text in self.shown
        except (TimeoutError, AssertionError):
            raise AssertionError(f"{text!r} was not shown:\n{self.shown}") from None

    async def ended(self, *, timeout: float = 20) -> int:
        def over() -> bool:
            self._read()  # a program whose output nobody takes cannot end
            return self.process.poll() is not None

        await eventually(over, timeout=timeout)
        self._read()
        assert self.process.returncode is not None
        return int(self.process.returncode)

    def close(self) -> None:
        self.process.kill()
        self.process.wait(10)
        os.close(self._ours)

    def _read(self) -> None:
        try:
            while piece := os.read(self._ours, 65536):
                self.shown += piece.decode(errors="replace")
        except OSError:
            return


@pytest.fixture
def terminal(new_assistant: Callable[[], Assistant]) -> Iterator[Callable[..., Terminal]]:
    """Give a maker of commands of the launcher on a pseudo-terminal."""
    made: list[Terminal] = []

    def make(data: Path, *command: str, **environment: str) -> Terminal:
        whole = new_assistant().whole_environment() | {"TERM": "dumb"} | environment
        made.append(Terminal(whole, PYTHON, str(LAUNCHER), *command, "--data", str(data)))
        return made[-1]

    yield make
    for each in made:
        each.close()


@ONE
async def test_the_chat_in_the_terminal(one_process: Assistant, terminal: Callable[..., Terminal]) -> None:
    chat = terminal(one_process.data, "chat")
    await chat.until("Talk to me")
    chat.type("what is 6 * 7?\n")
    await chat.until("6 * 7 = 42")
    chat.type("remind me in 1 second to sit up\n")
    await chat.until("Reminder: sit up")
    chat.type("\x04")
    assert await chat.ended() == 0
    assert "Traceback" not in chat.shown


@pytest.mark.parametrize("end", ["ctrl-d", "hang-up", "power-cut"])
async def test_run_opens_a_chat_and_leaves_nothing(
    new_assistant: Callable[[], Assistant], terminal: Callable[..., Terminal], end: str
) -> None:
    parley = new_assistant()
    parley.configure(nlu={"url": "http://127.0.0.1:9"})
    run = terminal(parley.data, "run")
    await run.until("Talk to me", timeout=90)
    family = [psutil.Process(run.process.pid), *psutil.Process(run.process.pid).children(recursive=True)]
    assert len(family) >= 3, "the launcher, the assistant and its server"
    run.type("what is 6 * 7?\n")
    await run.until("6 * 7 = 42")
    match end:
        case "ctrl-d":
            run.type("\x04")
        case "power-cut":
            run.process.kill()
        case "hang-up":
            run.process.send_signal(signal.SIGHUP)
    status = await run.ended()
    if end == "ctrl-d":
        assert status == 0
    assert "Traceback" not in run.shown
    await eventually(lambda: all(map(gone, family)), timeout=15)
    assert not (parley.data / "runtime.json").exists()
