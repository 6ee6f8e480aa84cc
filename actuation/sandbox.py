"""Runs a piece of Python where it can do no harm, under bubblewrap.

The code gets a Python with the standard library, read-only; an empty private folder in memory; and nothing
else: no network, no files, no environment, no other process to see or to start (`actuation.bubblewrap`,
`actuation.seccomp`). Hard limits hold its processor time, memory, files and threads (`actuation.runner`), and a
deadline by the clock ends all of it at once. Where bubblewrap is missing or cannot work, code is refused rather
than run unheld.

Nothing of a run is left behind: the folder goes with the last process, and the processes go with their
namespace, also when this program is killed.
"""

import asyncio
import contextlib
import os
import platform
import shutil
import time
from asyncio.subprocess import PIPE, Process
from collections.abc import Callable
from dataclasses import dataclass

from actuation.bubblewrap import arguments, isolations
from actuation.errors import SandboxUnavailable
from actuation.runner import EXIT_OUT_OF_MEMORY
from actuation.seccomp import filter_program
from actuation.settings import CodeLimits, SandboxSettings

_CHECK_SECONDS = 20.0
_AFTER_KILL_SECONDS = 5.0
_CHUNK = 65536
_FLOOD = 64  # a program that prints this many times what is kept is stopped
_ENDED_BY_KILL = 128 + 9
_ENDED_BY_CPU_LIMIT = 128 + 24  # SIGXCPU
_PROBLEMS = {
    "time": "I stopped the code after {seconds:.0f} s, because it had not come to an end.",
    "memory": "The code was stopped because it needed more memory than it may have.",
    "flood": "I stopped the code because it printed without end.",
}


@dataclass(frozen=True, slots=True)
class CodeResult:
    """How a piece of code ended.

    `exit_status` is the program's own, or 128 and the number of the signal that ended it. `seconds` counts from
    the start of the sandbox. `truncated` says that it printed more than was kept. `problem` is why it was
    stopped, in one sentence; None where it came to its own end, good or bad.
    """

    stdout: str
    stderr: str
    exit_status: int
    timed_out: bool
    memory_exceeded: bool
    seconds: float
    truncated: bool
    problem: str | None = None


class _Flood(Exception):
    """A program prints without end."""


class _Output:
    """What one stream said, up to a limit of characters."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept = bytearray()
        self._seen = 0

    async def read(self, stream: asyncio.StreamReader) -> None:
        """Read to the end; raises `_Flood` when none is to be expected."""
        while chunk := await stream.read(_CHUNK):
            self._seen += len(chunk)
            self._kept += chunk[: self._limit * 4 - len(self._kept)]  # a character has at most four bytes
            if self._seen > self._limit * _FLOOD:
                raise _Flood

    @property
    def text(self) -> str:
        return self._kept.decode(errors="replace")[: self._limit]

    @property
    def truncated(self) -> bool:
        return self._seen > len(self._kept) or len(self._kept.decode(errors="replace")) > self._limit


class Sandbox:
    """Runs code, as many pieces at once as the settings say."""

    def __init__(self, settings: SandboxSettings | None = None, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._settings = settings or SandboxSettings()
        self._clock = clock
        self._places = asyncio.Semaphore(self._settings.concurrent)
        self._checking = asyncio.Lock()
        self._isolation: tuple[str, ...] | None = None

    async def check(self) -> None:
        """Make sure, once, that code is really held here.

        Raises:
            SandboxUnavailable: it cannot be; the text says what to install or change.
        """
        await self._isolated()

    async def run_python(self, code: str, *, limits: CodeLimits | None = None) -> CodeResult:
        """Run a Python program, and show the value of its last expression as a prompt would.

        Args:
            code: the program.
            limits: what it may use; those of the settings where not given.

        Raises:
            SandboxUnavailable: code cannot be held here, so it is not run.
        """
        isolation = await self._isolated()
        async with self._places:
            return await self._run(code, limits or self._settings.limits, isolation)

    async def _isolated(self) -> tuple[str, ...]:
        async with self._checking:
            if self._isolation is None:
                self._isolation = await self._find_isolation()
            return self._isolation

    async def _find_isolation(self) -> tuple[str, ...]:
        if shutil.which(self._settings.bubblewrap) is None:
            raise SandboxUnavailable(
                "I cannot run code here because bubblewrap is not installed; install the package “bubblewrap”."
            )
        if filter_program(platform.machine()) is None:
            raise SandboxUnavailable(
                f"I cannot run code here because I do not know how to hold it on a {platform.machine()} processor; "
                "use an x86-64 or ARM64 machine."
            )
        said = ""
        for isolation in isolations(as_root=os.geteuid() == 0):
            result = await self._run("6 * 7", CodeLimits(wall_seconds=_CHECK_SECONDS), isolation)
            if result.stdout.strip() == "42":
                return isolation
            said = (result.stderr.strip().splitlines() or [f"status {result.exit_status}"])[-1]
        raise SandboxUnavailable(
            f"I cannot run code here because bubblewrap does not work ({said}); allow unprivileged user namespaces "
            "on this machine."
        )

    async def _run(self, code: str, limits: CodeLimits, isolation: tuple[str, ...]) -> CodeResult:
        started = self._clock()
        process = await self._start(limits, isolation)
        stdout, stderr = _Output(limits.output_characters), _Output(limits.output_characters)
        stopped: str | None = None
        try:
            async with asyncio.timeout(limits.wall_seconds):
                await _converse(process, code.encode(errors="replace"), stdout, stderr)
        except TimeoutError:
            stopped = "time"
        except _Flood:
            stopped = "flood"
        finally:
            await _end(process)
        seconds = self._clock() - started
        status = process.returncode if process.returncode is not None else -9
        status = status if status >= 0 else 128 - status
        if stopped is None and status in {_ENDED_BY_CPU_LIMIT, _ENDED_BY_KILL}:
            # The kernel's own killing, for want of processor time or of memory.
            stopped = "memory" if status == _ENDED_BY_KILL and seconds < limits.cpu_seconds else "time"
        if status == EXIT_OUT_OF_MEMORY:
            stopped = "memory"
        return CodeResult(
            stdout=stdout.text,
            stderr=stderr.text,
            exit_status=status,
            timed_out=stopped == "time",
            memory_exceeded=stopped == "memory",
            seconds=seconds,
            truncated=stdout.truncated or stderr.truncated,
            problem=_PROBLEMS[stopped].format(seconds=seconds) if stopped else None,
        )

    async def _start(self, limits: CodeLimits, isolation: tuple[str, ...]) -> Process:
        reading, writing = os.pipe()
        try:
            os.write(writing, filter_program(platform.machine()) or b"")  # far less than a pipe holds
            os.close(writing)
            command = arguments(limits, isolation=isolation, seccomp_fd=reading)
            program = shutil.which(self._settings.bubblewrap) or self._settings.bubblewrap
            return await asyncio.create_subprocess_exec(
                program, *command, stdin=PIPE, stdout=PIPE, stderr=PIPE, pass_fds=(reading,), env={}, cwd="/"
            )
        except OSError as error:
            raise SandboxUnavailable(
                f"I cannot run code here because bubblewrap did not start ({error.strerror}); check its installation."
            ) from error
        finally:
            os.close(reading)


async def _converse(process: Process, code: bytes, stdout: _Output, stderr: _Output) -> None:
    """Hand over the code, read what it prints, and wait for its end."""
    if process.stdin is None or process.stdout is None or process.stderr is None:
        raise SandboxUnavailable("I cannot run code here because the sandbox has no pipes; try again.")
    with contextlib.suppress(BrokenPipeError, ConnectionResetError):  # it ended before reading: its status says why
        process.stdin.write(code)
        await process.stdin.drain()
    process.stdin.close()
    with contextlib.ExitStack() as stack:
        readers = asyncio.gather(stdout.read(process.stdout), stderr.read(process.stderr))
        stack.callback(readers.cancel)
        await readers
        await process.wait()


async def _end(process: Process) -> None:
    """End the sandbox, if it still runs, and everything in it."""
    if process.returncode is None:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(process.wait(), _AFTER_KILL_SECONDS)
