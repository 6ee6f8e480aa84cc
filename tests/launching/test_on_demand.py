"""The agents of a set that the directory starts on demand."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from agents.actuator import ActuatorAgent
from agents.context import AgentContext
from agents.settings import Settings
from behaviours.outcomes import Refuse
from launching.agent_sets import DEFAULT, AgentSet
from launching.on_demand import factories
from ontology.acl import AgentIdentifier
from ontology.expressions import TermSet, UnexpectedArgument, UnrecognisedParameterValue
from xmpp.address import Account, Address
from xmpp.agent import Platform
from xmpp.directory.on_demand import AgentFactories
from xmpp.server.account_book import AccountBook
from xmpp.server.accounts import Accounts

MADE = Account("made@agents.localhost", "secret")


@pytest.fixture
def platform() -> Platform:
    import ssl

    address = Address("127.0.0.1", 1, ssl.create_default_context())
    return Platform(address, "agents.localhost", AgentIdentifier(name="directory@agents.localhost"))


@pytest.fixture
def kinds(tmp_path: Path, platform: Platform) -> AgentFactories:
    usual = AgentContext(Account("first@agents.localhost", "secret"), platform, Settings(), tmp_path)
    book = AccountBook(tmp_path / "book.json")
    accounts = Accounts(store=None, book=book, domains=("agents.localhost",))  # type: ignore[arg-type]
    return factories(AgentSet.read(DEFAULT).agents, usual, accounts)


def test_there_are_the_kinds_of_the_set_of_which_there_may_be_many(kinds: AgentFactories) -> None:
    assert list(kinds.by_type) == ["actuator", "knowledge", "planner", "scheduler", "vision"]


@pytest.mark.parametrize(
    ("offers", "expected"),
    [
        ({}, None),
        ({"offers": "run-code"}, {"run-code"}),
        ({"offers": TermSet(items=("run-code", "exact-arithmetic"))}, {"run-code", "exact-arithmetic"}),
    ],
)
async def test_an_agent_offers_what_is_said(
    kinds: AgentFactories, platform: Platform, offers: dict[str, Any], expected: set[str] | None
) -> None:
    agent = kinds.by_type["actuator"](MADE, platform, offers)
    assert isinstance(agent, ActuatorAgent)
    assert agent.identifier.name == MADE.jid
    assert agent.context.offers == expected


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ({"colour": "red"}, UnexpectedArgument),
        ({"offers": 7}, UnrecognisedParameterValue),
        ({"offers": TermSet(items=("run-code", 7))}, UnrecognisedParameterValue),
    ],
)
def test_other_arguments_are_refused(
    kinds: AgentFactories, platform: Platform, arguments: dict[str, Any], reason: type[object]
) -> None:
    with pytest.raises(Refuse) as caught:
        kinds.by_type["actuator"](MADE, platform, arguments)
    assert isinstance(caught.value.reason, reason)
