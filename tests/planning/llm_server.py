"""A small server that speaks the chat completions API and says what a test scripts, reply by reply."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from planning.settings import LlmSettings


@dataclass(frozen=True, kw_only=True)
class Reply:
    """One answer of the server.

    ``text`` is wrapped into a completion unless ``body`` gives the whole answer. ``pieces`` are streamed;
    ``cut`` closes the connection instead of ending. ``hold`` is waited for before anything is sent.
    """

    text: str = ""
    status: int = 200
    body: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    tool_calls: Sequence[tuple[str, str]] = ()
    finish: str = "stop"
    pieces: Sequence[str] | None = None
    cut: bool = False
    hold: asyncio.Event | None = None


@dataclass(frozen=True)
class Request:
    """What the server was sent."""

    headers: Mapping[str, str]
    body: Any


class LlmServer:
    """The server: ``url`` is its base URL, ``requests`` what it was sent so far."""

    def __init__(self, url: str, replies: list[Reply]) -> None:
        self.url = url
        self.requests: list[Request] = []
        self._replies = replies

    def settings(self, **others: Any) -> LlmSettings:
        """Return settings that lead here, with waits that do not hold up tests."""
        return LlmSettings(**{"url": self.url, "model": "test-model", "timeout": 5, "backoff": 0.001} | others)

    async def handle(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(Request(dict(request.headers), await request.json()))
        reply = self._replies.pop(0)
        if reply.hold is not None:
            await reply.hold.wait()
        if reply.pieces is not None and reply.status == 200:
            return await self._stream(request, reply)
        if reply.cut:
            assert request.transport is not None
            request.transport.abort()
        body = reply.body if reply.body is not None or reply.status != 200 else json.dumps(_completion(reply))
        return web.Response(
            status=reply.status, text=body or "{}", headers=reply.headers, content_type="application/json"
        )

    async def _stream(self, request: web.Request, reply: Reply) -> web.StreamResponse:
        response = web.StreamResponse(headers={"content-type": "text/event-stream"})
        await response.prepare(request)
        for piece in reply.pieces or ():
            await response.write(_event({"delta": {"content": piece}, "finish_reason": None}))
        if reply.cut:
            assert request.transport is not None
            request.transport.abort()
            return response
        if reply.finish:
            await response.write(_event({"delta": {}, "finish_reason": reply.finish}))
        await response.write(b"data: [DONE]\n\n")
        return response


def _event(choice: Mapping[str, Any]) -> bytes:
    chunk = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "test-model"}
    return f"data: {json.dumps(chunk | {'choices': [{'index': 0, **choice}]})}\n\n".encode()


def _completion(reply: Reply) -> dict[str, Any]:
    calls = [
        {"id": f"call{n}", "type": "function", "function": {"name": name, "arguments": arguments}}
        for n, (name, arguments) in enumerate(reply.tool_calls)
    ]
    message = {"role": "assistant", "content": reply.text or None} | ({"tool_calls": calls} if calls else {})
    return {
        "id": "c",
        "object": "chat.completion",
        "created": 1,
        "model": "test-model",
        "choices": [{"index": 0, "message": message, "finish_reason": reply.finish}],
        "usage": {"prompt_tokens": 7, "completion_tokens": 3, "total_tokens": 10},
    }


@asynccontextmanager
async def serve(*replies: Reply) -> AsyncIterator[LlmServer]:
    """Serve on a free port of loopback."""
    app = web.Application()
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    server = LlmServer("", list(replies))
    app.router.add_post("/v1/chat/completions", server.handle)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    server.url = f"http://127.0.0.1:{runner.addresses[0][1]}/v1"
    try:
        yield server
    finally:
        await runner.cleanup()
