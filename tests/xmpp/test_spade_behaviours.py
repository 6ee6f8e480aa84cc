"""A conversation as a behaviour of SPADE."""

import asyncio

import pytest

from behaviours.outcomes import ConversationFailed
from behaviours.request import RequestInitiator
from behaviours.services import Job, Service
from ontology.acl import ACLMessage, Performative
from ontology.assistant import Calculate, Calculation
from tests.xmpp.society import Log, Society
from xmpp.spade_behaviours import ConversationBehaviour

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group(__name__)]
ACT = Calculate(expression="1+1")


class Asking(RequestInitiator):
    """Notes what it hears."""

    heard: Log[str]

    def handle_inform(self, message: ACLMessage) -> None:
        self.heard.append(message.performative)
        super().handle_inform(message)


async def two(act: Calculate, _: Job) -> Calculation:
    return Calculation(expression=act.expression, value="2", exact=True)


async def test_it_ends_with_what_the_conversation_came_to(society: Society) -> None:
    await society.found()
    bob = await society.fipa_agent("bob", Service(Calculate, two))
    ann = await society.fipa_agent("ann")
    behaviour = ConversationBehaviour(Asking, [bob.identifier], ACT, timeout=10)
    Asking.heard = Log()
    ann.add_behaviour(behaviour)
    await behaviour.join(timeout=10)
    assert behaviour.exit_code[bob.identifier].performative is Performative.INFORM
    assert list(Asking.heard) == ["inform"]


async def test_killing_it_ends_the_work(society: Society) -> None:
    await society.found()
    begun, ended = asyncio.Event(), asyncio.Event()

    async def endless(_: Calculate, __: Job) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    bob = await society.fipa_agent("bob", Service(Calculate, endless))
    ann = await society.fipa_agent("ann")
    behaviour = ConversationBehaviour(RequestInitiator, [bob.identifier], ACT, timeout=60)
    ann.add_behaviour(behaviour)
    async with asyncio.timeout(10):
        await begun.wait()
        behaviour.kill()
        await ended.wait()
    await behaviour.join(timeout=10)
    assert isinstance(behaviour.exit_code, ConversationFailed)
