"""A program that runs as our child: it ends when we do, and what a killed run left is ended at the next start.

Two things see to that. On Linux the kernel sends the child a signal when the thread that started it
dies (PR_SET_PDEATHSIG, set by `setpriv` before the program starts), also when we are killed with -9. And
the child's pid is recorded with its start time, so that the next start can end it without ever
hitting another process that was given the same pid.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import signal
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import psutil
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from xmpp.errors import ServerError
from xmpp.server.files import private_folder, write_private

LOG_LIMIT = 5 * 1024 * 1024
"""A log larger than this (bytes) is moved aside at start; one old log is kept."""

_CLOCK_SLACK = 2.0
"""Seconds by which a process's start time may differ when it is read again, since the clock is adjusted."""


class _Record(BaseModel):
    """Which process we started, and who we were."""

    model_config = ConfigDict(frozen=True)

    pid: int = Field(description="The child.")
    created: float = Field(description="When the child started, in seconds since 1970.")
    owner: int = Field(description="The process that started it.")
    owner_created: float = Field(description="When that process started.")


class Child:
    """One child process at a time, with a log file and a record of its pid."""

    def __init__(self, *, name: str, folder: Path, mark: str, stop_timeout: float = 4.0) -> None:
        """Prepare to run a program; nothing is started.

        Args:
            name: The program's name in errors, and in the names of its log and record.
            folder: Where the log and the record are kept.
            mark: Text that the command line of ours, and of no other process, holds (its configuration's path).
            stop_timeout: Seconds between asking the program to end and making it.
        """
        self._name = name
        self._folder = folder
        self._mark = mark
        self._stop_timeout = stop_timeout
        self._process: asyncio.subprocess.Process | None = None

    @property
    def log(self) -> Path:
        """What the program writes to its output, and its errors."""
        return self._folder / f"{self._name}.log"

    @property
    def pid(self) -> int | None:
        """The running child's process id, or None."""
        return self._process.pid if self.running and self._process else None

    @property
    def running(self) -> bool:
        """Whether the child runs."""
        return self._process is not None and self._process.returncode is None

    async def start(
        self, command: Sequence[str], *, environment: Mapping[str, str] | None = None, ends_with_us: str = "TERM"
    ) -> None:
        """Start `command`, after ending what the last run left.

        Args:
            command: The program and its arguments.
            environment: Variables on top of our own.
            ends_with_us: The signal it gets when we die.

        Raises:
            ServerError: The program can't be run, or one of another living run of ours holds its place.
        """
        await asyncio.to_thread(self.reap)
        log = await asyncio.to_thread(self._open_log)
        setpriv = shutil.which("setpriv") if sys.platform == "linux" else None
        prefix = (setpriv, "--pdeathsig", ends_with_us) if setpriv else ()
        try:
            self._process = await asyncio.create_subprocess_exec(
                *prefix,
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                env={**os.environ, **(environment or {})},
                start_new_session=True,  # Ctrl-C in the terminal is for us; we end the child in order
            )
        except OSError as wrong:
            raise ServerError(f"{self._name} can't be run ({wrong.strerror}): is it installed?") from wrong
        finally:
            os.close(log)
        with contextlib.suppress(psutil.NoSuchProcess):
            await asyncio.to_thread(self._write_record, self._process.pid)

    async def wait(self) -> int:
        """Wait until the child has ended, and return its exit status (negative: the signal that ended it)."""
        if self._process is None:
            return 0
        return await self._process.wait()

    async def stop(self) -> None:
        """End the child: asked first, made to after `stop_timeout` seconds."""
        process = self._process
        if process is None:
            return  # the record, if there is one, is another run's
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            try:
                async with asyncio.timeout(self._stop_timeout):
                    await process.wait()
            except TimeoutError:
                with contextlib.suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        self._process = None
        await asyncio.to_thread(self._record_path.unlink, missing_ok=True)

    def reap(self) -> None:
        """End the child that a killed run of ours left behind. Blocks for up to `stop_timeout` seconds.

        Raises:
            ServerError: The run that started it is still alive, so it is not ours to end.
        """
        record = self._read_record()
        if record is None or (self._process is not None and self._process.pid == record.pid):
            return
        left = find_process(record.pid, record.created)
        if left is not None and self._is_ours(left):
            owner = find_process(record.owner, record.owner_created)
            if owner is not None and record.owner != os.getpid():
                raise ServerError(
                    f"Another assistant (process {record.owner}) is using this data folder: "
                    f"stop it, or choose another folder with --data."
                )
            with contextlib.suppress(psutil.NoSuchProcess):
                left.send_signal(signal.SIGTERM)
                try:
                    left.wait(self._stop_timeout)
                except psutil.TimeoutExpired:
                    left.kill()
                    left.wait(self._stop_timeout)
        self._record_path.unlink(missing_ok=True)

    def log_tail(self, *, size: int = 8192) -> str:
        """Return the end of the log, at most `size` bytes."""
        try:
            with self.log.open("rb") as file:
                file.seek(max(0, self.log.stat().st_size - size))
                return file.read().decode(errors="replace")
        except OSError:
            return ""

    @property
    def _record_path(self) -> Path:
        return self._folder / f"{self._name}.pid.json"

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            return any(self._mark in argument for argument in process.cmdline())
        except psutil.Error:
            return False

    def _open_log(self) -> int:
        private_folder(self._folder)
        with contextlib.suppress(FileNotFoundError):
            if self.log.stat().st_size > LOG_LIMIT:
                self.log.replace(self.log.with_suffix(".log.1"))
        return os.open(self.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def _write_record(self, pid: int) -> None:
        record = _Record(
            pid=pid,
            created=psutil.Process(pid).create_time(),
            owner=os.getpid(),
            owner_created=psutil.Process().create_time(),
        )
        write_private(self._record_path, record.model_dump_json().encode())

    def _read_record(self) -> _Record | None:
        try:
            return _Record.model_validate_json(self._record_path.read_bytes())
        except (OSError, ValidationError):
            return None


def find_process(pid: int, created: float) -> psutil.Process | None:
    """Return the process that had `pid` and started at `created`, if it still runs."""
    try:
        process = psutil.Process(pid)
        if process.status() == psutil.STATUS_ZOMBIE or abs(process.create_time() - created) > _CLOCK_SLACK:
            return None
    except psutil.Error:
        return None
    return process
