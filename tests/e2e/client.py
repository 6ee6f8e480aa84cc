"""An XMPP client that knows nothing of Parley: slixmpp alone, as any person's client would be."""

import asyncio
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from uuid import uuid4

from slixmpp import ClientXMPP


@dataclass(frozen=True)
class Heard:
    """One message that arrived: its body, who said it, its id, and the stanza itself."""

    body: str
    sender: str
    id: str
    stanza: Any


class Client:
    """A person's client.

    Args:
        jid: the person's bare JID.
        password: their password.
        host: where the server is.
        port: its port.
        certificate: PEM file of the one certificate that is trusted.
    """

    def __init__(self, jid: str, password: str, host: str, port: int, certificate: Path) -> None:
        self._host, self._port = host, port
        context = ssl.create_default_context(cafile=str(certificate))
        self.xmpp = ClientXMPP(f"{jid}/test-{uuid4().hex[:6]}", password, ssl_context=context)
        self.xmpp.enable_direct_tls = False
        self.xmpp.use_aiodns = False
        for plugin in ("xep_0030", "xep_0066", "xep_0085", "xep_0184", "xep_0199", "xep_0363"):
            self.xmpp.register_plugin(plugin)
        self.heard: list[Heard] = []
        self.states: list[str] = []
        self.receipts: list[str] = []
        self._news = asyncio.Event()
        self._online = asyncio.Event()
        self.xmpp.add_event_handler("session_start", self._start)
        self.xmpp.add_event_handler("message", self._message)
        self.xmpp.add_event_handler("message_error", self._message)
        self.xmpp.add_event_handler("chatstate", lambda stanza: self.states.append(stanza["chat_state"]))
        self.xmpp.add_event_handler("receipt_received", lambda stanza: self.receipts.append(stanza["receipt"]))

    async def __aenter__(self) -> Self:
        self.xmpp.connect(self._host, self._port)
        async with asyncio.timeout(15):
            await self._online.wait()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.xmpp.disconnect(wait=1)

    def send(self, to: str, text: str, *, receipt: bool = False) -> str:
        message = self.xmpp.make_message(mto=to, mbody=text, mtype="chat")
        message["id"] = uuid4().hex
        if receipt:
            message["request_receipt"] = True
        message.send()
        return str(message["id"])

    async def until(self, holds: Callable[[Heard], bool], *, timeout: float = 20) -> Heard:
        """Wait for a message that fits, those that have arrived already included."""
        deadline = time.monotonic() + timeout
        seen = 0
        while True:
            for heard in self.heard[seen:]:
                seen += 1
                if holds(heard):
                    return heard
            self._news.clear()
            async with asyncio.timeout(max(0.0, deadline - time.monotonic())):
                await self._news.wait()

    async def ask(self, to: str, text: str, *, timeout: float = 20) -> str:
        """Say something and return the body of the next message from there."""
        before = len(self.heard)
        self.send(to, text)
        answer = await self.until(
            lambda heard: heard in self.heard[before:] and heard.sender == to and bool(heard.body), timeout=timeout
        )
        return answer.body

    def _start(self, _: object) -> None:
        self.xmpp.send_presence()
        self._online.set()

    def _message(self, stanza: Any) -> None:
        self.heard.append(Heard(str(stanza["body"]), stanza["from"].bare, str(stanza["id"]), stanza))
        self._news.set()
