from datetime import UTC, datetime, timezone

import pytest

from behaviours.outcomes import Fail, Refuse
from ontology.acl import AgentIdentifier
from ontology.expressions import AlreadyRegistered, NotRegistered, Unauthorised, UnrecognisedParameterValue
from ontology.management import AMSAgentDescription, Description, DFAgentDescription, ServiceDescription
from xmpp.registry import Registry

ANN = AgentIdentifier(name="ann@agents.localhost")
BOB = AgentIdentifier(name="bob@agents.localhost")
LEASE = 90.0


def known(agent: AgentIdentifier | None) -> AMSAgentDescription:
    return AMSAgentDescription(name=agent, state="active")


def offer(agent: AgentIdentifier | None, *types: str, lease: float | None = LEASE) -> DFAgentDescription:
    return DFAgentDescription(
        name=agent, services=tuple(ServiceDescription(type=name) for name in types), lease_time=lease
    )


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def with_ann(clock: Time | None = None) -> Registry:
    registry = Registry(clock or Time())
    registry.register(ANN, known(ANN))
    registry.register(ANN, offer(ANN, "calculate"))
    return registry


def test_who_registers_is_known_and_found() -> None:
    registry = with_ann()
    assert registry.knows(ANN)
    assert not registry.knows(BOB)
    assert registry.search(offer(None, "calculate")) == (offer(ANN, "calculate"),)
    assert registry.search(offer(None, "run-code")) == ()
    assert registry.search(AMSAgentDescription()) == (known(ANN),)


def test_searches_keep_the_order_of_entry_and_their_limit() -> None:
    registry = with_ann()
    registry.register(BOB, known(BOB))
    registry.register(BOB, offer(BOB, "calculate"))
    assert [found.name for found in registry.search(DFAgentDescription())] == [ANN, BOB]
    assert [found.name for found in registry.search(DFAgentDescription(), 1)] == [ANN]


@pytest.mark.parametrize("description", [known(ANN), offer(ANN)])
def test_nobody_registers_twice(description: Description) -> None:
    with pytest.raises(Fail) as caught:
        with_ann().register(ANN, description)
    assert isinstance(caught.value.reason, AlreadyRegistered)


def test_the_df_takes_only_agents_that_the_ams_knows() -> None:
    with pytest.raises(Refuse) as caught:
        Registry().register(ANN, offer(ANN))
    assert isinstance(caught.value.reason, NotRegistered)


@pytest.mark.parametrize("method", ["register", "modify", "deregister"])
@pytest.mark.parametrize("make", [known, offer])
@pytest.mark.parametrize(("named", "reason"), [(ANN, Unauthorised), (None, UnrecognisedParameterValue)])
def test_entries_of_others_are_left_alone(
    method: str, make: object, named: AgentIdentifier | None, reason: type[object]
) -> None:
    registry = with_ann()
    assert callable(make)
    with pytest.raises(Refuse) as caught:
        getattr(registry, method)(BOB, make(named))
    assert isinstance(caught.value.reason, reason)
    assert registry.search(DFAgentDescription()) == (offer(ANN, "calculate"),)


@pytest.mark.parametrize("method", ["modify", "deregister"])
@pytest.mark.parametrize("make", [known, offer])
def test_what_is_not_there_is_not_changed(method: str, make: object) -> None:
    assert callable(make)
    with pytest.raises(Refuse) as caught:
        getattr(Registry(), method)(ANN, make(ANN))
    assert isinstance(caught.value.reason, NotRegistered)


def test_modify_puts_one_offer_in_place_of_another() -> None:
    registry = with_ann()
    registry.modify(ANN, offer(ANN, "run-code"))
    assert registry.search(DFAgentDescription()) == (offer(ANN, "run-code"),)


def test_who_leaves_the_ams_leaves_the_df() -> None:
    registry = with_ann()
    registry.deregister(ANN, known(ANN))
    assert not registry.knows(ANN)
    assert registry.search(DFAgentDescription()) == ()


def test_an_offer_can_be_taken_back_alone() -> None:
    registry = with_ann()
    registry.deregister(ANN, offer(ANN))
    assert registry.knows(ANN)
    assert registry.search(DFAgentDescription()) == ()


def test_who_does_not_renew_drops_out_of_both() -> None:
    clock = Time()
    registry = with_ann(clock)
    clock.now = LEASE
    assert registry.knows(ANN)
    clock.now = LEASE + 0.01
    assert not registry.knows(ANN)
    assert registry.search(AMSAgentDescription()) == ()
    with pytest.raises(Refuse):
        registry.modify(ANN, offer(ANN))


def test_renewing_begins_the_lease_anew() -> None:
    clock = Time()
    registry = with_ann(clock)
    clock.now = 60
    registry.modify(ANN, offer(ANN, "calculate"))
    clock.now = 60 + LEASE
    assert registry.knows(ANN)
    clock.now += 0.01
    assert not registry.knows(ANN)


def test_who_comes_back_after_the_lease_registers_anew() -> None:
    clock = Time()
    registry = with_ann(clock)
    clock.now = LEASE + 1
    registry.register(ANN, known(ANN))
    registry.register(ANN, offer(ANN, "calculate"))
    assert registry.knows(ANN)


@pytest.mark.parametrize("zone", [UTC, None])
def test_a_lease_may_say_until_when_it_lasts(zone: timezone | None) -> None:
    clock = Time()
    registry = Registry(clock, now=lambda: datetime(2026, 11, 24, 15, tzinfo=UTC))
    registry.register(ANN, known(ANN))
    until = datetime(2026, 11, 24, 15, 1, tzinfo=zone)
    registry.register(ANN, DFAgentDescription(name=ANN, lease_time=until))
    clock.now = 60
    assert registry.knows(ANN)
    clock.now = 60.01
    assert not registry.knows(ANN)


def test_without_a_lease_an_entry_stays() -> None:
    clock = Time()
    registry = Registry(clock)
    registry.register(ANN, known(ANN))
    registry.register(ANN, offer(ANN, "calculate", lease=None))
    clock.now = 1e9
    assert registry.knows(ANN)
