"""Where a server is and who one is there."""

import ssl
from dataclasses import dataclass, field
from typing import Final

AGENT_RESOURCE: Final = "agent"
"""The resource under which agents connect."""


@dataclass(frozen=True, slots=True)
class Address:
    """How to reach an XMPP server.

    Args:
        host: name or IP address to connect to. It need not be the domain of the JIDs.
        port: its client port.
        tls: verifies the server's certificate; one context serves every connection of a process, because
            making one costs more than connecting does.
    """

    host: str
    port: int
    tls: ssl.SSLContext = field(repr=False, compare=False)


@dataclass(frozen=True, slots=True)
class Account:
    """An XMPP account: a bare JID and its password."""

    jid: str
    password: str = field(repr=False)
