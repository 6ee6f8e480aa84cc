"""Ports that are chosen once and kept, so that people's clients need to be told only once."""

from __future__ import annotations

import itertools
import random
import socket
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from xmpp.errors import PortTakenError, ServerError
from xmpp.server.files import private_folder, write_private

CLIENT_PORT = 5222
"""The port registered for XMPP clients (RFC 6120, section 14.7)."""

_LOWEST, _HIGHEST = 20_000, 32_000
"""Below Linux's range for outgoing connections, so that none of those takes a kept port by chance."""


class Ports(BaseModel):
    """The ports of the local server."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    client: int = Field(ge=1, le=65535, description="Where XMPP clients connect.")
    upload: int = Field(ge=1, le=65535, description="Where files sent in chat are put and fetched (HTTP).")


def is_free(port: int, *, address: str) -> bool:
    """Whether nobody listens on `port` of `address`, so that a server could."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True


def keep_ports(
    folder: Path,
    *,
    addresses: tuple[str, ...],
    client: int | None = None,
    upload: int | None = None,
    chance: random.Random | None = None,
) -> Ports:
    """Return the server's ports: those set, else those kept in `folder`, else new ones, kept from now on.

    Args:
        folder: The server's data folder; `ports.json` is in it.
        addresses: The IP addresses on which the ports will be listened on.
        client: The port that the settings name for clients, if any.
        upload: The port that the settings name for files, if any.
        chance: Source of randomness for new ports.

    Raises:
        ServerError: The kept file can't be read, or no port is free.
    """
    path = private_folder(folder) / "ports.json"
    kept = _read(path)
    candidates = _candidates(chance or random.SystemRandom())
    first = client or (kept.client if kept else _first_free(addresses, (CLIENT_PORT,), candidates, set()))
    second = upload or (kept.upload if kept else _first_free(addresses, (), candidates, {first}))
    if first == second:
        second = _first_free(addresses, (), candidates, {first})
    ports = Ports(client=first, upload=second)
    if ports != kept:
        write_private(path, ports.model_dump_json().encode())
    return ports


def require_free(ports: Ports, *, addresses: tuple[str, ...]) -> None:
    """Check that the server's ports can be listened on now.

    Raises:
        PortTakenError: One is in use by another program.
    """
    for port, what in ((ports.client, "XMPP clients"), (ports.upload, "files sent in chat")):
        for address in addresses:
            if not is_free(port, address=address):
                raise PortTakenError(port=port, address=address, what=what)


def _read(path: Path) -> Ports | None:
    try:
        return Ports.model_validate_json(path.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValidationError) as wrong:
        raise ServerError(f"The kept ports in {path} can't be read: mend or delete that file.") from wrong


def _candidates(chance: random.Random) -> Iterator[int]:
    return (chance.randint(_LOWEST, _HIGHEST) for _ in range(1000))


def _first_free(addresses: tuple[str, ...], preferred: tuple[int, ...], others: Iterator[int], used: set[int]) -> int:
    for port in itertools.chain(preferred, others):
        if port not in used and all(is_free(port, address=address) for address in addresses):
            return port
    raise ServerError("No free port was found for the XMPP server: set `xmpp.port` in the settings.")
