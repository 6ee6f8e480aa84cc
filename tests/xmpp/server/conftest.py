"""Settings and folders for servers of a test's own."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from xmpp.server.ports import is_free
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


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A data folder that does not exist yet, so deep that a Unix socket's address would not fit."""
    return tmp_path / ("deep" * 12) / ("deeper" * 8) / "xmpp"
