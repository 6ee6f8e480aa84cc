"""The configuration that Prosody runs with, generated from the settings at each start.

Two hosts share one process, and messages pass between them inside it: people's host keeps an archive,
copies to all devices and takes files; the agents' host does none of that, because the archive alone
costs half of the throughput and an agent's conversation is kept by its task, not by the server.
Nothing is federated: the server-to-server modules are off.
"""

from __future__ import annotations

import ipaddress
import os
import sys
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field

from xmpp.server.certificate import Certificate
from xmpp.server.lua import LuaValue, assignments, quote
from xmpp.server.ports import Ports
from xmpp.server.settings import XmppSettings

ADMIN_SOCKET = "admin.sock"

_EVERYWHERE = ("posix", "admin_shell", "tls", "saslauth", "disco", "ping", "smacks", "limits")
_PEOPLE = (
    *("roster", "pep", "vcard4", "vcard_legacy", "blocklist", "bookmarks", "carbons", "mam"),
    *("csi_simple", "time", "version"),
)
_AGENTS = ("roster",)
_FEDERATION = ("s2s", "s2s_auth_certs")


class ProsodyFiles(BaseModel):
    """Where a Prosody of ours keeps what it has."""

    model_config = ConfigDict(frozen=True)

    folder: Path = Field(description="The server's own data folder (0700).")

    @property
    def config(self) -> Path:
        """The generated configuration (0600)."""
        return self.folder / "prosody.cfg.lua"

    @property
    def data(self) -> Path:
        """Accounts, rosters, archive, uploads."""
        return self.folder / "data"

    @property
    def admin_socket(self) -> Path:
        """The private socket for administration."""
        return self.data / ADMIN_SOCKET


def listen_addresses(settings: XmppSettings) -> tuple[str, ...]:
    """Return the IP addresses to listen on; loopback is always among them or covered by them."""
    address = ipaddress.ip_address(settings.listen)
    if address == ipaddress.ip_address("::"):
        return ("::", "0.0.0.0")  # noqa: S104 - only where the settings say so
    if address.is_unspecified or settings.listen == "127.0.0.1":
        return (settings.listen,)
    return (settings.listen, "127.0.0.1")


def upload_url(settings: XmppSettings, *, ports: Ports, public_host: str) -> str:
    """Return the address under which sent files are put and fetched: HTTPS as soon as it leaves the machine."""
    scheme = "https" if settings.beyond_this_machine else "http"
    host = f"[{public_host}]" if ":" in public_host else public_host
    return f"{scheme}://{host}:{ports.upload}/"


def render(
    settings: XmppSettings,
    *,
    files: ProsodyFiles,
    ports: Ports,
    certificate: Certificate,
    public_host: str,
) -> str:
    """Return the text of the configuration file.

    Args:
        settings: What the person set.
        files: Where the server keeps what it has.
        ports: The ports to listen on.
        certificate: The server's certificate, with its files.
        public_host: How other devices (or this one alone) reach this machine.
    """
    tls: dict[str, LuaValue] = {
        "certificate": str(certificate.path),
        "key": str(certificate.key_path),
        "protocol": "tlsv1_2+",
    }
    addresses = listen_addresses(settings)
    secure = settings.beyond_this_machine
    keep_for = settings.archive_days * 86_400
    common: dict[str, LuaValue] = {
        "data_path": str(files.data),
        # A path below the working folder, which is the data folder, stays within the 107 bytes
        # that a Unix socket's address may have, however deep the data folder lies.
        "admin_socket": f"/proc/self/cwd/{ADMIN_SOCKET}" if sys.platform == "linux" else str(files.admin_socket),
        "umask": "077",
        "run_as_root": os.geteuid() == 0,
        "log": [{"levels": {"min": "info"}, "to": "console", "timestamps": "%Y-%m-%dT%H:%M:%S"}],
        "plugin_paths": [],
        "modules_enabled": list(_EVERYWHERE),
        "modules_disabled": list(_FEDERATION),
        "network_settings": {"nagle": False},
        # Prosody pauses for a millisecond between two reads: with its own 4 KiB, large contents would crawl. What the
        # limit below lets through in a millisecond must not be exceeded, or it may miss what it has decrypted already.
        "network_default_read_size": 12_288,
        "c2s_ports": [ports.client],
        "c2s_interfaces": list(addresses),
        "c2s_direct_tls_ports": [],
        "http_ports": [] if secure else [ports.upload],
        "http_interfaces": list(addresses),
        "https_ports": [ports.upload] if secure else [],
        "https_interfaces": list(addresses),
        "https_ssl": tls,
        "ssl": tls,
        "certificates": str(certificate.path.parent) if certificate.path else "",
        "authentication": "internal_hashed",
        "default_iteration_count": 4096,
        "disable_sasl_mechanisms": ["PLAIN", "LOGIN", "DIGEST-MD5", "OAUTHBEARER"],
        "c2s_require_encryption": True,
        "allow_unencrypted_plain_auth": False,
        "allow_registration": False,
        "c2s_stanza_size_limit": settings.stanza_limit,
        # Bytes, not bits: what one connection may send per second before it is slowed down. Debian's
        # default, 10 kB/s, would hold up agents; without any limit one client could starve the others.
        "limits": {"c2s": {"rate": "16mb/s", "burst": "2s"}},
        "smacks_hibernation_time": 600,
    }
    people: dict[str, LuaValue] = {
        "modules_enabled": list(_PEOPLE),
        "archive_expires_after": f"{settings.archive_days}d",
        "default_archive_policy": True,
        "dont_archive_namespaces": ["http://jabber.org/protocol/chatstates"],
    }
    agents: dict[str, LuaValue] = {
        "modules_enabled": list(_AGENTS),
        # An agent that is away is an answer: its sender hears of it at once and asks another.
        "modules_disabled": [*_FEDERATION, "offline"],
        # What is sent to an agent that died is held back for this long, in case it only lost its connection.
        "smacks_hibernation_time": 3,
        "disco_items": [[settings.upload_domain, "Files"]],
        "password_hash": "SHA-256",
    }
    uploads: dict[str, LuaValue] = {
        "http_host": public_host,
        "http_external_url": upload_url(settings, ports=ports, public_host=public_host),
        "http_file_share_size_limit": settings.upload_limit,
        "http_file_share_daily_quota": settings.upload_limit * 50,
        "http_file_share_expires_after": keep_for,
    }
    return (
        "-- Written by the assistant at each start: changes made here are lost.\n"
        + assignments(common)
        + f"\nVirtualHost {quote(settings.domain)}\n"
        + assignments(people)
        + f"\nVirtualHost {quote(settings.agents_domain)}\n"
        + assignments(agents)
        + f'\nComponent {quote(settings.upload_domain)} "http_file_share"\n'
        + assignments(uploads)
    )
