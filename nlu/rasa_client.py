"""Talking to Rasa over HTTP: reading one text, and taking a turn of a conversation."""

import asyncio
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import aiohttp
from pydantic import ValidationError

from nlu.action_server import ActionServer
from nlu.errors import NluUnavailable
from nlu.rasa_readings import Parsed, reading_of
from nlu.readings import Intent, Reading, Turn
from nlu.times import fill_times


@dataclass(frozen=True, slots=True)
class RasaAddress:
    """Where Rasa is, and the token of its API and of our channel."""

    url: str
    token: str = field(repr=False)


class RasaClient:
    """One HTTP client for a Rasa server.

    Args:
        address: where it is.
        timeout: how long one request may take, in seconds.
    """

    def __init__(self, address: RasaAddress, *, timeout: float) -> None:
        self._address = address
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._session: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def is_up(self) -> bool:
        """Tell whether the server answers and has a model."""
        try:
            status = await self._request("GET", "/status", None)
        except NluUnavailable:
            return False
        return isinstance(status, dict) and bool(status.get("model_file") or status.get("model_id"))

    async def parse(self, text: str) -> Parsed:
        """Return what Rasa says of a text.

        Raises:
            NluUnavailable: it does not answer, or not as it should.
        """
        answer = await self._request("POST", "/model/parse", {"text": text})
        try:
            return Parsed.model_validate(answer)
        except ValidationError as error:
            raise NluUnavailable("Rasa's answer is not as it should be.") from error

    async def send(self, sender: str, text: str) -> list[Any]:
        """Send a message through our channel; return Rasa's messages.

        Raises:
            NluUnavailable: it does not answer, or not as it should.
        """
        answer = await self._request("POST", "/webhooks/parley/webhook", {"sender": sender, "message": text})
        if not isinstance(answer, list):
            raise NluUnavailable("Rasa's answer is not as it should be.")
        return answer

    async def forget(self, sender: str) -> None:
        """Drop the conversation with a sender.

        Raises:
            NluUnavailable: it does not answer.
        """
        await self._request("POST", f"/conversations/{quote(sender, safe='')}/tracker/events", {"event": "restart"})

    async def _request(self, method: str, path: str, body: object) -> Any:
        if self._session is None:
            self._session = aiohttp.ClientSession(timeout=self._timeout, trust_env=False)
        try:
            async with self._session.request(
                method,
                self._address.url.rstrip("/") + path,
                json=body,
                params={"token": self._address.token},
                headers={"Authorization": f"Bearer {self._address.token}"},
                allow_redirects=False,
            ) as response:
                response.raise_for_status()
                return await response.json(content_type=None)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise NluUnavailable(f"Rasa does not answer ({type(error).__name__}).") from error


class RasaReader:
    """A reader as ``nlu.readings`` describes it, by a Rasa server."""

    def __init__(self, client: RasaClient) -> None:
        self._client = client

    async def read(self, text: str, *, now: datetime, zone: ZoneInfo) -> Reading:
        """Return the likeliest reading of a text.

        Raises:
            NluUnavailable: Rasa does not answer.
        """
        return await _timed(reading_of(await self._client.parse(text)), now, zone)


class RasaInterpreter:
    """An interpreter as ``nlu.readings`` describes it: Rasa leads the talk, its forms ask for what is missing.

    Args:
        client: the Rasa server.
        actions: serves its custom actions, and keeps the readings that they bring.
    """

    def __init__(self, client: RasaClient, actions: ActionServer) -> None:
        self._client = client
        self._actions = actions
        self._asked: dict[str, str] = {}

    def asked(self, person: str) -> str | None:
        """Return the slot that the person was asked for and has not answered yet; None where nothing is open."""
        return self._asked.get(person)

    async def turn(self, person: str, text: str, *, now: datetime, zone: ZoneInfo) -> Turn:
        """Take one message of a person, whose messages must come one after the other.

        Raises:
            NluUnavailable: Rasa does not answer.
        """
        self._actions.take(person)
        answers = await self._client.send(person, text)
        found = self._actions.take(person)
        readings = [await _timed(reading, now, zone) for reading in found]
        said, asked = _said(answers)
        self._asked.pop(person, None)
        if asked is not None:
            self._asked[person] = asked
        wishes = tuple(reading for reading in readings if reading.intent is not Intent.OUT_OF_SCOPE)
        intent = readings[0].intent if readings and not wishes else None
        return Turn(readings=wishes, say=said, asking=asked is not None, intent=intent)

    async def forget(self, person: str) -> None:
        """Drop what is half said in the conversation with a person.

        Raises:
            NluUnavailable: Rasa does not answer.
        """
        self._asked.pop(person, None)
        await self._client.forget(person)


async def _timed(reading: Reading, now: datetime, zone: ZoneInfo) -> Reading:
    """Return the reading with its times read; a `when` in which there is no time is a misreading, and is dropped."""
    timed = await asyncio.to_thread(fill_times, reading, now, zone)
    if "when" not in timed.slots or timed.times:
        return timed
    return timed.model_copy(update={"slots": {name: text for name, text in timed.slots.items() if name != "when"}})


def _said(answers: list[Any]) -> tuple[tuple[str, ...], str | None]:
    """Return what Rasa says, and the slot that the last of it asks for."""
    said: list[str] = []
    asked: str | None = None
    for answer in answers:
        if not isinstance(answer, dict):
            continue
        text, custom = answer.get("text"), answer.get("custom")
        if isinstance(text, str) and text.strip():
            said.append(text.strip())
        if isinstance(custom, dict) and isinstance(custom.get("asking"), str):
            asked = custom["asking"]
    return tuple(said), asked
