import asyncio
from decimal import Decimal

import pytest

from behaviours.auction import NotSold, Sale, Willing
from behaviours.dutch_auction import dutch_auction
from behaviours.english_auction import english_auction
from behaviours.outcomes import Failed, Refuse
from behaviours.services import Job
from ontology import json_language
from ontology.acl import Performative
from ontology.assistant import Calculate, Calculation
from ontology.content import AgentAction
from ontology.expressions import EXPRESSIONS, Overloaded
from ontology.trade import Price
from tests.behaviours.home import Broken
from tests.behaviours.network import Network, agent, answer, calculator
from tests.behaviours.virtual import run

LOT = Calculate(expression="1+1")
P = Performative


def euros(amount: str | int) -> Price:
    return Price(amount=Decimal(amount), unit="EUR")


def pays(most: int, *, after: float = 0.0) -> Willing:
    async def willing(_: AgentAction, price: Price) -> bool:
        await asyncio.sleep(after)
        return price.amount <= most

    return willing


async def leaves(_: AgentAction, __: Price) -> bool:
    raise Refuse(Overloaded())


async def breaks(_: AgentAction, __: Price) -> bool:
    raise Broken


async def hangs(_: AgentAction, __: Price) -> bool:
    await asyncio.Event().wait()
    return True


BIDDERS = {
    "three": pays(3), "five": pays(5), "six": pays(6), "six, later": pays(6, after=1), "nine": pays(9),
    "leaves": leaves, "breaks": breaks, "hangs": hangs, "gone": None,
}  # fmt: skip

# Who bids; who buys and for how much (the reserve is 4, the first price 2, the step 1); what is said.
ENGLISH: list[tuple[list[str], tuple[str, int] | None, dict[Performative, int]]] = [
    (
        ["three", "five"],
        ("five", 4),
        {P.INFORM: 2, P.CFP: 3, P.PROPOSE: 5, P.ACCEPT_PROPOSAL: 3, P.REJECT_PROPOSAL: 2, P.REFUSE: 1},
    ),
    (["three"], None, {P.INFORM: 1, P.CFP: 3, P.PROPOSE: 2, P.ACCEPT_PROPOSAL: 2, P.REFUSE: 1}),
    (["leaves", "breaks"], None, {P.INFORM: 1, P.CFP: 1, P.REFUSE: 2}),
    (["six", "six, later", "hangs"], ("six", 6), {}),
    (["six", "nine", "breaks", "gone"], ("nine", 7), {}),
    (["hangs", "gone"], None, {}),
    ([], None, {}),
]

# The same for falling prices: the first is 9, the step 2, the reserve 4.
DUTCH: list[tuple[list[str], tuple[str, int] | None, dict[Performative, int]]] = [
    (["three", "five"], ("five", 5), {P.INFORM: 2, P.CFP: 3, P.PROPOSE: 1, P.ACCEPT_PROPOSAL: 1}),
    (["nine"], ("nine", 9), {P.INFORM: 2, P.CFP: 1, P.PROPOSE: 1, P.ACCEPT_PROPOSAL: 1}),
    (["six, later", "six"], ("six", 5), {}),
    (["six, later", "hangs", "breaks", "gone"], ("six, later", 5), {}),
    (["three"], None, {P.INFORM: 2, P.CFP: 3}),
    (["leaves", "breaks"], None, {P.INFORM: 1, P.CFP: 1, P.REFUSE: 2}),
    ([], None, {}),
]


def _join(network: Network, names: list[str]) -> None:
    for name in names:
        if BIDDERS[name] is not None:
            network.join(name, willing=BIDDERS[name])


@pytest.mark.parametrize("kind", ["english", "dutch"])
@pytest.mark.parametrize("number", range(7))
def test_scenarios(kind: str, number: int) -> None:
    names, sold, counts = (ENGLISH if kind == "english" else DUTCH)[number]

    async def main() -> Sale:
        network = Network()
        selling = network.join("ann")
        _join(network, names)
        bidders = [agent(name) for name in names]
        try:
            if kind == "english":
                return await english_auction(
                    selling, bidders, LOT, price=euros(2), step=Decimal(1), reserve=euros(4), bid_timeout=10
                )
            return await dutch_auction(
                selling, bidders, LOT, price=euros(9), step=Decimal(2), reserve=euros(4), bid_timeout=10
            )
        finally:
            await network.rest()
            if counts:
                assert network.count() == counts

    if sold is None:
        with pytest.raises(NotSold):
            run(main())
    else:
        assert run(main()) == Sale(agent(sold[0]), euros(sold[1]))


def test_who_is_second_in_a_falling_auction_is_rejected() -> None:
    async def main() -> None:
        network = Network()
        selling = network.join("ann")
        _join(network, ["six", "nine", "six, later"])
        sale = await dutch_auction(
            selling, [agent(name) for name in ("six", "nine", "six, later")], LOT,
            price=euros(6), step=Decimal(1), reserve=euros(1), bid_timeout=10,
        )  # fmt: skip
        assert sale.winner == agent("six")
        await network.rest()
        assert network.count()[P.ACCEPT_PROPOSAL] == 1
        assert network.count()[P.REJECT_PROPOSAL] == 2

    run(main())


def test_the_winner_is_asked_to_pay() -> None:
    async def main() -> None:
        network = Network()
        selling = network.join("ann")
        network.join("bob", calculator(answer("paid")), willing=pays(5))
        sale = await english_auction(
            selling, [agent("bob")], LOT, price=euros("4.20"), step=Decimal("0.1"), reserve=euros(4), bid_timeout=5,
            payment=lambda sale: Calculate(expression=str(sale.price.amount)),
        )  # fmt: skip
        assert sale.price == euros("4.20")
        assert sale.value == Calculation(expression="4.20", value="paid", exact=True)
        await network.rest()

    run(main())


def test_a_payment_that_fails_is_said() -> None:
    async def breaks_down(_: Calculate, __: Job) -> None:
        raise Broken

    async def main() -> None:
        network = Network()
        selling = network.join("ann")
        network.join("bob", calculator(breaks_down), willing=pays(9))
        with pytest.raises(Failed):
            await dutch_auction(
                selling, [agent("bob")], LOT, price=euros(9), step=Decimal(1), reserve=euros(4), bid_timeout=5,
                payment=lambda _: LOT,
            )  # fmt: skip
        await network.rest()

    run(main())


@pytest.mark.parametrize("auction", [english_auction, dutch_auction])
@pytest.mark.parametrize(("step", "unit"), [(0, "EUR"), (-1, "EUR"), (1, "USD")])
async def test_what_makes_no_sense(auction: type, step: int, unit: str) -> None:
    reserve = Price(amount=Decimal(4), unit=unit)
    with pytest.raises(ValueError, match="price must"):
        await auction(
            Network().join("ann"), [agent("bob")], LOT, price=euros(5), step=Decimal(step), reserve=reserve,
            bid_timeout=5,
        )  # fmt: skip


def test_prices_stay_exact() -> None:
    price = euros("0.1").plus(Decimal("0.2"))
    assert json_language.decode(json_language.encode((price,)), EXPRESSIONS) == (euros("0.3"),)
