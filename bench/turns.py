"""How long a simple turn takes: from a person's message to the end of its answer, over XMPP.

Beside it, in the same run and over the same server: a message that is merely sent back (the limit of what a turn can
be) and a request to a bare SPADE agent and its reply.
"""

import asyncio
import statistics
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import Final
from uuid import uuid4

from bench import started
from bench.measures import Measure, quantile
from bench.peers.orders import Login, Order
from bench.peers.starting import measured, serving
from launching.clients import Home
from tests.e2e.assistant import Assistant
from tests.e2e.client import Client
from xmpp.allow_list import AllowList

TURNS: Final = 200
WARM_UP: Final = 20
ECHOES: Final = 200

MEDIAN_MS: Final = 100.0
P99_MS: Final = 500.0

DOCUMENT: Final = "# Ferry\n\nThe ferry to the island leaves at ten past eight from the old pier.\n"

MESSAGES: Final = (
    "hello",
    "what is 17% of 2340?",
    "remind me tomorrow at 9 to call John",
    "what time is it?",
    "remember that my sister's name is Mia",
    "what is my sister's name?",
    "list my reminders",
    "what do my notes say about the ferry?",
    "cancel the reminder about John",
    "thanks",
    "what can you do?",
    "how much is 12 times 13",
    "remind me in 2 hours to water the plants",
    "find the markdown files in my documents",
    "cancel all my reminders",
    "what time is it in Tokyo?",
)
"""One after another, again and again: a day's mixture."""


async def _logins(assistant: Assistant, names: Sequence[str]) -> list[Login]:
    server = Home(assistant.data).server()
    made = await server.accounts.ensure([f"{name}@{server.address.domain}" for name in names])
    return [Login(jid=account.jid, password=account.password) for account in made]


async def _turns(assistant: Assistant, person: Client) -> tuple[list[float], dict[str, list[float]]]:
    """Take turns; return their milliseconds, and by what they were read as."""
    turns: list[float] = []
    by_intent: dict[str, list[float]] = defaultdict(list)
    for number in range(WARM_UP + TURNS):
        answer = await person.say(assistant.jid, MESSAGES[number % len(MESSAGES)])
        if number >= WARM_UP:
            turns.append(answer.seconds * 1000)
            by_intent[answer.intent].append(answer.seconds * 1000)
    return turns, by_intent


async def _echoes(person: Client, to: str) -> list[float]:
    """Send messages that come back; return the milliseconds of each."""
    found = []
    for _ in range(ECHOES + WARM_UP):
        text = uuid4().hex
        began = time.perf_counter()
        person.send(to, text)
        await person.until(lambda heard, text=text: heard.body == text)  # type: ignore[misc]
        found.append((time.perf_counter() - began) * 1000)
        person.heard.clear()
    return found[WARM_UP:]


async def measure(*, rasa: bool, show: bool = True) -> list[Measure]:
    """Measure turns with Rasa up, or by the rule parser alone."""
    with started.folders() as (home, data):
        (home / "Documents" / "ferry.md").write_text(DOCUMENT)
        with started.assistant(home, data, rasa=rasa) as assistant:
            await asyncio.to_thread(started.start, assistant)
            if rasa:
                await started.await_rasa(assistant)
            return await _measure(assistant, rasa=rasa, show=show)


async def _measure(assistant: Assistant, *, rasa: bool, show: bool) -> list[Measure]:
    status, _, err = await assistant.command("ingest", assistant.environment["HOME"] + "/Documents/ferry.md")
    if status != 0:
        raise RuntimeError(f"the document could not be taken in: {err}")
    person, echo, asking, answering = await _logins(assistant, ["turns", "echo", "asking", "answering"])
    AllowList(assistant.data / "people.json").add(person.jid)
    port = int(assistant.runtime["xmpp"]["port"])
    certificate = str(assistant.data / "xmpp" / "tls" / "certificate.pem")
    async with assistant.client(person.jid, person.password) as client:
        turns, by_intent = await _turns(assistant, client)
        async with serving("bench.peers.echo", order=Order(logins=(echo,), port=port, certificate=certificate)):
            echoes = await _echoes(client, echo.jid)
    reply = Order(logins=(answering,), port=port)
    async with serving("bench.peers.raw_spade", "reply", order=reply) as to:
        ask = Order(logins=(asking,), port=port, rounds=ECHOES, to=to)
        spade = [seconds * 1000 for seconds in (await measured("bench.peers.raw_spade", "ask", order=ask)).seconds]
    if show:
        for intent, values in sorted(by_intent.items(), key=lambda item: -statistics.median(item[1])):
            print(f"    {intent:<20}{len(values):>5} turns{statistics.median(values):>8.0f} ms median")
    median, parser = statistics.median(turns), "Rasa" if rasa else "rule parser"
    return [
        Measure(f"turn, {parser}: median of {TURNS}", median, "ms", target=MEDIAN_MS),
        Measure(f"turn, {parser}: p95", quantile(turns, 0.95), "ms"),
        Measure(f"turn, {parser}: p99", quantile(turns, 0.99), "ms", target=P99_MS, compared=False),
        Measure("echo by slixmpp over the same server: median", statistics.median(echoes), "ms", compared=False),
        Measure("request and reply by raw SPADE: median", statistics.median(spade), "ms", compared=False),
        Measure(f"turn, {parser} / echo", median / statistics.median(echoes), "x"),
        Measure(f"turn, {parser} / raw SPADE", median / statistics.median(spade), "x"),
    ]
