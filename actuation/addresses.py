"""Which hosts and addresses pages may be fetched from."""

from collections.abc import Sequence
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from actuation.errors import WebNotAllowed

_NAT64 = ip_network("64:ff9b::/96")


def is_public(address: str) -> bool:
    """Tell whether an IP address is one of the public internet.

    Addresses that carry an IPv4 address within them (mapped, 6to4, Teredo, NAT64) are judged by that one too.
    """
    try:
        parsed: IPv4Address | IPv6Address = ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if not parsed.is_global or parsed.is_multicast or parsed.is_reserved:
        # A mapped address is never global by itself: what counts is the one inside.
        mapped = parsed.ipv4_mapped if isinstance(parsed, IPv6Address) else None
        return mapped is not None and is_public(str(mapped))
    if isinstance(parsed, IPv6Address):
        carried = [inner for inner in (parsed.sixtofour, *(parsed.teredo or ())) if inner is not None]
        if parsed in _NAT64:
            carried.append(IPv4Address(parsed.packed[-4:]))
        return all(is_public(str(inner)) for inner in carried)
    return True


def is_listed(host: str, hosts: Sequence[str]) -> bool:
    """Tell whether the settings list this host, by its name or as below a `*.name`; `*` is not a listing."""
    name = host.casefold().rstrip(".")
    for entry in hosts:
        listed = entry.casefold().rstrip(".")
        if listed == name or (listed.startswith("*.") and name.endswith(listed[1:])):
            return True
    return False


def check_host(host: str, hosts: Sequence[str]) -> None:
    """Make sure that the settings let this host be asked at all.

    Raises:
        WebNotAllowed: it is not listed, or it is a private address that is not.
    """
    if is_listed(host, hosts):
        return
    if "*" not in hosts:
        raise WebNotAllowed(f"I may not open pages of “{host}”; add it to actuation.web.hosts in the configuration.")
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return  # a name: its addresses are checked when it is resolved
    if not is_public(host):
        raise private(host)


def private(host: str) -> WebNotAllowed:
    """Give the error for a host on this machine or the local network."""
    return WebNotAllowed(
        f"I may not open pages of “{host}”, because it is on this machine or a private network; add it to "
        "actuation.web.hosts in the configuration."
    )
