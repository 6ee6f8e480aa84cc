"""The assistant's side of chat: the account under which people write to it.

What clients do is answered in kind: chat states (XEP-0085), receipts (XEP-0184), files sent as links (XEP-0066), and
everything the server keeps (XEP-0313). Only people on the allow-list are answered, and only they may subscribe;
anybody else gets no answer and one line in the log.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final
from urllib.parse import urlsplit
from uuid import uuid4
from xml.etree import ElementTree as ET

from slixmpp.exceptions import XMPPError

from ontology.acl import AgentIdentifier, Performative
from ontology.expressions import EXPRESSIONS, Unauthorised
from ontology.manager import ContentManager
from xmpp import stanza as acl_stanza
from xmpp import turn
from xmpp.address import Account, Address
from xmpp.connection import Connection
from xmpp.errors import ServerError

logger = logging.getLogger(__name__)

_STATES: Final = "http://jabber.org/protocol/chatstates"
_STRANGERS: Final = 1000


@dataclass(frozen=True, slots=True)
class PersonMessage:
    """A message of a person.

    Args:
        person: the bare JID.
        address: the full JID it came from, to which answers go.
        id: the stanza's id.
        text: what was written.
        links: files that were sent along, as the URLs that the server gave them.
    """

    person: str
    address: str
    id: str
    text: str
    links: tuple[str, ...] = ()


class Chat:
    """The assistant's chat account.

    Args:
        account: the account.
        address: where the server is.
        people: bare JIDs of the people who are answered.
        on_message: called with each message of one of them; must not block.
    """

    def __init__(
        self,
        account: Account,
        address: Address,
        *,
        people: Callable[[], frozenset[str]],
        on_message: Callable[[PersonMessage], None],
    ) -> None:
        plugins = (
            "xep_0066",
            "xep_0085",
            "xep_0092",
            "xep_0115",
            "xep_0184",
            "xep_0203",
            "xep_0313",
            "xep_0334",
            "xep_0363",
        )
        self._connection = Connection(account, address, resource="parley", plugins=plugins)
        self._plugins: Any = self._connection.plugin
        self._plugins["xep_0092"].software_name = "Parley"
        # A receipt is an answer, too, so it is given below, to those who are answered.
        self._plugins["xep_0184"].auto_ack = False
        self._people = people
        self._on_message = on_message
        self._strangers: set[str] = set()
        self._origin: str | None = None
        self._connection.add_event_handler("message", self._received)
        self._connection.add_event_handler("presence_subscribe", self._subscribe)

    async def open(self) -> None:
        """Connect and be available.

        Raises:
            WireError: the server can't be reached or does not take the account.
        """
        await self._connection.open()

    async def close(self) -> None:
        """Disconnect."""
        await self._connection.close()

    def composing(self, message: PersonMessage, *, on: bool) -> None:
        """Show the person that an answer is being written, or that it no longer is (XEP-0085)."""
        if self._connection.is_online:
            outgoing = self._connection.make_message(mto=message.address, mtype="chat")
            outgoing["chat_state"] = "composing" if on else "active"
            ET.SubElement(outgoing.xml, "{urn:xmpp:hints}no-store")
            outgoing.send()

    async def reply(self, message: PersonMessage, text: str, mark: turn.TurnMark) -> None:
        """Answer a message.

        Raises:
            WireError: there was no connection for half a minute.
        """
        outgoing = self._message(message.address, text)
        outgoing["chat_state"] = "active" if mark.end else "composing"
        turn.write(outgoing, mark)
        await self._send(outgoing)

    async def tell(self, person: str, text: str, *, delivery: str) -> None:
        """Tell a person something unasked; it has reached the server when this returns.

        The server keeps it where the person is not online.

        Args:
            person: the bare JID.
            text: what to say.
            delivery: the stanza's id, by which :meth:`was_told` finds it again.

        Raises:
            WireError: the server did not take it.
        """
        outgoing = self._message(person, text)
        outgoing["id"] = delivery
        await self._send(outgoing)
        await self._connection.synchronise()

    async def was_told(self, person: str, delivery: str, *, since: datetime) -> bool:
        """Tell whether the server's archive (XEP-0313) has a message of that id to the person.

        Raises:
            WireError: the archive can't be asked.
        """
        self._need_connection()
        archive = self._plugins["xep_0313"].retrieve(
            with_jid=person, start=since, iterator=True, rsm={"max": 50}, timeout=10
        )
        try:
            async for page in archive:
                for result in page["mam"]["results"]:
                    if result["mam_result"]["forwarded"]["stanza"]["id"] == delivery:
                        return True
        except XMPPError as error:
            raise ServerError("The XMPP server does not say what it has delivered.") from error
        return False

    async def upload_origin(self) -> str:
        """Return scheme and authority of the links that the server's upload service (XEP-0363) gives out.

        Raises:
            WireError: it has none, or does not answer.
        """
        if self._origin is None:
            self._need_connection()
            try:
                upload = self._plugins["xep_0363"]
                service = await upload.find_upload_service(timeout=10)
                slot = await upload.request_slot(service["from"], "probe.txt", 1, "text/plain", timeout=10)
            except Exception as error:
                raise ServerError("The XMPP server takes no files at the moment.") from error
            parts = urlsplit(slot["http_upload_slot"]["get"]["url"])
            self._origin = f"{parts.scheme}://{parts.netloc}"
        return self._origin

    def _need_connection(self) -> None:
        if not self._connection.is_online:
            raise ServerError("There is no connection to the XMPP server at the moment.")

    def _message(self, to: str, text: str) -> Any:
        outgoing = self._connection.make_message(mto=to, mbody=acl_stanza.carriable(text), mtype="chat")
        outgoing["id"] = uuid4().hex
        return outgoing

    async def _send(self, outgoing: Any) -> None:
        if not await self._connection.wait_online(30):
            await self._connection.synchronise()
        outgoing.send()

    def _received(self, incoming: Any) -> None:
        sender = incoming["from"]
        if incoming["type"] not in {"chat", "normal"} or sender.bare == self._connection.boundjid.bare:
            return
        if acl_stanza.is_acl(incoming):
            self._refuse_acl(incoming)
            return
        if sender.bare not in self._people():
            self._stranger(sender.bare, "a message")
            return
        if incoming["request_receipt"]:
            self._plugins["xep_0184"].ack(incoming)
        link = incoming["oob"]["url"]
        text = str(incoming["body"])
        self._on_message(
            PersonMessage(
                person=sender.bare,
                address=sender.full,
                id=incoming["id"] or uuid4().hex,
                text="" if link and text.strip() == link else text,
                links=(link,) if link else (),
            )
        )

    def _refuse_acl(self, incoming: Any) -> None:
        """Refuse an ACL message: on this account people are heard, and no agents."""
        self._stranger(incoming["from"].bare, "an ACL message")
        content = ContentManager((EXPRESSIONS,))
        spoken = content.encode(Unauthorised(explanation="I only listen to agents of this platform."))
        sender = AgentIdentifier(name=incoming["from"].full)
        me = AgentIdentifier(name=self._connection.boundjid.bare)
        try:
            message = acl_stanza.read(incoming)
        except acl_stanza.MalformedStanza:
            return
        if message.performative in {Performative.REFUSE, Performative.NOT_UNDERSTOOD, Performative.FAILURE}:
            return
        refusal = message.reply(
            Performative.REFUSE,
            sender=me,
            content=spoken.content,
            language=spoken.language,
            ontology=spoken.ontology,
        )
        self._connection.send_text(acl_stanza.text(refusal, to=sender.name, stanza_id=self._connection.new_id()))

    def _subscribe(self, presence: Any) -> None:
        person = presence["from"].bare
        if person in self._people():
            self._connection.send_presence_subscription(pto=person, ptype="subscribed")
            self._connection.send_presence_subscription(pto=person, ptype="subscribe")
        else:
            self._stranger(person, "a subscription request")

    def _stranger(self, jid: str, what: str) -> None:
        if jid not in self._strangers and len(self._strangers) < _STRANGERS:
            self._strangers.add(jid)
            logger.warning("%s of %s was not answered: they are not on the allow-list", what, jid)
