import asyncio

import pytest

from behaviours.outcomes import ConversationFailed, DeadlinePassed, Fail, Failed, NotUnderstood, Refuse, Refused
from behaviours.request_when import request_when
from behaviours.request_whenever import request_whenever
from behaviours.services import Job
from ontology.acl import Performative
from ontology.assistant import Calculate, Calculation, RunCode
from ontology.content import AgentAction, Predicate
from ontology.expressions import Bid, InternalError, Not, Overloaded
from tests.behaviours.home import Broken, Rooms, Warmth
from tests.behaviours.network import Network, Perform, agent, answer, calculator
from tests.behaviours.virtual import run

ACT = Calculate(expression="1+1")
WARM = Warmth(room="kitchen", degrees=20)
P = Performative


async def _refuse(_: Calculate, __: Job) -> None:
    raise Refuse(Overloaded(explanation="Not now."))


async def _fail(_: Calculate, __: Job) -> None:
    raise Fail(InternalError(explanation="It broke."))


async def _break(_: Calculate, __: Job) -> None:
    raise Broken


# What is asked; how the kitchen's warmth goes on, minute by minute; what the service does; what comes of it.
SCENARIOS: list[
    tuple[AgentAction, Predicate, list[int], Perform, str | type[ConversationFailed], dict[Performative, int]]
] = [
    (ACT, WARM, [20], answer("2"), "2", {P.REQUEST_WHEN: 1, P.AGREE: 1, P.INFORM: 1}),
    (ACT, WARM, [18, 19, 20, 21], answer("2"), "2", {P.REQUEST_WHEN: 1, P.AGREE: 1, P.INFORM: 1}),
    (ACT, Not(proposition=WARM), [20, 19], answer("2"), "2", {P.REQUEST_WHEN: 1, P.AGREE: 1, P.INFORM: 1}),
    (ACT, WARM, [18, 20], _fail, Failed, {P.REQUEST_WHEN: 1, P.AGREE: 1, P.FAILURE: 1}),
    (ACT, WARM, [18, 20], _refuse, Failed, {P.REQUEST_WHEN: 1, P.AGREE: 1, P.FAILURE: 1}),
    (ACT, WARM, [18, 20], _break, Failed, {P.REQUEST_WHEN: 1, P.AGREE: 1, P.FAILURE: 1}),
    (ACT, WARM, [18, 19], answer("2"), Failed, {P.REQUEST_WHEN: 1, P.AGREE: 1, P.FAILURE: 1}),
    (ACT, Bid(seconds=1, confidence=1), [20], answer("2"), Refused, {P.REQUEST_WHEN: 1, P.REFUSE: 1}),
    (RunCode(owner="ann", code="1"), WARM, [20], answer("2"), Refused, {P.REQUEST_WHEN: 1, P.REFUSE: 1}),
]


@pytest.mark.parametrize(("act", "condition", "degrees", "perform", "outcome", "counts"), SCENARIOS)
def test_scenarios(
    act: AgentAction,
    condition: Predicate,
    degrees: list[int],
    perform: Perform,
    outcome: str | type[ConversationFailed],
    counts: dict[Performative, int],
) -> None:
    async def main() -> None:
        network = Network()
        asking, rooms = network.join("ann"), Rooms(kitchen=degrees[0])
        network.join("bob", calculator(perform), rooms=rooms)
        for minute, each in enumerate(degrees):
            asyncio.get_running_loop().call_later(60 * minute, rooms.set, "kitchen", each)
        if isinstance(outcome, str):
            value = await request_when(asking, agent("bob"), act, condition, timeout=3600)
            assert value == Calculation(expression="1+1", value=outcome, exact=True)
        else:
            with pytest.raises(outcome):
                await request_when(asking, agent("bob"), act, condition, timeout=3600)
        await network.rest()
        assert network.count() == counts

    run(main())


def test_who_does_not_agree_is_not_waited_for() -> None:
    async def main() -> float:
        with pytest.raises(DeadlinePassed):
            await request_when(Network().join("ann"), agent("bob"), ACT, WARM, timeout=24 * 3600)
        return asyncio.get_running_loop().time()

    assert run(main()) < 60


def test_a_cancel_reaches_whoever_watches() -> None:
    async def main() -> None:
        network = Network()
        asking = network.join("ann")
        network.join("bob", calculator(answer("2")), rooms=Rooms(kitchen=1))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(60):
                await request_when(asking, agent("bob"), ACT, WARM, timeout=3600)
        await network.rest()
        assert network.count() == {P.REQUEST_WHEN: 1, P.AGREE: 1, P.CANCEL: 1, P.INFORM: 1}

    run(main())


@pytest.mark.parametrize("protocol", ["fipa-request-when", "fipa-request-whenever"])
async def test_what_is_no_action_and_condition_is_not_understood(protocol: str) -> None:
    network = Network()
    asking, bob = network.join("ann"), network.join("bob", calculator(answer("2")), rooms=Rooms())
    bob.content.decode = lambda message: (WARM,)  # type: ignore[method-assign]
    with pytest.raises(NotUnderstood):  # noqa: PT012
        if protocol == "fipa-request-when":
            await request_when(asking, agent("bob"), ACT, WARM, timeout=5)
        else:
            async with request_whenever(asking, agent("bob"), ACT, WARM, lasting=5):
                pass
    await network.settle()


def test_it_is_done_each_time_that_it_becomes_true() -> None:
    async def main() -> None:
        network = Network()
        asking, rooms = network.join("ann"), Rooms(kitchen=18)
        done = 0

        async def count(act: Calculate, _: Job) -> Calculation:
            nonlocal done
            done += 1
            return Calculation(expression=act.expression, value=str(done), exact=True)

        network.join("bob", calculator(count), rooms=rooms)
        for minute, degrees in enumerate([18, 20, 20, 19, 20, 18, 20]):
            asyncio.get_running_loop().call_later(60 * (minute + 1), rooms.set, "kitchen", degrees)
        values = []
        async with request_whenever(asking, agent("bob"), ACT, WARM) as results:
            async for value in results:
                assert isinstance(value, Calculation)
                values.append(value.value)
                if len(values) == 3:
                    break
        await network.rest()
        assert values == ["1", "2", "3"]
        assert network.count() == {P.REQUEST_WHENEVER: 1, P.AGREE: 1, P.INFORM: 3 + 1, P.CANCEL: 1}

    run(main())


def test_work_that_fails_ends_it() -> None:
    async def main() -> None:
        network = Network()
        asking = network.join("ann")
        network.join("bob", calculator(_fail), rooms=Rooms(kitchen=20))
        with pytest.raises(Failed, match="It broke"):
            async with request_whenever(asking, agent("bob"), ACT, WARM) as results:
                await anext(results)
        await network.rest()
        assert network.count() == {P.REQUEST_WHENEVER: 1, P.AGREE: 1, P.FAILURE: 1}

    run(main())
