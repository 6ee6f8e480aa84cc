"""A really started Prosody on ports of its own, for each test module that asks for it."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from xmpp.server.ports import is_free
from xmpp.server.prosody import Prosody
from xmpp.server.settings import XmppSettings


def free_ports() -> tuple[int, int]:
    """Two ports that nobody has, away from the ranges that others choose from."""
    chance = random.SystemRandom()
    found = [p for p in (chance.randint(10_000, 19_999) for _ in range(50)) if is_free(p, address="127.0.0.1")]
    return found[0], found[1]


def settings_with_ports(**more: object) -> XmppSettings:
    """Settings with free ports, so that tests never take the well-known one."""
    port, upload_port = free_ports()
    return XmppSettings.model_validate({"port": port, "upload_port": upload_port, **more})


@pytest.fixture
def settings() -> XmppSettings:
    return settings_with_ports()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def prosody(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Prosody]:
    """A running server; tests that use it run in the module's loop and choose names of their own."""
    server = Prosody(settings_with_ports(), folder=tmp_path_factory.mktemp("xmpp"))
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder that does not exist yet, so deep that a Unix socket's address would not fit."""
    return tmp_path / ("deep" * 12) / ("deeper" * 8) / "xmpp"
