"""Many agents of one process, started over the server: until all are registered, found and answer.

``python -m bench.peers.many ours|raw``. For ours, the first account is the directory's and the second the asker's;
agents of plain SPADE know no directory and are merely started.
"""

import asyncio
import os
import ssl
import sys
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence
from pathlib import Path
from typing import Final

import psutil

from agents.context import AgentContext
from agents.directory import DirectoryAgent
from agents.settings import Settings
from bench.peers.fipa import ACT, Calculator
from bench.peers.orders import Order, Started, read_order
from bench.peers.raw_spade import Answerer
from ontology.acl import AgentIdentifier
from ontology.assistant import ASSISTANT
from xmpp.address import Account, Address
from xmpp.agent import FipaAgent, Platform

_AT_ONCE: Final = 50
"""How many are being started at a time, and asked at a time."""
_WAIT: Final = 60.0


async def ours(order: Order) -> Started:
    """Start agents of ours, and have each answer a request."""
    context = ssl.create_default_context(cafile=order.certificate)
    accounts = [Account(login.jid, login.password) for login in order.logins]
    directory = AgentIdentifier(name=accounts[0].jid)
    platform = Platform(Address("127.0.0.1", order.port, context), order.host, directory)
    given = AgentContext(account=accounts[0], platform=platform, settings=Settings(), data=Path("/nonexistent"))
    await DirectoryAgent(given).start()
    asker = FipaAgent(accounts[1], platform, ontologies=(ASSISTANT,))
    await asker.start()
    agents = [Calculator(account, platform, ontologies=(ASSISTANT,)) for account in accounts[2:]]
    memory, processor, began = _memory(), time.process_time(), time.perf_counter()
    await _each([agent.start for agent in agents])
    seconds = time.perf_counter() - began
    found = [agent.identifier for agent in agents]

    async def ask(identifier: AgentIdentifier) -> None:
        await asker.request(identifier, ACT, timeout=_WAIT)

    await _each([lambda identifier=identifier: ask(identifier) for identifier in found])  # type: ignore[misc]
    return _started(len(found), seconds, began, processor, memory)


async def raw(order: Order) -> Started:
    """Start agents of plain SPADE, of which none is asked anything."""
    agents = [Answerer(login.jid, login.password, port=order.port) for login in order.logins[1:]]
    memory, processor, began = _memory(), time.process_time(), time.perf_counter()
    await _each([lambda agent=agent: agent.start(auto_register=False) for agent in agents])  # type: ignore[misc]
    seconds = time.perf_counter() - began
    return _started(len(agents), seconds, began, processor, memory)


async def main(whose: str) -> None:
    """Do what the order says."""
    started = await (ours if whose == "ours" else raw)(read_order())
    print(started.model_dump_json(), flush=True)
    os._exit(0)  # SPADE's behaviours swallow being cancelled, and would keep the process alive


async def _each(work: Sequence[Callable[[], Awaitable[object]]]) -> None:
    """Do all of it, so many at a time."""
    left = iter(work)

    async def some(left: Iterable[Callable[[], Awaitable[object]]]) -> None:
        for one in left:
            await one()

    await asyncio.gather(*(some(left) for _ in range(_AT_ONCE)))


def _memory() -> int:
    return int(psutil.Process().memory_info().rss)


def _started(count: int, seconds: float, began: float, processor: float, memory: int) -> Started:
    whole = time.perf_counter() - began
    spent = time.process_time() - processor
    kilobytes = (_memory() - memory) / 1024 / count
    return Started(count=count, seconds=seconds, answering=whole, processor=spent, kilobytes=kilobytes)


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1]))
