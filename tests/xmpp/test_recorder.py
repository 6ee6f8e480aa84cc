from __future__ import annotations

import asyncio
import itertools
from typing import Any

import pytest

from behaviours.contract_net import contract_net
from behaviours.outcomes import NotUnderstood, Refused
from behaviours.request import RequestParticipant, request
from ontology.acl import ACLMessage, Performative
from ontology.assistant import Calculate, RunCode
from tests.behaviours.network import Network, agent, answer, bids, calculator
from xmpp.recorder import Record, Recorder, RecordingSettings

ACT = Calculate(expression="1+1")
OPERATOR = "operator"


def recorder(**settings: Any) -> Recorder:
    """Return a recorder whose clocks count the messages."""
    wall, clock = itertools.count(1000), itertools.count(1)
    return Recorder(
        RecordingSettings(**settings), OPERATOR, wall=lambda: float(next(wall)), clock=lambda: float(next(clock))
    )


def message(content: str = "[]", **more: Any) -> ACLMessage:
    parameters: dict[str, Any] = {"performative": Performative.INFORM, "content": content}
    return ACLMessage(sender=agent("ann"), receivers=(agent("bob"),), **(parameters | more))


def told(records: Recorder) -> list[tuple[str, str, str, str, str]]:
    """Return what each record says of the way that a message was taken."""
    return [
        ("says" if each.said else "hears", each.message.performative.value, each.before, each.after, each.taken)
        for each in records.since(0)
    ]


async def test_both_sides_of_a_negotiation_are_recorded_with_their_states() -> None:
    network = Network()
    asking = network.join("ann")
    bob = network.join("bob", calculator(answer("2"), bids(0.9)))
    seen = {"ann": recorder(), "bob": recorder()}
    asking.observer, bob.observer = seen["ann"], seen["bob"]
    await contract_net(asking, (agent("bob"),), ACT, rank=list, bid_timeout=5, timeout=5)
    await network.settle()
    assert told(seen["ann"]) == [
        ("says", "cfp", "start", "called", "fits"),
        ("hears", "propose", "called", "proposed", "fits"),
        ("says", "accept-proposal", "proposed", "awarded", "fits"),
        ("hears", "inform", "awarded", "done", "fits"),
    ]
    assert told(seen["bob"]) == [
        ("hears", "cfp", "start", "bidding", "fits"),
        ("says", "propose", "bidding", "offered", "fits"),
        ("hears", "accept-proposal", "offered", "working", "fits"),
        ("says", "inform", "working", "done", "fits"),
    ]
    assert [each.role for each in seen["bob"].since(0)] == ["participant"] * 4
    first, *_, last = seen["ann"].since(0)
    assert (first.number, first.wall, last.number) == (1, 1000.0, 4)
    assert first.monotonic < last.monotonic
    assert first.message is network.sent[0]
    (conversation,) = seen["ann"].conversations
    assert (conversation.protocol, conversation.role, conversation.messages) == ("fipa-contract-net", "initiator", 4)
    assert conversation.states == {"bob": "done"}
    assert conversation.ended


async def test_what_fits_nowhere_says_what_became_of_it() -> None:
    network = Network()
    bob = network.join("bob", calculator(answer("2")))
    ann = network.join("ann")
    seen = recorder()
    await request(ann, agent("bob"), ACT, timeout=5)
    await network.settle()
    bob.observer = seen
    inform = {"performative": Performative.INFORM, "language": "json", "ontology": "parley-assistant"}
    bob.deliver(network.sent[0])
    bob.deliver(message(conversation_id="c9", **inform))
    bob.deliver(message(protocol="fipa-tango", conversation_id="c8", performative=Performative.PROXY))
    assert [row[4] for row in told(seen) if row[0] == "hears"] == ["late", "unknown", "unserved"]
    assert [row[1] for row in told(seen) if row[0] == "says"] == ["not-understood", "not-understood"]
    with pytest.raises(Refused):
        await request(ann, agent("bob"), RunCode(owner="me", code="1"), timeout=5)
    assert told(seen)[-1] == ("says", "refuse", "working", "refused", "fits")


async def test_what_is_out_of_sequence_leaves_the_state() -> None:
    network = Network()
    done = asyncio.Event()

    async def slow(_: Calculate, __: Any) -> None:
        await done.wait()

    bob = network.join("bob", calculator(slow))
    bob.observer = seen = recorder()
    work = asyncio.create_task(request(network.join("ann"), agent("bob"), ACT, timeout=5))
    await network.until(lambda: len(seen) == 1)
    begun = network.sent[0]
    bob.deliver(message(performative=Performative.ACCEPT_PROPOSAL, protocol=begun.protocol,
                        conversation_id=begun.conversation_id))  # fmt: skip
    assert told(seen)[1] == ("hears", "accept-proposal", "working", "working", "out-of-sequence")
    (conversation,) = seen.conversations
    assert not conversation.ended
    with pytest.raises(NotUnderstood):
        await work
    done.set()
    await network.settle()


def test_the_oldest_go_when_there_are_too_many() -> None:
    seen = recorder(messages=3)
    for number in range(5):
        seen.said(message(str(number)), None)
    assert [each.message.content for each in seen.since(0)] == ["2", "3", "4"]
    assert [each.number for each in seen.since(4)] == [5]
    assert list(seen.since(5)) == []
    assert len(list(seen.since(99))) == 3


def test_the_oldest_go_when_they_take_too_much_memory() -> None:
    seen = recorder(bytes=40_000)
    for _ in range(30):
        seen.said(message("x" * 5000), None)
        assert seen.bytes <= 40_000
    assert 4 <= len(seen) <= 8
    seen.said(message("x", user_defined={"X-Long": "y" * 50_000}), None)
    assert (len(seen), seen.bytes, seen.last) == (0, 0, 31)


def test_of_long_contents_the_beginning_is_kept() -> None:
    seen = recorder(content=10)
    seen.said(message("0123456789abc"), None)
    seen.said(message("0123456789"), None)
    assert [(each.message.content, each.size) for each in seen.since(0)] == [("0123456789", 13), ("0123456789", 10)]


def test_conversations_are_bounded_as_well() -> None:
    conversations = Network().join("bob")
    seen = recorder(messages=1)
    for number in range(1000):
        role = RequestParticipant(conversations, message())
        role.id = str(number)
        seen.said(message(), role)
    assert [each.id for each in seen.conversations] == [str(number) for number in range(500, 1000)]


def test_looking_is_not_seen() -> None:
    seen = recorder()
    looks = message(ontology="parley-observation")
    seen.heard(looks, None, "unserved", None)
    assert len(seen) == 1  # ann is no operator
    asked = ACLMessage(performative=Performative.REQUEST, sender=agent(OPERATOR), receivers=(agent("bob"),),
                       ontology="parley-observation")  # fmt: skip
    seen.heard(asked, None, "unserved", None)
    seen.said(asked.reply(Performative.INFORM, sender=agent("bob")), None)
    assert len(seen) == 1


async def test_news_wake_who_waits() -> None:
    seen = recorder()
    await seen.news(7, timeout=60)  # what is behind is news already
    waiting = asyncio.create_task(seen.news(0, timeout=60))
    await asyncio.sleep(0)
    seen.said(message(), None)
    await waiting
    await seen.news(1, timeout=0)


def test_a_record_says_how_much_it_takes() -> None:
    seen = recorder()
    seen.said(message("x" * 3000), None)
    (record,) = seen.since(0)
    assert isinstance(record, Record)
    assert 3000 < record.bytes == seen.bytes
