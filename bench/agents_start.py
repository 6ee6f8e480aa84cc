"""How long it takes until many agents of one process are connected, registered and answering, and what each takes.

Beside it stand agents of plain SPADE on the same server, fewer of them. Two descriptors are open for each agent, one in
the process and one in the server; both take what the system allows (``ulimit -n``).
"""

import os
import tempfile
from typing import Final

from bench.measures import Measure
from bench.negotiation import server_of_agents
from bench.peers.orders import Login, Order
from bench.peers.starting import started

AGENTS: Final = int(os.environ.get("PARLEY_BENCH_AGENTS", "1000"))
"""How many of ours; PARLEY_BENCH_AGENTS chooses another number."""
RAW: Final = min(100, AGENTS)
SECONDS: Final = 15.0
KILOBYTES: Final = 300.0


async def measure() -> list[Measure]:
    """Measure ours, and then plain SPADE."""
    async with server_of_agents() as server:
        names = ["directory@localhost", *(f"agent{number}@localhost" for number in range(AGENTS + 1))]
        logins = tuple(Login(jid=made.jid, password=made.password) for made in await server.accounts.ensure(names))
        assert server.address.certificate is not None
        with tempfile.NamedTemporaryFile("w", suffix=".pem") as certificate:
            certificate.write(server.address.certificate.pem)
            certificate.flush()
            order = Order(logins=logins, port=server.address.port, certificate=certificate.name)
            ours = await started("bench.peers.many", "ours", order=order)
            few = order.model_copy(update={"logins": logins[: RAW + 1]})
            raw = await started("bench.peers.many", "raw", order=few)
    return [
        Measure(f"{ours.count} agents connected and registered", ours.seconds, "s", target=SECONDS),
        Measure(f"{ours.count} agents connected, registered and answering", ours.answering, "s", compared=False),
        Measure("processor time for each of them", ours.processor / ours.count * 1000, "ms"),
        Measure("memory for each of them", ours.kilobytes, "KB", target=KILOBYTES),
        Measure(f"{raw.count} agents of plain SPADE connected", raw.seconds, "s", compared=False),
        Measure("processor time for each of plain SPADE", raw.processor / raw.count * 1000, "ms", compared=False),
        Measure("memory for each of plain SPADE", raw.kilobytes, "KB", compared=False),
        Measure("agents a second, ours / plain", ours.count / ours.seconds / (raw.count / raw.seconds), "x", True),
    ]
