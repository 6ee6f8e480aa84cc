"""Bare addresses of accounts: a small check, so that nothing else can reach a server's account commands."""

from __future__ import annotations

import re

from xmpp.errors import AccountError

# RFC 7622 allows more; these are the local parts that every server and client takes unchanged.
_BARE = re.compile(r"^(?P<local>[^\s\"&'/:<>@\x00-\x1f\x7f]{1,255})@(?P<domain>[a-z0-9.-]{1,253})$")


def bare(jid: str) -> str:
    """Return `jid` as a bare address in lower case, without its resource.

    Raises:
        AccountError: It is not of the form name@host.
    """
    address = jid.split("/", 1)[0].strip().lower()
    if not _BARE.match(address):
        raise AccountError(f"'{jid}' is not an address: write it as name@host.")
    return address


def split(jid: str) -> tuple[str, str]:
    """Return the local part and the domain of `jid`.

    Raises:
        AccountError: It is not of the form name@host.
    """
    local, _, domain = bare(jid).partition("@")
    return local, domain
