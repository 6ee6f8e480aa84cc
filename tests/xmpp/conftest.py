"""A really started Prosody on ports of its own, and a platform of agents on it, for each test module that asks."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.xmpp.server.conftest import settings_with_ports
from tests.xmpp.society import Society, empty_container
from xmpp.server.prosody import Prosody


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def prosody(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Prosody]:
    """A running server; tests that use it run in the module's loop and choose names of their own."""
    server = Prosody(settings_with_ports(), folder=tmp_path_factory.mktemp("xmpp"))
    await server.start()
    yield server
    await server.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def society(prosody: Prosody) -> AsyncIterator[Society]:
    """A platform without agents; what a test starts on it is stopped, and SPADE's container emptied."""
    empty_container()
    society = Society(prosody)
    yield society
    await society.close()
    empty_container()
