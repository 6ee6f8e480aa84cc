from __future__ import annotations

import asyncio
from collections.abc import Iterable
from typing import Any, ClassVar

import pytest

from actuation.policy import Policy
from actuation.settings import ActuationSettings
from agents.base import AssistantAgent, UnknownServiceError
from agents.settings import Settings
from behaviours.outcomes import Failed, Refused
from behaviours.services import Job, Service
from ontology.assistant import Calculate, Calculation, CancelReminder, RunCode, Text
from ontology.content import AgentAction
from ontology.expressions import Bid, Declined, NotPermitted
from ontology.management import DFAgentDescription
from tests.agents.house import House
from tests.xmpp.society import soon

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group(__name__)]


class OwnError(Exception):
    """An error of the library behind the worker."""


class Worker(AssistantAgent):
    """An agent with two ways to do sums, and one to run code."""

    kind: ClassVar[str] = "worker"
    errors: ClassVar[tuple[type[Exception], ...]] = (OwnError,)
    capacity: ClassVar[int] = 2

    async def prepare(self) -> None:
        self.gate = asyncio.Event()
        self.begun = asyncio.Semaphore(0)

    def skills(self) -> Iterable[Service[Any]]:
        return (
            Service(Calculate, self._slowly, self._bid, name="slow-sums"),
            Service(Calculate, self._quickly, self._bid, name="quick-sums"),
            Service(RunCode, self._run, self._bid, name="run-code"),
            Service(CancelReminder, self._cancel_many, name="cancel-many"),
        )

    async def _bid(self, _: AgentAction) -> Bid:
        return self.bid(seconds=1, confidence=0.5, cost=0.1)

    async def _slowly(self, act: Calculate, _: Job) -> Calculation:
        self.begun.release()
        await self.gate.wait()
        return Calculation(expression=act.expression, value="slow", exact=True)

    async def _quickly(self, act: Calculate, _: Job) -> Calculation:
        if act.expression == "1/0":
            raise OwnError("That divides by zero.")
        if act.expression == "?":
            raise KeyError("a secret")
        return Calculation(expression=act.expression, value="quick", exact=True)

    async def _run(self, act: RunCode, _: Job) -> Text:
        await self.consent(act.owner, act, "May I run it?")
        return Text(text="ran")

    async def _cancel_many(self, act: CancelReminder, _: Job) -> Text:
        await self.consent(act.owner, act, "May I cancel them?", count=int(act.which))
        return Text(text="cancelled")


def policy(**decisions: str) -> Settings:
    return Settings(actuation=ActuationSettings(policy=Policy.model_validate(decisions)))


ACT = Calculate(expression="1+1")
CODE = RunCode(owner="me@localhost", code="1")


async def test_an_agent_offers_what_its_set_gives_it(house: House) -> None:
    await house.directory_agent()
    worker = await house.run(Worker, offers=frozenset({"quick-sums"}))
    asker = await house.asker()
    assert await asker.search(Calculate) == (worker.identifier,)
    assert await asker.search(RunCode) == ()
    value = await asker.request(worker.identifier, ACT, timeout=5)
    assert value == Calculation(expression="1+1", value="quick", exact=True)
    with pytest.raises(Refused, match="run-code"):
        await asker.request(worker.identifier, CODE, timeout=5)
    (offer,) = await asker.directory.search(DFAgentDescription(name=worker.identifier))
    assert isinstance(offer, DFAgentDescription)
    (service,) = offer.services
    assert (service.name, service.type, {*service.protocols} & {"fipa-request", "fipa-contract-net"}) == (
        "quick-sums",
        "calculate",
        {"fipa-request", "fipa-contract-net"},
    )


async def test_without_a_share_it_offers_everything_the_first_of_each_kind(house: House) -> None:
    await house.directory_agent()
    worker = await house.run(Worker)
    assert [service.name for service in worker.services()] == ["slow-sums", "run-code", "cancel-many"]


async def test_a_service_that_it_does_not_have_stops_the_start(house: House) -> None:
    await house.directory_agent()
    worker = Worker(await house.context("worker", offers=frozenset({"quick-sums", "dance"})))
    with pytest.raises(UnknownServiceError, match=r"no service called dance; they have slow-sums, quick-sums"):
        await worker.start()
    assert not worker.is_alive()


async def test_bids_tell_the_load(house: House) -> None:
    await house.directory_agent()
    worker = await house.run(Worker)
    asker = await house.asker()

    async def load() -> float:
        code = await asker.contract_net([worker.identifier], CODE, rank=list, bid_timeout=5, timeout=5)
        assert code.value == Text(text="ran")
        bid = code.winner.bid
        assert (bid.seconds, bid.confidence, bid.cost) == (1, 0.5, 0.1)
        return bid.load

    loads = [await load()]
    asked = []
    for _ in range(3):
        asked.append(asyncio.create_task(asker.request(worker.identifier, ACT, timeout=10)))
        await soon(worker.begun.acquire())
        loads.append(await load())
    worker.gate.set()
    await asyncio.gather(*asked)
    loads.append(await load())
    assert loads == [0, 0.5, 1, 1, 0]


async def test_what_is_allowed_is_done_without_asking(house: House) -> None:
    await house.directory_agent()
    people = await house.people()
    worker = await house.run(Worker)
    asker = await house.asker()
    assert await asker.request(worker.identifier, CODE, timeout=5) == Text(text="ran")
    assert people.asked == []


async def test_what_is_denied_is_refused_with_the_setting_that_says_so(house: House) -> None:
    house.settings = policy(run_code="deny")
    await house.directory_agent()
    people = await house.people()
    worker = await house.run(Worker)
    asker = await house.asker()
    with pytest.raises(Refused, match=r"do not allow that \(run_code\)") as caught:
        await asker.request(worker.identifier, CODE, timeout=5)
    assert isinstance(caught.value.reason, NotPermitted)
    assert people.asked == []


@pytest.mark.parametrize("yes", [True, False])
async def test_what_must_be_asked_for_is_asked_of_the_person(house: House, *, yes: bool) -> None:
    house.settings = policy(run_code="ask")
    await house.directory_agent()
    people = await house.people()
    people.says_yes = yes
    worker = await house.run(Worker)
    asker = await house.asker()
    if yes:
        assert await asker.request(worker.identifier, CODE, timeout=5) == Text(text="ran")
    else:
        with pytest.raises((Refused, Failed), match="I leave it") as caught:
            await asker.request(worker.identifier, CODE, timeout=5)
        assert isinstance(caught.value.reason, Declined)
    assert [(act.person, act.question) for act in people.asked] == [("me@localhost", "May I run it?")]


async def test_many_are_asked_about_where_one_is_not(house: House) -> None:
    await house.directory_agent()
    people = await house.people()
    worker = await house.run(Worker)
    asker = await house.asker()
    for count, questions in (("3", 0), ("4", 1)):
        act = CancelReminder(owner="me@localhost", which=count)
        assert await asker.request(worker.identifier, act, timeout=5) == Text(text="cancelled")
        assert len(people.asked) == questions


async def test_a_question_is_taken_back_when_the_work_is_cancelled(house: House) -> None:
    house.settings = policy(run_code="ask")
    await house.directory_agent()
    people = await house.people()
    people.answer = asyncio.Event()
    worker = await house.run(Worker)
    asker = await house.asker()
    asked = asyncio.create_task(asker.request(worker.identifier, CODE, timeout=30))
    await people.asked.of_length(1)
    asked.cancel()
    await soon(people.withdrawn.wait())


async def test_without_anybody_to_ask_it_is_refused_with_the_reason(house: House) -> None:
    house.settings = policy(run_code="ask")
    await house.directory_agent()
    worker = await house.run(Worker)
    asker = await house.asker()
    with pytest.raises((Refused, Failed), match="No agent here offers consent-to"):
        await asker.request(worker.identifier, CODE, timeout=5)


@pytest.mark.parametrize(("expression", "said"), [("1/0", "That divides by zero."), ("?", "the log says more")])
async def test_a_librarys_own_errors_are_told_and_others_are_not(house: House, expression: str, said: str) -> None:
    await house.directory_agent()
    worker = await house.run(Worker, offers=frozenset({"quick-sums"}))
    asker = await house.asker()
    with pytest.raises(Failed, match=said) as caught:
        await asker.request(worker.identifier, Calculate(expression=expression), timeout=5)
    assert "secret" not in str(caught.value)
