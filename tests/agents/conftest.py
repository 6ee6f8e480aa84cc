"""A house for the agents of each test, on one really started Prosody for each module."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.agents.house import House
from tests.xmpp.server.conftest import settings_with_ports
from tests.xmpp.society import empty_container
from xmpp.server.prosody import Prosody


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def prosody(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Prosody]:
    """A running server."""
    server = Prosody(settings_with_ports(), folder=tmp_path_factory.mktemp("xmpp"))
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def house(prosody: Prosody, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A platform without agents, with a data folder; what a test starts on it is stopped."""
    empty_container()
    house = House(prosody, tmp_path_factory.mktemp("data"))
    yield house
    await house.close()
    empty_container()
