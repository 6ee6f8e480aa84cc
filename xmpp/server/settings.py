"""What the person can set about the XMPP server."""

from __future__ import annotations

import ipaddress
import re
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

_LABEL = re.compile(r"^(?!-)[a-z0-9-]{1,63}(?<!-)$")


def _check_host(name: str) -> str:
    """Return `name` in lower case if it is a host name, else raise ValueError."""
    lower = name.strip().lower()
    if not lower or len(lower) > 253 or not all(_LABEL.match(label) for label in lower.split(".")):
        raise ValueError(f"'{name}' is not a host name: use letters, digits, hyphens and dots.")
    return lower


class ExternalServer(BaseModel):
    """An XMPP server that somebody else runs and that the assistant only uses."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host: str = Field(description="Address or name to connect to.")
    port: int = Field(default=5222, ge=1, le=65535, description="Port for clients (STARTTLS).")
    ca_file: Path | None = Field(
        default=None,
        description="PEM file with the certificate that proves the server; none: the system's authorities.",
    )
    credentials_file: Path | None = Field(
        default=None,
        description="JSON file of the form {jid: password} with the accounts made for the assistant "
        "on that server; none: credentials.json in the server's folder of the data folder.",
    )


class XmppSettings(BaseModel):
    """Which XMPP server is used, under which names, and who may reach it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    domain: str = Field(default="localhost", description="The host part of people's addresses.")
    agents_domain: str = Field(
        default="",
        description="The host part of agents' addresses; empty: 'agents.' before `domain`.",
    )
    listen: str = Field(
        default="127.0.0.1",
        description="IP address on which clients are let in. The default lets in this machine alone; this "
        "machine's address in the network, or 0.0.0.0, lets in phones on the same network (always "
        "encrypted, always with a password).",
    )
    public_host: str | None = Field(
        default=None,
        description="Name or address that other devices use to reach this machine; none: `listen`, or "
        "this machine's own network address where `listen` is 0.0.0.0.",
    )
    port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="Port for clients; none: chosen once (5222 if it is free) and kept.",
    )
    upload_port: int | None = Field(
        default=None,
        ge=1,
        le=65535,
        description="Port for files that people send in chat; none: chosen once and kept.",
    )
    server: Literal["auto", "prosody", "pyjabber", "external"] = Field(
        default="auto",
        description="'prosody' and 'pyjabber' are started by the assistant; 'auto' takes Prosody where it is "
        "installed, else pyjabber (weaker, this machine alone); 'external' is a server that already runs.",
    )
    external: ExternalServer | None = Field(
        default=None, description="Where the external server is; needed when `server` is 'external'."
    )
    upload_limit: int = Field(
        default=64 * 1024 * 1024, ge=1024, description="Largest file that can be sent in chat, in bytes."
    )
    archive_days: int = Field(
        default=30, ge=1, description="Days for which people's messages and sent files are kept on the server."
    )
    stanza_limit: int = Field(
        default=256 * 1024, ge=10_000, description="Largest single stanza, in bytes, that the server takes."
    )

    @field_validator("domain")
    @classmethod
    def _domain(cls, value: str) -> str:
        return _check_host(value)

    @field_validator("agents_domain")
    @classmethod
    def _agents_domain(cls, value: str) -> str:
        return _check_host(value) if value else value

    @field_validator("listen")
    @classmethod
    def _listen(cls, value: str) -> str:
        text = "127.0.0.1" if value.strip().lower() == "localhost" else value.strip()
        try:
            return str(ipaddress.ip_address(text))
        except ValueError as wrong:
            raise ValueError(f"'{value}' is not an IP address: use 127.0.0.1, 0.0.0.0 or your own.") from wrong

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not self.agents_domain:
            object.__setattr__(self, "agents_domain", f"agents.{self.domain}")
        if self.server == "external" and self.external is None:
            raise ValueError("`server: external` needs `external` with at least its host.")
        if self.port is not None and self.port == self.upload_port:
            raise ValueError("`port` and `upload_port` must differ.")
        return self

    @property
    def upload_domain(self) -> str:
        """The address of the component that takes files (XEP-0363)."""
        return f"upload.{self.domain}"

    @property
    def beyond_this_machine(self) -> bool:
        """Whether clients on other machines are let in."""
        return not ipaddress.ip_address(self.listen).is_loopback
