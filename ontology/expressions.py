"""The expressions that messages of the interaction protocols carry, in the manner of FIPA SL (00008).

A message's content is a tuple of elements. As in FIPA 00037: a request or a cfp holds an :class:`Action`, a
proposal an action and a :class:`Bid`, an inform :class:`Done` or :class:`Result`, a refusal or failure the
action and a :class:`Reason`.
"""

from pydantic import Field

from ontology.acl import AgentIdentifier
from ontology.content import AgentAction, Element, Ontology, Predicate


class Action(Element):
    """An agent's doing of something: SL's ``(action actor act)``."""

    actor: AgentIdentifier
    act: AgentAction


class Done(Predicate):
    """The action has been done."""

    action: Action


class Result(Predicate):
    """The action has been done and gave this value: SL's ``(result action value)``."""

    action: Action
    value: Element


class Cancelled(Predicate):
    """The action was given up because it was cancelled: the answer to a *cancel* (FIPA 00026, section 2.2)."""

    action: Action


class Bid(Predicate):
    """The conditions under which a bidder would do the action.

    ``seconds`` is the time it expects to take, ``cost`` its price in the platform's own unit (0 is free, 1 is
    dear), ``confidence`` how likely it thinks that its result will be right, ``load`` how busy it is.
    """

    seconds: float = Field(ge=0, allow_inf_nan=False)
    confidence: float = Field(ge=0, le=1)
    cost: float = Field(default=0, ge=0, le=1)
    load: float = Field(default=0, ge=0, le=1)


class Progress(Predicate):
    """How far a piece of work is: the ``part`` that is done, from 0 to 1 where that is known, and a word about it."""

    part: float | None = Field(default=None, ge=0, le=1)
    text: str = ""


class Reason(Predicate):
    """Why something is refused, failed or was not understood. ``explanation`` is one sentence for people."""

    explanation: str = ""


class Unauthorised(Reason):
    """The sender may not ask for this (FIPA 00023)."""


class UnsupportedAct(Reason):
    """The receiver does not take messages of this performative (FIPA 00023)."""

    act: str


class UnexpectedAct(Reason):
    """The message does not fit the state of its conversation (FIPA 00023)."""

    act: str


class UnsupportedValue(Reason):
    """A parameter of the message has a value that is not supported, such as a language (FIPA 00023)."""

    parameter: str


class UnrecognisedValue(Reason):
    """A parameter of the message cannot be read, such as a malformed content (FIPA 00023)."""

    parameter: str


class UnsupportedFunction(Reason):
    """The receiver does not offer this action (FIPA 00023)."""

    function: str


class InvalidArgument(Reason):
    """A slot of the action has a value that makes no sense (FIPA 00023, *unrecognised-parameter-value*)."""

    wire_name = "unrecognised-parameter-value"

    argument: str


class AlreadyRegistered(Reason):
    """The agent is registered already (FIPA 00023)."""


class NotRegistered(Reason):
    """The agent is not registered (FIPA 00023)."""


class InternalError(Reason):
    """The action was tried and went wrong (FIPA 00023)."""


class Declined(Reason):
    """The person was asked and said no."""


class NotPermitted(Reason):
    """The person's policy does not allow it."""


class Overloaded(Reason):
    """The agent has as much to do as it can take."""


EXPRESSIONS = Ontology(
    "fipa-expressions",
    classes=(
        Action, Done, Result, Cancelled, Bid, Progress, Reason, Unauthorised, UnsupportedAct, UnexpectedAct,
        UnsupportedValue, UnrecognisedValue, UnsupportedFunction, InvalidArgument, AlreadyRegistered, NotRegistered,
        InternalError, Declined, NotPermitted, Overloaded,
    ),
)  # fmt: skip
