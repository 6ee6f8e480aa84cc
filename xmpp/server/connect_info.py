"""How a person connects: the text that goes with a new account, with a code to scan."""

from __future__ import annotations

import io
import textwrap
from urllib.parse import quote

from xmpp.server.account_book import Credentials
from xmpp.server.server import ServerAddress


def xmpp_uri(jid: str) -> str:
    """Return the `xmpp:` URI of an address (RFC 5122); clients that open it start a chat or add the account."""
    local, _, domain = jid.partition("@")
    return f"xmpp:{quote(local, safe='')}@{domain}"


def connect_info(address: ServerAddress, credentials: Credentials, *, width: int = 80, qr: bool = True) -> str:
    """Return what a person needs to add `credentials` to an XMPP client, as plain text.

    Args:
        address: Where the server is.
        credentials: The person's account.
        width: Columns of the terminal; lines are no longer where they can be broken.
        qr: Whether to add the URI as a QR code, drawn in characters, without colour.
    """
    uri = xmpp_uri(credentials.jid)
    rows = [
        ("Address (JID)", credentials.jid),
        ("Password", credentials.password),
        ("Server", f"{address.public_host}, port {address.port} (STARTTLS)"),
        ("URI", uri),
    ]
    lines = [f"{name:<14} {value}" for name, value in rows]
    if address.certificate is not None:
        lines += _fingerprint(address.certificate.fingerprint, width)
    if address.public_host in {"127.0.0.1", "::1"}:
        lines += textwrap.wrap(
            "Only this machine can connect. To let in a phone on the same network, set `xmpp.listen` to 0.0.0.0.",
            width,
        )
    lines += textwrap.wrap(
        "Enter server and port by hand in the client's account settings, and compare the fingerprint when it "
        "asks whether to trust the certificate.",
        width,
    )
    if qr:
        lines += ["", *_code(uri, width)]
    return "\n".join(lines) + "\n"


def _fingerprint(fingerprint: str, width: int) -> list[str]:
    pairs = fingerprint.split(":")
    per_line = 16 if width >= 15 + 16 * 3 else 8
    rows = [":".join(pairs[at : at + per_line]) for at in range(0, len(pairs), per_line)]
    return [f"{'SHA-256' if at == 0 else '':<14} {row}" for at, row in enumerate(rows)]


def _code(text: str, width: int) -> list[str]:
    """Return the QR code in half-block characters; dark on light or light on dark, scanners read both."""
    import segno

    out = io.StringIO()
    segno.make(text, error="l", micro=False).terminal(out=out, compact=True, border=2)
    lines = out.getvalue().rstrip("\n").splitlines()
    return lines if all(len(line) <= width for line in lines) else []
