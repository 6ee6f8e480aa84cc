from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from ontology.assistant import ASSISTANT, Calculate
from ontology.management import AMSAgentDescription
from tests.xmpp.directory import Offering
from tests.xmpp.server.conftest import settings_with_ports
from tests.xmpp.society import empty_container
from tests.xmpp.test_agent import ACT, SUMS
from xmpp.agent import FipaAgent
from xmpp.errors import PortTakenError
from xmpp.local_platform import LocalPlatform


@pytest_asyncio.fixture(autouse=True)
async def container() -> AsyncIterator[None]:
    empty_container()
    yield
    empty_container()


async def test_agents_work_on_a_platform_of_their_own() -> None:
    before = asyncio.all_tasks()
    async with LocalPlatform(settings=settings_with_ports()) as platform:
        bob = await platform.start(Offering, "bob", offered=(SUMS,))
        ann = await platform.start(FipaAgent, "ann", ontologies=(ASSISTANT,))
        assert await ann.find_one(Calculate) == bob.identifier
        assert await ann.request(bob.identifier, ACT, timeout=5)
        assert {str(each.name) for each in await ann.directory.search(AMSAgentDescription())} == {
            f"{name}@agents.localhost" for name in ("directory", "ann", "bob")
        }
    assert not any(agent.is_alive() for agent in (ann, bob, platform.directory))
    assert bob.released
    for _ in range(20):
        await asyncio.sleep(0)
    assert asyncio.all_tasks() <= before


async def test_a_folder_keeps_the_accounts(tmp_path: Path) -> None:
    settings = settings_with_ports()
    accounts = []
    for _ in range(2):
        async with LocalPlatform(tmp_path, settings=settings) as platform:
            accounts.append(await platform.account("ann"))
    assert accounts[0] == accounts[1]


async def test_what_cannot_start_leaves_nothing_behind() -> None:
    settings = settings_with_ports()
    async with LocalPlatform(settings=settings) as first:
        before = asyncio.all_tasks()
        with pytest.raises(PortTakenError):
            async with LocalPlatform(settings=settings):
                pass
        assert asyncio.all_tasks() <= before
        assert first.directory.is_alive()


async def test_an_error_in_the_block_comes_out_and_stops_it() -> None:
    with pytest.raises(ValueError, match="mine"):
        async with LocalPlatform(settings=settings_with_ports()) as platform:
            raise ValueError("mine")
    assert not platform.directory.is_alive()
