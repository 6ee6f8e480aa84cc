"""The same work by hand on SPADE alone: requests and contract nets without protocols, directory or typed contents.

``python -m bench.peers.raw_spade reply|ask|contract-net [local]``. Messages go to full JIDs, which SPADE sends over the
server; with ``local`` to bare ones, which it hands over within the process.
"""

import asyncio
import json
import os
import sys
import time
from typing import Any
from uuid import uuid4

from spade.agent import Agent
from spade.behaviour import CyclicBehaviour, OneShotBehaviour
from spade.message import Message

from bench.peers.orders import Figures, Order, read_order

_WAIT = 20.0


def message(to: Any, performative: str, content: object, conversation: str) -> Message:
    """Return a message with the parameters that an ACL message has."""
    return Message(
        to=str(to),
        body=json.dumps(content),
        metadata={
            "performative": performative,
            "language": "json",
            "ontology": "parley-assistant",
            "protocol": "by-hand",
            "conversation-id": conversation,
        },
    )


class _Managed(Agent):  # type: ignore[misc] # SPADE is untyped
    """An agent whose stream is managed (XEP-0198), as those that it is compared with have it: SPADE leaves it out."""

    async def _async_connect(self) -> None:
        self.client.register_plugin("xep_0198")
        await super()._async_connect()


class Answerer(_Managed):
    """Answers requests, bids for calls and does what it is awarded."""

    class _Answer(CyclicBehaviour):  # type: ignore[misc]
        async def run(self) -> None:
            asked = await self.receive(timeout=_WAIT)
            if asked is None:
                return
            conversation = asked.get_metadata("conversation-id")
            content = json.loads(asked.body)
            match asked.get_metadata("performative"):
                case "cfp":
                    bid = {"seconds": 0.1, "confidence": 0.9, "cost": 0.0, "load": 0.0}
                    await self.send(message(asked.sender, "propose", {**content, **bid}, conversation))
                case "accept-proposal" | "request":
                    await self.send(message(asked.sender, "inform", {**content, "value": "2"}, conversation))

    async def setup(self) -> None:
        """Begin to answer."""
        self.add_behaviour(self._Answer())


class Asker(_Managed):
    """Asks, round by round, and takes the time."""

    def __init__(self, order: Order, others: list[str], *, nets: bool) -> None:
        login = order.logins[0]
        super().__init__(login.jid, login.password, port=order.port)
        self.order, self.others, self.nets = order, others, nets
        self.figures: asyncio.Future[Figures] = asyncio.get_running_loop().create_future()

    class _Ask(OneShotBehaviour):  # type: ignore[misc]
        async def run(self) -> None:
            one_round = self._net if self.agent.nets else self._request
            await one_round()
            seconds = []
            for _ in range(self.agent.order.rounds):
                began = time.perf_counter()
                await one_round()
                seconds.append(time.perf_counter() - began)
            self.agent.figures.set_result(Figures(seconds=tuple(seconds)))

        async def _request(self) -> None:
            await self.send(message(self.agent.others[0], "request", {"expression": "1+1"}, uuid4().hex))
            if await self.receive(timeout=_WAIT) is None:
                raise TimeoutError

        async def _net(self) -> None:
            conversation = uuid4().hex
            for other in self.agent.others:
                await self.send(message(other, "cfp", {"expression": "1+1"}, conversation))
            bids = [await self.receive(timeout=_WAIT) for _ in self.agent.others]
            best = max(bids, key=lambda bid: float(json.loads(bid.body)["confidence"]))
            for bid in bids:
                said = "accept-proposal" if bid is best else "reject-proposal"
                await self.send(message(bid.sender, said, {"expression": "1+1"}, conversation))
            if await self.receive(timeout=_WAIT) is None:
                raise TimeoutError

    async def setup(self) -> None:
        """Begin to ask."""
        self.add_behaviour(self._Ask())


async def main(what: str, *, local: bool) -> None:
    """Do what the order says."""
    order = read_order()
    answerers = order.logins if what == "reply" else order.logins[1:]
    others = [order.to] if order.to else []
    for login in answerers:
        answerer = Answerer(login.jid, login.password, port=order.port)
        await answerer.start(auto_register=False)
        bound = answerer.client.boundjid
        others.append(bound.bare if local else bound.full)
    if what == "reply":
        print(others[0], flush=True)
        await asyncio.Event().wait()
    asker = Asker(order, others, nets=what == "contract-net")
    await asker.start(auto_register=False)
    print((await asker.figures).model_dump_json(), flush=True)
    os._exit(0)  # SPADE's behaviours swallow being cancelled, and would keep the process alive


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], local="local" in sys.argv[2:]))
