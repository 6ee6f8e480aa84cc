import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace

import pytest

from behaviours.conversations import Conversations
from behaviours.facts import Facts, Knowledge
from behaviours.outcomes import ConversationFailed, DeadlinePassed, Fail, Failed, NotUnderstood, Refuse, Refused
from behaviours.query import PROTOCOL, FactsQuery, query_all, query_if, query_ref
from ontology.acl import Performative
from ontology.assistant import Calculation
from ontology.content import Predicate, Term
from ontology.expressions import (
    AllOf,
    And,
    AnyOf,
    Declined,
    IdentifyingExpression,
    InternalError,
    Iota,
    Not,
    Or,
    Overloaded,
    Pattern,
    TermSet,
)
from tests.behaviours.home import Broken, Rooms, Warmth, rooms_with, warmth_of
from tests.behaviours.network import Network, agent
from tests.behaviours.virtual import run

P = Performative
WARM = Warmth(room="kitchen", degrees=20)
COLD = Warmth(room="cellar", degrees=3)


@pytest.mark.parametrize(
    ("proposition", "truth"),
    [
        (WARM, True),
        (COLD, False),
        (Not(proposition=WARM), False),
        (Not(proposition=COLD), True),
        (And(left=WARM, right=COLD), False),
        (And(left=WARM, right=Not(proposition=COLD)), True),
        (Or(left=COLD, right=WARM), True),
        (Or(left=COLD, right=COLD), False),
        (Pattern.of(Warmth, room="kitchen"), True),
        (Pattern.of(Warmth, room="attic"), False),
    ],
)
async def test_what_is_true(proposition: Predicate, truth: bool) -> None:
    network = Network()
    asking = network.join("ann")
    network.join("bob", rooms=Rooms(kitchen=20, hall=18))
    assert await query_if(asking, agent("bob"), proposition, timeout=5) is truth
    await network.settle()
    assert network.count() == {P.QUERY_IF: 1, P.INFORM: 1}


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        (warmth_of("kitchen"), 20),
        (warmth_of("kitchen", AnyOf), 20),
        (warmth_of("kitchen", AllOf), TermSet(items=(20,))),
        (rooms_with(18, AnyOf), "hall"),
        (rooms_with(18), TermSet(items=("hall", "bath"))),
        (rooms_with(99), TermSet(items=())),
    ],
)
async def test_what_it_stands_for(expression: IdentifyingExpression, value: Term) -> None:
    network = Network()
    asking = network.join("ann")
    network.join("bob", rooms=Rooms(kitchen=20, hall=18, bath=18))
    assert await query_ref(asking, agent("bob"), expression, timeout=5) == value
    await network.settle()
    assert network.count() == {P.QUERY_REF: 1, P.INFORM: 1}


def _facts(known: Callable[[Pattern], Awaitable[Iterable[Warmth]]]) -> Facts:
    return Facts([Knowledge(Warmth, known)])


async def _refuses(_: Pattern) -> Iterable[Warmth]:
    raise Refuse(Overloaded(explanation="Not now."))


async def _fails(_: Pattern) -> Iterable[Warmth]:
    raise Fail(InternalError(explanation="The sensor is broken."))


async def _breaks(_: Pattern) -> Iterable[Warmth]:
    raise Broken


async def _is_slow(_: Pattern) -> Iterable[Warmth]:
    await asyncio.sleep(30)
    return [WARM]


async def _hangs(_: Pattern) -> Iterable[Warmth]:
    await asyncio.Event().wait()
    return ()


# How the one that is asked behaves; what comes of it; how many of each message are said.
SCENARIOS: list[tuple[Facts | None, bool | type[ConversationFailed], dict[Performative, int]]] = [
    (Facts(), Refused, {P.QUERY_IF: 1, P.REFUSE: 1}),
    (_facts(_refuses), Refused, {P.QUERY_IF: 1, P.REFUSE: 1}),
    (_facts(_fails), Failed, {P.QUERY_IF: 1, P.FAILURE: 1}),
    (_facts(_breaks), Failed, {P.QUERY_IF: 1, P.FAILURE: 1}),
    (_facts(_is_slow), True, {P.QUERY_IF: 1, P.AGREE: 1, P.INFORM: 1}),
    (_facts(_hangs), Failed, {P.QUERY_IF: 1, P.AGREE: 1, P.FAILURE: 1}),
    (None, DeadlinePassed, {P.QUERY_IF: 1, P.CANCEL: 1}),
]


@pytest.mark.parametrize(("facts", "outcome", "counts"), SCENARIOS)
def test_scenarios(
    facts: Facts | None, outcome: bool | type[ConversationFailed], counts: dict[Performative, int]
) -> None:
    async def main() -> None:
        network = Network()
        asking = network.join("ann")
        if facts is not None:
            bob = network.join("bob")
            bob.serve(PROTOCOL, lambda conversations, first: FactsQuery(facts, conversations, first))
        if isinstance(outcome, bool):
            assert await query_if(asking, agent("bob"), WARM, timeout=60) is outcome
        else:
            with pytest.raises(outcome):
                await query_if(asking, agent("bob"), WARM, timeout=60)
        await network.rest()
        assert network.count() == counts

    run(main())


async def test_several_are_asked_in_one_conversation() -> None:
    network = Network()
    asking = network.join("ann")
    network.join("bob", rooms=Rooms(kitchen=20))
    network.join("cat", rooms=Rooms(kitchen=18))
    network.join("dan")
    names = ("bob", "cat", "dan")
    said = await query_all(asking, [agent(name) for name in names], WARM, timeout=5)
    assert said[agent("bob")] is True
    assert said[agent("cat")] is False
    assert isinstance(said[agent("dan")], Refused)
    await network.settle()
    assert network.count() == {P.QUERY_IF: 1, P.INFORM: 2, P.REFUSE: 1}


async def test_of_several_that_fit_none_is_the_one() -> None:
    network = Network()
    asking = network.join("ann")
    network.join("bob", rooms=Rooms(hall=18, bath=18))
    with pytest.raises(Failed, match="2 that fit"):
        await query_ref(asking, agent("bob"), rooms_with(18, Iota), timeout=5)


@pytest.mark.parametrize("content", ["[]", "{", '[{"class":"calculation","expression":"1","value":"1","exact":true}]'])
async def test_what_is_no_question_is_not_understood(content: str) -> None:
    network = Network()
    asking, bob = network.join("ann"), network.join("bob", rooms=Rooms())
    question = asyncio.create_task(query_if(asking, agent("bob"), WARM, timeout=5))
    deliver = bob.deliver
    bob.deliver = lambda message: deliver(replace(message, content=content))  # type: ignore[method-assign,assignment,misc]
    with pytest.raises(NotUnderstood):
        await question
    await network.settle()


@pytest.mark.parametrize("said", [WARM, Declined(), Calculation(expression="1", value="1", exact=True)])
async def test_what_is_no_answer_is_a_failure(said: Predicate) -> None:
    class Beside(FactsQuery):
        async def prepare_result_notification(self, _: object) -> Predicate:
            return said

    network = Network()
    asking, bob = network.join("ann"), network.join("bob")
    bob.serve(PROTOCOL, lambda conversations, first: Beside(Rooms().facts, conversations, first))
    with pytest.raises(Failed, match="no answer"):
        await query_if(asking, agent("bob"), COLD, timeout=5)
    await network.settle()


def test_whoever_stops_waiting_cancels_the_question() -> None:
    async def main() -> Network:
        network = Network()
        asking: Conversations = network.join("ann")
        network.join("bob").serve(PROTOCOL, lambda c, first: FactsQuery(_facts(_hangs), c, first))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(1):
                await query_if(asking, agent("bob"), WARM, timeout=60)
        await network.rest()
        return network

    assert run(main()).count() == {P.QUERY_IF: 1, P.AGREE: 1, P.CANCEL: 1, P.INFORM: 1}
