"""What a peer is told to do, and what it tells of it."""

import statistics
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
    """What a peer measured: how long each round took, in seconds."""

    model_config = ConfigDict(frozen=True)

    seconds: tuple[float, ...]

    @property
    def rate(self) -> float:
        """Rounds per second, by the median round: it holds still where a machine is busy with other things."""
        return 1 / statistics.median(self.seconds)

    def __add__(self, other: "Figures") -> "Figures":
        return Figures(seconds=self.seconds + other.seconds)


class Started(BaseModel):
    """How starting many agents went.

    Args:
        count: how many answered.
        seconds: until all had been started.
        answering: seconds until each had answered as well.
        processor: what that took of the process's time on a processor, in seconds.
        kilobytes: what each of them takes of the process's memory.
    """

    model_config = ConfigDict(frozen=True)

    count: int
    seconds: float
    answering: float
    processor: float
    kilobytes: float


def read_order() -> Order:
    """Return the order on stdin."""
    return Order.model_validate_json(sys.stdin.readline())
