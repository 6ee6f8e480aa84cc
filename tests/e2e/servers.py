"""Servers of this machine that an assistant is led to: a language model that says what it is told to, and a page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from aiohttp import web

from tests.planning.llm_server import LlmServer, Reply


@asynccontextmanager
async def language_model(port: int, *replies: Reply) -> AsyncIterator[LlmServer]:
    """Serve the chat completions API at a port, with these replies in their order."""
    server = LlmServer(f"http://127.0.0.1:{port}/v1", list(replies))
    app = web.Application()
    app.router.add_post("/v1/chat/completions", server.handle)
    async with serving(app, port):
        yield server


@asynccontextmanager
async def serving(app: web.Application, port: int) -> AsyncIterator[None]:
    """Serve an application at a port of loopback."""
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        yield
    finally:
        await runner.cleanup()
