from __future__ import annotations

import asyncio
import logging
from functools import partial

import pytest

from behaviours.conversations import Conversations
from behaviours.outcomes import DeadlinePassed, Fail, Failed, Refuse
from behaviours.request import PROTOCOL, ServiceRequest
from behaviours.services import Job, Service, Services
from ontology.acl import AgentIdentifier
from ontology.assistant import Calculate, RunCode
from ontology.expressions import InternalError, TermSet
from ontology.management import (
    AGENT_MANAGEMENT,
    AMSAgentDescription,
    Deregister,
    DFAgentDescription,
    Modify,
    Register,
    Search,
    ServiceDescription,
)
from ontology.manager import ContentManager
from tests.behaviours.network import Network, Wire, agent
from tests.xmpp.society import Log, soon
from xmpp.directory.registry import Registry
from xmpp.directory_client import DirectoryClient

DIRECTORY = agent("directory")
OFFER = (ServiceDescription(name="sums", type="calculate"),)


class Ams:
    """A directory in memory; it can lose everything, break, or say nothing."""

    def __init__(self, network: Network) -> None:
        self.registry = Registry()
        self.asked: Log[str] = Log()
        self.broken = False
        services = Services(
            (
                Service(Register, self._register),
                Service(Modify, self._modify),
                Service(Deregister, self._deregister),
                Service(Search, self._search),
            )
        )
        conversations = Conversations(Wire(network, DIRECTORY.name), ContentManager((AGENT_MANAGEMENT,)))
        conversations.serve(PROTOCOL, partial(ServiceRequest, services))
        network.members[DIRECTORY.name] = conversations

    async def _register(self, act: Register, job: Job) -> None:
        self._note(act)
        self.registry.register(job.requester, act.description)

    async def _modify(self, act: Modify, job: Job) -> None:
        self._note(act)
        self.registry.modify(job.requester, act.description)

    async def _deregister(self, act: Deregister, job: Job) -> None:
        self._note(act)
        self.registry.deregister(job.requester, act.description)

    async def _search(self, act: Search, _: Job) -> TermSet:
        return TermSet(items=self.registry.search(act.template, act.limit))

    def _note(self, act: Register | Modify | Deregister) -> None:
        self.asked.append(f"{act.wire_name} {act.description.wire_name.partition('-')[0]}")
        if self.broken:
            raise Fail(InternalError(explanation="I am broken."))


def client(network: Network, name: str, *, lease: float = 90) -> DirectoryClient:
    conversations = Conversations(Wire(network, name), ContentManager((AGENT_MANAGEMENT,)))
    network.members[name] = conversations
    return DirectoryClient(conversations, DIRECTORY, "worker", lease=lease)


async def test_entering_and_leaving() -> None:
    network = Network()
    ams = Ams(network)
    ann = client(network, "ann")
    assert not await ann.knows(agent("ann"))
    await ann.enter(OFFER)
    assert await ann.knows(agent("ann"))
    assert await ann.providers(Calculate) == (agent("ann"),)
    assert await ann.providers(RunCode) == ()
    assert ams.registry.search(AMSAgentDescription(kind="worker")) == (
        AMSAgentDescription(name=agent("ann"), state="active", kind="worker"),
    )
    await ann.leave()
    assert not ams.registry.knows(agent("ann"))
    await network.close()


async def test_entering_after_a_restart_takes_the_place_of_the_old_entry() -> None:
    network = Network()
    ams = Ams(network)
    await client(network, "ann").enter(OFFER)
    await client(network, "ann").enter((ServiceDescription(type="run-code"),))
    assert ams.asked[2:] == ["register ams", "modify ams", "register df", "modify df"]
    offers = ams.registry.search(DFAgentDescription())
    assert [o.services for o in offers if isinstance(o, DFAgentDescription)] == [(ServiceDescription(type="run-code"),)]
    await network.close()


async def test_an_entry_is_renewed_and_entered_anew_when_the_directory_lost_it() -> None:
    network = Network()
    ams = Ams(network)
    ann = client(network, "ann", lease=0.03)
    await ann.enter(OFFER)
    keeping = asyncio.create_task(ann.keep())
    await ams.asked.until(lambda asked: asked.count("modify df") >= 2)
    ams.registry = Registry()
    ams.asked.clear()
    await ams.asked.until(lambda asked: asked[-3:] == ["modify df", "register ams", "register df"])
    assert await ann.providers(Calculate) == (agent("ann"),)
    keeping.cancel()
    await network.close()


async def test_an_entry_is_renewed_at_once_on_request() -> None:
    network = Network()
    ams = Ams(network)
    ann = client(network, "ann", lease=3600)
    await ann.enter(OFFER)
    keeping = asyncio.create_task(ann.keep())
    ams.registry = Registry()
    ann.refresh()
    await ams.asked.until(lambda asked: asked[-3:] == ["modify df", "register ams", "register df"])
    keeping.cancel()
    await network.close()


async def test_a_renewal_that_fails_is_logged_and_tried_again(caplog: pytest.LogCaptureFixture) -> None:
    network = Network()
    ams = Ams(network)
    ann = client(network, "ann", lease=0.03)
    await ann.enter(OFFER)
    ams.broken = True
    with caplog.at_level(logging.WARNING, "xmpp"):
        keeping = asyncio.create_task(ann.keep())
        await ams.asked.until(lambda asked: asked.count("modify df") >= 2)
        ams.broken = False
        await ams.asked.until(lambda asked: asked.count("modify df") >= 4)
    assert "I am broken." in caplog.text
    assert not keeping.done()
    keeping.cancel()
    await network.close()


async def test_a_directory_that_refuses_is_an_error_that_says_so() -> None:
    network = Network()
    ams = Ams(network)
    ams.broken = True
    with pytest.raises(Failed, match="broken"):
        await client(network, "ann").enter(OFFER)
    await network.close()


async def test_who_cannot_be_asked_about_is_not_known(caplog: pytest.LogCaptureFixture) -> None:
    class Gone(DirectoryClient):
        async def search(self, template: object, **_: object) -> tuple[object, ...]:  # type: ignore[override]
            raise DeadlinePassed

    network = Network()
    conversations = Conversations(Wire(network, "ann"), ContentManager((AGENT_MANAGEMENT,)))
    with caplog.at_level(logging.WARNING, "xmpp"):
        assert not await Gone(conversations, DIRECTORY, "worker").knows(agent("bob"))
    assert "could not ask the AMS about bob" in caplog.text


async def test_leaving_does_not_wait_for_a_directory_that_is_gone() -> None:
    network = Network()

    class Refusing(Wire):
        def send(self, _: object) -> None:
            raise ConnectionError("no connection")

    conversations = Conversations(Refusing(network, "ann"), ContentManager((AGENT_MANAGEMENT,)))
    await soon(DirectoryClient(conversations, DIRECTORY, "worker").leave())


async def test_only_ones_own_entry_can_be_changed() -> None:
    registry = Registry()
    with pytest.raises(Refuse):
        registry.register(agent("eve"), AMSAgentDescription(name=AgentIdentifier(name="ann")))
