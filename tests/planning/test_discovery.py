"""Language models at hand, looked for on free ports of this machine."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from planning.discovery import PROBES, Offer, Probe, discover

KEY = "sk-very-secret"


@asynccontextmanager
async def server(path: str, body: str, *, status: int = 200, hold: asyncio.Event | None = None) -> AsyncIterator[int]:
    async def answer(_: web.Request) -> web.Response:
        if hold is not None:
            await hold.wait()
        headers = {"location": "/elsewhere"} if status == 302 else {}
        return web.Response(text=body, status=status, content_type="application/json", headers=headers)

    app = web.Application()
    app.router.add_get(path, answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        yield runner.addresses[0][1]
    finally:
        await runner.cleanup()


OLLAMA = '{"models": [{"name": "llama3:8b", "size": 1}, {"name": "qwen3"}]}'
OTHERS = '{"object": "list", "data": [{"id": "my-model", "object": "model"}]}'


async def test_servers_that_answer_are_offered_with_their_models() -> None:
    async with server("/api/tags", OLLAMA) as one, server("/v1/models", OTHERS) as two:
        found = await discover({}, probes=(Probe("Ollama", one, "/api/tags"), Probe("vLLM", two, "/v1/models")))

    assert found == (
        Offer("Ollama", f"http://127.0.0.1:{one}/v1", ("llama3:8b", "qwen3")),
        Offer("vLLM", f"http://127.0.0.1:{two}/v1", ("my-model",)),
    )


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ("<html>a web page</html>", 200),
        ("{}", 200),
        ("[]", 200),
        ('{"data": 3}', 200),
        ('{"data": []}', 200),
        ('{"data": [{"id": null}]}', 200),
        ('{"data": [{"id": "a\\u0007b"}]}', 200),
        ("[" * 100_000, 200),
        (OTHERS + " " * (2 << 20), 200),
        (OTHERS, 404),
        (OTHERS, 302),
    ],
)
async def test_other_servers_are_not_offered(body: str, status: int) -> None:
    async with server("/v1/models", body, status=status) as port:
        assert await discover({}, probes=(Probe("vLLM", port, "/v1/models"),)) == ()


async def test_where_nothing_listens_nothing_is_found(unused_tcp_port: int) -> None:
    assert await discover({}, probes=(Probe("vLLM", unused_tcp_port, "/v1/models"),)) == ()
    assert await discover({}, probes=()) == ()


async def test_a_server_that_does_not_answer_holds_nobody_up() -> None:
    never = asyncio.Event()
    async with server("/v1/models", OTHERS, hold=never) as slow, server("/api/tags", OLLAMA) as quick:
        async with asyncio.timeout(30):
            found = await discover(
                {}, probes=(Probe("vLLM", slow, "/v1/models"), Probe("Ollama", quick, "/api/tags")), seconds=0.3
            )
        never.set()

    assert [offer.kind for offer in found] == ["Ollama"]


@pytest.mark.parametrize(
    ("env", "names"),
    [
        ({}, []),
        ({"OPENAI_API_KEY": KEY}, ["OPENAI_API_KEY"]),
        ({"OPENAI_API_KEY": " "}, []),
        ({"MISTRAL_API_KEY": KEY, "OPENAI_API_KEY": KEY, "OTHER_KEY": KEY}, ["OPENAI_API_KEY", "MISTRAL_API_KEY"]),
    ],
)
async def test_of_a_key_only_the_name_is_told(env: Mapping[str, str], names: list[str]) -> None:
    found = await discover(env, probes=())

    assert [offer.key_env for offer in found] == names
    assert all(offer.url.startswith("https://") for offer in found)
    assert KEY not in repr(found)


def test_the_usual_ports_are_looked_at() -> None:
    assert {(probe.port, probe.path) for probe in PROBES} == {
        (11434, "/api/tags"),
        (8000, "/v1/models"),
        (1234, "/v1/models"),
        (8080, "/v1/models"),
    }
