"""A person's side of chat, for the command line: send a message, and read the turn that it begins."""

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from xmpp import turn
from xmpp.address import Account, Address
from xmpp.connection import Connection
from xmpp.stanza import carriable


class TurnNotEndedError(Exception):
    """The assistant did not end the turn in time."""


@dataclass(frozen=True, slots=True)
class Said:
    """Something that the assistant said; ``mark`` is None for what it says of its own accord."""

    text: str
    mark: turn.TurnMark | None


class Person:
    """A person who talks to the assistant.

    Args:
        account: the person's account.
        address: where the server is.
        assistant: the assistant's bare JID.
        presence: whether to be available. Without presence, messages that are meant for the person's own client
            (reminders, say) keep going there.
    """

    def __init__(self, account: Account, address: Address, assistant: str, *, presence: bool = False) -> None:
        self._connection = Connection(account, address, presence=presence)
        self._assistant = assistant
        self._heard: asyncio.Queue[Said] = asyncio.Queue()
        self._connection.add_event_handler("message", self._received)

    async def open(self) -> None:
        """Connect.

        Raises:
            WireError: the server can't be reached or does not take the account.
        """
        await self._connection.open()

    async def close(self) -> None:
        """Disconnect."""
        await self._connection.close()

    def send(self, text: str) -> str:
        """Send a message; return its id. Characters that XML cannot carry are replaced."""
        outgoing = self._connection.make_message(mto=self._assistant, mbody=carriable(text), mtype="chat")
        outgoing["id"] = uuid4().hex
        outgoing.send()
        return str(outgoing["id"])

    async def hear(self) -> Said:
        """Wait for the next thing that the assistant says."""
        return await self._heard.get()

    async def say(self, text: str, *, timeout: float) -> AsyncIterator[Said]:
        """Send a message and yield what the assistant says to it, until the turn ends.

        Raises:
            TurnNotEndedError: it did not end within ``timeout`` seconds.
        """
        deadline = time.monotonic() + timeout
        message = self.send(text)
        while True:
            try:
                async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
                    said = await self._heard.get()
            except TimeoutError:
                raise TurnNotEndedError(f"No answer within {timeout:g} s.") from None
            if said.mark is None or said.mark.of != message:
                continue
            yield said
            if said.mark.end:
                return

    def _received(self, incoming: Any) -> None:
        if incoming["from"].bare == self._assistant and incoming["type"] == "chat":
            self._heard.put_nowait(Said(str(incoming["body"]), turn.read(incoming)))
