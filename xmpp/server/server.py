"""What every kind of XMPP server is to the rest: where it is, its accounts, start and stop."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from xmpp.address import Address
from xmpp.server.accounts import Accounts
from xmpp.server.certificate import Certificate, ssl_context


class ServerAddress(BaseModel):
    """How to reach the server, and what proves that it is ours. It holds no secret."""

    model_config = ConfigDict(frozen=True)

    host: str = Field(description="Where programs on this machine connect; not the host part of any JID.")
    port: int = Field(description="The port for clients (STARTTLS required).")
    domain: str = Field(description="The host part of people's addresses.")
    agents_domain: str = Field(description="The host part of agents' addresses.")
    public_host: str = Field(description="Where other devices connect; loopback when none is let in.")
    certificate: Certificate | None = Field(description="The one certificate to trust; None: the system's authorities.")

    @property
    def for_clients(self) -> Address:
        """The same, as what a connection takes; one TLS context is shared by all clients of this process."""
        return Address(host=self.host, port=self.port, tls=ssl_context(self.certificate))


@dataclass(frozen=True, kw_only=True, slots=True)
class ServerEvent:
    """Something that happened to a server that was running.

    Attributes:
        kind: `died` (it ended by itself), `restarted` (it serves again), `failing` (a new start failed;
            another follows after a pause).
        text: One sentence for the log or the person.
    """

    kind: Literal["died", "restarted", "failing"]
    text: str


EventListener = Callable[[ServerEvent], None]


class Server(ABC):
    """An XMPP server that people and agents meet on."""

    @property
    @abstractmethod
    def kind(self) -> Literal["prosody", "pyjabber", "external"]:
        """Which server it is."""

    @property
    @abstractmethod
    def address(self) -> ServerAddress:
        """How to reach it. Known, and unchanging, before it is started."""

    @property
    @abstractmethod
    def accounts(self) -> Accounts:
        """Its accounts; usable before it is started and while it runs."""

    @property
    def weaknesses(self) -> tuple[str, ...]:
        """What is weaker with this kind of server than with Prosody, one sentence each."""
        return ()

    @abstractmethod
    async def start(self) -> None:
        """Return when the server answers clients.

        Raises:
            ServerError: It can't be started or reached; the text says why and what to do.
        """

    @abstractmethod
    async def stop(self) -> None:
        """End what `start` started, within 5 s; nothing that was acknowledged is lost."""
