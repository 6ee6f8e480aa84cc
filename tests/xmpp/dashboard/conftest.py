"""The platform of ``tests/xmpp`` and a browser."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from aiohttp import ClientSession, CookieJar


@pytest_asyncio.fixture(loop_scope="module")
async def visitor() -> AsyncIterator[ClientSession]:
    """Give a client that keeps cookies, in the module's loop."""
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        yield session
