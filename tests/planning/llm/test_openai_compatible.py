"""The back end for OpenAI-compatible endpoints, against a server that misbehaves as told."""

import asyncio
import json
import logging
import socket
from collections.abc import Mapping
from random import Random
from typing import Any

import pytest
from pydantic import BaseModel

from planning.errors import LlmError, LlmInvalid, LlmRefused, LlmUnavailable
from planning.llm import LanguageModel, Message, OpenAICompatible, Tool, ToolCall
from planning.settings import LlmSettings
from tests.planning.llm_server import LlmServer, Reply, serve

HELLO = (Message(role="system", content="Be brief."), Message(role="user", content="Hello"))
KEY = "sk-very-secret-0123456789"


class City(BaseModel):
    name: str


class Weather(BaseModel):
    """Arguments of a tool."""

    city: str


def model(server: LlmServer, env: Mapping[str, str] | None = None, **settings: Any) -> OpenAICompatible:
    return OpenAICompatible(server.settings(**settings), env=env or {}, random=Random(1))


async def read(llm: OpenAICompatible, pieces: list[str], max_tokens: int | None = None) -> None:
    """Read a stream to its end; what came before an error is in ``pieces``."""
    async for piece in llm.stream(HELLO, max_tokens=max_tokens):
        pieces.append(piece)


async def test_a_text_comes_with_what_it_took() -> None:
    async with serve(Reply(text="Good day.")) as server:
        llm: LanguageModel = model(server)
        completion = await llm.complete(HELLO)
        await llm.aclose()

    assert (completion.text, completion.finished, completion.value) == ("Good day.", True, None)
    assert (completion.usage.prompt, completion.usage.completion) == (7, 3)
    assert server.requests[0].body == {
        "model": "test-model",
        "messages": [{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Hello"}],
        "max_tokens": 2048,
    }


async def test_nothing_else_is_told_to_the_endpoint(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "OPENAI_ADMIN_KEY", "OPENAI_ORG_ID", "OPENAI_PROJECT_ID"):
        monkeypatch.setenv(name, KEY)
    monkeypatch.setenv("OPENAI_CUSTOM_HEADERS", f"X-Custom: {KEY}")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:1/v1")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    async with serve(Reply(text="x")) as server:
        llm = model(server)
        await llm.complete(HELLO)
        await llm.aclose()

    sent = {name.lower(): value for name, value in server.requests[0].headers.items()}
    assert sent.keys() <= {"host", "accept", "accept-encoding", "connection", "content-type", "content-length"}
    assert KEY not in str(sent)


async def test_the_key_named_in_the_settings_is_sent_and_shown_nowhere(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    refusal = json.dumps({"error": {"message": f"Incorrect API key provided: {KEY}", "code": "invalid_api_key"}})
    async with serve(Reply(text="x"), Reply(status=401, body=refusal)) as server:
        llm = model(server, {"MY_KEY": KEY}, key_env="MY_KEY")
        await llm.complete(HELLO)
        with pytest.raises(LlmRefused, match=r"does not accept the key; check llm.key_env") as caught:
            await llm.complete(HELLO)
        await llm.aclose()

    assert server.requests[0].headers["Authorization"] == f"Bearer {KEY}"
    assert KEY not in str(server.requests[0].body)
    assert KEY not in f"{caught.value!r}{caught.value.__cause__!r}"
    assert KEY not in caplog.text
    assert KEY not in repr(vars(llm).keys())


@pytest.mark.parametrize(
    ("settings", "problem"),
    [
        (LlmSettings(), "No language model is configured: set llm.url and llm.model."),
        (LlmSettings(url="https://a/v1", model="m", key_env="MY_KEY"), "set the environment variable MY_KEY"),
    ],
)
def test_without_endpoint_or_key_there_is_no_model(settings: LlmSettings, problem: str) -> None:
    with pytest.raises(LlmRefused, match=problem):
        OpenAICompatible(settings, env={"MY_KEY": ""})


@pytest.mark.parametrize(
    "failure",
    [
        Reply(status=429),
        Reply(status=429, headers={"retry-after": "0"}),
        Reply(status=429, headers={"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}),
        Reply(status=500),
        Reply(status=503),
        Reply(cut=True),
    ],
)
async def test_a_busy_endpoint_is_asked_again(failure: Reply) -> None:
    async with serve(failure, failure, Reply(text="now")) as server:
        llm = model(server)
        assert (await llm.complete(HELLO)).text == "now"
        await llm.aclose()
    assert len(server.requests) == 3


@pytest.mark.parametrize(
    ("replies", "settings", "error", "problem"),
    [
        ([Reply(status=500)] * 3, {}, LlmUnavailable, r"failed \(status 500\). Please try later"),
        ([Reply(status=429)] * 2, {"attempts": 2}, LlmUnavailable, "has too much to do. Please try later"),
        ([Reply(status=403)], {}, LlmRefused, "does not accept the key"),
        ([Reply(status=404)], {}, LlmRefused, "There is no model test-model at"),
        ([Reply(status=400)], {}, LlmRefused, r"does not take the request \(status 400\)"),
        (
            [Reply(status=429, body='{"error": {"code": "insufficient_quota", "message": "x"}}')],
            {},
            LlmRefused,
            "no credit left",
        ),
        ([Reply(status=302, headers={"location": "http://127.0.0.1:1/"})], {}, LlmError, "does not take the request"),
        ([Reply(text="")], {}, LlmInvalid, "it is empty"),
        ([Reply(body="<html>")], {}, LlmInvalid, "not in the form"),
        ([Reply(body="[]")], {}, LlmInvalid, "not in the form"),
        ([Reply(body="{}")], {}, LlmInvalid, "not in the form"),
        ([Reply(body='{"choices": [{"message": {"content": 5}}]}')], {}, LlmInvalid, "not in the form"),
        ([Reply(body='{"choices": [7]}')], {}, LlmInvalid, "not in the form"),
    ],
)
async def test_what_goes_wrong_is_told_apart(
    replies: list[Reply], settings: dict[str, Any], error: type[LlmError], problem: str
) -> None:
    async with serve(*replies) as server:
        llm = model(server, **settings)
        with pytest.raises(error, match=problem) as caught:
            await llm.complete(HELLO)
        await llm.aclose()

    assert len(server.requests) == len(replies), "no try more than is due"
    assert "\n" not in str(caught.value)


async def test_an_endpoint_that_is_not_there_is_said() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}/v1"
        llm = OpenAICompatible(LlmSettings(url=url, model="m", backoff=0.001), env={})
        with pytest.raises(LlmUnavailable, match=r"cannot be reached. Please try later"):
            await llm.complete(HELLO)
        await llm.aclose()


async def test_a_slow_endpoint_is_left_in_time() -> None:
    never = asyncio.Event()
    async with serve(Reply(hold=never), Reply(pieces=["a"], hold=never)) as server:
        llm = model(server, timeout=0.5)
        pieces: list[str] = []
        await llm._connect()
        with pytest.raises(LlmUnavailable, match=r"did not answer within 0.5 seconds"):
            await llm.complete(HELLO)
        with pytest.raises(LlmUnavailable, match=r"did not answer within 0.5 seconds"):
            await read(llm, pieces)
        await llm.aclose()
        never.set()
    assert pieces == []
    assert len(server.requests) == 2, "who is slow is not asked again"


async def test_patience_that_the_endpoint_asks_for_ends_with_the_time() -> None:
    async with serve(Reply(status=429, headers={"retry-after": "60"})) as server:
        llm = model(server, timeout=0.3)
        await llm._connect()
        with pytest.raises(LlmUnavailable, match=r"within 0.3 seconds"):
            await llm.complete(HELLO)
        await llm.aclose()


async def test_an_answer_is_read_by_the_schema() -> None:
    async with serve(Reply(text='```json\n{"name": "Rome"}\n```')) as server:
        llm = model(server)
        completion = await llm.complete(HELLO, schema=City, max_tokens=50)
        await llm.aclose()

    assert completion.value == City(name="Rome")
    asked = server.requests[0].body
    assert asked["max_tokens"] == 50
    assert asked["response_format"]["json_schema"]["name"] == "City"
    assert asked["response_format"]["json_schema"]["schema"]["required"] == ["name"]


async def test_prose_in_place_of_json_is_refused_with_what_was_said() -> None:
    async with serve(Reply(text="I think it is Rome.")) as server:
        llm = model(server)
        with pytest.raises(LlmInvalid, match="no JSON object") as caught:
            await llm.complete(HELLO, schema=City)
        await llm.aclose()
    assert caught.value.text == "I think it is Rome."
    assert len(server.requests) == 1


async def test_an_endpoint_without_response_formats_is_asked_without() -> None:
    answer = Reply(text='{"name": "Rome"}')
    async with serve(Reply(status=400), answer, answer) as server:
        llm = model(server)
        assert (await llm.complete(HELLO, schema=City)).value == City(name="Rome")
        assert (await llm.complete(HELLO, schema=City)).value == City(name="Rome")
        await llm.aclose()
    assert ["response_format" in request.body for request in server.requests] == [True, False, False]


async def test_tools_are_offered_called_and_answered() -> None:
    tool = Tool(name="weather", description="The weather of a city.", parameters=Weather)
    call = ToolCall(id="call0", name="weather", arguments='{"city": "Rome"}')
    async with serve(Reply(tool_calls=[("weather", '{"city": "Rome"}')]), Reply(text="Sunny.")) as server:
        llm = model(server, temperature=0)
        first = await llm.complete(HELLO, tools=(tool,))
        answered = (
            *HELLO,
            Message(role="assistant", tool_calls=first.tool_calls),
            Message(role="tool", content="sun", tool_call_id="call0"),
        )
        second = await llm.complete(answered, tools=(tool,))
        await llm.aclose()

    assert first.tool_calls == (call,)
    assert second.text == "Sunny."
    assert server.requests[0].body["temperature"] == 0
    assert server.requests[0].body["tools"][0]["function"]["parameters"]["required"] == ["city"]
    assert server.requests[1].body["messages"][-2]["tool_calls"][0]["function"]["name"] == "weather"
    assert server.requests[1].body["messages"][-1] == {"role": "tool", "content": "sun", "tool_call_id": "call0"}


async def test_an_answer_that_was_cut_off_says_so() -> None:
    async with serve(Reply(text="It was a dark", finish="length")) as server:
        llm = model(server)
        assert not (await llm.complete(HELLO)).finished
        await llm.aclose()


async def test_a_stream_comes_in_pieces() -> None:
    async with serve(Reply(status=429), Reply(pieces=["Good ", "day", "."])) as server:
        llm = model(server)
        assert [piece async for piece in llm.stream(HELLO)] == ["Good ", "day", "."]
        await llm.aclose()
    assert server.requests[1].body["stream"] is True


@pytest.mark.parametrize("reply", [Reply(pieces=["Good "], cut=True), Reply(pieces=["Good "], finish="")])
async def test_a_stream_that_breaks_off_is_no_answer(reply: Reply) -> None:
    async with serve(reply) as server:
        llm = model(server)
        pieces: list[str] = []
        with pytest.raises(LlmUnavailable, match="broke off in the middle"):
            await read(llm, pieces)
        await llm.aclose()
    assert pieces in ([], ["Good "])
    assert len(server.requests) == 1


async def test_a_stream_without_end_is_left() -> None:
    async with serve(Reply(pieces=["x"] * 100)) as server:
        llm = model(server)
        with pytest.raises(LlmInvalid, match="longer than the 4 tokens allowed"):
            await read(llm, [], max_tokens=4)
        await llm.aclose()


async def test_a_stream_need_not_be_read_to_its_end() -> None:
    async with serve(Reply(pieces=["a", "b", "c"]), Reply(text="x")) as server:
        llm = model(server)
        pieces = llm.stream(HELLO)
        assert await anext(aiter(pieces)) == "a"
        await pieces.aclose()
        assert (await llm.complete(HELLO)).text == "x"
        await llm.aclose()


async def test_openais_own_endpoint_gets_the_name_it_wants() -> None:
    own = OpenAICompatible(
        LlmSettings(url="https://api.openai.com/v1", model="m", key_env="K", max_tokens=9), env={"K": "k"}
    )
    assert own._request(HELLO, (), None)["max_completion_tokens"] == 9
