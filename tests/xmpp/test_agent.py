from __future__ import annotations

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from spade.agent import Agent as SpadeAgent
from spade.behaviour import CyclicBehaviour
from spade.container import Container
from spade.message import Message as SpadeMessage
from spade.template import Template

from behaviours.outcomes import Failed, NoBids, Refused
from behaviours.request import request
from behaviours.services import Job, Service
from ontology.acl import AgentIdentifier, Performative
from ontology.assistant import ASSISTANT, Calculate, Calculation, ConsentTo, RunCode
from ontology.expressions import Bid, Unauthorised
from ontology.management import AMSAgentDescription
from tests.xmpp.directory import Directory, Offering
from tests.xmpp.server.conftest import free_ports
from tests.xmpp.society import Log, Society, soon
from tests.xmpp.test_endpoint import acl, send
from xmpp.agent import FipaAgent, Platform
from xmpp.errors import ServerUnreachableError
from xmpp.operator import Operator

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group(__name__)]

ACT = Calculate(expression="1+1")


async def two(act: Calculate, _: Job) -> Calculation:
    return Calculation(expression=act.expression, value="2", exact=True)


async def sure(_: Calculate) -> Bid:
    return Bid(seconds=0.1, confidence=0.9)


SUMS: Service[Any] = Service(Calculate, two, sure)


class Listening(CyclicBehaviour):  # type: ignore[misc] # SPADE is untyped
    """A behaviour of SPADE's own that notes what it receives."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: Log[Any] = Log()

    async def run(self) -> None:
        message = await self.receive(timeout=10)
        if message is not None:
            self.heard.append(message)


async def quiet(before: set[asyncio.Task[Any]]) -> None:
    """Check that no task runs which did not before."""
    for _ in range(20):
        await asyncio.sleep(0)
    assert asyncio.all_tasks() <= before


async def test_without_a_server_a_start_fails_with_a_sentence(society: Society) -> None:
    port, _ = free_ports()
    before = asyncio.all_tasks()
    nowhere = replace(society.platform, address=replace(society.platform.address, port=port))
    agent = Offering(await society.account(society.agent("ann").name), nowhere)
    with pytest.raises(ServerUnreachableError, match="Is it running"):
        async with asyncio.timeout(30):
            await agent.start()
    assert not agent.is_alive()
    assert agent.released
    await quiet(before)


async def test_without_a_directory_a_start_fails(society: Society) -> None:
    before = asyncio.all_tasks()
    agent = Offering(await society.account(society.agent("ann").name), society.platform)
    with pytest.raises(Failed, match="cannot be reached"):
        await agent.start()
    assert agent.released
    await quiet(before)


async def test_what_fails_in_prepare_leaves_nothing_behind(society: Society) -> None:
    class Broken(Offering):
        async def prepare(self) -> None:
            raise RuntimeError("no disk")

    await society.found()
    before = asyncio.all_tasks()
    agent = Broken(await society.account(society.agent("ann").name), society.platform)
    with pytest.raises(RuntimeError, match="no disk"):
        await agent.start()
    assert agent.released
    assert agent.client is not None
    assert not agent.client.is_online
    await quiet(before)


async def test_agents_find_one_another_and_work(society: Society) -> None:
    await society.found()
    bob = await society.fipa_agent("bob", SUMS)
    ann = await society.fipa_agent("ann")
    assert await ann.search(Calculate) == (bob.identifier,)
    assert await ann.find_one(Calculate) == bob.identifier
    assert await ann.request(bob.identifier, ACT, timeout=5) == Calculation(expression="1+1", value="2", exact=True)
    award = await ann.contract_net([bob.identifier], ACT, rank=list, bid_timeout=5, timeout=5)
    assert award.winner.bidder == bob.identifier
    with pytest.raises(NoBids, match="run-code"):
        await ann.find_one(RunCode)
    with pytest.raises(Refused):
        await ann.propose(bob.identifier, ConsentTo(person="me", question="May I?"), timeout=5)


async def test_agents_of_one_process_speak_over_the_wire(society: Society) -> None:
    """Their messages pass the server, which vouches for the sender, though SPADE would take a short cut."""
    await society.found()
    bob = await society.fipa_agent("bob", SUMS)
    ann = await society.fipa_agent("ann")
    stanzas: Log[str] = Log()
    bob.client.add_event_handler("message", lambda stanza: stanzas.append(str(stanza["from"])))
    await ann.request(bob.identifier, ACT, timeout=5)
    assert f"{ann.identifier}/agent" in stanzas


async def test_stopping_stops(society: Society, caplog: pytest.LogCaptureFixture) -> None:
    directory = await society.found()
    assert isinstance(directory, Directory)
    ann = await society.fipa_agent("ann")
    await ann.search(Calculate)
    before = asyncio.all_tasks()
    bob = await society.fipa_agent("bob", SUMS)
    listening = Listening()
    bob.add_behaviour(listening, Template(metadata={"performative": "inform"}))
    assert bob.is_alive()
    assert await ann.request(bob.identifier, ACT, timeout=5)
    with caplog.at_level(logging.ERROR):
        await soon(bob.stop())
    assert not bob.is_alive()
    assert isinstance(bob, Offering)
    assert bob.released
    assert not Container().has_agent(bob.identifier.name)
    assert not directory.registry.knows(bob.identifier)
    assert listening.is_killed()
    await quiet(before)
    with pytest.raises(Failed, match="cannot be reached"):
        await ann.request(bob.identifier, ACT, timeout=5)
    assert listening.heard == []
    assert [record for record in caplog.records if record.name.startswith(("xmpp", "behaviours"))] == []
    with pytest.raises(RuntimeError, match="has not been started"):
        _ = bob.endpoint
    await bob.stop()


async def test_a_stop_ends_the_work_that_is_under_way(society: Society) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def endless(_: Calculate, __: Job) -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    await society.found()
    bob = await society.fipa_agent("bob", Service(Calculate, endless))
    ann = await society.fipa_agent("ann")
    asking = asyncio.create_task(ann.request(await ann.find_one(Calculate), ACT, timeout=10))
    await soon(begun.wait())
    await bob.stop()
    assert ended.is_set()
    with pytest.raises(Failed):
        await asking


async def test_a_behaviour_may_stop_its_agent(society: Society) -> None:
    stopped = asyncio.Event()

    class Leaving(CyclicBehaviour):  # type: ignore[misc]
        async def run(self) -> None:
            await self.agent.stop()
            stopped.set()

    await society.found()
    bob = await society.fipa_agent("bob")
    bob.add_behaviour(Leaving())
    await soon(stopped.wait())
    assert not bob.is_alive()


async def test_what_release_breaks_does_not_keep_the_connection(society: Society) -> None:
    class Broken(Offering):
        async def release(self) -> None:
            raise RuntimeError("the disk is full")

    await society.found()
    bob = Broken(await society.account(society.agent("bob").name), society.platform)
    await bob.start()
    with pytest.raises(RuntimeError, match="disk"):
        await bob.stop()
    assert not bob.client.is_online
    assert not bob.is_alive()


async def test_a_behaviour_of_spade_gets_what_belongs_to_no_fipa_conversation(
    society: Society, caplog: pytest.LogCaptureFixture
) -> None:
    await society.found()
    bob = await society.fipa_agent("bob", SUMS)
    listening, other = Listening(), Listening()
    bob.add_behaviour(listening, Template(metadata={"performative": "inform", "ontology": "weather"}))
    bob.add_behaviour(other, Template(metadata={"performative": "inform", "ontology": "traffic"}))
    ann = await society.fipa_agent("ann")
    eve = await society.client(society.person("eve"))
    about = {"performative": Performative.INFORM, "protocol": None, "ontology": "weather", "conversation_id": None}
    with caplog.at_level(logging.WARNING, "xmpp"):
        send(eve, acl(AgentIdentifier(name=eve.boundjid.bare), bob.identifier, content="hail", **about))
        send(eve, acl(AgentIdentifier(name=eve.boundjid.bare), bob.identifier))
        await eve.received()
        send(ann.client, acl(ann.identifier, bob.identifier, content="sun", **about))
        (message,) = await listening.heard.of_length(1)
    assert (message.body, str(message.sender.bare)) == ("sun", ann.identifier.name)
    assert message.get_metadata("ontology") == "weather"
    assert other.heard == []
    assert eve.boundjid.bare in caplog.text
    assert await ann.request(bob.identifier, ACT, timeout=5), "a conversation is not taken by the behaviours"


async def test_what_is_handed_over_within_the_process_is_refused(
    society: Society, caplog: pytest.LogCaptureFixture
) -> None:
    await society.found()
    bob = await society.fipa_agent("bob", SUMS)
    listening = Listening()
    bob.add_behaviour(listening)
    forged = SpadeMessage(
        to=bob.identifier.name, sender=society.directory.name, body="[]", metadata={"performative": "request"}
    )
    with caplog.at_level(logging.WARNING, "xmpp"):
        assert bob.dispatch(forged) == []
        Container().register(bob)
        sender = Listening()
        sender.set_agent(bob)
        await Container().send(forged, sender)
    logged = [record.getMessage() for record in caplog.records if record.name == "xmpp.endpoint"]
    assert len(logged) == 1
    assert "from within the process" in logged[0]
    assert listening.mailbox_size() == 0
    await bob.stop()
    assert not Container().has_agent(bob.identifier.name)


async def test_an_entry_is_made_anew_when_the_directory_starts_anew(society: Society) -> None:
    account = await society.account(society.directory.name)
    quick = replace(society.platform, lease=0.3)
    first = Directory(account, quick)
    await first.start()
    bob = Offering(await society.account(society.agent("bob").name), quick, (SUMS,))
    await society.started(bob)
    await first.stop()
    second = await society.started(Directory(account, quick))
    await second.entered.until(lambda names: bob.identifier.name in names)
    ann = await society.started(Offering(await society.account(society.agent("ann").name), quick))
    assert await ann.search(Calculate) == (bob.identifier,)


async def test_an_agent_that_dies_without_a_word_drops_out(society: Society) -> None:
    quick = replace(society.platform, lease=0.2)
    directory = await society.started(Directory(await society.account(society.directory.name), quick))
    bob = Offering(await society.account(society.agent("bob").name), quick, (SUMS,))
    await bob.start()
    assert directory.registry.knows(bob.identifier)
    bob.client.abort()
    await bob.client.close()
    async with asyncio.timeout(10):
        while directory.registry.knows(bob.identifier):  # noqa: ASYNC110 - time itself is waited for
            await asyncio.sleep(0.02)
    await bob.stop()


class Raw(SpadeAgent):  # type: ignore[misc]
    """An agent of plain SPADE, to which nothing of ours is known but where the server is."""

    def __init__(self, jid: str, password: str, platform: Platform) -> None:
        super().__init__(jid, password, verify_security=True)
        self._address = platform.address

    async def _hook_plugin_before_connection(self) -> None:
        """Do nothing."""

    async def _async_connect(self) -> None:
        online = asyncio.Event()
        self.client.ssl_context = self._address.tls
        self.client.enable_direct_tls = False
        self.client.add_event_handler("session_start", lambda _: self.client.send_presence())
        self.client.add_event_handler("session_start", lambda _: online.set())
        self.client.add_event_handler("message", self._message_received)
        self.client.connect(self._address.host, self._address.port)
        await soon(online.wait())
        await self.client.plugin["xep_0199"].send_ping(self.jid.domain, timeout=10)

    async def end(self, behaviours: Iterable[CyclicBehaviour]) -> None:
        """Stop, and wait until that has come to pass."""
        for behaviour in behaviours:
            behaviour.kill()
            await behaviour.enqueue(SpadeMessage())
        await self.stop()


async def test_an_agent_of_plain_spade_reads_our_messages_and_is_read(society: Society) -> None:
    directory = await society.found()
    account = await society.account(society.agent("raw").name)
    raw = Raw(account.jid, account.password, society.platform)
    Container().unregister(account.jid)
    listening = Listening()
    await raw.start(auto_register=False)
    raw.add_behaviour(listening)
    bob = await society.fipa_agent("bob", SUMS)
    identifier = AgentIdentifier(name=account.jid)
    directory.registry.register(identifier, AMSAgentDescription(name=identifier))
    asking = asyncio.create_task(bob.request(identifier, ACT, timeout=5))
    (message,) = await listening.heard.of_length(1)
    metadata = {name: message.get_metadata(name) for name in ("performative", "protocol", "language", "ontology")}
    assert metadata == {
        "performative": "request",
        "protocol": "fipa-request",
        "language": "json",
        "ontology": "parley-assistant",
    }
    assert '"calculate"' in message.body
    answer = SpadeMessage(
        to=bob.identifier.name,
        body='[{"class":"reason","explanation":"Plain agents do no sums."}]',
        metadata={
            **metadata,
            "performative": "refuse",
            "conversation-id": message.get_metadata("conversation-id"),
            "in-reply-to": message.get_metadata("reply-with"),
        },
    )
    await listening.send(answer)
    with pytest.raises(Refused, match="Plain agents do no sums"):
        await asking
    await raw.end([listening])


async def test_an_operator_asks_without_spade(society: Society) -> None:
    await society.found()
    await society.fipa_agent("bob", SUMS)
    account = await society.account(society.agent("operator").name)
    operator = Operator(account, society.platform.address, society.directory, ontologies=(ASSISTANT,))
    before = asyncio.all_tasks()
    await operator.open()
    assert await operator.ask(ACT, timeout=5) == Calculation(expression="1+1", value="2", exact=True)
    with pytest.raises(NoBids, match="run-code"):
        await operator.ask(RunCode(owner="me", code="1"), timeout=5)
    second = Operator(account, society.platform.address, society.directory, ontologies=(ASSISTANT,))
    await second.open()
    assert await second.ask(ACT, timeout=5)
    await second.close()
    await operator.close()
    await quiet(before)


async def test_an_operator_without_a_directory(society: Society) -> None:
    account = await society.account(society.agent("operator").name)
    operator = Operator(account, society.platform.address, society.directory, ontologies=(ASSISTANT,))
    with pytest.raises(Failed, match="cannot be reached"):
        await operator.open()
    await operator.close()


async def test_before_it_is_started_an_agent_says_so(society: Society) -> None:
    agent: FipaAgent = Offering(await society.account(society.agent("ann").name), society.platform)
    for use in ("endpoint", "directory"):
        with pytest.raises(RuntimeError, match="has not been started"):
            getattr(agent, use)
    await agent.stop()


async def test_a_stranger_with_an_agents_account_is_refused(society: Society) -> None:
    await society.found()
    bob = await society.fipa_agent("bob", SUMS)
    eve = await society.endpoint("eve", _yes)
    with pytest.raises(Refused) as caught:
        await request(eve.conversations, bob.identifier, ACT, timeout=5)
    assert isinstance(caught.value.reason, Unauthorised)


async def _yes(_: AgentIdentifier) -> bool:
    return True
