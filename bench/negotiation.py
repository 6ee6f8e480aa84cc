"""How much the protocols cost: ours beside the same work by hand.

Over Prosody: our agents with the directory, guards and typed contents, against SPADE agents that send the same
messages by hand. In memory: our protocols alone, against asyncio queues.
"""

import asyncio
import contextlib
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from behaviours.contract_net import contract_net
from behaviours.request import request
from bench.measures import Measure
from bench.peers.fipa import ACT, most_confident
from bench.peers.orders import Figures, Login, Order
from bench.peers.starting import measured
from tests.behaviours.network import Network, agent, answer, bids, calculator
from tests.e2e.assistant import free_port
from xmpp.server.server import Server
from xmpp.server.settings import XmppSettings
from xmpp.server.start import make_server

BIDDERS: Final = 10
REQUESTS: Final = 300
LOCAL_REQUESTS: Final = 4000
NETS: Final = 40
TURNS: Final = 2
"""Ours and by hand are measured in turns, so many times each."""
MEMORY_REQUESTS: Final = 1000
MEMORY_NETS: Final = 100


@asynccontextmanager
async def server_of_agents() -> AsyncIterator[Server]:
    """Give a server of ours whose agents' host is ``localhost``, which raw SPADE can find by itself."""
    with tempfile.TemporaryDirectory(prefix="parley-bench-") as folder:
        settings = XmppSettings(
            domain="people.localhost", agents_domain="localhost", port=free_port(), upload_port=free_port()
        )
        server = make_server(settings, folder=Path(folder) / "xmpp", on_event=lambda _: None)
        await server.start()
        try:
            yield server
        finally:
            await server.stop()


async def over_the_server() -> list[Measure]:
    """Measure round trips and contract nets over Prosody, ours and by hand."""
    async with server_of_agents() as server:
        names = [f"agent{number}@localhost" for number in range(BIDDERS + 2)]
        accounts = await server.accounts.ensure(["directory@localhost", *names])
        logins = tuple(Login(jid=account.jid, password=account.password) for account in accounts)
        address = server.address
        assert address.certificate is not None
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as certificate:
            certificate.write(address.certificate.pem)
            certificate.flush()

            def order(count: int, rounds: int, *, directory: bool) -> Order:
                return Order(
                    logins=logins[0 if directory else 1 : 2 + count],
                    port=address.port,
                    certificate=certificate.name,
                    rounds=rounds,
                )

            async def both(ours: str, by_hand: str, count: int, rounds: int, *how: str) -> tuple[Figures, Figures]:
                """Measure in turns, so that what else the machine does meets both."""
                found = [Figures(seconds=()), Figures(seconds=())]
                for _ in range(TURNS):
                    order_of_ours = order(count, rounds // TURNS, directory=True)
                    found[0] += await measured("bench.peers.fipa", ours, *how, order=order_of_ours)
                    order_by_hand = order(count, rounds // TURNS, directory=False)
                    found[1] += await measured("bench.peers.raw_spade", by_hand, *how, order=order_by_hand)
                return found[0], found[1]

            ours, raw = await both("request", "ask", 1, REQUESTS)
            near, raw_near = await both("request", "ask", 1, LOCAL_REQUESTS, "local")
            our_nets, raw_nets = await both("contract-net", "contract-net", BIDDERS, NETS)
    return [
        Measure("requests over Prosody, ours", ours.rate, "/s", more_is_better=True, compared=False),
        Measure("requests over Prosody, raw SPADE by hand", raw.rate, "/s", more_is_better=True, compared=False),
        Measure("requests over Prosody, ours / by hand", ours.rate / raw.rate, "x", more_is_better=True),
        Measure("requests within one process, ours", near.rate, "/s", more_is_better=True, compared=False),
        Measure("requests within one process, raw SPADE", raw_near.rate, "/s", more_is_better=True, compared=False),
        Measure("requests within one process, ours / raw SPADE", near.rate / raw_near.rate, "x", more_is_better=True),
        Measure(f"contract nets of {BIDDERS} over Prosody, ours", our_nets.rate, "/s", True, compared=False),
        Measure(f"contract nets of {BIDDERS} over Prosody, by hand", raw_nets.rate, "/s", True, compared=False),
        Measure("contract nets over Prosody, ours / by hand", our_nets.rate / raw_nets.rate, "x", True),
    ]


async def in_memory() -> list[Measure]:
    """Measure the protocols alone, and the same exchange over asyncio queues."""
    network = Network()
    asking = network.join("ann")
    for number in range(BIDDERS):
        network.join(f"b{number}", calculator(answer("2"), bids(0.9)))
    everybody = [agent(f"b{number}") for number in range(BIDDERS)]

    async def one_request() -> None:
        await request(asking, everybody[0], ACT, timeout=10)

    async def one_net() -> None:
        await contract_net(asking, everybody, ACT, rank=most_confident, bid_timeout=10, timeout=10)

    requests = await _rate(one_request, MEMORY_REQUESTS)
    nets = await _rate(one_net, MEMORY_NETS)
    await network.close()
    async with _queues() as queues:
        raw_requests = await _rate(queues.request, MEMORY_REQUESTS)
        raw_nets = await _rate(queues.contract_net, MEMORY_NETS)
    return [
        Measure("requests in memory, ours", requests, "/s", more_is_better=True),
        Measure("requests in memory, by queues", raw_requests, "/s", more_is_better=True, compared=False),
        Measure("requests in memory, ours / by queues", requests / raw_requests, "x", True),
        Measure(f"contract nets of {BIDDERS} in memory, ours", nets, "/s", more_is_better=True),
        Measure(f"contract nets of {BIDDERS} in memory, by queues", raw_nets, "/s", True, compared=False),
        Measure("contract nets in memory, ours / by queues", nets / raw_nets, "x", True),
    ]


async def measure() -> list[Measure]:
    """Measure all of it."""
    return [*await over_the_server(), *await in_memory()]


async def _rate(one_round: Callable[[], Awaitable[None]], rounds: int) -> float:
    await one_round()
    began = time.perf_counter()
    for _ in range(rounds):
        await one_round()
    return rounds / (time.perf_counter() - began)


Said = tuple[str, float]


class _Queues:
    """The same exchanges with nothing but a queue for each agent."""

    def __init__(self) -> None:
        self.asker: asyncio.Queue[tuple[int, Said]] = asyncio.Queue()
        self.others: list[asyncio.Queue[Said]] = [asyncio.Queue() for _ in range(BIDDERS)]

    async def request(self) -> None:
        """Ask one, and wait for the answer."""
        self.others[0].put_nowait(("request", 0.0))
        await self.asker.get()

    async def contract_net(self) -> None:
        """Call for bids, award the best, and wait for the result."""
        for other in self.others:
            other.put_nowait(("cfp", 0.0))
        offers = [await self.asker.get() for _ in self.others]
        best = max(offers, key=lambda offer: offer[1][1])[0]
        for number, other in enumerate(self.others):
            other.put_nowait(("accept" if number == best else "reject", 0.0))
        await self.asker.get()

    async def serve(self, number: int) -> None:
        """Answer, bid and work as one of the others."""
        while True:
            said, _ = await self.others[number].get()
            if said == "cfp":
                self.asker.put_nowait((number, ("propose", 0.9)))
            elif said in {"accept", "request"}:
                self.asker.put_nowait((number, ("inform", 2.0)))


@asynccontextmanager
async def _queues() -> AsyncIterator[_Queues]:
    queues = _Queues()
    tasks = [asyncio.create_task(queues.serve(number)) for number in range(BIDDERS)]
    try:
        yield queues
    finally:
        for task in tasks:
            task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.gather(*tasks)
