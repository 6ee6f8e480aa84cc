"""A language model behind any endpoint that speaks the OpenAI chat completions API.

Nothing goes to the endpoint but the request itself: of the client library's headers only those that HTTP and
the API need are sent, redirects are not followed, and of the environment only the variable that the settings
name is read. The key stays in the function that sets the header; it stands in no error and no log.
"""

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from random import Random
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from planning.errors import LlmInvalid, LlmRefused
from planning.llm.failures import Endpoint, FormatRefused
from planning.llm.model import Completion, Message, Tool, ToolCall, Usage
from planning.llm.parsing import parse, without_thoughts
from planning.llm.retries import Retries, Transient
from planning.settings import LlmSettings, is_loopback

if TYPE_CHECKING:
    import httpx2
    from openai import AsyncOpenAI

_HEADERS = frozenset(
    {"host", "content-type", "content-length", "transfer-encoding", "accept", "accept-encoding", "connection"}
)


class OpenAICompatible:
    """A language model at the endpoint that the settings name.

    Args:
        settings: where it is and how long to wait; ``url`` and ``model`` must be set.
        env: the environment in which the key is looked up.
        random: chance for the waits between tries.

    Raises:
        LlmRefused: the settings name no endpoint, or the key's variable is not set.
    """

    def __init__(
        self, settings: LlmSettings, *, env: Mapping[str, str] = os.environ, random: Random | None = None
    ) -> None:
        if settings.url is None or settings.model is None:
            raise LlmRefused("No language model is configured: set llm.url and llm.model.")
        if settings.key_env and not env.get(settings.key_env):
            raise LlmRefused(
                f"The key of the language model is missing: set the environment variable {settings.key_env}."
            )
        self._settings = settings
        self._endpoint = Endpoint(settings.url, settings.model, settings.timeout)
        self._env = env
        self._retries = Retries(
            attempts=settings.attempts,
            backoff=settings.backoff,
            random=random or Random(),  # noqa: S311 - it only spreads waits
        )
        self._connecting = asyncio.Lock()
        self._client: AsyncOpenAI | None = None
        self._takes_schema = True

    async def complete(
        self,
        messages: Sequence[Message],
        *,
        schema: type[BaseModel] | None = None,
        tools: Sequence[Tool] = (),
        max_tokens: int | None = None,
    ) -> Completion:
        """Return the model's answer. See :class:`planning.llm.model.LanguageModel`."""
        request = self._request(messages, tools, max_tokens)
        return _read(await self._insist(request, schema), schema)

    async def stream(self, messages: Sequence[Message], *, max_tokens: int | None = None) -> AsyncGenerator[str, None]:
        """Return the model's answer in pieces. See :class:`planning.llm.model.LanguageModel`."""
        most = max_tokens or self._settings.max_tokens
        pieces = await self._insist(self._request(messages, (), max_tokens) | {"stream": True}, None)
        async with aclosing(pieces):
            count = 0
            async for piece in self._pieces(pieces):
                count += 1
                # A piece holds a token at least; an endpoint that never stops must not be read for ever.
                if count > 2 * most:
                    raise LlmInvalid(f"it is longer than the {most} tokens allowed.")
                yield piece

    async def aclose(self) -> None:
        """Close the connections."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    async def _insist(self, request: Mapping[str, Any], schema: type[BaseModel] | None) -> Any:
        """Send a request until it is answered, as often and as long as the settings allow."""
        client = await self._connect()
        try:
            async with asyncio.timeout(self._settings.timeout):
                return await self._retries.run(lambda: self._ask(client, request, schema))
        except TimeoutError as error:
            raise self._endpoint.too_slow() from error
        except Transient as failure:
            raise self._endpoint.unavailable(failure) from failure

    async def _ask(self, client: "AsyncOpenAI", request: Mapping[str, Any], schema: type[BaseModel] | None) -> Any:
        """Send a request once, and again without a response format where the endpoint takes none."""
        if schema is None or not self._takes_schema:
            return await self._send(client, request)
        response_format = {
            "type": "json_schema",
            "json_schema": {"name": schema.__name__, "schema": schema.model_json_schema(), "strict": False},
        }
        try:
            return await self._send(client, {**request, "response_format": response_format})
        except FormatRefused:
            answer = await self._send(client, request)
            self._takes_schema = False
            return answer

    async def _send(self, client: "AsyncOpenAI", request: Mapping[str, Any]) -> Any:
        try:
            return await client.chat.completions.create(**request)
        except Exception as error:
            failure = self._endpoint.translate(error, formatted="response_format" in request)
            # An answer to a bad key may repeat a part of it, so it is not kept as the cause.
            raise failure from (None if isinstance(failure, LlmRefused) else error)

    async def _pieces(self, pieces: Any) -> AsyncIterator[str]:
        """Give the texts of the pieces, each within the time allowed, and see that the end comes."""
        ended = False
        source = aiter(pieces)
        while True:
            try:
                async with asyncio.timeout(self._settings.timeout):
                    piece = await anext(source)
            except StopAsyncIteration:
                break
            except TimeoutError as error:
                raise self._endpoint.too_slow() from error
            except Exception as error:
                failure = self._endpoint.translate(error, formatted=False)
                raise (self._endpoint.broke_off() if isinstance(failure, Transient) else failure) from error
            for choice in piece.choices or ():
                if choice.delta and choice.delta.content:
                    yield choice.delta.content
                ended = ended or choice.finish_reason is not None
        if not ended:
            raise self._endpoint.broke_off()

    def _request(self, messages: Sequence[Message], tools: Sequence[Tool], max_tokens: int | None) -> dict[str, Any]:
        # OpenAI's own endpoint has given up the name of this parameter that all others know.
        most = "max_completion_tokens" if self._endpoint.where.endswith("openai.com") else "max_tokens"
        request: dict[str, Any] = {
            "model": self._endpoint.model,
            "messages": [_wire_message(message) for message in messages],
            most: max_tokens or self._settings.max_tokens,
        }
        if self._settings.temperature is not None:
            request["temperature"] = self._settings.temperature
        if tools:
            request["tools"] = [_wire_tool(tool) for tool in tools]
        return request

    async def _connect(self) -> "AsyncOpenAI":
        async with self._connecting:
            if self._client is None:
                # importing the library and reading certificates takes more than a second
                self._client = await asyncio.to_thread(self._make_client)
            return self._client

    def _make_client(self) -> "AsyncOpenAI":
        import httpx2
        from openai import AsyncOpenAI

        settings = self._settings
        key = self._env.get(settings.key_env) if settings.key_env else None

        async def only_what_is_needed(request: "httpx2.Request") -> None:
            for name in [name for name in request.headers if name.lower() not in _HEADERS]:
                del request.headers[name]
            if key:
                request.headers["Authorization"] = f"Bearer {key}"

        return AsyncOpenAI(
            base_url=self._endpoint.url,
            api_key="unused",  # the hook above sets the header; without a value the library looks for one
            max_retries=0,
            timeout=settings.timeout,
            http_client=httpx2.AsyncClient(
                timeout=settings.timeout,
                follow_redirects=False,
                trust_env=not is_loopback(self._endpoint.url),
                event_hooks={"request": [only_what_is_needed]},
            ),
        )


def _read(answer: Any, schema: type[BaseModel] | None) -> Completion:
    """Return the completion in an answer, of which nothing is sure."""
    try:
        choice = answer.choices[0]
        text = without_thoughts(choice.message.content or "")
        calls = tuple(
            ToolCall(id=call.id or f"call-{number}", name=call.function.name, arguments=call.function.arguments)
            for number, call in enumerate(choice.message.tool_calls or ())
            if call.type == "function"
        )
        usage = Usage(
            prompt=getattr(answer.usage, "prompt_tokens", None) or 0,
            completion=getattr(answer.usage, "completion_tokens", None) or 0,
        )
    except (AttributeError, IndexError, TypeError, ValueError) as error:
        raise LlmInvalid("it is not in the form of the chat completions API.") from error
    if not text and not calls:
        raise LlmInvalid("it is empty.")
    return Completion(
        text=text,
        tool_calls=calls,
        usage=usage,
        value=parse(text, schema) if schema is not None and not calls else None,
        finished=choice.finish_reason != "length",
    )


def _wire_message(message: Message) -> dict[str, Any]:
    wire: dict[str, Any] = {"role": message.role, "content": message.content}
    if message.tool_calls:
        wire["tool_calls"] = [
            {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": call.arguments}}
            for call in message.tool_calls
        ]
    if message.tool_call_id is not None:
        wire["tool_call_id"] = message.tool_call_id
    return wire


def _wire_tool(tool: Tool) -> dict[str, Any]:
    return {
        "type": "function",
        "function": {
            "name": tool.name,
            "description": tool.description,
            "parameters": tool.parameters.model_json_schema(),
        },
    }
