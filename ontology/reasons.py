"""Why a conversation gave nothing: the exceptions of FIPA 00023 (section 6.3), and a few of our own.

FIPA sorts them by the performative that carries them, and so do the base classes here. Each is a predicate whose
terms stand in FIPA's order; ``explanation``, which FIPA has for *internal-error* alone, comes last.
"""

from ontology.elements import Predicate


class Reason(Predicate):
    """Why something is refused, failed or was not understood. ``explanation`` is one sentence for people."""

    explanation: str = ""


class NotUnderstoodReason(Reason):
    """Base of the reasons that a *not-understood* gives (FIPA 00023, section 6.3.3)."""


class RefuseReason(Reason):
    """Base of the reasons that a *refuse* gives (FIPA 00023, section 6.3.4)."""


class FailureReason(Reason):
    """Base of the reasons that a *failure* gives (FIPA 00023, section 6.3.5)."""


class UnsupportedAct(NotUnderstoodReason):
    """The receiver does not take messages of this performative (FIPA 00023)."""

    act: str


class UnexpectedAct(NotUnderstoodReason):
    """The message does not fit the state of its conversation (FIPA 00023)."""

    act: str


class UnsupportedValue(NotUnderstoodReason):
    """A parameter of the message has a value that is not supported, such as a language (FIPA 00023)."""

    parameter: str


class UnrecognisedValue(NotUnderstoodReason):
    """A parameter of the message cannot be read, such as a malformed content (FIPA 00023)."""

    parameter: str


class Unauthorised(RefuseReason):
    """The sender may not ask for this (FIPA 00023)."""


class UnsupportedFunction(RefuseReason):
    """The receiver does not offer this action (FIPA 00023)."""

    function: str


class MissingArgument(RefuseReason):
    """An argument of the action is missing (FIPA 00023)."""

    argument: str


class UnexpectedArgument(RefuseReason):
    """The action has an argument that it does not take (FIPA 00023)."""

    argument: str


class UnexpectedArgumentCount(RefuseReason):
    """The action has more or fewer arguments than it takes (FIPA 00023)."""


class MissingParameter(RefuseReason):
    """A slot of an object is missing (FIPA 00023)."""

    object_name: str
    parameter: str


class UnexpectedParameter(RefuseReason):
    """An object has a slot that it does not take (FIPA 00023)."""

    object_name: str
    parameter: str


class UnrecognisedParameterValue(RefuseReason):
    """A slot of an object, such as the action that is asked for, has a value that makes no sense (FIPA 00023)."""

    object_name: str
    parameter: str


class AlreadyRegistered(FailureReason):
    """The agent is registered already (FIPA 00023)."""


class NotRegistered(FailureReason):
    """The agent is not registered (FIPA 00023)."""


class InternalError(FailureReason):
    """The action was tried and went wrong (FIPA 00023)."""


class Declined(RefuseReason):
    """The person was asked and said no."""


class NotPermitted(RefuseReason):
    """The person's policy does not allow it."""


class Overloaded(RefuseReason):
    """The agent has as much to do as it can take."""


REASONS: tuple[type[Reason], ...] = (
    Reason,
    UnsupportedAct, UnexpectedAct, UnsupportedValue, UnrecognisedValue,
    Unauthorised, UnsupportedFunction, MissingArgument, UnexpectedArgument, UnexpectedArgumentCount,
    MissingParameter, UnexpectedParameter, UnrecognisedParameterValue,
    AlreadyRegistered, NotRegistered, InternalError,
    Declined, NotPermitted, Overloaded,
)  # fmt: skip
"""All of them, as FIPA sorts them."""
