"""ACL messages (FIPA 00061) and their performatives (FIPA 00037).

An :class:`ACLMessage` is immutable. It holds the 13 parameters of FIPA 00061 and the user-defined ones
(names that begin with ``X-``); the content is text in a content language, kept apart from its meaning, which
``ontology.manager`` adds. How messages are written down is in ``ontology.encodings`` and ``xmpp.stanza``.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


class Performative(StrEnum):
    """The 22 communicative acts of FIPA 00037. They are found by their names in any case."""

    ACCEPT_PROPOSAL = "accept-proposal"
    AGREE = "agree"
    CANCEL = "cancel"
    CFP = "cfp"
    CONFIRM = "confirm"
    DISCONFIRM = "disconfirm"
    FAILURE = "failure"
    INFORM = "inform"
    INFORM_IF = "inform-if"
    INFORM_REF = "inform-ref"
    NOT_UNDERSTOOD = "not-understood"
    PROPAGATE = "propagate"
    PROPOSE = "propose"
    PROXY = "proxy"
    QUERY_IF = "query-if"
    QUERY_REF = "query-ref"
    REFUSE = "refuse"
    REJECT_PROPOSAL = "reject-proposal"
    REQUEST = "request"
    REQUEST_WHEN = "request-when"
    REQUEST_WHENEVER = "request-whenever"
    SUBSCRIBE = "subscribe"

    @classmethod
    def _missing_(cls, value: object) -> "Performative | None":
        return next((act for act in cls if isinstance(value, str) and act.value == value.lower()), None)


class InvalidMessage(ValueError):
    """A message that FIPA 00061 does not allow, or that an encoding cannot carry.

    The text names the parameter and what is wrong with it.
    """

    def __init__(self, parameter: str, problem: str) -> None:
        super().__init__(f"{parameter}: {problem}")
        self.parameter = parameter
        self.problem = problem


_NOTHING: Final[Mapping[str, str]] = MappingProxyType({})


def _check_names(names: Iterable[str]) -> None:
    """Check the names of user-defined parameters.

    Raises:
        InvalidMessage: one does not begin with ``X-``, or two are the same but for their case.
    """
    seen = set()
    for name in names:
        if not name.upper().startswith("X-"):
            raise InvalidMessage(name, "the name of a user-defined parameter must begin with X-")
        if name.casefold() in seen:
            raise InvalidMessage(name, "it is given twice")
        seen.add(name.casefold())


def _checked(pairs: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    _check_names(name for name, _ in pairs)
    return pairs


class AgentIdentifier(BaseModel):
    """An agent's identifier (FIPA 00023, *agent-identifier*).

    On this platform ``name`` is the agent's bare JID, which is its transport address as well. ``user_defined`` are
    the names and values of further parameters (FIPA 00070); the names begin with ``X-``.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1)
    addresses: tuple[str, ...] = ()
    resolvers: tuple["AgentIdentifier", ...] = ()
    user_defined: Annotated[tuple[tuple[str, str], ...], AfterValidator(_checked)] = ()

    def __str__(self) -> str:
        return self.name


ANONYMOUS: Final = AgentIdentifier.model_construct(name="")
"""The sender of a message that names none, which FIPA 00061 allows. Nobody else can have this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ACLMessage:
    """One message between agents.

    Args:
        performative: the communicative act.
        sender: who says it, or ``ANONYMOUS``. On receipt, what the server stamped, never what the message claims.
        receivers: to whom. Messages that are read may have none; sending such a one is refused.
        reply_to: to whom answers go instead of the sender.
        content: the content, a text in ``language``. Bytes in it that are not UTF-8 stand in it as Python's
            *surrogateescape* has them (PEP 383), so that no byte is lost.
        language: content language, for example ``json`` or ``fipa-sl``.
        encoding: the content's encoding (FIPA 00061); text needs none.
        ontology: the ontology that gives the content's symbols their meaning.
        protocol: the interaction protocol, for example ``fipa-request``.
        conversation_id: the conversation to which the message belongs.
        reply_with: an expression that answers are to carry as ``in_reply_to``.
        in_reply_to: the ``reply_with`` of the message that this one answers.
        reply_by: until when an answer is wanted; an instant, so it must know its zone.
        user_defined: further parameters; their names begin with ``X-``.

    Raises:
        InvalidMessage: a parameter is missing or not of its form.
    """

    performative: Performative
    sender: AgentIdentifier
    receivers: tuple[AgentIdentifier, ...]
    reply_to: tuple[AgentIdentifier, ...] = ()
    content: str | None = None
    language: str | None = None
    encoding: str | None = None
    ontology: str | None = None
    protocol: str | None = None
    conversation_id: str | None = None
    reply_with: str | None = None
    in_reply_to: str | None = None
    reply_by: datetime | None = None
    user_defined: Mapping[str, str] = field(default_factory=lambda: _NOTHING)

    def __post_init__(self) -> None:
        if self.reply_by is not None:
            if self.reply_by.tzinfo is None:
                raise InvalidMessage("reply-by", "the time must say its zone")
            try:
                self.reply_by.astimezone(UTC)
            except OverflowError:
                raise InvalidMessage("reply-by", "the time is outside of the years 1 to 9999 of UTC") from None
        if self.user_defined is not _NOTHING:
            _check_names(self.user_defined)
            object.__setattr__(self, "user_defined", MappingProxyType(dict(self.user_defined)))

    def reply(
        self,
        performative: Performative,
        *,
        sender: AgentIdentifier,
        content: str | None = None,
        language: str | None = None,
        ontology: str | None = None,
        reply_with: str | None = None,
        reply_by: datetime | None = None,
        user_defined: Mapping[str, str] = _NOTHING,
    ) -> "ACLMessage":
        """Return an answer to this message by the rules of FIPA 00061.

        It goes to ``reply_to`` where that is given, keeps protocol and conversation, and answers this message's
        ``reply_with``. Language (with the encoding) and ontology are kept too, unless others are given. An answer
        to an anonymous message that names no ``reply_to`` has no receivers.
        """
        asked = (self.sender,) if self.sender.name else ()
        return ACLMessage(
            performative=performative,
            sender=sender,
            receivers=self.reply_to or asked,
            content=content,
            language=language or self.language,
            encoding=self.encoding if language in {None, self.language} else None,
            ontology=ontology or self.ontology,
            protocol=self.protocol,
            conversation_id=self.conversation_id,
            in_reply_to=self.reply_with,
            reply_with=reply_with,
            reply_by=reply_by,
            user_defined=user_defined,
        )
