from __future__ import annotations

import asyncio
import dataclasses
import logging
from dataclasses import replace

import pytest

from behaviours.outcomes import Failed, Refused
from behaviours.request import request
from ontology.acl import ACLMessage, AgentIdentifier, Performative
from ontology.assistant import Calculation
from ontology.expressions import Unauthorised
from tests.xmpp.directory import Directory, Offering
from tests.xmpp.proxy import proxied
from tests.xmpp.society import Log, Society, soon
from tests.xmpp.test_agent import ACT, SUMS, Listening
from tests.xmpp.test_delivery import numbers_of, send_numbers
from tests.xmpp.test_endpoint import acl, everybody, nobody, noting, serving
from xmpp.agent import FipaAgent
from xmpp.endpoint import Endpoint
from xmpp.local import Neighbour, Neighbours, neighbours
from xmpp.outbox import OutboxFullError

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group(__name__)]

ANN, BOB = (AgentIdentifier(name=f"{name}@agents.localhost") for name in ("ann", "bob"))


class Mailbox(Neighbour):
    """A neighbour that notes what it gets, and what could not be delivered."""

    def __init__(self, identifier: AgentIdentifier) -> None:
        self.got: Log[ACLMessage] = Log()
        self.failed: Log[tuple[str, str]] = Log()
        super().__init__(identifier, self.got.append, lambda message, to, why: self.failed.append((to, why)))


def alone() -> Neighbours:
    return Neighbours(asyncio.get_running_loop(), limit=5)


async def test_messages_arrive_in_the_next_turn_in_their_order() -> None:
    platform, ann, bob = alone(), Mailbox(ANN), Mailbox(BOB)
    platform.join(ann)
    platform.join(bob)
    for number in range(3):
        platform.hand_over(ann, bob, acl(ANN, BOB, conversation_id=str(number)))
    assert bob.got == []
    await asyncio.sleep(0)
    assert numbers_of(bob.got) == [0, 1, 2]


async def test_the_sender_is_who_handed_it_over() -> None:
    platform, ann, bob = alone(), Mailbox(ANN), Mailbox(BOB)
    message = acl(AgentIdentifier(name="boss@agents.localhost"), BOB)
    platform.hand_over(ann, bob, message)
    await asyncio.sleep(0)
    assert bob.got == [replace(message, sender=ANN)]


async def test_what_arrives_cannot_be_changed() -> None:
    platform, ann, bob = alone(), Mailbox(ANN), Mailbox(BOB)
    message = acl(ANN, BOB, user_defined={"X-a": "1"})
    platform.hand_over(ann, bob, message)
    await asyncio.sleep(0)
    with pytest.raises(dataclasses.FrozenInstanceError):
        bob.got[0].content = "[2]"  # type: ignore[misc]
    with pytest.raises(TypeError):
        bob.got[0].user_defined["X-a"] = "2"  # type: ignore[index]


async def test_too_much_is_not_taken() -> None:
    platform, ann, bob = alone(), Mailbox(ANN), Mailbox(BOB)
    for number in range(5):
        platform.hand_over(ann, bob, acl(ANN, BOB, conversation_id=str(number)))
    with pytest.raises(OutboxFullError, match="wait for bob"):
        platform.hand_over(ann, bob, acl(ANN, BOB))
    await asyncio.sleep(0)
    platform.hand_over(ann, bob, acl(ANN, BOB, conversation_id="5"))
    await asyncio.sleep(0)
    assert numbers_of(bob.got) == list(range(6))


async def test_what_is_for_one_that_leaves_fails() -> None:
    platform, ann, bob = alone(), Mailbox(ANN), Mailbox(BOB)
    platform.join(bob)
    platform.hand_over(ann, bob, acl(ANN, BOB))
    platform.leave(bob)
    await asyncio.sleep(0)
    assert (bob.got, ann.failed) == ([], [(BOB.name, "cannot be reached at the moment")])
    assert platform.find(BOB.name) is None


async def test_one_that_breaks_does_not_hold_up_the_others(caplog: pytest.LogCaptureFixture) -> None:
    platform, ann, bob = alone(), Mailbox(ANN), Mailbox(BOB)

    def broken(_: ACLMessage) -> None:
        raise RuntimeError("broken")

    with caplog.at_level(logging.ERROR, "xmpp.local"):
        platform.hand_over(ann, Neighbour(ANN, broken, broken), acl(ANN, ANN))  # type: ignore[arg-type]
        platform.hand_over(ann, bob, acl(ANN, BOB))
        await asyncio.sleep(0)
    assert len(bob.got) == 1
    assert "could not take" in caplog.text


async def test_each_platform_is_by_itself(society: Society) -> None:
    address = society.platform.address
    assert neighbours(address, "agents.localhost") is neighbours(replace(address), "agents.localhost")
    assert neighbours(address, "agents.localhost") is not neighbours(address, "others.localhost")
    assert neighbours(replace(address, port=1), "agents.localhost") is not neighbours(address, "agents.localhost")


async def joined(society: Society, *endpoints: Endpoint) -> None:
    for endpoint in endpoints:
        endpoint.join(neighbours(society.platform.address, society.platform.agents_domain))


def on_the_wire(endpoint: Endpoint) -> Log[str]:
    """Note the ACL stanzas that come to an endpoint from the server."""
    seen: Log[str] = Log()
    endpoint.connection.add_event_handler("message", lambda stanza: seen.append(stanza["body"]))
    return seen


async def test_requests_are_answered_without_the_server(society: Society) -> None:
    ann = await society.endpoint("ann", everybody)
    bob = serving(await society.endpoint("bob", everybody))
    await joined(society, ann, bob)
    seen = on_the_wire(bob)
    answer = await request(ann.conversations, bob.identifier, ACT, timeout=5)
    assert isinstance(answer, Calculation)
    await bob.connection.synchronise()
    assert seen == []


async def test_only_who_is_logged_in_can_join(society: Society) -> None:
    ann = await society.endpoint("ann", everybody)
    await ann.connection.close()
    with pytest.raises(ConnectionError, match="not logged in"):
        await joined(society, ann)


async def test_who_is_not_known_to_the_ams_is_refused(society: Society) -> None:
    ann = await society.endpoint("ann", everybody)
    bob = serving(await society.endpoint("bob", nobody))
    await joined(society, ann, bob)
    with pytest.raises(Refused) as caught:
        await request(ann.conversations, bob.identifier, ACT, timeout=5)
    assert isinstance(caught.value.reason, Unauthorised)


async def test_order_is_kept_between_messages_over_the_server_and_without_it(society: Society) -> None:
    async with proxied(society.server.address.for_clients) as proxy:
        ann = await society.endpoint("ann", everybody, address=proxy.address)
        bob = await society.endpoint("bob", everybody)
        heard = noting(bob)
        await send_numbers(ann, bob, range(10))
        await proxy.cut()
        await send_numbers(ann, bob, range(10, 20))
        await joined(society, bob)
        ann._neighbours = neighbours(society.platform.address, society.platform.agents_domain)
        await send_numbers(ann, bob, range(20, 30))
        await proxy.mend()
        await heard.of_length(30)
        while ann._delivery.waiting(bob.identifier.name):  # noqa: ASYNC110 - each turn of the loop is an event
            await asyncio.sleep(0)
        seen = on_the_wire(bob)
        await send_numbers(ann, bob, range(30, 40))
        assert numbers_of(await heard.of_length(40)) == list(range(40))
        assert seen == []


async def test_order_is_kept_while_the_ams_is_asked(society: Society) -> None:
    asked, answer = asyncio.Event(), asyncio.Event()

    async def slow(_: AgentIdentifier) -> bool:
        asked.set()
        await answer.wait()
        return True

    ann = await society.endpoint("ann", everybody)
    bob = await society.endpoint("bob", slow)
    heard = noting(bob)
    await joined(society, ann, bob)
    await send_numbers(ann, bob, range(20))
    await soon(asked.wait())
    answer.set()
    await send_numbers(ann, bob, range(20, 40))
    assert numbers_of(await heard.of_length(40)) == list(range(40))


async def test_who_has_left_is_not_reached(society: Society) -> None:
    ann = await society.endpoint("ann", everybody)
    bob = serving(await society.endpoint("bob", everybody))
    await joined(society, ann, bob)
    await bob.close()
    with pytest.raises(Failed, match="cannot be reached"):
        await request(ann.conversations, bob.identifier, ACT, timeout=30)


async def test_agents_of_one_process_talk_without_the_server(society: Society) -> None:
    platform = replace(society.platform, local_delivery=True)
    await society.started(Directory(await society.account(society.directory.name), platform))

    async def agent(name: str) -> FipaAgent:
        return await society.started(Offering(await society.account(society.agent(name).name), platform, (SUMS,)))

    ann, bob = await agent("ann"), await agent("bob")
    seen = on_the_wire(bob.endpoint)
    assert await ann.request(bob.identifier, ACT, timeout=5)
    far = await society.fipa_agent("far", SUMS)
    assert await far.request(bob.identifier, ACT, timeout=5)
    assert await ann.request(far.identifier, ACT, timeout=5)
    await bob.client.synchronise()
    assert len([body for body in seen if "calculate" in body]) == 1, "the one that asked over the server"


async def test_behaviours_of_spade_get_local_messages_too(society: Society) -> None:
    platform = replace(society.platform, local_delivery=True)
    await society.started(Directory(await society.account(society.directory.name), platform))
    ann = await society.started(Offering(await society.account(society.agent("ann").name), platform))
    bob = await society.started(Offering(await society.account(society.agent("bob").name), platform))
    listening = Listening()
    bob.add_behaviour(listening)
    said = acl(
        ann.identifier, bob.identifier, performative=Performative.INFORM, protocol=None, content="sun", ontology="sky"
    )
    ann.endpoint.send(said)
    (message,) = await listening.heard.of_length(1)
    assert (message.body, str(message.sender), message.get_metadata("ontology")) == ("sun", ann.identifier.name, "sky")
