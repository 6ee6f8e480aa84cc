import asyncio
from collections.abc import Callable

import pytest

from behaviours.outcomes import ConversationFailed, DeadlinePassed, Failed, Refused
from behaviours.stream import FellBehind, Told
from behaviours.subscribe import subscribe, subscribe_all
from ontology.acl import ACLMessage, Performative
from ontology.content import Term
from ontology.expressions import AllOf, Iota, Pattern, TermSet, UnexpectedAct, Variable
from tests.behaviours.home import Rooms, rooms_with, warmth_of
from tests.behaviours.network import Network, agent
from tests.behaviours.virtual import run

P = Performative
KITCHEN = warmth_of("kitchen")


class House:
    """Ann, who subscribes, and Bob, who publishes how warm his rooms are."""

    def __init__(self) -> None:
        self.network = Network()
        self.ann = self.network.join("ann")
        self.rooms = Rooms(kitchen=18)
        self.bob = self.network.join("bob", rooms=self.rooms)
        self.publisher = self.network.publishers["bob"]

    def publish(self, room: str, degrees: int) -> int:
        return self.publisher.publish(self.rooms.set(room, degrees))


async def test_it_is_told_how_things_are_and_each_time_that_they_change() -> None:
    house = House()
    async with subscribe(house.ann, agent("bob"), KITCHEN) as changes:
        assert await anext(changes) == 18
        assert house.publish("kitchen", 19) == 1
        assert house.publish("hall", 30) == 0
        assert house.publish("kitchen", 20) == 1
        assert [await anext(changes), await anext(changes)] == [19, 20]
    await house.network.settle()
    assert house.publisher.count == 0
    assert house.publish("kitchen", 21) == 0
    assert house.network.count() == {P.SUBSCRIBE: 1, P.AGREE: 1, P.INFORM: 3 + 1, P.CANCEL: 1}


async def test_whoever_asks_for_all_is_told_all() -> None:
    house = House()
    async with subscribe(house.ann, agent("bob"), rooms_with(18, AllOf)) as changes:
        assert await anext(changes) == TermSet(items=("kitchen",))
        house.publisher.publish(
            house.rooms.set("hall", 18), house.rooms.set("kitchen", 19), house.rooms.set("bath", 18)
        )
        assert await anext(changes) == TermSet(items=("hall", "bath"))
    await house.network.settle()


async def test_what_is_not_published_is_refused() -> None:
    house = House()
    of_acts = Iota(term=Variable(name="x"), proposition=Pattern.of(UnexpectedAct, act=Variable(name="x")))
    with pytest.raises(Refused, match="unexpected-act"):
        async with subscribe(house.ann, agent("bob"), of_acts):
            pass
    await house.network.settle()
    assert house.network.count() == {P.SUBSCRIBE: 1, P.REFUSE: 1}


async def test_there_are_only_so_many_subscriptions() -> None:
    house = House()
    held = [subscribe(house.ann, agent("bob"), KITCHEN) for _ in range(3)]
    for each in held:
        await each.__aenter__()
    with pytest.raises(Refused, match="as many subscribers"):
        async with subscribe(house.ann, agent("bob"), KITCHEN):
            pass
    await held[0].__aexit__(None, None, None)
    await house.network.until(lambda: house.publisher.count == 2)
    async with subscribe(house.ann, agent("bob"), KITCHEN) as changes:
        assert await anext(changes) == 18
    for each in held[1:]:
        await each.__aexit__(None, None, None)
    await house.network.settle()


async def test_who_falls_behind_gets_what_was_kept_and_then_is_told_so() -> None:
    house = House()
    async with subscribe(house.ann, agent("bob"), KITCHEN, queue=3) as changes:
        for degrees in (19, 20, 21, 22, 23):
            house.publish("kitchen", degrees)
        await house.network.until(lambda: P.CANCEL in house.network.count())
        assert [await anext(changes) for _ in range(3)] == [18, 19, 20]
        with pytest.raises(FellBehind, match="More than 3"):
            await anext(changes)
    await house.network.settle()
    assert house.publisher.count == 0


def _goes(house: House) -> None:
    """The wire finds out that the subscriber is not there."""
    told = next(message for message in reversed(house.network.sent) if message.performative is P.INFORM)
    house.bob.deliver(told.reply(P.FAILURE, sender=agent("ann"), content="[]"))


def _cuts(house: House) -> None:
    """The publisher cannot send any more."""

    def send(message: ACLMessage) -> None:
        raise ConnectionError("the connection is lost")

    house.bob.transport.send = send  # type: ignore[method-assign]


@pytest.mark.parametrize("vanish", [_goes, _cuts])
async def test_a_subscriber_that_vanishes_loses_its_subscription(vanish: Callable[[House], None]) -> None:
    house = House()
    async with subscribe(house.ann, agent("bob"), KITCHEN) as changes:
        assert await anext(changes) == 18
        vanish(house)
        house.publish("kitchen", 19)
        assert house.publisher.count == 0
        assert house.bob.open_count == 0


# How it ends otherwise: what happens, and what the subscriber gets.
ENDS: list[tuple[str, type[ConversationFailed], str]] = [
    ("the publisher stops", Failed, "I stop"),
    ("the publisher is not there", DeadlinePassed, "No answer"),
    ("its time is over", ConversationFailed, "time for which it was to last is over"),
]


@pytest.mark.parametrize(("how", "error", "text"), ENDS, ids=lambda value: str(value)[:30])
def test_ends(how: str, error: type[ConversationFailed], text: str) -> None:
    async def main() -> None:
        house = House()
        publisher = agent("nobody" if how == "the publisher is not there" else "bob")
        with pytest.raises(error, match=text):  # noqa: PT012
            async with subscribe(house.ann, publisher, KITCHEN, lasting=3600) as changes:
                assert await anext(changes) == 18
                if how == "the publisher stops":
                    await house.bob.close()
                await anext(changes)
        await house.network.rest()
        assert house.publisher.count == 0

    run(main())


def test_one_conversation_with_several_publishers() -> None:
    async def main() -> list[Told[Term]]:
        network = Network()
        ann = network.join("ann")
        for number, name in enumerate(("bob", "cat")):
            network.join(name, rooms=Rooms(kitchen=18 + number))
        network.join("dan")
        names = ("bob", "cat", "dan", "nobody")
        async with subscribe_all(ann, [agent(name) for name in names], KITCHEN) as changes:
            told = [await anext(changes), await anext(changes)]
            network.publishers["cat"].publish(Rooms().set("kitchen", 21))
            told.append(await anext(changes))
        await network.rest()
        assert network.count() == {P.SUBSCRIBE: 1, P.AGREE: 2, P.REFUSE: 1, P.INFORM: 3 + 2, P.CANCEL: 3}
        return told

    told = run(main())
    assert {(each.teller.name, each.value) for each in told[:2]} == {("bob", 18), ("cat", 19)}
    assert told[2] == Told(agent("cat"), 21)


async def test_whoever_stops_waiting_for_the_agree_cancels_it() -> None:
    network = Network()
    ann = network.join("ann")
    waiting = asyncio.ensure_future(subscribe(ann, agent("nobody"), KITCHEN).__aenter__())
    await network.until(lambda: bool(network.sent))
    waiting.cancel()
    await network.until(lambda: P.CANCEL in network.count())
    await network.close()
