"""The server's own certificate, which the assistant's agents verify and people can compare.

There is no authority behind it: the certificate itself is what a client trusts. It names every host
the server answers for (people, agents, uploads) and every address it listens on.
"""

from __future__ import annotations

import datetime as dt
import functools
import ipaddress
import ssl
from collections.abc import Iterable
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from pydantic import BaseModel, ConfigDict, Field

from xmpp.errors import ServerError
from xmpp.server.files import private_folder, write_private

LIFETIME = dt.timedelta(days=800)
"""Some phones refuse server certificates that are valid for more than 825 days."""

RENEW_BEFORE = dt.timedelta(days=60)


class Certificate(BaseModel):
    """A certificate, where it is, and what identifies it."""

    model_config = ConfigDict(frozen=True)

    pem: str = Field(description="The certificate in PEM form; it holds no secret.")
    path: Path | None = Field(default=None, description="The PEM file.")
    key_path: Path | None = Field(default=None, description="The private key's PEM file (0600).")

    @functools.cached_property
    def parsed(self) -> x509.Certificate:
        """The certificate read from its PEM form."""
        return x509.load_pem_x509_certificate(self.pem.encode())

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate, as upper-case pairs with colons, the way clients show it."""
        return self.parsed.fingerprint(hashes.SHA256()).hex(":").upper()

    @property
    def hosts(self) -> frozenset[str]:
        """The host names and addresses it is valid for."""
        names = self.parsed.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        dns = names.get_values_for_type(x509.DNSName)
        return frozenset(dns) | {str(a) for a in names.get_values_for_type(x509.IPAddress)}


def keep_certificate(folder: Path, *, hosts: Iterable[str], now: dt.datetime) -> Certificate:
    """Return the certificate kept in `folder`; make a new one if it is missing, near its end, or lacks a host.

    Args:
        folder: Where `certificate.pem` and `key.pem` are kept.
        hosts: Host names and IP addresses that it must be valid for; the first is its subject.
        now: The present time, with a zone.
    """
    private_folder(folder)
    path, key_path = folder / "certificate.pem", folder / "key.pem"
    wanted = tuple(dict.fromkeys(hosts))
    kept = _read(path, key_path)
    if (
        kept is not None
        and kept.hosts == frozenset(wanted)
        and kept.parsed.not_valid_before_utc <= now < kept.parsed.not_valid_after_utc - RENEW_BEFORE
    ):
        return kept
    pem, key = _generate(wanted, now)
    # The key goes first: with a crash in between, the pair does not match and is made anew.
    write_private(key_path, key)
    write_private(path, pem)
    return Certificate(pem=pem.decode(), path=path, key_path=key_path)


@functools.lru_cache(maxsize=8)
def _context(pem: str | None) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if pem is None:
        context.load_default_certs(ssl.Purpose.SERVER_AUTH)
    else:
        context.load_verify_locations(cadata=pem)
    return context


def ssl_context(certificate: Certificate | None) -> ssl.SSLContext:
    """Return THE context that verifies `certificate` and host names; every client shares it.

    One context for all: each new one costs a client about 18 ms and 0.4 MB.

    Args:
        certificate: What to trust; None trusts the system's authorities.

    Raises:
        ServerError: The certificate can't be read.
    """
    try:
        return _context(None if certificate is None else certificate.pem)
    except ssl.SSLError as wrong:
        raise ServerError("The server's certificate can't be read: is it a PEM file?") from wrong


def load_certificate(path: Path) -> Certificate:
    """Read a certificate (or a bundle of them) from a PEM file.

    Raises:
        ServerError: The file is missing or no PEM certificate.
    """
    try:
        certificate = Certificate(pem=path.read_text("ascii"), path=path)
        _ = certificate.parsed
    except (OSError, ValueError) as wrong:
        raise ServerError(f"No certificate can be read from {path}: name a PEM file in the settings.") from wrong
    return certificate


def _read(path: Path, key_path: Path) -> Certificate | None:
    """Return the kept pair, or None where it is missing, unreadable or does not match."""
    try:
        certificate = Certificate(pem=path.read_text("ascii"), path=path, key_path=key_path)
        key = serialization.load_pem_private_key(key_path.read_bytes(), password=None)
        return certificate if certificate.parsed.public_key() == key.public_key() else None
    except (OSError, ValueError):
        return None


def _generate(hosts: tuple[str, ...], now: dt.datetime) -> tuple[bytes, bytes]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, hosts[0][:64])])
    public = key.public_key()
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1))
        .not_valid_after(now + LIFETIME)
        .add_extension(x509.SubjectAlternativeName([_general_name(host) for host in hosts]), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public), critical=False)
        .sign(key, hashes.SHA256())
    )
    return (
        certificate.public_bytes(serialization.Encoding.PEM),
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()),
    )


def _general_name(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(host))
    except ValueError:
        return x509.DNSName(host)
