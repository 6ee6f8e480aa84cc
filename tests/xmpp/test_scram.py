from __future__ import annotations

import pytest
from slixmpp.util.sasl.client import MECHANISMS
from slixmpp.util.sasl.mechanisms import SCRAM

from xmpp.scram import QuickScram


def mechanism(cls: type[SCRAM], name: str) -> SCRAM:
    """A mechanism as it is chosen for a login over TLS."""
    security = {"encrypted": True, "tls_version": "TLSv1.3", "binding_proposed": False, "unencrypted_scram": False}
    return cls(name, {"username": b"ann", "password": b"x", "authzid": b"", "channel_binding": None}, security)


@pytest.mark.parametrize("name", ["SCRAM-SHA-1", "SCRAM-SHA-256"])
@pytest.mark.parametrize("password", ["pencil", "ключ", "x" * 200])
def test_it_salts_as_the_standard_wants_it(name: str, password: str) -> None:
    salt = bytes(range(16))
    assert mechanism(QuickScram, name).Hi(password, salt, 50) == mechanism(SCRAM, name).Hi(password, salt, 50)


def test_the_vector_of_rfc_7677() -> None:
    chosen = MECHANISMS["SCRAM-SHA-256"]
    assert issubclass(chosen, QuickScram)
    scram = mechanism(chosen, "SCRAM-SHA-256")
    scram.credentials = {"username": b"user", "password": b"pencil", "authzid": b"", "channel_binding": None}
    scram.process()
    scram.cnonce = b"rOprNGfwEbeRWgbNEkqO"
    scram.client_first_message_bare = b"n=user,r=rOprNGfwEbeRWgbNEkqO"
    scram.gs2_header = b"n,,"
    final = scram.process(b"r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096")
    assert final.endswith(b"p=dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=")
    scram.process(b"v=6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=")
