"""How long a simple turn takes: from a person's message to the end of its answer, over XMPP.

Beside it, in the same run and over the same server: a message that is merely sent back (the limit of what a turn can
be) and a request to a bare SPADE agent and its reply.
"""

import asyncio
import itertools
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
BLOCKS: Final = 4
"""Turns and echoes are measured in turns, so that what else the machine does meets both."""

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


class _Talk:
    """Takes turns and echoes, and keeps how many milliseconds each took."""

    def __init__(self, assistant: Assistant, person: Client, echo: str) -> None:
        self._assistant, self._person, self._echo = assistant, person, echo
        self._messages = itertools.cycle(MESSAGES)
        self.turns: list[float] = []
        self.by_intent: dict[str, list[float]] = defaultdict(list)
        self.echoes: list[float] = []

    async def warm_up(self) -> None:
        """Take turns and echoes that do not count."""
        await self.take(WARM_UP)
        await self.echo(WARM_UP)
        self.turns.clear()
        self.by_intent.clear()
        self.echoes.clear()

    async def take(self, count: int) -> None:
        """Take so many turns."""
        for _ in range(count):
            answer = await self._person.say(self._assistant.jid, next(self._messages))
            self.turns.append(answer.seconds * 1000)
            self.by_intent[answer.intent].append(answer.seconds * 1000)

    async def echo(self, count: int) -> None:
        """Send so many messages that come back."""
        for _ in range(count):
            text = uuid4().hex
            self._person.heard.clear()
            began = time.perf_counter()
            self._person.send(self._echo, text)
            await self._person.until(lambda heard, text=text: heard.body == text)  # type: ignore[misc]
            self.echoes.append((time.perf_counter() - began) * 1000)


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
    spade: list[float] = []
    async with (
        assistant.client(person.jid, person.password) as client,
        serving("bench.peers.echo", order=Order(logins=(echo,), port=port, certificate=certificate)),
        serving("bench.peers.raw_spade", "reply", order=Order(logins=(answering,), port=port)) as to,
    ):
        talk = _Talk(assistant, client, echo.jid)
        await talk.warm_up()
        for _ in range(BLOCKS):
            await talk.take(TURNS // BLOCKS)
            await talk.echo(ECHOES // BLOCKS)
            ask = Order(logins=(asking,), port=port, rounds=ECHOES // BLOCKS, to=to)
            spade += [seconds * 1000 for seconds in (await measured("bench.peers.raw_spade", "ask", order=ask)).seconds]
    turns, by_intent, echoes = talk.turns, talk.by_intent, talk.echoes
    if show:
        for intent, values in sorted(by_intent.items(), key=lambda item: -statistics.median(item[1])):
            print(f"    {intent or '(talk)':<20}{len(values):>5} turns{statistics.median(values):>8.0f} ms median")
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
