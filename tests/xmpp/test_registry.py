from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from behaviours.outcomes import Fail, Refuse
from ontology.acl import AgentIdentifier
from ontology.expressions import AlreadyRegistered, NotRegistered, Unauthorised, UnrecognisedParameterValue
from ontology.management import (
    AMSAgentDescription,
    Description,
    DFAgentDescription,
    Property,
    ServiceDescription,
    matches,
)
from xmpp.directory.leases import Leases
from xmpp.directory.registry import AgentEntry, Change, Kept, Registry
from xmpp.directory.states import State, leads

ANN = AgentIdentifier(name="ann@agents.localhost")
BOB = AgentIdentifier(name="bob@agents.localhost")
LEASE = 90.0
START = datetime(2026, 11, 24, 15, tzinfo=UTC)


def known(agent: AgentIdentifier | None) -> AMSAgentDescription:
    return AMSAgentDescription(name=agent, state="active")


def offer(agent: AgentIdentifier | None, *types: str, lease: float | None = LEASE) -> DFAgentDescription:
    return DFAgentDescription(
        name=agent, services=tuple(ServiceDescription(type=name) for name in types), lease_time=lease
    )


def held(agent: AgentIdentifier, *types: str, until: float = LEASE) -> DFAgentDescription:
    """Return an offer as the registry has it: with the instant at which it ends."""
    return offer(agent, *types).model_copy(update={"lease_time": START + timedelta(seconds=until)})


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now

    def registry(self) -> Registry:
        return Registry(self, lambda: START + timedelta(seconds=self.now))


def with_ann(clock: Time | None = None) -> Registry:
    registry = (clock or Time()).registry()
    registry.register(ANN, known(ANN))
    registry.register(ANN, offer(ANN, "calculate"))
    return registry


def test_who_registers_is_known_and_found() -> None:
    registry = with_ann()
    assert registry.knows(ANN)
    assert not registry.knows(BOB)
    assert registry.search(offer(None, "calculate")) == (held(ANN, "calculate"),)
    assert registry.search(offer(None, "run-code")) == ()
    assert registry.search(AMSAgentDescription()) == (known(ANN),)


def test_searches_give_no_more_than_is_wanted() -> None:
    registry = with_ann()
    registry.register(BOB, known(BOB))
    registry.register(BOB, offer(BOB, "calculate"))
    for template in (DFAgentDescription(), offer(None, "calculate"), AMSAgentDescription()):
        found = registry.search(template)
        assert {each.name for each in found} == {ANN, BOB}
        assert registry.search(template, 1) == found[:1]
        assert registry.search(template, 0) == ()


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
    assert registry.search(DFAgentDescription()) == (held(ANN, "calculate"),)


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
    assert registry.search(DFAgentDescription()) == (held(ANN, "run-code"),)


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
    registry = clock.registry()
    registry.register(ANN, known(ANN))
    until = datetime(2026, 11, 24, 15, 1, tzinfo=zone)
    registry.register(ANN, DFAgentDescription(name=ANN, lease_time=until))
    clock.now = 60
    assert registry.knows(ANN)
    clock.now = 60.01
    assert not registry.knows(ANN)


def test_without_a_lease_an_entry_stays() -> None:
    clock = Time()
    registry = clock.registry()
    registry.register(ANN, known(ANN))
    registry.register(ANN, offer(ANN, "calculate", lease=None))
    clock.now = 1e9
    assert registry.knows(ANN)


def test_a_search_tells_until_when_what_it_finds_holds() -> None:
    clock = Time()
    registry = with_ann(clock)
    clock.now = 30
    registry.modify(ANN, offer(ANN, "calculate"))
    assert registry.search(DFAgentDescription()) == (held(ANN, "calculate", until=30 + LEASE),)


def test_nothing_is_granted_for_longer_than_a_year() -> None:
    registry = Time().registry()
    registry.register(ANN, known(ANN))
    registry.register(ANN, offer(ANN, lease=1e9))
    assert registry.search(DFAgentDescription()) == (held(ANN, until=365 * 86400),)


def test_it_says_when_an_entry_ends_next() -> None:
    clock = Time()
    registry = with_ann(clock)
    assert registry.next_end == LEASE
    clock.now = 60
    assert registry.next_end == LEASE - 60
    clock.now = LEASE + 1
    registry.drop_ended()
    assert registry.next_end is None


def test_changes_are_told() -> None:
    clock = Time()
    told: list[Change] = []
    registry = clock.registry()
    registry.listen(told.append)
    registry.register(ANN, known(ANN))
    registry.register(ANN, offer(ANN, "calculate"))
    clock.now = 1
    registry.modify(ANN, offer(ANN, "calculate"))
    registry.modify(ANN, offer(ANN, "run-code"))
    clock.now = 1000
    registry.drop_ended()
    first, renewed, other = held(ANN, "calculate"), held(ANN, "calculate", until=91), held(ANN, "run-code", until=91)
    assert told == [
        Change(ANN.name, None, known(ANN)),
        Change(ANN.name, None, first),
        Change(ANN.name, first, renewed),
        Change(ANN.name, renewed, other),
        Change(ANN.name, other, None),
        Change(ANN.name, known(ANN), None),
    ]
    assert [change.is_renewal for change in told] == [False, False, True, False, False, False]


def in_state(state: str | None, agent: AgentIdentifier = ANN) -> AMSAgentDescription:
    return AMSAgentDescription.model_validate({"name": agent, "state": state})


MANAGER = AgentIdentifier(name="manager@agents.localhost")
"""Who had Ann started."""


@pytest.mark.parametrize("after", State)
@pytest.mark.parametrize("before", [None, *State])
def test_an_agent_takes_the_steps_of_its_life(before: State | None, after: State) -> None:
    if State.UNKNOWN in {before, after}:
        return
    registry = Time().registry()
    if before is None:
        take = registry.register
    else:
        take = registry.modify
        registry.admit(in_state("initiated" if before is State.INITIATED else "active"), manager=MANAGER.name)
        if registry.state(ANN) is not before:
            registry.modify(ANN, in_state(before))
    allowed = leads(before or State.UNKNOWN, after)
    if allowed:
        take(ANN, in_state(after))
    else:
        with pytest.raises(Refuse, match=f"becomes {after} that is") as caught:
            take(ANN, in_state(after))
        assert isinstance(caught.value.reason, UnrecognisedParameterValue)
    assert registry.state(ANN) is (after if allowed else before or State.UNKNOWN)


def test_a_state_that_is_not_said_stays() -> None:
    registry = Time().registry()
    registry.register(ANN, in_state(None))
    assert registry.state(ANN) is State.ACTIVE
    registry.modify(ANN, in_state("waiting"))
    registry.modify(ANN, AMSAgentDescription(name=ANN, ownership="Ann"))
    assert registry.search(AMSAgentDescription(state="waiting")) == (
        AMSAgentDescription(name=ANN, ownership="Ann", state="waiting"),
    )


@pytest.mark.parametrize(
    ("steps", "refused"),
    [
        (((MANAGER, "suspended"), (MANAGER, "active")), None),
        (((MANAGER, "suspended"), (ANN, "active")), "which suspended it"),
        (((ANN, "suspended"), (ANN, "active")), None),
        (((ANN, "suspended"), (MANAGER, "active")), "which suspended it"),
        (((MANAGER, "waiting"),), "Only ann"),
        (((ANN, "waiting"), (MANAGER, "active")), "Only ann"),
        (((BOB, "suspended"),), "its own entry"),
    ],
)
def test_who_had_an_agent_started_may_suspend_and_resume_it(
    steps: tuple[tuple[AgentIdentifier, str], ...], refused: str | None
) -> None:
    registry = Time().registry()
    registry.admit(in_state("active"), manager=MANAGER.name)
    for sender, state in steps[:-1]:
        registry.modify(sender, in_state(state))
    sender, state = steps[-1]
    if refused is None:
        registry.modify(sender, in_state(state))
        assert registry.state(ANN) == state
    else:
        with pytest.raises(Refuse, match=refused) as caught:
            registry.modify(sender, in_state(state))
        assert isinstance(caught.value.reason, Unauthorised)


def test_who_had_an_agent_started_changes_nothing_else_of_it() -> None:
    registry = Time().registry()
    registry.admit(AMSAgentDescription(name=ANN, ownership="Ann"), manager=MANAGER.name)
    registry.modify(MANAGER, AMSAgentDescription(name=ANN, ownership="Eve", state="suspended"))
    assert registry.search(AMSAgentDescription()) == (
        AMSAgentDescription(name=ANN, ownership="Ann", state="suspended"),
    )


def test_what_was_kept_holds_for_a_grace_at_least() -> None:
    clock = Time()
    registry = clock.registry()
    clock.now = 1000
    ann = Kept(AgentEntry(in_state("active"), manager="eve"), held(ANN, "calculate"))
    bob = Kept(AgentEntry(in_state("active", BOB)), held(BOB, "calculate", until=2000))
    for kept in (ann, bob):
        registry.restore(kept, grace=60)
    assert registry.entry(ANN.name) == Kept(ann.entry, held(ANN, "calculate", until=1060))
    assert registry.entry(BOB.name) == bob
    clock.now = 1061
    assert registry.entry("eve") is None
    assert not registry.knows(ANN)
    assert registry.knows(BOB)


# -- the index finds what a look at every description finds

_words = st.sampled_from(("a", "b"))
_maybe = st.none() | _words


def _several(values: st.SearchStrategy[Any], most: int = 2) -> st.SearchStrategy[Any]:
    return st.just(()) | st.lists(values, max_size=most).map(tuple)


_properties = st.builds(Property, name=_words, value=_words)
_services = st.builds(
    ServiceDescription,
    name=_maybe, type=_maybe, protocols=_several(_words), ontologies=_several(_words), languages=_several(_words),
    ownership=_maybe, properties=_several(_properties),
)  # fmt: skip
_offers = st.builds(
    DFAgentDescription,
    services=_several(_services, 3), protocols=_several(_words), ontologies=_several(_words),
    languages=_several(_words), scope=_several(st.just("local")),
    lease_time=st.none() | st.sampled_from((1.0, 2.0, 5.0)),
)  # fmt: skip
_templates = _offers | st.builds(
    DFAgentDescription,
    services=_several(
        st.builds(ServiceDescription, type=_maybe, name=_maybe)
        | st.builds(ServiceDescription, type=_maybe, protocols=_several(_words))
        | st.builds(ServiceDescription, type=_words, ownership=_words)
        | st.builds(ServiceDescription, type=_words, properties=_several(_properties))
    ),
    scope=_several(st.just("local")),
)  # fmt: skip
_agents = st.sampled_from([AgentIdentifier(name=name) for name in ("x", "y", "z")])
_steps = st.tuples(st.sampled_from(("enter", "leave", "withdraw", "wait")), _agents, _offers)


@settings(max_examples=150, deadline=None)
@given(steps=st.lists(_steps, max_size=12), templates=st.lists(_templates, min_size=3, max_size=6))
def test_a_search_finds_all_that_matches_and_nothing_else(
    steps: list[tuple[str, AgentIdentifier, DFAgentDescription]], templates: list[DFAgentDescription]
) -> None:
    clock = Time()
    registry = clock.registry()
    entered: dict[AgentIdentifier, tuple[DFAgentDescription, float]] = {}
    for step, agent, description in steps:
        described = description.model_copy(update={"name": agent})
        lease = described.lease_time
        if step == "wait":
            clock.now += 1.5
            entered = {each: kept for each, kept in entered.items() if kept[1] >= clock.now}
        elif step == "enter":
            if not registry.knows(agent):
                registry.register(agent, AMSAgentDescription(name=agent))
            (registry.modify if agent in entered else registry.register)(agent, described)
            until = clock.now + lease.total_seconds() if isinstance(lease, timedelta) else float("inf")
            entered[agent] = (described, until)
        elif agent in entered:
            left = described if step == "withdraw" else AMSAgentDescription(name=agent)
            registry.deregister(agent, left)
            del entered[agent]
    for template in (*templates, *(kept.model_copy(update={"name": None}) for kept, _ in entered.values())):
        found = {each.name for each in registry.search(template)}
        assert found == {name for name, (each, _) in entered.items() if matches(template, each)}
        named = template.model_copy(update={"name": AgentIdentifier(name="x")})
        assert {each.name for each in registry.search(named)} == found & {AgentIdentifier(name="x")}


def test_renewals_take_no_room() -> None:
    clock = Time()
    leases = Leases()
    for number in range(1000):
        clock.now = number
        leases.hold("ann", number + 1e6)
        leases.hold("bob", None if number % 2 else number + 10)
    assert len(leases._heap) <= 2 * 2 + 64
    assert leases.end(1e6) == ()
    assert leases.end(1e6 + 1000) == ("ann",)
    assert leases.next_end is None
