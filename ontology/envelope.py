"""The envelope of a message in transport (FIPA 00067, *envelope* and *received-object*).

An envelope says how a message is to be carried; the message within it is none of its business. On XMPP the stanza is
the envelope, so that this platform needs none of its own: the class is for gateways to other transports.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from types import MappingProxyType

from ontology.acl import ANONYMOUS, AgentIdentifier


class InvalidEnvelope(ValueError):
    """An envelope that FIPA 00067 does not allow. The text names the parameter and what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """The stamp of a message transport service that has taken in a message.

    Args:
        by: the URL of the service.
        date: when.
        from_: the URL from which it came.
        id: the service's own name for the message.
        via: how it came, such as the name of the transport protocol.

    Raises:
        InvalidEnvelope: ``by`` is empty, or the date does not say its zone.
    """

    by: str
    date: datetime
    from_: str | None = None
    id: str | None = None
    via: str | None = None

    def __post_init__(self) -> None:
        if not self.by:
            raise InvalidEnvelope("received: the stamp must say by whom")
        _check_date("received", self.date)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """What a transport needs to know of a message.

    Args:
        to: the receivers that the message names.
        from_: the sender.
        acl_representation: how the message is written down, such as ``fipa.acl.rep.string.std``.
        date: when the message was handed over.
        comments: a remark.
        payload_length: how many bytes the written message has.
        payload_encoding: the character encoding of the written message, such as ``UTF-8``.
        intended_receiver: to whom this copy goes, where that is not all of ``to``.
        received: the stamps of the services on its way, the first one first.
        transport_behaviour: what is asked of the transport.
        user_defined: further parameters; their names begin with ``X-``.

    Raises:
        InvalidEnvelope: a parameter is missing or not of its form.
    """

    to: tuple[AgentIdentifier, ...]
    from_: AgentIdentifier
    acl_representation: str
    date: datetime
    comments: str | None = None
    payload_length: int | None = None
    payload_encoding: str | None = None
    intended_receiver: tuple[AgentIdentifier, ...] = ()
    received: tuple[Received, ...] = ()
    transport_behaviour: str | None = None
    user_defined: Mapping[str, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.to:
            raise InvalidEnvelope("to: an envelope needs at least one receiver")
        if self.from_ == ANONYMOUS:
            raise InvalidEnvelope("from: an envelope names the sender, also of an anonymous message")
        if not self.acl_representation:
            raise InvalidEnvelope("acl-representation: the envelope must say how the message is written down")
        if self.payload_length is not None and self.payload_length < 0:
            raise InvalidEnvelope("payload-length: a message has no fewer than 0 bytes")
        _check_date("date", self.date)
        for name in self.user_defined:
            if not name.upper().startswith("X-"):
                raise InvalidEnvelope(f"{name}: the name of a user-defined parameter must begin with X-")
        object.__setattr__(self, "user_defined", MappingProxyType(dict(self.user_defined)))

    @property
    def receivers(self) -> tuple[AgentIdentifier, ...]:
        """To whom a transport delivers: ``intended_receiver`` where that is given, else ``to``."""
        return self.intended_receiver or self.to

    def stamped(self, stamp: Received) -> "Envelope":
        """Return the envelope with one more stamp; FIPA 00067 never takes one away."""
        return replace(self, received=(*self.received, stamp))


def _check_date(parameter: str, date: datetime) -> None:
    if date.tzinfo is None:
        raise InvalidEnvelope(f"{parameter}: the time must say its zone")
