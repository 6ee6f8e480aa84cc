"""What a peer is told to do, and what it tells of it."""

import sys

from pydantic import BaseModel, ConfigDict


class Login(BaseModel):
    """An account on the server."""

    model_config = ConfigDict(frozen=True)

    jid: str
    password: str


class Order(BaseModel):
    """What a peer is to do.

    Args:
        logins: the accounts that it uses.
        port: the server's port on loopback.
        certificate: PEM file of the server's certificate.
        host: the host of the agents.
        rounds: how often to do what is measured.
        to: the JID to talk to, where there is one.
    """

    model_config = ConfigDict(frozen=True)

    logins: tuple[Login, ...]
    port: int
    certificate: str = ""
    host: str = "localhost"
    rounds: int = 0
    to: str = ""


class Figures(BaseModel):
    """What a peer measured.

    Args:
        seconds: how long each round took; or one figure for all of them.
        rounds: how many rounds there were.
    """

    model_config = ConfigDict(frozen=True)

    seconds: tuple[float, ...]
    rounds: int

    @property
    def rate(self) -> float:
        """Rounds per second."""
        return self.rounds / sum(self.seconds)


def read_order() -> Order:
    """Return the order on stdin."""
    return Order.model_validate_json(sys.stdin.readline())
