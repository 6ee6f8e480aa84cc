"""Resolves the names of hosts for fetching pages.

A name is judged by the addresses it resolves to, and the connection then goes to exactly those addresses, so
that a name which changes its mind in between (DNS rebinding) gains nothing.
"""

import socket
from collections.abc import Sequence

from aiohttp.abc import AbstractResolver, ResolveResult

from actuation.addresses import is_listed, is_public, private


class CheckedResolver(AbstractResolver):
    """Resolves names, and gives no private address for a host that is not listed."""

    def __init__(self, inner: AbstractResolver, hosts: Sequence[str]) -> None:
        self._inner = inner
        self._hosts = tuple(hosts)

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        """Resolve `host`.

        Raises:
            WebNotAllowed: an address of it is private. One is enough: no honest public host has any.
        """
        results = await self._inner.resolve(host, port, family)
        if not is_listed(host, self._hosts) and not all(is_public(result["host"]) for result in results):
            raise private(host)
        return results

    async def close(self) -> None:
        """Close the resolver underneath."""
        await self._inner.close()
