"""Language models that are at hand: endpoints that answer on this machine, and keys in the environment.

Nothing leaves the machine: only loopback is asked, and of a key no more than its name is reported.
"""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from pydantic import BaseModel, ValidationError

if TYPE_CHECKING:
    import aiohttp

_LARGEST = 1 << 20
_MODELS = 50
_LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Probe:
    """Where a kind of server listens by default, and the path that lists its models."""

    kind: str
    port: int
    path: str


PROBES = (
    Probe("Ollama", 11434, "/api/tags"),
    Probe("vLLM", 8000, "/v1/models"),
    Probe("LM Studio", 1234, "/v1/models"),
    Probe("llama.cpp", 8080, "/v1/models"),
)

KEYS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "OPENAI_API_KEY": ("OpenAI", "https://api.openai.com/v1"),
        "OPENROUTER_API_KEY": ("OpenRouter", "https://openrouter.ai/api/v1"),
        "MISTRAL_API_KEY": ("Mistral", "https://api.mistral.ai/v1"),
        "GROQ_API_KEY": ("Groq", "https://api.groq.com/openai/v1"),
        "DEEPSEEK_API_KEY": ("DeepSeek", "https://api.deepseek.com/v1"),
        "GEMINI_API_KEY": ("Gemini", "https://generativelanguage.googleapis.com/v1beta/openai"),
    }
)
"""Variables that hold keys, with whose they are and where the OpenAI-compatible endpoint is."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A language model that could be used: values for ``llm.url``, ``llm.model`` and ``llm.key_env``.

    ``models`` are the names that the endpoint gave; empty for an endpoint elsewhere, which is not asked.
    """

    kind: str
    url: str
    models: tuple[str, ...] = ()
    key_env: str | None = None


class _Named(BaseModel):
    name: str | None = None
    id: str | None = None


class _Listing(BaseModel):
    """What Ollama (``models``) and the others (``data``) list."""

    models: list[_Named] | None = None
    data: list[_Named] | None = None


async def discover(
    env: Mapping[str, str], *, probes: Sequence[Probe] = PROBES, seconds: float = 0.5
) -> tuple[Offer, ...]:
    """Return the language models at hand: those on this machine first.

    Args:
        env: the environment.
        probes: where to look on this machine.
        seconds: how long this may take in all.
    """
    keys = tuple(
        Offer(kind=kind, url=url, key_env=name) for name, (kind, url) in KEYS.items() if env.get(name, "").strip()
    )
    return await _ask_all(probes, seconds) + keys


async def _ask_all(probes: Sequence[Probe], seconds: float) -> tuple[Offer, ...]:
    import aiohttp

    async with aiohttp.ClientSession(trust_env=False, auto_decompress=False) as session:
        tasks = [asyncio.create_task(_ask(session, probe)) for probe in probes]
        if not tasks:
            return ()
        done, late = await asyncio.wait(tasks, timeout=seconds)
        for task in late:
            task.cancel()
        await asyncio.gather(*late, return_exceptions=True)
        found = [task.result() for task in tasks if task in done]
    return tuple(offer for offer in found if offer is not None)


async def _ask(session: "aiohttp.ClientSession", probe: Probe) -> Offer | None:
    import aiohttp

    base = f"http://127.0.0.1:{probe.port}"
    try:
        async with session.get(base + probe.path, allow_redirects=False) as answer:
            if answer.status != 200:
                return None
            body = await _read(answer)
        listing = _Listing.model_validate(json.loads(body))
    except (aiohttp.ClientError, OSError, ValidationError, ValueError, RecursionError):
        return None
    entries = listing.models if listing.models is not None else listing.data
    names = [entry.id or entry.name for entry in entries or ()]
    usable = tuple(name for name in names if name and name.isprintable() and len(name) <= _LONGEST_NAME)[:_MODELS]
    return Offer(kind=probe.kind, url=f"{base}/v1", models=usable) if usable else None


async def _read(answer: "aiohttp.ClientResponse") -> bytes:
    body = bytearray()
    async for piece in answer.content.iter_any():
        body += piece
        if len(body) > _LARGEST:
            raise ValueError("a list of models is not that long")
    return bytes(body)
