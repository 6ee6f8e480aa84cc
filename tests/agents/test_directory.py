from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from agents.directory import DirectoryAgent
from behaviours.outcomes import Failed, Refused
from launching.agent_sets import DEFAULT, AgentSet
from launching.on_demand import factories
from ontology.assistant import ASSISTANT, Calculate, Calculation, Joined, JoinPlatform
from ontology.expressions import NotRegistered, TermSet, Unauthorised
from ontology.lifecycle import AGENT_LIFECYCLE, CreateAgent, CreatedAgent
from ontology.management import (
    AGENT_MANAGEMENT,
    AMSAgentDescription,
    Deregister,
    DFAgentDescription,
    Modify,
    Property,
    Register,
    Search,
    SearchConstraints,
    ServiceDescription,
)
from tests.agents.house import House
from xmpp.address import Account
from xmpp.operator import Operator
from xmpp.server.invites import Invites

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group(__name__)]


async def test_it_knows_itself_and_what_it_offers(house: House) -> None:
    directory = await house.directory_agent()
    asker = await house.asker()
    known = await asker.directory.search(AMSAgentDescription(kind="directory"))
    assert [entry.name for entry in known] == [directory.identifier]
    (offer,) = await asker.directory.search(DFAgentDescription(name=directory.identifier))
    assert isinstance(offer, DFAgentDescription)
    assert {service.type for service in offer.services} == {
        "register", "deregister", "modify", "search", "get-description", "join-platform", "fipa-ams", "fipa-df",
    }  # fmt: skip


async def test_agents_come_and_go(house: House) -> None:
    await house.directory_agent()
    asker, other = await house.asker(), await house.asker("other")
    names = {entry.name for entry in await asker.directory.search(AMSAgentDescription())}
    assert names == {house.directory, asker.identifier, other.identifier}
    await other.stop()
    names = {entry.name for entry in await asker.directory.search(AMSAgentDescription())}
    assert names == {house.directory, asker.identifier}


async def test_an_entry_is_its_agents_own(house: House) -> None:
    directory = await house.directory_agent()
    asker, other = await house.asker(), await house.asker("other")
    theirs = AMSAgentDescription(name=other.identifier)
    for act in (Register(description=theirs), Modify(description=theirs), Deregister(description=theirs)):
        with pytest.raises(Refused, match="its own entry only") as caught:
            await asker.request(directory.identifier, act, timeout=5)
        assert isinstance(caught.value.reason, Unauthorised)
    assert await asker.directory.knows(other.identifier)


async def test_registering_twice_fails(house: House) -> None:
    directory = await house.directory_agent()
    asker = await house.asker()
    with pytest.raises(Failed, match="registered already"):
        await asker.request(
            directory.identifier, Register(description=AMSAgentDescription(name=asker.identifier)), timeout=5
        )


async def test_who_is_not_registered_may_not_search(house: House) -> None:
    directory = await house.directory_agent()
    asker = await house.asker()
    await asker.directory.leave()
    with pytest.raises(Refused, match="Register with the AMS first"):
        await asker.request(directory.identifier, Search(template=AMSAgentDescription()), timeout=5)
    with pytest.raises(Refused) as caught:
        await asker.request(
            directory.identifier, Register(description=DFAgentDescription(name=asker.identifier)), timeout=5
        )
    assert isinstance(caught.value.reason, NotRegistered)


async def test_offers_are_found_by_what_they_hold(house: House) -> None:
    directory = await house.directory_agent()
    asker = await house.asker()
    offer = DFAgentDescription(
        name=asker.identifier,
        services=(
            ServiceDescription(name="sums", type="calculate", languages=("json",)),
            ServiceDescription(name="code", type="run-code"),
        ),
        lease_time=60,
    )
    await asker.request(directory.identifier, Modify(description=offer), timeout=5)
    for template, found in (
        (ServiceDescription(type="calculate"), True),
        (ServiceDescription(type="calculate", languages=("json",)), True),
        (ServiceDescription(type="calculate", languages=("fipa-sl",)), False),
        (ServiceDescription(name="code", type="calculate"), False),
    ):
        search = Search(template=DFAgentDescription(services=(template,)), constraints=SearchConstraints(max_results=5))
        answer = await asker.request(directory.identifier, search, timeout=5)
        assert isinstance(answer, TermSet)
        assert [each.services for each in answer.items if isinstance(each, DFAgentDescription)] == (
            [offer.services] if found else []
        )


async def test_people_are_not_heard(house: House) -> None:
    await house.directory_agent()
    account = await house.account(house.owner)
    intruder = Operator(account, house.platform.address, house.directory, ontologies=(ASSISTANT, AGENT_MANAGEMENT))
    with pytest.raises(Refused, match="agents of this platform"):
        await intruder.open()
    await intruder.close()


def clock() -> datetime:
    return datetime.now(UTC)


async def newcomer(house: House, account: Account) -> Operator:
    operator = Operator(account, house.platform.address, house.directory, ontologies=(ASSISTANT,))
    await operator.open()
    house.at_end(operator.close)
    return operator


async def test_an_invitation_is_good_once(house: House) -> None:
    invites = Invites(house.server, now=clock)
    await house.directory_agent(invites=invites)
    invitation = await invites.invite()
    operator = await newcomer(house, invitation.account)
    names = (f"far-{house.tag}",)
    joined = await operator.ask(JoinPlatform(names=names), timeout=5)
    assert isinstance(joined, Joined)
    (account,) = joined.accounts
    assert account.jid == house.agent("far").name
    await house.connection(Account(account.jid, account.password))
    with pytest.raises(Failed, match="unknown or was used before"):
        await operator.ask(JoinPlatform(names=("another",)), timeout=5)


async def test_without_an_invitation_nobody_joins(house: House) -> None:
    invites = Invites(house.server, now=clock)
    await house.directory_agent(invites=invites)
    operator = await newcomer(house, await house.account(house.agent("operator").name))
    with pytest.raises(Failed, match="unknown or was used before"):
        await operator.ask(JoinPlatform(names=("another",)), timeout=5)


async def test_a_name_that_is_taken_is_not_given_again(house: House) -> None:
    invites = Invites(house.server, now=clock)
    await house.directory_agent(invites=invites)
    asker = await house.asker()
    operator = await newcomer(house, (await invites.invite()).account)
    with pytest.raises(Refused, match="already an agent called"):
        await operator.ask(JoinPlatform(names=(asker.name,)), timeout=5)


async def test_an_invitation_ends_in_time(house: House) -> None:
    now = clock()
    invites = Invites(house.server, now=lambda: now)
    await house.directory_agent(invites=invites)
    operator = await newcomer(house, (await invites.invite(1)).account)
    now += timedelta(hours=1)
    with pytest.raises(Failed, match="over"):
        await operator.ask(JoinPlatform(names=("another",)), timeout=5)


async def test_a_platform_may_take_no_agents_of_other_hosts(house: House) -> None:
    await house.directory_agent()
    operator = await newcomer(house, await house.account(house.agent("operator").name))
    with pytest.raises(Refused, match="takes no agents of other hosts"):
        await operator.ask(JoinPlatform(names=("another",)), timeout=5)


async def test_agents_of_a_set_are_started_on_demand(house: House) -> None:
    entries = AgentSet.read(DEFAULT).agents
    made = factories(entries, await house.context("usual"), house.server.accounts)
    directory = await house.run(DirectoryAgent, "directory", factories=made)
    asker = await house.asker("asker", AGENT_LIFECYCLE)
    sums = Property(name="offers", value="exact-arithmetic")
    created = await asker.request(directory.identifier, CreateAgent(type="actuator", arguments=(sums,)), timeout=20)
    assert isinstance(created, CreatedAgent)
    assert await asker.search(Calculate) == (created.agent,)
    answer = await asker.request(created.agent, Calculate(expression="2 * 21"), timeout=10)
    assert isinstance(answer, Calculation)
    assert answer.value == "42"
    wrong = Property(name="offers", value="magic")
    with pytest.raises(Refused, match="no service called magic"):
        await asker.request(directory.identifier, CreateAgent(type="actuator", arguments=(wrong,)), timeout=20)
