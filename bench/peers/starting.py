"""Starting peers, and hearing from them."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bench.peers.orders import Figures, Order, Started
from tests.e2e.assistant import ROOT

_WITHIN = 300.0


@asynccontextmanager
async def serving(module: str, *arguments: str, order: Order) -> AsyncIterator[str]:
    """Give the first line that a peer prints, and end the peer afterwards."""
    process = await _start(module, arguments, order)
    assert process.stdout is not None
    try:
        async with asyncio.timeout(_WITHIN):
            line = (await process.stdout.readline()).decode().strip()
        if not line:
            raise RuntimeError(f"{module} ended before it was ready")
        yield line
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


async def measured(module: str, *arguments: str, order: Order) -> Figures:
    """Run a peer and return what it measured.

    Raises:
        RuntimeError: it measured nothing.
    """
    async with serving(module, *arguments, order=order) as line:
        return Figures.model_validate_json(line)


async def started(module: str, *arguments: str, order: Order) -> Started:
    """Run a peer that starts agents, and return how that went.

    Raises:
        RuntimeError: it ended without a word.
    """
    async with serving(module, *arguments, order=order) as line:
        return Started.model_validate_json(line)


async def _start(module: str, arguments: tuple[str, ...], order: Order) -> asyncio.subprocess.Process:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", module, *arguments,
        cwd=ROOT, stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, limit=16 * 2**20,
    )  # fmt: skip
    assert process.stdin is not None
    process.stdin.write(order.model_dump_json().encode() + b"\n")
    await process.stdin.drain()
    return process
