from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
import pytest_asyncio

from behaviours.request import request
from ontology.acl import ACLMessage, Performative
from ontology.assistant import Calculate, Calculation
from tests.xmpp.proxy import proxied
from tests.xmpp.server.conftest import settings_with_ports
from tests.xmpp.society import Log, Society, soon
from tests.xmpp.test_endpoint import acl, everybody, noting, serving
from xmpp.endpoint import Endpoint
from xmpp.server.prosody import Prosody

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group(__name__)]

COUNT = 60


@pytest_asyncio.fixture(loop_scope="module")
async def own(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Society]:
    """A platform on a server of the test's own, to stop and start."""
    server = Prosody(settings_with_ports(), folder=tmp_path_factory.mktemp("own"))
    await server.start()
    society = Society(server)
    yield society
    await society.close()
    await server.stop()


async def ask_in_turn(asker: Endpoint, other: Endpoint, disturb_at: dict[int, asyncio.Event]) -> list[int]:
    """Ask numbered questions one after the other; return the numbers of the answers."""
    answers = []
    for number in range(COUNT):
        if number in disturb_at:
            disturb_at[number].set()
        act = Calculate(expression=str(number))
        answer = await request(asker.conversations, other.identifier, act, timeout=30)
        assert isinstance(answer, Calculation)
        answers.append(int(answer.expression))
    return answers


async def send_numbers(sender: Endpoint, receiver: Endpoint, numbers: range) -> None:
    for number in numbers:
        sender.send(acl(sender.identifier, receiver.identifier, conversation_id=str(number)))


def numbers_of(messages: list[ACLMessage]) -> list[int]:
    return [int(message.conversation_id or -1) for message in messages]


@pytest.mark.parametrize("cut", ["sender", "receiver"])
async def test_a_cut_of_the_line_loses_nothing_and_doubles_nothing(society: Society, cut: str) -> None:
    async with proxied(society.server.address.for_clients) as proxy:
        ann = await society.endpoint("ann", everybody, address=proxy.address if cut == "sender" else None)
        bob = await society.endpoint("bob", everybody, address=proxy.address if cut == "receiver" else None)
        heard = noting(bob)
        await send_numbers(ann, bob, range(50))
        await heard.of_length(1)
        await send_numbers(ann, bob, range(50, 100))
        await asyncio.sleep(0)
        await proxy.cut()
        await send_numbers(ann, bob, range(100, 150))
        await proxy.mend()
        await send_numbers(ann, bob, range(150, 200))
        await heard.of_length(200)
        await send_numbers(ann, bob, range(200, 201))
        await heard.of_length(201)
        assert numbers_of(heard) == list(range(201))


async def test_requests_go_on_over_cuts_of_both_lines(society: Society) -> None:
    async with proxied(society.server.address.for_clients) as proxy:
        ann = await society.endpoint("ann", everybody, address=proxy.address)
        bob = serving(await society.endpoint("bob", everybody, address=proxy.address))
        cut_at = {20: asyncio.Event(), 40: asyncio.Event()}

        async def disturb() -> None:
            for event in cut_at.values():
                await event.wait()
                await proxy.cut()
                await proxy.mend()

        disturbing = asyncio.create_task(disturb())
        assert await ask_in_turn(ann, bob, cut_at) == list(range(COUNT))
        await disturbing


async def test_a_restart_of_the_server_loses_nothing_and_doubles_nothing(own: Society) -> None:
    ann = await own.endpoint("ann", everybody)
    bob = await own.endpoint("bob", everybody)
    heard = noting(bob)
    await send_numbers(ann, bob, range(100))
    await heard.of_length(1)
    await own.server.stop()
    await send_numbers(ann, bob, range(100, 150))
    await own.server.start()
    await send_numbers(ann, bob, range(150, 200))
    await heard.of_length(200)
    await send_numbers(ann, bob, range(200, 201))
    await heard.of_length(201)
    assert numbers_of(heard) == list(range(201))


async def test_requests_go_on_over_a_restart_of_the_server(own: Society) -> None:
    ann = await own.endpoint("ann", everybody)
    bob = serving(await own.endpoint("bob", everybody))
    at = {20: asyncio.Event()}

    async def restart() -> None:
        await at[20].wait()
        await own.server.stop()
        await own.server.start()

    restarting = asyncio.create_task(restart())
    assert await ask_in_turn(ann, bob, at) == list(range(COUNT))
    await restarting


async def test_what_the_server_had_acknowledged_survives_its_restart(own: Society) -> None:
    """The server holds messages for a receiver whose line is cut, and forgets them when it is restarted."""
    async with proxied(own.server.address.for_clients) as proxy:
        ann = await own.endpoint("ann", everybody)
        bob = await own.endpoint("bob", everybody, address=proxy.address)
        heard, answered = noting(bob), noting(ann)
        await send_numbers(ann, bob, range(1))
        await heard.of_length(1)
        await send_numbers(bob, ann, range(1))
        await answered.of_length(1)
        await proxy.cut()
        await send_numbers(ann, bob, range(1, 40))
        await ann.connection.synchronise()
        await own.server.stop()
        await own.server.start()
        await proxy.mend()
        assert numbers_of(await heard.of_length(40)) == list(range(40))


async def test_while_the_server_is_down_messages_wait_until_their_time_is_over(
    own: Society, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann = await own.endpoint("ann", everybody)
    bob = await own.endpoint("bob", everybody)
    heard = noting(bob)
    gone = asyncio.Event()
    ann.connection.add_event_handler("disconnected", lambda _: gone.set())
    await own.server.stop()
    await soon(gone.wait())
    ann.send(acl(ann.identifier, bob.identifier, conversation_id="1"))
    told: Log[ACLMessage] = Log()
    monkeypatch.setattr(ann.conversations, "deliver", told.append)
    ann.send(acl(ann.identifier, bob.identifier, conversation_id="late", reply_by=datetime.now(UTC)))
    (failure,) = await told.of_length(1)
    assert failure.conversation_id == "late"
    assert (failure.performative, failure.sender) == (Performative.FAILURE, bob.identifier)
    assert "in time" in (failure.content or "")
    await own.server.start()
    assert numbers_of(await heard.of_length(1)) == [1]
    await send_numbers(ann, bob, range(2, 3))
    assert numbers_of(await heard.of_length(2)) == [1, 2]
