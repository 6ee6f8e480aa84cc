import asyncio
from dataclasses import replace

import pytest

from behaviours.conversations import Conversations
from behaviours.outcomes import ConversationFailed, DeadlinePassed, Fail, Failed, NotUnderstood, Refuse, Refused
from behaviours.request import request
from behaviours.services import Job
from ontology.acl import ACLMessage, Performative
from ontology.assistant import ASSISTANT, Calculate, Calculation, RunCode
from ontology.expressions import InternalError, Overloaded
from ontology.manager import ContentManager
from tests.behaviours.network import Network, Wire, agent, answer, calculator

ACT = Calculate(expression="1+1")
P = Performative


async def test_a_quick_answer_needs_no_agree() -> None:
    network = Network()
    asking = network.join("ann")
    network.join("bob", calculator(answer("2")))
    assert await request(asking, agent("bob"), ACT, timeout=5) == Calculation(expression="1+1", value="2", exact=True)
    await network.settle()
    assert network.count() == {P.REQUEST: 1, P.INFORM: 1}


async def test_long_work_is_agreed_to_first() -> None:
    network = Network()
    asking = network.join("ann")
    done = asyncio.Event()

    async def slow(_: Calculate, __: Job) -> None:
        await done.wait()

    network.join("bob", calculator(slow))
    work = asyncio.create_task(request(asking, agent("bob"), ACT, timeout=5))
    await network.until(lambda: P.AGREE in network.count())
    done.set()
    assert await work is None
    assert network.count() == {P.REQUEST: 1, P.AGREE: 1, P.INFORM: 1}


async def _refuse(_: Calculate, __: Job) -> None:
    raise Refuse(Overloaded(explanation="Not now."))


async def _fail(_: Calculate, __: Job) -> None:
    raise Fail(InternalError(explanation="It broke."))


async def _break(_: Calculate, __: Job) -> None:
    raise KeyError("secret")


@pytest.mark.parametrize(
    ("perform", "raised", "said", "ends_with"),
    [
        (_refuse, Refused, "Not now.", P.REFUSE),
        (_fail, Failed, "It broke.", P.FAILURE),
        (_break, Failed, "Something went wrong inside", P.FAILURE),
    ],
)
async def test_what_goes_wrong_is_said(
    perform: object, raised: type[ConversationFailed], said: str, ends_with: Performative
) -> None:
    network = Network()
    asking = network.join("ann")
    network.join("bob", calculator(perform))  # type: ignore[arg-type]
    with pytest.raises(raised, match=said) as caught:
        await request(asking, agent("bob"), ACT, timeout=5)
    assert caught.value.agent == agent("bob")
    assert "secret" not in str(caught.value)
    await network.settle()
    assert network.count() == {P.REQUEST: 1, ends_with: 1}


async def test_what_is_not_offered_is_refused() -> None:
    network = Network()
    asking = network.join("ann")
    network.join("bob")
    with pytest.raises(Refused, match="run-code"):
        await request(asking, agent("bob"), RunCode(owner="me", code="1"), timeout=5)


async def test_a_deadline_cancels_the_work() -> None:
    network = Network()
    asking = network.join("ann")
    cancelled = asyncio.Event()

    async def endless(_: Calculate, __: Job) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    network.join("bob", calculator(endless))
    with pytest.raises(DeadlinePassed):
        await request(asking, agent("bob"), ACT, timeout=0.05)
    async with asyncio.timeout(5):
        await cancelled.wait()
    await network.settle()


async def test_a_deadline_counts_even_when_nothing_can_be_sent_any_more() -> None:
    network = Network()
    asking = network.join("ann")
    send = asking.transport.send

    def send_once(message: ACLMessage) -> None:
        if network.sent:
            raise ConnectionError("the connection is lost")
        send(message)

    asking.transport.send = send_once  # type: ignore[method-assign]
    with pytest.raises(DeadlinePassed):
        await request(asking, agent("nobody"), ACT, timeout=0.01)


async def test_nobody_there_is_a_deadline_that_passes() -> None:
    network = Network()
    asking = network.join("ann")
    with pytest.raises(DeadlinePassed):
        await request(asking, agent("nobody"), ACT, timeout=0.01)


async def test_an_agent_may_ask_itself() -> None:
    network = Network()
    asking = network.join("ann", calculator(answer("2")))
    value = await request(asking, agent("ann"), ACT, timeout=5)
    assert isinstance(value, Calculation)
    await network.settle()


async def test_only_members_are_heard() -> None:
    """A third agent that has learnt the conversation-id cannot answer in another's place."""
    network = Network()
    asking = network.join("ann")
    network.join("eve")
    work = asyncio.create_task(request(asking, agent("nobody"), ACT, timeout=0.2))
    await network.until(lambda: bool(network.sent))
    asked = network.sent[0]
    forged = asked.reply(P.INFORM, sender=agent("eve"), content="[]")
    asking.deliver(forged)
    with pytest.raises(DeadlinePassed):
        await work


def message(performative: Performative, *, protocol: str | None, content: str = "[]") -> ACLMessage:
    return ACLMessage(
        performative=performative,
        sender=agent("ann"),
        receivers=(agent("bob"),),
        content=content,
        language="json",
        ontology="parley-assistant",
        protocol=protocol,
        conversation_id="c1",
    )


@pytest.mark.parametrize(
    ("sent", "answered"),
    [
        (message(P.REQUEST, protocol="fipa-request", content="not json"), {P.NOT_UNDERSTOOD: 1}),
        (message(P.REQUEST, protocol="fipa-request"), {P.NOT_UNDERSTOOD: 1}),
        (message(P.CFP, protocol="fipa-request"), {P.NOT_UNDERSTOOD: 1}),
        (message(P.REQUEST, protocol="fipa-tango"), {P.NOT_UNDERSTOOD: 1}),
        (message(P.REQUEST, protocol=None), {P.NOT_UNDERSTOOD: 1}),
        (message(P.NOT_UNDERSTOOD, protocol=None), {}),
        (message(P.FAILURE, protocol="fipa-request"), {}),
        (message(P.INFORM, protocol="fipa-request"), {P.NOT_UNDERSTOOD: 1}),
        (message(P.CANCEL, protocol="fipa-request"), {P.NOT_UNDERSTOOD: 1}),
        (message(P.REFUSE, protocol="fipa-contract-net"), {P.NOT_UNDERSTOOD: 1}),
    ],
)
async def test_strange_beginnings(sent: ACLMessage, answered: dict[Performative, int]) -> None:
    network = Network()
    bob = network.join("bob", calculator(answer("2")))
    bob.deliver(sent)
    await network.settle()
    for _ in range(20):
        await asyncio.sleep(0)
    assert network.count() == answered
    assert bob.open_count == 0


async def test_not_understood_reaches_the_asker() -> None:
    network = Network()
    asking = network.join("ann")

    bob = network.join("bob")
    what = InternalError(explanation="What?")
    bob.deliver = lambda message: bob.not_understood(message, what)  # type: ignore[method-assign,assignment,misc]
    with pytest.raises(NotUnderstood, match="What"):
        await request(asking, agent("bob"), ACT, timeout=5)


async def test_too_many_conversations_are_refused_not_grown() -> None:
    network = Network()
    asking = network.join("ann")
    gate = asyncio.Event()

    async def wait(_: Calculate, __: Job) -> None:
        await gate.wait()

    bob = network.join("bob", calculator(wait))
    asked = [asyncio.create_task(request(asking, agent("bob"), ACT, timeout=5)) for _ in range(60)]
    await network.until(lambda: network.count()[P.REFUSE] >= 10)
    assert bob.open_count == 50
    gate.set()
    outcomes = await asyncio.gather(*asked, return_exceptions=True)
    assert sum(isinstance(outcome, Refused) for outcome in outcomes) == 10
    assert sum(outcome is None for outcome in outcomes) == 50
    await network.settle()


async def test_closing_ends_what_is_under_way() -> None:
    network = Network()
    asking = network.join("ann")

    async def endless(_: Calculate, __: Job) -> None:
        await asyncio.Event().wait()

    network.join("bob", calculator(endless))
    work = asyncio.create_task(request(asking, agent("bob"), ACT, timeout=5))
    await network.until(lambda: P.AGREE in network.count())
    await network.members["bob"].close()
    with pytest.raises(Failed):
        await work


async def test_who_does_not_even_agree_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("behaviours.achieve.ANSWERED_WITHIN", 0.05)
    network = Network()
    with pytest.raises(DeadlinePassed):
        await request(network.join("ann"), agent("bob"), ACT, timeout=3600)


async def test_what_may_be_for_others_of_the_same_name_is_dropped_without_a_word() -> None:
    network = Network()
    shared = Conversations(Wire(network, "operator"), ContentManager((ASSISTANT,)), name_is_shared=True)
    shared.deliver(replace(message(P.AGREE, protocol="fipa-request"), receivers=(agent("operator"),)))
    assert network.sent == []
    shared.deliver(replace(message(P.REQUEST, protocol="fipa-request"), receivers=(agent("operator"),)))
    assert network.count() == {P.NOT_UNDERSTOOD: 1}
