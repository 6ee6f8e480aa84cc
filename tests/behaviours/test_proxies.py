"""Brokering and recruiting: agents found by what they offer, and asked on another's behalf."""

from collections.abc import Awaitable, Callable

import pytest

from behaviours.brokering import Proxy, broker
from behaviours.conversations import Conversations
from behaviours.outcomes import ConversationFailed, DeadlinePassed, Failed, Refused
from behaviours.recruiting import Answers, recruit, recruit_for
from behaviours.services import Job
from ontology.acl import AgentIdentifier, Performative
from ontology.assistant import Calculate, Calculation, RunCode
from ontology.content import Element
from ontology.expressions import Action, Declined, Result
from ontology.proxying import AtMost, Message, NoMatch, all_that_offer, any_that_offers
from tests.behaviours.home import Broken
from tests.behaviours.network import Network, agent, answer, calculator
from tests.behaviours.virtual import run

P = Performative
ACT = Calculate(expression="1+1")
REQUEST = Message(performative=P.REQUEST, content=(Action(actor=agent("ann"), act=ACT),))
Way = Callable[[Conversations, AgentIdentifier, Proxy], Awaitable[dict[AgentIdentifier, Message]]]


async def _breaks(_: Calculate, __: Job) -> None:
    raise Broken


WAYS: dict[str, Way] = {
    "brokering": lambda asking, middle, proxy: broker(asking, middle, proxy, timeout=60),
    "recruiting": lambda asking, middle, proxy: recruit(asking, middle, proxy, timeout=60),
}
AT_ONCE = {P.PROXY: 1, P.AGREE: 1}

# The proxy; which of the targets answer and how; how many of each message go over the wire, brokered and recruited.
ANSWERED: list[tuple[Proxy, dict[str, Performative], dict[Performative, int], dict[Performative, int]]] = [
    (
        Proxy(all_that_offer(Calculate), REQUEST),
        {"bob": P.INFORM, "cat": P.INFORM, "dan": P.FAILURE},
        {**AT_ONCE, P.REQUEST: 1, P.INFORM: 3, P.FAILURE: 1},
        {**AT_ONCE, P.REQUEST: 3, P.INFORM: 3, P.FAILURE: 1},
    ),
    (
        Proxy(any_that_offers(Calculate), REQUEST),
        {"bob": P.INFORM},
        {**AT_ONCE, P.REQUEST: 1, P.INFORM: 2},
        {**AT_ONCE, P.REQUEST: 1, P.INFORM: 2},
    ),
    (
        Proxy(all_that_offer(Calculate), REQUEST, AtMost(agents=2)),
        {"bob": P.INFORM, "cat": P.INFORM},
        {**AT_ONCE, P.REQUEST: 1, P.INFORM: 3},
        {**AT_ONCE, P.REQUEST: 2, P.INFORM: 3},
    ),
]


def _town() -> Network:
    network = Network()
    for name in ("ann", "middle"):
        network.join(name)
    network.join("bob", calculator(answer("bob")))
    network.join("cat", calculator(answer("cat")))
    network.join("dan", calculator(_breaks))
    return network


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("proxy", "answers", "brokered", "recruited"), ANSWERED)
def test_the_answers_of_those_that_fit(
    way: str,
    proxy: Proxy,
    answers: dict[str, Performative],
    brokered: dict[Performative, int],
    recruited: dict[Performative, int],
) -> None:
    async def main() -> None:
        network = _town()
        said = await WAYS[way](network.members["ann"], agent("middle"), proxy)
        assert {each.name: message.performative for each, message in said.items()} == answers
        for each, message in said.items():
            match message.content:
                case (Result(value=Calculation(value=value)),):
                    assert value == each.name
                case _:
                    assert message.performative is P.FAILURE
        await network.rest()
        assert network.count() == (brokered if way == "brokering" else recruited)

    run(main())


# The proxy; what is raised, and for which reason.
FAILED: list[tuple[Proxy, type[ConversationFailed], type[Element]]] = [
    (Proxy(all_that_offer(RunCode), REQUEST), Failed, NoMatch),
    (Proxy(all_that_offer(Calculate), REQUEST, Declined()), Refused, Element),
    (Proxy(all_that_offer(Calculate), Message(performative=P.CANCEL)), Refused, Element),
    (Proxy(all_that_offer(Calculate), REQUEST.model_copy(update={"protocol": "fipa-query"})), Refused, Element),
]


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize(("proxy", "raised", "reason"), FAILED)
def test_what_is_not_passed_on(way: str, proxy: Proxy, raised: type[ConversationFailed], reason: type[Element]) -> None:
    async def main() -> None:
        network = _town()
        with pytest.raises(raised) as caught:
            await WAYS[way](network.members["ann"], agent("middle"), proxy)
        assert isinstance(caught.value.reason, reason)
        await network.rest()
        assert P.REQUEST not in network.count()

    run(main())


@pytest.mark.parametrize("way", WAYS)
def test_nobody_in_the_middle(way: str) -> None:
    async def main() -> None:
        network = _town()
        with pytest.raises(DeadlinePassed):
            await WAYS[way](network.members["ann"], agent("nobody"), Proxy(all_that_offer(Calculate), REQUEST))
        await network.rest()

    run(main())


def test_agents_may_be_recruited_for_somebody_else() -> None:
    async def main() -> None:
        network = _town()
        eve = network.join("eve")
        answers = Answers(timeout=60)
        answers.start(eve)
        recruited = await recruit_for(
            network.members["ann"], agent("middle"), Proxy(any_that_offers(Calculate), REQUEST),
            (agent("eve"), answers.id), timeout=60,
        )  # fmt: skip
        assert recruited == (agent("bob"),)
        answers.expect(recruited)
        assert set(await answers.outcome) == {agent("bob")}
        await network.rest()

    run(main())


def test_only_who_was_recruited_is_heard() -> None:
    async def main() -> None:
        network = _town()
        ann = network.members["ann"]
        answers = Answers(timeout=60)
        answers.start(ann)
        answers.expect([agent("nobody")])
        await recruit_for(
            ann, agent("middle"), Proxy(any_that_offers(Calculate), REQUEST), (agent("ann"), answers.id), timeout=60
        )
        assert await answers.outcome == {}
        await network.rest()

    run(main())
