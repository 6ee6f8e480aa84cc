"""Agents tell the operator what they say, over a real server."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from behaviours.outcomes import Refused
from behaviours.services import Job, Service
from ontology import json_language
from ontology.acl import ACLMessage, AgentIdentifier, Performative
from ontology.assistant import ASSISTANT, Calculate, Calculation, Joined, JoinPlatform, NewAccount, Text
from ontology.expressions import Bid, Unauthorised, UnsupportedFunction
from ontology.observation import OBSERVATION, ListMessages, SeenMessages
from tests.xmpp.society import Society, soon
from tests.xmpp.test_endpoint import acl, send
from xmpp.agent import FipaAgent
from xmpp.message_lines import line
from xmpp.observation import Observation
from xmpp.operator import Operator
from xmpp.recorder import Recorder, RecordingSettings
from xmpp.sightings import Sighting
from xmpp.watching import Watch

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group(__name__)]

ACT = Calculate(expression="1+1")
A = AgentIdentifier(name="a@x")


async def two(act: Calculate, _: Job) -> Calculation:
    return Calculation(expression=act.expression, value="2", exact=True)


async def sure(_: Calculate) -> Bid:
    return Bid(seconds=0.1, confidence=0.9)


async def let_in(_: JoinPlatform, __: Job) -> Joined:
    return Joined(accounts=(NewAccount(jid="new@x", password="hunter2"),))


SUMS: Service[Any] = Service(Calculate, two, sure)
JOINING: Service[Any] = Service(JoinPlatform, let_in)


async def operator(society: Society) -> Operator:
    """Return a connected operator of the platform."""
    account = await society.account(f"operator@{society.server.address.agents_domain}")
    made = Operator(account, society.platform.address, society.directory, ontologies=(ASSISTANT, OBSERVATION))
    society.at_end(made.close)
    await made.open()
    return made


def watch(operator: Operator, problems: list[str], **more: Any) -> Watch:
    return Watch(operator, **{"agent": None, "conversation": None, "on_problem": problems.append, **more})


def told(sightings: list[Sighting]) -> list[tuple[str, str, int]]:
    """Return of each message its performative, its sender's name, and by how many it was seen."""
    return [
        (each.message.performative, each.message.sender.partition("-")[0], len(each.seen))
        for each in sightings
        if each.message.ontology == ASSISTANT.name
    ]


async def test_a_negotiation_is_told_once_by_all_who_took_part(society: Society) -> None:
    await society.found()
    bob, cy = await society.fipa_agent("bob", SUMS), await society.fipa_agent("cy", SUMS)
    ann = await society.fipa_agent("ann")
    await ann.contract_net([bob.identifier, cy.identifier], ACT, rank=list, bid_timeout=5, timeout=5)
    looking, problems = await operator(society), list[str]()
    found = await watch(looking, problems).recorded(None)
    assert problems == []
    acts = told(found)
    assert acts[0] == ("cfp", "ann", 3)
    assert sorted(acts[1:3]) == [("propose", "bob", 2), ("propose", "cy", 2)]
    assert sorted(acts[3:5]) == [("accept-proposal", "ann", 2), ("reject-proposal", "ann", 2)]
    assert len(acts) == 6
    assert not [each for each in found if looking.name in each.message.receivers]
    conversation = next(e.message.conversation_id for e in found if e.message.performative == "cfp")
    assert told(await watch(looking, problems, conversation=conversation).recorded(None)) == acts
    assert told(await watch(looking, problems, conversation=conversation).recorded(2)) == acts[-2:]
    alone = await watch(looking, problems, agent=cy.identifier.name.partition("@")[0]).recorded(None)
    assert {agent for each in alone for agent, _ in each.seen} == {cy.identifier.name}
    assert await watch(looking, problems, agent="nobody").agents() == []


async def test_what_is_said_meanwhile_is_followed(society: Society) -> None:
    await society.found()
    bob = await society.fipa_agent("bob", SUMS)
    ann = await society.fipa_agent("ann")
    following = watch(await operator(society), [])
    await following.recorded(0)
    news = following.follow()
    heard: list[Sighting] = []

    async def listen() -> None:
        async for each in news:
            heard.append(each)
            if len(told(heard)) == 4:
                return

    listening = asyncio.create_task(listen())
    for _ in range(2):
        await ann.request(bob.identifier, ACT, timeout=5)
    await soon(listening)
    await news.aclose()
    assert [each[:2] for each in told(heard)] == [("request", "ann"), ("inform", "bob")] * 2


async def test_passwords_stay_with_the_agent(society: Society) -> None:
    await society.found()
    bob = await society.fipa_agent("bob", JOINING)
    ann = await society.fipa_agent("ann")
    joined = await ann.request(bob.identifier, JoinPlatform(names=("new",)), timeout=5)
    assert isinstance(joined, Joined)
    assert joined.accounts[0].password == "hunter2"
    found = await watch(await operator(society), []).recorded(None)
    said = " ".join(line(each, width=10_000) + str(each) for each in found)
    assert "new@x" in said
    assert "hunter2" not in said


async def test_nobody_but_the_operator_is_told(society: Society) -> None:
    await society.found()
    bob = await society.fipa_agent("bob", SUMS)
    ann = await society.fipa_agent("ann")
    with pytest.raises(Refused) as caught:
        await ann.request(bob.identifier, ListMessages(), timeout=5)
    assert isinstance(caught.value.reason, Unauthorised)
    assert ListMessages.wire_name not in {service.name for service in bob._offer}
    # A person is heard by no agent, whatever their account is called.
    person = await society.client(f"operator@{society.server.address.domain}")
    asked = acl(ann.identifier, bob.identifier, ontology=OBSERVATION.name, content='[{"class":"list-messages"}]')
    send(person, asked, claim=person.boundjid.full)
    answer = await soon(person.received())
    assert "refuse" in str(answer)
    assert bob.recorder is not None
    assert [each.taken for each in bob.recorder.since(0)][-1] == "unauthorised"


async def test_an_agent_that_records_nothing_says_that_it_does_not(society: Society) -> None:
    await society.found()
    account = await society.account(society.agent("dee").name)
    dee = await society.started(FipaAgent(account, society.platform, recording=RecordingSettings(enabled=False)))
    assert dee.recorder is None
    looking, problems = await operator(society), list[str]()
    with pytest.raises(Refused) as caught:
        await looking.request(dee.identifier, ListMessages(), timeout=5)
    assert isinstance(caught.value.reason, UnsupportedFunction)
    await watch(looking, problems).recorded(None)
    assert len(problems) == 1
    assert problems[0].startswith("dee-")


async def test_pages_fit_into_stanzas_and_lose_nothing(society: Society) -> None:
    """Contents that grow the most on their way: every character is one that JSON or XML writes in many."""
    await society.found()
    account = await society.account(society.agent("ann").name)
    much = RecordingSettings(bytes=50_000_000, content=10_000)
    ann = await society.started(FipaAgent(account, society.platform, recording=much))
    assert ann.recorder is not None
    before = ann.recorder.last
    text = json_language.encode((Text(text='"&<' * 20_000),))
    for number in range(60):
        ann.recorder.said(
            ACLMessage(
                performative=Performative.INFORM,
                sender=ann.identifier,
                receivers=(ann.identifier,) * 60,
                content=text,
                language="json",
                conversation_id='"' * 3000,
                reply_with=f"r{number}",
                user_defined={f"X-{n}": "<" * 3000 for n in range(40)},
            ),
            None,
        )
    looking = await operator(society)
    numbers: list[int] = []
    after = before
    more = True
    while more:
        page = await looking.request(ann.identifier, ListMessages(after=after), timeout=5)
        assert isinstance(page, SeenMessages)
        numbers += [each.number for each in page.items if each.reply_with and each.reply_with.startswith("r")]
        after, more = page.last, page.more
    assert numbers == list(range(before + 1, before + 61))


async def test_the_newest_are_chosen_among_those_of_a_conversation() -> None:
    recorder = Recorder(RecordingSettings(), "op")
    for number in range(6):
        recorder.said(
            ACLMessage(performative=Performative.INFORM, sender=A, receivers=(A,),
                       conversation_id=f"c{number % 2}"),
            None,
        )  # fmt: skip
    page = Observation(recorder, "op", (ASSISTANT,)).page(ListMessages(newest=2, conversation="c0"))
    assert [each.number for each in page.items] == [3, 5]
    assert (page.last, page.more) == (6, False)
    assert Observation(recorder, "op", ()).page(ListMessages(newest=0)) == SeenMessages(last=6)
