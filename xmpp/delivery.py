"""Brings ACL messages over one connection: each once, in order, and none lost without a word.

It joins three things that know nothing of the wire or of time: the outbox (what is under way), what was seen (what
has arrived), and the receipts between endpoints. Sends never wait: while there is no connection, letters stay in
the outbox. One timer runs while something is owed or awaited, and none otherwise.
"""

import asyncio
import logging
import time
from collections.abc import Callable
from typing import Any, Final
from xml.sax.saxutils import quoteattr

from slixmpp.xmlstream.handler import Callback

from ontology.acl import ACLMessage
from xmpp import receipts
from xmpp import stanza as acl_stanza
from xmpp.connection import Connection, id_of
from xmpp.outbox import Letter, Outbox
from xmpp.parts import part_text, read_part
from xmpp.seen import Seen, Verdict

logger = logging.getLogger(__name__)

_TICK: Final = 0.25
"""Seconds until receipts are sent that no message has borne."""
_OWED: Final = 16
_PARTS_OWED: Final = 4
"""After so many messages, or parts of large ones, receipts do not wait any longer."""
_LAPSE: Final = 1.0
"""Seconds between two looks at what is overdue."""
_ABSENT: Final = frozenset({"service-unavailable", "recipient-unavailable", "remote-server-timeout"})
"""Conditions (RFC 6120, section 8.3.3) that say of a receiver that it has no session at present."""

Fail = Callable[[ACLMessage, str, str], None]
"""Told of a message that is given up, for whom it was (a bare JID), and why."""


class Delivery:
    """The messages of one endpoint, on their way out and in.

    Args:
        connection: carries them.
        fail: told of what is given up.
        clock: seconds, monotonic.
        numbers: whether to number messages and to send receipts. Who shares an account with others does neither.
    """

    def __init__(
        self,
        connection: Connection,
        fail: Fail,
        *,
        clock: Callable[[], float] = time.monotonic,
        numbers: bool = True,
    ) -> None:
        self._connection = connection
        self._fail = fail
        self._numbers = numbers
        self._outbox = Outbox(clock=clock)
        self._seen = Seen()
        self._timer: asyncio.TimerHandle | None = None
        self._clock = clock
        self._looked = clock()
        self._sessions = 0
        connection.add_event_handler("stanza_acked", lambda stanza: self._outbox.server_took(id_of(stanza)))
        connection.add_event_handler("message_error", self._on_error)
        connection.add_event_handler("stream_negotiated", self._on_session)
        connection.add_event_handler("session_resumed", self._on_resumed)
        connection.register_handler(Callback("Receipts", receipts.TakenMatcher(), self._on_taken))

    def send(self, message: ACLMessage, to: str) -> None:
        """Take a message that XML can carry for one of its receivers, and send it as soon as there is a session.

        Args:
            message: the message.
            to: the receiver's bare JID.

        Raises:
            ConnectionError: the connection has been closed for good.
            OutboxFullError: too much waits to be delivered already.
        """
        if self._connection.is_closed:
            raise ConnectionError("the connection to the XMPP server is closed")
        self._outbox.post(to, message)
        self._send_to(to)
        self._wake()

    def waiting(self, to: str) -> bool:
        """Tell whether anything for that receiver is not known to have arrived."""
        return self._outbox.waiting(to)

    def takes(self, incoming: Any) -> bool:
        """Tell whether a message that came is to be taken: it is new, and nothing before it is missing.

        The message must be of an agents' account. What is taken counts as received.
        """
        numbered = receipts.read_numbered(incoming) if self._numbers else None
        sender = incoming["from"]
        self._outbox.learn(sender.bare, numbers=numbered is not None)
        if numbered is None:
            return True
        verdict = self._seen.judge(sender.bare, sender.full, numbered)
        many = _PARTS_OWED if read_part(incoming) is not None else _OWED
        if self._seen.is_due(sender.bare, numbered, many=many):
            self._send_receipts()
        self._wake()
        return verdict is Verdict.TAKE

    async def close(self) -> None:
        """Send the receipts that are owed, and stop."""
        if self._connection.is_online:
            self._send_receipts()
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _send_to(self, to: str) -> None:
        if not self._connection.is_negotiated:
            return
        for letter, numbered in self._outbox.ready(to):
            beside = receipts.numbered_text(numbered) if numbered is not None and self._numbers else ""
            if letter.part is not None:
                beside += part_text(letter.part)
            taken = self._seen.receipt(to)
            if taken is not None:
                beside += receipts.taken_text(taken)
            stanza = acl_stanza.text(letter.message, to=letter.to, stanza_id=letter.id, beside=beside)
            self._connection.send_text(stanza, letter.id)

    def _send_all(self) -> None:
        for to in self._outbox.receivers:
            self._send_to(to)

    def _send_receipts(self) -> None:
        for address, taken in self._seen.owed():
            # The server neither keeps nor returns a headline where nobody is there.
            self._connection.send_text(
                f"<message to={quoteattr(address)} type='headline'>{receipts.taken_text(taken)}</message>"
            )

    def _on_taken(self, incoming: Any) -> None:
        taken = receipts.read_taken(incoming)
        if taken is None or incoming["type"] == "error" or taken.epoch != self._outbox.epoch:
            return
        peer = incoming["from"].bare
        self._outbox.acknowledge(peer, taken.number, missing=taken.missing)
        self._send_to(peer)

    def _on_error(self, incoming: Any) -> None:
        absent = incoming["error"]["condition"] in _ABSENT
        peer = incoming["from"].bare
        message = self._outbox.returned(incoming["id"], absent=absent)
        if message is not None:
            self._fail(message, peer, "cannot be reached at the moment")
            self._send_to(peer)
        self._wake()

    def _on_session(self, _: Any) -> None:
        if self._connection.bound:
            self._sessions += 1
            self._outbox.session_is_new(lost=self._sessions > 1)
            self._send_all()

    def _on_resumed(self, _: Any) -> None:
        acknowledging: Any = self._connection.plugin["xep_0198"]
        self._outbox.session_goes_on({id_of(stanza) for _, stanza in acknowledging.unacked_queue})
        self._send_all()

    def _wake(self) -> None:
        if self._timer is None and (len(self._outbox) or self._seen.owes):
            self._timer = asyncio.get_running_loop().call_later(_TICK, self._tick)

    def _tick(self) -> None:
        self._timer = None
        online = self._connection.is_negotiated
        if self._clock() - self._looked >= _LAPSE:
            self._looked = self._clock()
            for letter in self._outbox.lapsed(online=online):
                self._given_up(letter)
        if online:
            self._send_receipts()
            self._send_all()
        if not self._connection.is_closed:
            self._wake()

    def _given_up(self, letter: Letter) -> None:
        logger.warning("a message to %s was given up: it did not get there in time", letter.to)
        self._fail(letter.message, letter.to, "could not be reached in time")
