from __future__ import annotations

import asyncio
import logging

import pytest

from ontology.acl import AgentIdentifier
from tests.xmpp.proxy import proxied
from tests.xmpp.society import Society
from tests.xmpp.test_endpoint import acl, everybody, noting
from tests.xmpp.test_local import joined
from tests.xmpp.test_parts import text
from xmpp import stanza as codec
from xmpp.parts import LARGEST_CONTENT, MessageTooLargeError, Part, part_text

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group(__name__)]


@pytest.mark.parametrize("local", [False, True])
async def test_what_is_larger_than_anybody_takes_is_not_sent(society: Society, local: bool) -> None:
    ann = await society.endpoint("ann", everybody)
    bob = await society.endpoint("bob", everybody)
    if local:
        await joined(society, ann, bob)
    with pytest.raises(MessageTooLargeError, match="is the most"):
        ann.send(acl(ann.identifier, bob.identifier, content="x" * (LARGEST_CONTENT + 1)))


@pytest.mark.parametrize("characters", [1_000_000, 5_000_000])
async def test_large_contents_arrive_and_hold_up_nobody_else(society: Society, characters: int) -> None:
    ann = await society.endpoint("ann", everybody)
    bob, cat = await society.endpoint("bob", everybody), await society.endpoint("cat", everybody)
    heard, beside = noting(bob), noting(cat)
    content = text(characters)
    large = acl(ann.identifier, bob.identifier, content=content, user_defined={"X-a": "1"})
    ann.send(large)
    ann.send(acl(ann.identifier, bob.identifier, conversation_id="after"))
    ann.send(acl(ann.identifier, cat.identifier))
    await beside.of_length(1)
    assert heard == []
    assert await heard.of_length(2) == [large, acl(ann.identifier, bob.identifier, conversation_id="after")]


async def test_large_contents_survive_a_cut_of_the_line(society: Society) -> None:
    async with proxied(society.server.address.for_clients) as proxy:
        ann = await society.endpoint("ann", everybody, address=proxy.address)
        bob = await society.endpoint("bob", everybody)
        heard, arrived = noting(bob), asyncio.Event()
        bob.connection.add_event_handler("message", lambda _: arrived.set())
        contents = [text(800_000, seed=seed) for seed in (1, 2)]
        for number, content in enumerate(contents):
            ann.send(acl(ann.identifier, bob.identifier, conversation_id=str(number), content=content))
        await arrived.wait()
        await proxy.cut()
        await proxy.mend()
        assert [found.content for found in await heard.of_length(2)] == contents


async def test_parts_of_strangers_are_not_kept(society: Society, caplog: pytest.LogCaptureFixture) -> None:
    bob = await society.endpoint("bob", everybody)
    eve = await society.connection(await society.account(society.person("eve")))
    said = acl(AgentIdentifier(name=eve.boundjid.bare), bob.identifier)
    with caplog.at_level(logging.WARNING, "xmpp"):
        eve.send(codec.text(said, to=bob.identifier.name, stanza_id="1", beside=part_text(Part("t", 0, 2))))
        eve.send(codec.text(said, to=bob.identifier.name, stanza_id="2"))
        await eve.synchronise()
        await bob.connection.synchronise()
    assert len(bob._assembly) == 0
