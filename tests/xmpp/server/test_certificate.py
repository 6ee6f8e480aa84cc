from __future__ import annotations

import datetime as dt
import re
import ssl
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import serialization

from xmpp.errors import ServerError
from xmpp.server.certificate import LIFETIME, RENEW_BEFORE, Certificate, keep_certificate, load_certificate, ssl_context

HOSTS = ("localhost", "agents.localhost", "upload.localhost", "127.0.0.1")
NOW = dt.datetime.now(dt.UTC)


def test_it_is_made_once_and_names_every_host(tmp_path: Path) -> None:
    made = keep_certificate(tmp_path / "tls", hosts=HOSTS, now=NOW)
    assert made.hosts == frozenset(HOSTS)
    assert keep_certificate(tmp_path / "tls", hosts=HOSTS, now=NOW) == made
    assert made.key_path is not None
    assert made.key_path.stat().st_mode & 0o777 == 0o600
    assert re.fullmatch(r"([0-9A-F]{2}:){31}[0-9A-F]{2}", made.fingerprint)
    assert "PRIVATE" not in made.pem


@pytest.mark.parametrize(
    ("hosts", "later", "new"),
    [
        (HOSTS, dt.timedelta(0), False),
        (tuple(reversed(HOSTS)), dt.timedelta(0), False),
        ((*HOSTS, "192.168.1.5"), dt.timedelta(0), True),
        (HOSTS[:2], dt.timedelta(0), True),
        (HOSTS, LIFETIME - RENEW_BEFORE - dt.timedelta(days=1), False),
        (HOSTS, LIFETIME - RENEW_BEFORE, True),
        (HOSTS, dt.timedelta(days=-30), True),
    ],
)
def test_it_is_renewed_in_time_and_when_hosts_change(
    tmp_path: Path, hosts: tuple[str, ...], later: dt.timedelta, *, new: bool
) -> None:
    first = keep_certificate(tmp_path, hosts=HOSTS, now=NOW)
    second = keep_certificate(tmp_path, hosts=hosts, now=NOW + later)
    assert (second.fingerprint != first.fingerprint) == new


@pytest.mark.parametrize("name", ["certificate.pem", "key.pem"])
@pytest.mark.parametrize("damage", ["", "nonsense", None])
def test_damaged_or_half_written_pair_is_made_anew(tmp_path: Path, name: str, damage: str | None) -> None:
    first = keep_certificate(tmp_path, hosts=HOSTS, now=NOW)
    if damage is None:
        (tmp_path / name).unlink()
    else:
        (tmp_path / name).write_text(damage)
    second = keep_certificate(tmp_path, hosts=HOSTS, now=NOW)
    assert second.fingerprint != first.fingerprint
    assert second.key_path is not None
    key = serialization.load_pem_private_key(second.key_path.read_bytes(), password=None)
    assert key.public_key() == second.parsed.public_key()


def _handshake(certificate: Certificate, context: ssl.SSLContext, host: str) -> None:
    """A TLS handshake in memory."""
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    assert certificate.path is not None
    server.load_cert_chain(certificate.path, certificate.key_path)
    to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
    there = server.wrap_bio(to_server, to_client, server_side=True)
    here = context.wrap_bio(to_client, to_server, server_hostname=host)
    sides = [here, there]
    while sides:
        for side in tuple(sides):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            sides.remove(side)


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("strict", [False, True])
def test_client_accepts_it_for_every_host(tmp_path: Path, host: str, *, strict: bool) -> None:
    made = keep_certificate(tmp_path, hosts=HOSTS, now=NOW)
    context = ssl_context(made)
    if strict:  # what Python 3.13's own default adds
        context = ssl.create_default_context(cadata=made.pem)
        context.verify_flags |= ssl.VERIFY_X509_STRICT | ssl.VERIFY_X509_PARTIAL_CHAIN
    _handshake(made, context, host)


def test_client_refuses_another_host_and_another_certificate(tmp_path: Path) -> None:
    made = keep_certificate(tmp_path / "a", hosts=HOSTS, now=NOW)
    other = keep_certificate(tmp_path / "b", hosts=HOSTS, now=NOW)
    with pytest.raises(ssl.SSLCertVerificationError):
        _handshake(made, ssl_context(made), "example.org")
    with pytest.raises(ssl.SSLCertVerificationError):
        _handshake(made, ssl_context(other), "localhost")


def test_one_context_serves_all_clients(tmp_path: Path) -> None:
    made = keep_certificate(tmp_path, hosts=HOSTS, now=NOW)
    assert ssl_context(made) is ssl_context(load_certificate(tmp_path / "certificate.pem"))
    assert ssl_context(made).verify_mode == ssl.CERT_REQUIRED
    assert ssl_context(made).check_hostname


def test_without_a_certificate_the_systems_authorities_count() -> None:
    assert ssl_context(None).verify_mode == ssl.CERT_REQUIRED


@pytest.mark.parametrize("content", [None, b"", b"no certificate", b"\xff\xfe"])
def test_file_that_is_no_certificate(tmp_path: Path, content: bytes | None) -> None:
    if content is not None:
        (tmp_path / "ca.pem").write_bytes(content)
    with pytest.raises(ServerError, match=r"No certificate can be read from .*ca\.pem"):
        load_certificate(tmp_path / "ca.pem")
