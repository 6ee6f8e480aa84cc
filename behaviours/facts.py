"""What an agent knows, for others to ask about: the counterpart of its services.

An agent declares, for each kind of predicate, how it finds the statements of that kind that are true. On these stand
its parts in FIPA Query (what is true now), Request When (when will it be) and Subscribe (each time that it changes).
What it does not know to be true counts as false.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from behaviours.outcomes import Fail, Refuse
from ontology.content import Predicate, Term
from ontology.expressions import (
    AllOf,
    And,
    IdentifyingExpression,
    InternalError,
    Iota,
    Not,
    Or,
    Pattern,
    TermSet,
    UnsupportedFunction,
)

P = TypeVar("P", bound=Predicate)


@dataclass(frozen=True, slots=True)
class Knowledge(Generic[P]):
    """What an agent knows of one kind.

    Args:
        predicate: the kind of statement.
        known: returns the true statements; those that do not fit the pattern may be left out. May raise ``Refuse``
            or ``Fail``.
    """

    predicate: type[P]
    known: Callable[[Pattern], Awaitable[Iterable[P]]]


class Facts:
    """All that an agent knows and tells.

    Args:
        knowledge: what it knows, one entry for each kind.
    """

    def __init__(self, knowledge: Iterable[Knowledge[Any]] = ()) -> None:
        self._knowledge: Mapping[str, Knowledge[Any]] = {each.predicate.wire_name: each for each in knowledge}
        self._change = asyncio.Event()

    def require(self, proposition: Predicate) -> None:
        """Do nothing if the truth of a proposition can be found out.

        Raises:
            Refuse: it speaks of something that the agent does not tell.
        """
        match proposition:
            case Not():
                self.require(proposition.proposition)
            case And() | Or():
                self.require(proposition.left)
                self.require(proposition.right)
            case Pattern():
                self._of(proposition.of_class)
            case _:
                self._of(proposition.wire_name)

    async def holds(self, proposition: Predicate) -> bool:
        """Tell whether a proposition is known to be true. A pattern is, where anything fits it.

        Raises:
            Refuse: it speaks of something that the agent does not tell.
        """
        match proposition:
            case Not():
                return not await self.holds(proposition.proposition)
            case And():
                return await self.holds(proposition.left) and await self.holds(proposition.right)
            case Or():
                return await self.holds(proposition.left) or await self.holds(proposition.right)
            case Pattern():
                return any(proposition.match(fact) is not None for fact in await self._known(proposition))
        slots = {slot: getattr(proposition, slot) for slot in type(proposition).model_fields}
        return proposition in await self._known(Pattern(of_class=proposition.wire_name, slots=slots))

    async def referent(self, expression: IdentifyingExpression) -> Term:
        """Return what an expression stands for: one thing, or of all the set.

        Raises:
            Refuse: it speaks of something that the agent does not tell.
            Fail: nothing fits, or several do where it says that there is one.
        """
        return referent_of(expression, await self._known(expression.proposition))

    async def until(self, proposition: Predicate) -> None:
        """Wait until a proposition is true; it is looked at anew at each :meth:`changed`.

        Raises:
            Refuse: it speaks of something that the agent does not tell.
        """
        while True:
            change = self._change
            if await self.holds(proposition):
                return
            await change.wait()

    def changed(self) -> None:
        """Say that something may have become true or false."""
        self._change.set()
        self._change = asyncio.Event()

    def _of(self, wire_name: str) -> Knowledge[Any]:
        found = self._knowledge.get(wire_name)
        if found is None:
            raise Refuse(UnsupportedFunction(function=wire_name, explanation=f"I do not tell of {wire_name}."))
        return found

    async def _known(self, pattern: Pattern) -> tuple[Predicate, ...]:
        return tuple(await self._of(pattern.of_class).known(pattern))


def referent_of(expression: IdentifyingExpression, facts: Iterable[Predicate]) -> Term:
    """Return what an expression stands for among true statements.

    Raises:
        Fail: nothing fits, or several do where it says that there is one.
    """
    found = expression.referents(facts)
    if isinstance(expression, AllOf):
        return TermSet(items=found)
    if not found:
        raise Fail(InternalError(explanation="I know of nothing that fits."))
    if isinstance(expression, Iota) and len(found) > 1:
        raise Fail(InternalError(explanation=f"I know of {len(found)} that fit, not of one."))
    return found[0]
