"""An XMPP client that knows nothing of Parley: slixmpp alone, as any person's client would be."""

import asyncio
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from uuid import uuid4
from xml.etree import ElementTree as ET

from slixmpp import JID, ClientXMPP

TURN = "{urn:parley:turn:0}"
FORM = "{jabber:x:data}"


@dataclass(frozen=True)
class Source:
    """A source that an answer names."""

    title: str
    location: str
    page: str | None


@dataclass(frozen=True)
class Heard:
    """One message that arrived: its body, who said it, its id, and the stanza itself."""

    body: str
    sender: str
    id: str
    stanza: Any

    @property
    def turn(self) -> Any:
        """The element that says which turn the message is of; None where it has none."""
        return self.stanza.xml.find(f"{TURN}turn")

    @property
    def sources(self) -> tuple[Source, ...]:
        found = [] if self.turn is None else self.turn.findall(f"{TURN}source")
        return tuple(Source(s.get("title", ""), s.get("location", ""), s.get("page")) for s in found)

    @property
    def is_late(self) -> bool:
        """Whether the server kept it for a while (XEP-0203)."""
        return self.stanza.xml.find("{urn:xmpp:delay}delay") is not None

    @property
    def parameters(self) -> dict[str, str]:
        """The parameters of an ACL message: the fields of its form."""
        fields = self.stanza.xml.iterfind(f"{FORM}x/{FORM}field")
        return {field.get("var", ""): field.findtext(f"{FORM}value") or "" for field in fields}


@dataclass(frozen=True)
class Answer:
    """All that was said to one message."""

    parts: tuple[Heard, ...]
    seconds: float

    @property
    def text(self) -> str:
        return "\n".join(part.body for part in self.parts)

    @property
    def state(self) -> str:
        return str(self.parts[-1].turn.get("state"))

    @property
    def intent(self) -> str:
        return str(self.parts[-1].turn.get("intent"))

    @property
    def sources(self) -> tuple[Source, ...]:
        return self.parts[-1].sources


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

    async def say(self, to: str, text: str, *, timeout: float = 30) -> Answer:
        """Say something, and return what is said to it until the turn ends."""
        began = time.monotonic()
        return await self.answer_to(self.send(to, text), since=began, timeout=timeout)

    async def answer_to(self, message: str, *, since: float, timeout: float = 30) -> Answer:
        """Wait for the end of the turn that a message began."""

        def ends(heard: Heard) -> bool:
            return heard.turn is not None and heard.turn.get("of") == message and heard.turn.get("end") == "true"

        await self.until(ends, timeout=timeout)
        parts = (heard for heard in self.heard if heard.turn is not None and heard.turn.get("of") == message)
        return Answer(tuple(parts), time.monotonic() - since)

    async def upload(self, path: Path, kind: str) -> str:
        """Put a file on the server (XEP-0363) and return its URL."""
        domain = JID(self.xmpp.boundjid.host)
        url = await self.xmpp.plugin["xep_0363"].upload_file(path, domain=domain, content_type=kind, timeout=15)
        return str(url)

    def send_link(self, to: str, url: str) -> str:
        """Send a message that is a link, as clients do after an upload (XEP-0066)."""
        message = self.xmpp.make_message(mto=to, mbody=url, mtype="chat")
        message["id"] = uuid4().hex
        message["oob"]["url"] = url
        message.send()
        return str(message["id"])

    def send_acl(self, to: str, content: str, **parameters: str) -> str:
        """Send what has the form of an ACL message; return its reply-with."""
        reply_with = uuid4().hex
        message = self.xmpp.make_message(mto=to, mbody=content, mtype="chat")
        form = ET.SubElement(message.xml, f"{FORM}x", {"type": "form"})
        ET.SubElement(form, f"{FORM}title").text = "spade:x:metadata"
        fields = {"language": "json", "ontology": "parley-assistant", "conversation-id": uuid4().hex} | {
            name.replace("_", "-"): value for name, value in parameters.items()
        }
        for name, value in (fields | {"reply-with": reply_with}).items():
            field = ET.SubElement(form, f"{FORM}field", {"var": name, "type": "text-single"})
            ET.SubElement(field, f"{FORM}value").text = value
        message.send()
        return reply_with

    async def acl_answer(self, reply_with: str, *, timeout: float = 15) -> Heard:
        """Wait for the ACL message that answers the one of that reply-with."""
        return await self.until(lambda heard: heard.parameters.get("in-reply-to") == reply_with, timeout=timeout)

    async def synchronise(self) -> None:
        """Wait until the server has handled what was sent before, and everything it had sent has arrived."""
        await self.xmpp.plugin["xep_0199"].send_ping(JID(self.xmpp.boundjid.host), timeout=10)

    async def ask(self, to: str, text: str, *, timeout: float = 20) -> str:
        """Say something and return the body of the next message from there."""
        before = len(self.heard)
        self.send(to, text)
        answer = await self.until(
            lambda heard: heard in self.heard[before:] and heard.sender == to and bool(heard.body), timeout=timeout
        )
        return answer.body

    async def _start(self, _: object) -> None:
        # In the order of RFC 6121: only who asked for the roster hears of subscriptions.
        await self.xmpp.get_roster()
        self.xmpp.send_presence()
        self._online.set()

    def _message(self, stanza: Any) -> None:
        self.heard.append(Heard(str(stanza["body"]), stanza["from"].bare, str(stanza["id"]), stanza))
        self._news.set()
