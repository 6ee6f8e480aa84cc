import asyncio

import pytest

from behaviours.outcomes import DeadlinePassed, Refuse, Refused
from behaviours.propose import propose
from behaviours.services import Job
from ontology.acl import Performative
from ontology.assistant import Calculate
from ontology.expressions import Declined, Overloaded
from tests.behaviours.network import Network, agent, calculator

ACT = Calculate(expression="1+1")
P = Performative


async def _accept(_: Calculate, __: Job) -> None:
    return None


async def _reject(_: Calculate, __: Job) -> None:
    raise Refuse(Declined(explanation="No."))


async def _refuse(_: Calculate, __: Job) -> None:
    raise Refuse(Overloaded(explanation="Ask later."))


async def test_accepted_and_rejected() -> None:
    for decide, accepted, said in ((_accept, True, P.ACCEPT_PROPOSAL), (_reject, False, P.REJECT_PROPOSAL)):
        network = Network()
        proposing = network.join("ann")
        network.join("bob", calculator(decide))
        assert await propose(proposing, agent("bob"), ACT, timeout=5) is accepted
        await network.settle()
        assert network.count() == {P.PROPOSE: 1, said: 1}


async def test_who_does_not_decide_says_why() -> None:
    network = Network()
    proposing = network.join("ann")
    network.join("bob", calculator(_refuse))
    with pytest.raises(Refused, match="later"):
        await propose(proposing, agent("bob"), ACT, timeout=5)


async def test_a_proposal_is_taken_back_at_its_deadline() -> None:
    network = Network()
    proposing = network.join("ann")
    cancelled = asyncio.Event()

    async def ponder(_: Calculate, __: Job) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    network.join("bob", calculator(ponder))
    with pytest.raises(DeadlinePassed):
        await propose(proposing, agent("bob"), ACT, timeout=0.05)
    async with asyncio.timeout(5):
        await cancelled.wait()
    await network.settle()
