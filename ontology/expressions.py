"""The expressions that messages of the interaction protocols carry, in the manner of FIPA SL (00008).

A message's content is a tuple of elements. What FIPA 00037 puts into the content of each communicative act, and
what stands for it here:

=====================  ===============================================  ============================================
performative           FIPA 00037                                       elements
=====================  ===============================================  ============================================
accept-proposal        an action and the conditions of the agreement    ``Action``, the ``Bid`` where it is repeated
agree                  an action and the conditions of the agreement    ``Action``
cancel                 the action that is no longer wanted              ``Action``
cfp                    an action and a referential expression           ``Action``
confirm                a proposition                                    a predicate
disconfirm             a proposition                                    a predicate
failure                an action and the reason for the failure         ``Action``, a ``FailureReason``
inform                 a proposition                                    ``Done``, ``Result``, ``Equals``,
                                                                        a predicate, or ``Not``
inform-if              a proposition                                    a predicate
inform-ref             an object description (a referential             ``Iota``, ``AnyOf``, ``AllOf``
                       expression)
not-understood         an action or event and an explanatory reason     a ``NotUnderstoodReason``
propagate              a description of agents, a message, a condition  ``AnyOf`` or ``AllOf``, ``Action``, predicate
propose                an action and the conditions of the performance  ``Action``, ``Bid``
proxy                  a description of agents, a message, a condition  ``AnyOf`` or ``AllOf``, ``Action``, predicate
query-if               a proposition                                    a predicate, or ``Not``
query-ref              a descriptor (a referential expression)          ``Iota``, ``AnyOf``, ``AllOf``
refuse                 an action and the reason for the refusal         ``Action``, a ``RefuseReason``
reject-proposal        an action, conditions, the reason                ``Action``, a ``Reason`` where there is one
request                an action                                        ``Action``
request-when           an action and a proposition                      ``When``: ``Action``, predicate
request-whenever       an action and a proposition                      ``When``: ``Action``, predicate
subscribe              a descriptor (a referential expression)          ``Iota``, ``AnyOf``, ``AllOf``
=====================  ===============================================  ============================================

The answer to query-if is an inform of the predicate, or of ``Not`` of it. The answer to query-ref, and each message
to a subscriber, is an inform of ``Equals`` of the question's expression and the value: for ``AllOf`` a ``TermSet``.
"""

from typing import ClassVar, NamedTuple, Self

from pydantic import Field, InstanceOf, SerializeAsAny

from ontology.acl import AgentIdentifier
from ontology.content import Ontology
from ontology.elements import AgentAction, DateTime, Duration, Element, Predicate, Term, TermSequence, TermSet, Variable
from ontology.proxying import PROXYING
from ontology.reasons import (
    REASONS,
    AlreadyRegistered,
    Declined,
    FailureReason,
    InternalError,
    MissingArgument,
    MissingParameter,
    NotPermitted,
    NotRegistered,
    NotUnderstoodReason,
    Overloaded,
    Reason,
    RefuseReason,
    Unauthorised,
    UnexpectedAct,
    UnexpectedArgument,
    UnexpectedArgumentCount,
    UnexpectedParameter,
    UnrecognisedParameterValue,
    UnrecognisedValue,
    UnsupportedAct,
    UnsupportedFunction,
    UnsupportedValue,
)
from ontology.references import (
    AllOf,
    AnyOf,
    IdentifyingExpression,
    Iota,
    Pattern,
)
from ontology.trade import TRADE


class Action(Element):
    """An agent's doing of something: SL's ``(action actor act)``."""

    positional: ClassVar[bool] = True

    actor: AgentIdentifier
    act: AgentAction


class Done(Predicate):
    """The action has been done: SL's ``(done action)``."""

    action: Action


class Result(Predicate):
    """The action has been done and gave this value: SL's ``(result action value)``."""

    action: Action
    value: Term


class Equals(Predicate):
    """Both sides are the same: SL's ``(= left right)``. The left side of an answer is what was asked for."""

    left: Term
    right: Term


class Not(Predicate):
    """The proposition is not true: SL's ``(not ...)``."""

    proposition: SerializeAsAny[InstanceOf[Predicate]]


class And(Predicate):
    """Both propositions are true: SL's ``(and ... ...)``."""

    left: SerializeAsAny[InstanceOf[Predicate]]
    right: SerializeAsAny[InstanceOf[Predicate]]


class Or(Predicate):
    """One of the propositions is true, or both: SL's ``(or ... ...)``."""

    left: SerializeAsAny[InstanceOf[Predicate]]
    right: SerializeAsAny[InstanceOf[Predicate]]


class Cancelled(Predicate):
    """The action was given up because it was cancelled: the answer to a *cancel* (FIPA 00026, section 2.2)."""

    action: Action


class Bid(Predicate):
    """The conditions under which a bidder would do the action.

    ``seconds`` is the time it expects to take, ``cost`` its price in the platform's own unit (0 is free, 1 is
    dear), ``confidence`` how likely it thinks that its result will be right, ``load`` how busy it is.
    """

    seconds: float = Field(ge=0)
    confidence: float = Field(ge=0, le=1)
    cost: float = Field(default=0, ge=0, le=1)
    load: float = Field(default=0, ge=0, le=1)


class Progress(Predicate):
    """How far a piece of work is: the ``part`` that is done, from 0 to 1 where that is known, and a word about it."""

    part: float | None = Field(default=None, ge=0, le=1)
    text: str = ""


class When(NamedTuple):
    """The content of a request-when or request-whenever: two elements, ``content.encode(*When(action, condition))``."""

    action: Action
    condition: Predicate

    @classmethod
    def read(cls, elements: tuple[Element, ...]) -> Self:
        """Return the two elements of such a content.

        Raises:
            ValueError: it is not an action and a predicate.
        """
        match elements:
            case (Action() as action, Predicate() as condition):
                return cls(action, condition)
        raise ValueError("The content must be an action and the proposition on which it is to be done.")


EXPRESSIONS = Ontology(
    "fipa-expressions",
    classes=(
        Action, Done, Result, Equals, Not, And, Or, Bid, Iota, AnyOf, AllOf, Pattern, Variable, TermSet, TermSequence,
        DateTime, Duration, Cancelled, Progress, *TRADE, *PROXYING, *REASONS,
    ),
)  # fmt: skip

__all__ = [
    "EXPRESSIONS",
    "Action",
    "AllOf",
    "AlreadyRegistered",
    "And",
    "AnyOf",
    "Bid",
    "Cancelled",
    "DateTime",
    "Declined",
    "Done",
    "Duration",
    "Equals",
    "FailureReason",
    "IdentifyingExpression",
    "InternalError",
    "Iota",
    "MissingArgument",
    "MissingParameter",
    "Not",
    "NotPermitted",
    "NotRegistered",
    "NotUnderstoodReason",
    "Or",
    "Overloaded",
    "Pattern",
    "Progress",
    "Reason",
    "RefuseReason",
    "Result",
    "TermSequence",
    "TermSet",
    "Unauthorised",
    "UnexpectedAct",
    "UnexpectedArgument",
    "UnexpectedArgumentCount",
    "UnexpectedParameter",
    "UnrecognisedParameterValue",
    "UnrecognisedValue",
    "UnsupportedAct",
    "UnsupportedFunction",
    "UnsupportedValue",
    "Variable",
    "When",
]
