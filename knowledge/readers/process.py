"""Reading files in a process of their own, with a deadline that holds."""

import asyncio
import os
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from knowledge.errors import DocumentTimeoutError, DocumentUnreadableError
from knowledge.readers.model import Document
from knowledge.readers.wire import ANSWER, LENGTH_BYTES, Request, Success, frame
from knowledge.settings import ReadingLimits

_ROOT = Path(__file__).resolve().parents[2]
_CLOSE_TIMEOUT_S = 2.0


class DocumentReader:
    """Reads files one at a time in a child process, which starts with the first file and is kept.

    A file that passes the deadline or brings the process down costs that process alone; the next file gets
    a new one.

    Args:
        limits: Limits for each file.
    """

    def __init__(self, *, limits: ReadingLimits | None = None) -> None:
        self._limits = limits or ReadingLimits()
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def read(self, path: Path) -> Document:
        """Read one file.

        Args:
            path: The file; a relative path is taken from the current folder.

        Raises:
            DocumentError: Whatever keeps it from being read, in one sentence.
        """
        request = _request(path, self._limits)
        async with self._turn:
            try:
                async with asyncio.timeout(self._limits.deadline_s):
                    body = await self._exchange(request)
            except TimeoutError as error:
                await self._kill()
                raise DocumentTimeoutError(
                    f"Reading {path.name} took longer than {self._limits.deadline_s:g} seconds and was stopped; "
                    "split it or save it anew.",
                    path=path,
                ) from error
            except (asyncio.IncompleteReadError, ConnectionError) as error:
                await self._kill()
                raise DocumentUnreadableError(
                    f"{path.name} stopped the program that reads it, it may be damaged; save it anew.", path=path
                ) from error
            except asyncio.CancelledError:
                # A half-read answer would be taken for the next file's.
                await self._kill()
                raise
        # Megabytes of text take longer than the event loop may be held up.
        reply = await asyncio.to_thread(ANSWER.validate_json, body)
        if isinstance(reply, Success):
            return reply.document
        raise reply.exception()

    async def close(self) -> None:
        """End the process, if there is one."""
        async with self._turn:
            process = self._process
            if process is None:
                return
            if process.stdin is not None:
                process.stdin.close()
            try:
                async with asyncio.timeout(_CLOSE_TIMEOUT_S):
                    await process.wait()
                self._process = None
            except TimeoutError:
                await self._kill()

    async def _exchange(self, request: Request) -> bytes:
        process = self._process
        if process is None or process.returncode is not None:
            process = self._process = await self._start()
        if process.stdin is None or process.stdout is None:
            raise ConnectionError
        process.stdin.write(frame(request))
        await process.stdin.drain()
        length = int.from_bytes(await process.stdout.readexactly(LENGTH_BYTES), "big")
        return await process.stdout.readexactly(length)

    async def _start(self) -> asyncio.subprocess.Process:
        environment = {key: os.environ[key] for key in ("PATH", "HOME", "LANG", "TMPDIR") if key in os.environ}
        # One thread each: BLAS and the like would reserve address space per core, which the limit counts.
        environment |= {"PYTHONPATH": str(_ROOT), "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        return await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            "knowledge.readers.worker",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env=environment,
            start_new_session=True,  # Ctrl-C in a terminal is for the assistant, which then closes this
        )

    async def _kill(self) -> None:
        process, self._process = self._process, None
        if process is not None and process.returncode is None:
            process.kill()
            await process.wait()


def _request(path: Path, limits: ReadingLimits) -> Request:
    # The child's current folder need not stay the parent's.
    return Request(path=Path.cwd() / path, limits=limits)


async def read_document(path: Path, *, limits: ReadingLimits | None = None) -> Document:
    """Read one file in a process of its own; for several files keep a `DocumentReader`.

    Args:
        path: The file.
        limits: Limits on size, pages, memory and time.

    Raises:
        DocumentError: Whatever keeps it from being read, in one sentence.
    """
    async with DocumentReader(limits=limits) as reader:
        return await reader.read(path)
