"""One client's connection to an XMPP server, kept up.

What slixmpp leaves open is closed here: opening it fails with a clear error where no server answers, a lost
connection is made again (with back-off; stream management, XEP-0198, resumes the session where it can), and
closing it ends every attempt.
"""

import asyncio
import logging
import ssl
from asyncio import sslproto
from collections.abc import Iterable
from contextlib import suppress
from typing import Any, Final

from slixmpp import JID, ClientXMPP
from slixmpp.exceptions import IqError

import xmpp.scram  # noqa: F401 - logs in without holding up the loop
from xmpp.address import Account, Address
from xmpp.errors import LoginRefusedError, ServerNotTrustedError, ServerUnreachableError

logger = logging.getLogger(__name__)

_FIRST_PAUSE: Final = 0.5
_LONGEST_PAUSE: Final = 10.0
"""Seconds before the second attempt to connect again, and at most between two attempts; each doubles the last."""
# Every encrypted connection of asyncio's has a buffer of this size, 256 KiB unless told otherwise: more than all the
# rest of an agent.
sslproto.SSLProtocol.max_size = 16 * 1024
_WINDOW: Final = 20
"""After so many stanzas the server is asked which of them it has."""


class _Text(str):
    """A stanza as text, with its id; XEP-0198 counts and resends it as it does slixmpp's own."""

    __slots__ = ("stanza_id",)

    stanza_id: str


def id_of(stanza: Any) -> str:
    """Return the id of something that was sent, be it text or a stanza of slixmpp's."""
    return stanza.stanza_id if isinstance(stanza, _Text) else str(stanza.xml.get("id", ""))


class Connection(ClientXMPP):
    """A connection of one account.

    Args:
        account: who connects.
        address: where to.
        resource: the resource to ask for; the server chooses where it is empty.
        presence: whether to send initial presence, without which nothing addressed to the bare JID arrives.
        plugins: further slixmpp plugins to load.
    """

    def __init__(
        self,
        account: Account,
        address: Address,
        *,
        resource: str = "",
        presence: bool = True,
        plugins: Iterable[str] = (),
    ) -> None:
        jid = f"{account.jid}/{resource}" if resource else account.jid
        super().__init__(jid, account.password, ssl_context=address.tls)
        self._address = address
        self._presence = presence
        self._closing = False
        self._pause = 0.0
        self._online = asyncio.Event()
        self._negotiated = False
        self._opening: asyncio.Future[None] | None = None
        # Nobody may watch an account of ours unless whoever uses it says so.
        self.auto_authorize = None
        self.auto_subscribe = False
        self.enable_direct_tls = False
        self.use_aiodns = False
        for plugin in ("xep_0030", "xep_0199", *plugins):
            self.register_plugin(plugin)
        self.register_plugin("xep_0198", {"window": _WINDOW})
        self.add_event_handler("stream_negotiated", self._on_negotiated)
        self.add_event_handler("session_start", self._on_session)
        self.add_event_handler("session_resumed", self._on_resumed)
        self.add_event_handler("disconnected", self._on_disconnected)
        self.add_event_handler("connection_failed", self._on_connection_failed)
        self.add_event_handler("failed_all_auth", self._on_login_refused)
        self.add_event_handler("ssl_invalid_chain", self._on_not_trusted)

    @property
    def is_online(self) -> bool:
        """Whether a session is up."""
        return self._online.is_set()

    @property
    def is_negotiated(self) -> bool:
        """Whether a session is up, and everything sent in it from now on is counted (XEP-0198)."""
        return self._negotiated

    @property
    def is_closed(self) -> bool:
        """Whether it was closed for good."""
        return self._closing

    async def open(self, *, timeout: float = 10) -> None:
        """Connect and log in; with presence, messages arrive from when this returns.

        Args:
            timeout: how long it may take, in seconds.

        Raises:
            ServerUnreachableError: no server answers there.
            ServerNotTrustedError: its certificate is not the one expected.
            LoginRefusedError: it does not accept the account.
        """
        self._opening = asyncio.get_running_loop().create_future()
        self.connect(self._address.host, self._address.port)
        online = asyncio.ensure_future(self._online.wait())
        online.add_done_callback(lambda _: self._succeed())
        try:
            async with asyncio.timeout(timeout):
                await self._opening
                if self._presence:
                    await self.synchronise(timeout)
        except TimeoutError:
            await self.close()
            raise self._unreachable("it did not answer in time") from None
        except BaseException:
            await self.close()
            raise
        finally:
            online.cancel()
            self._opening = None

    def send_text(self, text: str, stanza_id: str = "") -> None:
        """Send a stanza that is put together already. The connection must be negotiated.

        Args:
            text: a whole message, presence or iq.
            stanza_id: its id.
        """
        stanza = _Text(text)
        stanza.stanza_id = stanza_id
        counting: Any = self.plugin["xep_0198"]
        if counting.enabled_out:
            counting.seq = (counting.seq + 1) % 2**32
            counting.unacked_queue.append((counting.seq, stanza))
            counting.window_counter -= 1
        if self.waiting_queue.empty():
            self.send_raw(stanza)
        else:  # what stands there comes first
            self.waiting_queue.put_nowait((stanza, False))
        if counting.enabled_out and counting.window_counter <= 0:
            counting.window_counter = counting.window
            counting.request_ack()

    async def close(self) -> None:
        """Log out and disconnect; does nothing where that is done already."""
        self._closing = True
        self.cancel_connection_attempt()
        if self.transport is not None:
            acknowledging: Any = self.plugin["xep_0198"]
            if acknowledging.enabled_in:
                # What the server is not told to have arrived goes to other devices of the person, or waits for one.
                acknowledging.send_ack()
            with suppress(TimeoutError):
                async with asyncio.timeout(3):
                    await self.disconnect(wait=1.0)
        if self.transport is not None:
            self.abort()
        self._online.clear()
        self._negotiated = False
        sending = self._run_out_filters
        if sending is not None:  # slixmpp cancels it only when it is collected, too late for it to end
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    async def wait_online(self, timeout: float) -> bool:
        """Wait until a session is up, ``timeout`` seconds at most; tell whether one is."""
        with suppress(TimeoutError):
            async with asyncio.timeout(timeout):
                await self._online.wait()
        return self.is_online

    async def synchronise(self, timeout: float = 10) -> None:
        """Wait until the server has taken everything that was sent (it answers a ping in its order).

        Raises:
            ServerUnreachableError: it did not answer.
        """
        try:
            async with asyncio.timeout(timeout):
                await self.plugin["xep_0199"].send_ping(JID(self.boundjid.host), timeout=timeout)
        except IqError:  # that it does not do pings is an answer as well
            return
        except Exception as error:
            raise self._unreachable("it does not answer") from error

    def _unreachable(self, problem: str) -> ServerUnreachableError:
        return ServerUnreachableError(
            f"The XMPP server at {self._address.host}:{self._address.port} cannot be used: {problem}. "
            "Is it running? `launcher.py status` tells."
        )

    def _succeed(self) -> None:
        if self._opening is not None and not self._opening.done():
            self._opening.set_result(None)

    def _fail(self, error: Exception) -> None:
        if self._opening is not None and not self._opening.done():
            self._opening.set_exception(error)

    def _on_session(self, _: Any) -> None:
        if self._presence:
            self.send_presence()
        self._on_back()

    def _on_resumed(self, _: Any) -> None:
        self._negotiated = True
        self._on_back()

    def _on_back(self) -> None:
        self._pause = 0.0
        self._online.set()

    def _on_negotiated(self, _: Any) -> None:
        self._negotiated = bool(self.bound)

    def _on_disconnected(self, reason: Any) -> None:
        self._online.clear()
        self._negotiated = False
        if isinstance(reason, ssl.SSLCertVerificationError):
            self._on_not_trusted(reason)
        self._fail(self._unreachable("it closed the connection"))
        if not self._closing and self._opening is None:
            logger.warning("%s lost its connection (%s); connecting again", self.boundjid.bare, reason)
            self.connect(self._address.host, self._address.port)
            self._connect_loop_wait = self._next_pause()

    def _on_connection_failed(self, error: Any) -> None:
        self._fail(self._unreachable(str(error) or "the connection failed"))

    def reschedule_connection_attempt(self) -> "asyncio.Future[Any] | None":
        """Try again after a pause (slixmpp's own pauses grow to minutes)."""
        if self._current_connection_attempt is None:
            return None
        self._connect_loop_wait = self._next_pause()
        self._current_connection_attempt = asyncio.ensure_future(self._connect_loop())
        return self._current_connection_attempt

    def _next_pause(self) -> float:
        """Return how long to wait before the next attempt: not at all, then longer until a session is up."""
        pause = self._pause
        self._pause = min(max(_FIRST_PAUSE, pause * 2), _LONGEST_PAUSE)
        return pause

    def _on_login_refused(self, _: Any) -> None:
        self._fail(LoginRefusedError(f"The XMPP server does not accept the password of {self.boundjid.bare}."))

    def _on_not_trusted(self, error: Any) -> None:
        self._fail(
            ServerNotTrustedError(
                f"The XMPP server at {self._address.host}:{self._address.port} shows another certificate "
                f"than the one expected ({error}). Do not log in there."
            )
        )
