"""A server that runs as our child: waited for until it answers, watched, and started again when it dies."""

from __future__ import annotations

import asyncio
import logging
import re
from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

import psutil

from xmpp.errors import PortTakenError, ServerError
from xmpp.server.child import Child
from xmpp.server.ports import Ports, is_free, require_free
from xmpp.server.probe import probe
from xmpp.server.server import EventListener, Server, ServerEvent

_log = logging.getLogger(__name__)

_POLL = 0.03
"""Seconds between looks at a server that is starting: it gives no other sign of being ready."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Backoff:
    """Pauses before a dead server is started again, in seconds.

    Attributes:
        first: Before the first new start.
        longest: No pause is longer; each is twice the one before.
        steady: A server that ran as long as this starts again with the first pause.
    """

    first: float = 0.5
    longest: float = 30.0
    steady: float = 60.0


class SupervisedServer(Server):
    """Start, readiness, watch and stop of a child server; what is started is left to the kinds."""

    def __init__(
        self,
        *,
        child: Child,
        ports: Ports,
        listen: tuple[str, ...],
        start_timeout: float = 15.0,
        backoff: Backoff | None = None,
        on_event: EventListener | None = None,
    ) -> None:
        """Prepare; nothing is started.

        Args:
            child: The process to be.
            ports: Where the server will listen.
            listen: On which addresses.
            start_timeout: Seconds within which it must answer clients.
            backoff: Pauses before a dead server is started again.
            on_event: Called in the event loop when the server died, failed to start again, or serves again.
        """
        self._child = child
        self._ports = ports
        self._listen = listen
        self._start_timeout = start_timeout
        self._backoff = backoff or Backoff()
        self._on_event = on_event
        self._watch: asyncio.Task[None] | None = None

    @abstractmethod
    async def _prepare(self) -> None:
        """Write what the server reads at its start."""

    @abstractmethod
    def _command(self) -> Sequence[str]:
        """Return the program and its arguments."""

    @property
    def _environment(self) -> Mapping[str, str]:
        """Variables for the server on top of our own."""
        return {}

    @property
    def pid(self) -> int | None:
        """The server's process id while it runs."""
        return self._child.pid

    @property
    def log(self) -> Path:
        """The server's own log; it holds addresses, but no messages."""
        return self._child.log

    async def start(self) -> None:
        """End what a killed run left, start the server, and return when it answers clients.

        Raises:
            PortTakenError: A port of ours is in use by another program.
            ServerMissingError: The server is not installed.
            ServerError: It did not start; the text says why.
        """
        if self._watch is not None:
            return
        await self._start_once()
        self._watch = asyncio.create_task(self._keep_alive(), name=f"watch {self.kind}")

    async def stop(self) -> None:
        """End the server within 5 s."""
        watch, self._watch = self._watch, None
        if watch is not None:
            watch.cancel()
            await asyncio.gather(watch, return_exceptions=True)
        await self._child.stop()

    async def _start_once(self) -> None:
        await asyncio.to_thread(self._child.reap)
        await asyncio.to_thread(require_free, self._ports, addresses=self._listen)
        await self._prepare()
        before = len(await asyncio.to_thread(self._child.log_tail, size=1 << 24))
        await self._child.start(self._command(), environment=self._environment)
        try:
            async with asyncio.timeout(self._start_timeout):
                await self._until_ready()
        except (TimeoutError, ServerError) as wrong:
            await self._child.stop()
            said = (await asyncio.to_thread(self._child.log_tail, size=1 << 24))[before:]
            raise self._explained(said) from wrong
        except BaseException:
            await self._child.stop()
            raise

    async def _until_ready(self) -> None:
        while self._child.running:
            try:
                await probe(self.address, timeout=self._start_timeout)
            except ServerError:
                await asyncio.sleep(_POLL)
            else:
                if not await asyncio.to_thread(self._listens):
                    raise ServerError("What answers is another server.")
                return
        raise ServerError("The server ended.")

    def _listens(self) -> bool:
        """Whether it is our child that has the clients' port, and not another server that took it meanwhile."""
        if self._child.pid is None:
            return False
        try:
            sockets = psutil.Process(self._child.pid).net_connections("tcp")
        except psutil.Error:
            return False
        return any(s.status == psutil.CONN_LISTEN and s.laddr.port == self._ports.client for s in sockets)

    def _explained(self, said: str) -> ServerError:
        """Return why the server did not start, from what it wrote to its log."""
        for port in (self._ports.client, self._ports.upload):
            for address in self._listen:
                if re.search(rf"\b{port}\b.*in use", said) or not is_free(port, address=address):
                    return PortTakenError(port=port, address=address, what="the XMPP server")
        complaint = next(
            (line.strip() for line in reversed(said.splitlines()) if re.search("error", line, re.IGNORECASE)), ""
        )
        return ServerError(
            f"The XMPP server ({self.kind}) did not start in {self._start_timeout:g} s"
            + (f"; it says: {complaint[:300]}" if complaint else "")
            + f". Its log is {self._child.log}."
        )

    async def _keep_alive(self) -> None:
        loop = asyncio.get_running_loop()
        pause = self._backoff.first
        while True:
            since = loop.time()
            status = await self._child.wait()
            if loop.time() - since >= self._backoff.steady:
                pause = self._backoff.first
            self._tell("died", f"The XMPP server ({self.kind}) ended by itself (status {status}): starting it again.")
            while True:
                await asyncio.sleep(pause)
                pause = min(pause * 2, self._backoff.longest)
                try:
                    await self._start_once()
                except ServerError as wrong:
                    self._tell("failing", str(wrong))
                else:
                    self._tell("restarted", f"The XMPP server ({self.kind}) serves again.")
                    break

    def _tell(self, kind: Literal["died", "restarted", "failing"], text: str) -> None:
        _log.log(logging.INFO if kind == "restarted" else logging.ERROR, text)
        if self._on_event is not None:
            self._on_event(ServerEvent(kind=kind, text=text))
