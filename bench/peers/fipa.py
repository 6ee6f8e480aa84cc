"""Requests and contract nets by our own agents over the server, with the directory that admits them.

``python -m bench.peers.fipa request|contract-net [local]``; with ``local``, without the server. The first account is
the directory's, the second the asker's, the others are those of the agents that are asked.
"""

import asyncio
import os
import ssl
import sys
import time
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from agents.context import AgentContext
from agents.directory import DirectoryAgent
from agents.settings import Settings
from behaviours.contract_net import Offer
from behaviours.services import Job, Service
from bench.peers.orders import Figures, read_order
from ontology.acl import AgentIdentifier
from ontology.assistant import ASSISTANT, Calculate, Calculation
from ontology.content import Element
from ontology.expressions import Bid
from xmpp.address import Account, Address
from xmpp.agent import FipaAgent, Platform

_WAIT = 20.0
ACT = Calculate(expression="1+1")


class Calculator(FipaAgent):
    """Knows the answer to every sum."""

    kind = "calculator"

    def services(self) -> Iterable[Service[Any]]:
        """Offer sums."""
        return (Service(Calculate, self._perform, self._bid),)

    async def _perform(self, act: Calculate, _: Job) -> Element:
        return Calculation(expression=act.expression, value="2", exact=True)

    async def _bid(self, _: Calculate) -> Bid:
        return Bid(seconds=0.1, confidence=0.9)


def most_confident(offers: Sequence[Offer]) -> Sequence[Offer]:
    """Rank offers."""
    return sorted(offers, key=lambda offer: -offer.bid.confidence)


async def main(what: str, *, local: bool) -> None:
    """Do what the order says."""
    order = read_order()
    context = ssl.create_default_context(cafile=order.certificate)
    accounts = [Account(login.jid, login.password) for login in order.logins]
    directory = AgentIdentifier(name=accounts[0].jid)
    platform = Platform(Address("127.0.0.1", order.port, context), order.host, directory, local_delivery=local)
    given = AgentContext(account=accounts[0], platform=platform, settings=Settings(), data=Path("/nonexistent"))
    await DirectoryAgent(given).start()
    asker = FipaAgent(accounts[1], platform, ontologies=(ASSISTANT,))
    await asker.start()
    others = [Calculator(account, platform, ontologies=(ASSISTANT,)) for account in accounts[2:]]
    for other in others:
        await other.start()
    bidders = [other.identifier for other in others]

    async def one_round() -> None:
        if what == "request":
            await asker.request(bidders[0], ACT, timeout=_WAIT)
        else:
            await asker.contract_net(bidders, ACT, rank=most_confident, bid_timeout=_WAIT, timeout=_WAIT)

    await one_round()
    seconds = []
    for _ in range(order.rounds):
        began = time.perf_counter()
        await one_round()
        seconds.append(time.perf_counter() - began)
    print(Figures(seconds=tuple(seconds)).model_dump_json(), flush=True)
    os._exit(0)  # nothing is kept here that would have to be closed


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], local="local" in sys.argv[2:]))
