"""SCRAM (RFC 5802) that does not hold up the agents.

slixmpp salts the password in Python, which takes 25 to 50 ms in which nothing else runs; OpenSSL does the same in
one or two. What it comes to depends only on password, salt and count, so it is kept in memory for the next login of
the same account. Importing this module makes it the SCRAM of every slixmpp client of the process.
"""

import hashlib
from functools import lru_cache
from typing import Final

from slixmpp.util.sasl.client import sasl_mech
from slixmpp.util.sasl.mechanisms import SCRAM

_KEPT: Final = 4096
_SCORE: Final = 60
"""How slixmpp ranks SCRAM among the mechanisms that a server offers."""


@sasl_mech(_SCORE)
class QuickScram(SCRAM):
    """SCRAM with the salted password made by OpenSSL."""

    def Hi(self, text: str | bytes, salt: bytes, iterations: int) -> bytes:  # noqa: N802 - RFC 5802 calls it so
        """Return the salted password."""
        password = text.encode() if isinstance(text, str) else text
        return _salted(self.hash_name.replace("-", "").lower(), password, salt, iterations)


@lru_cache(maxsize=_KEPT)
def _salted(algorithm: str, password: bytes, salt: bytes, iterations: int) -> bytes:
    return hashlib.pbkdf2_hmac(algorithm, password, salt, iterations)
