"""Services declared on an agent's methods.

::

    class Clerk(FipaAgent):
        @offers(Calculate, bid=Bid(seconds=0.1, confidence=0.99))
        async def calculate(self, act: Calculate, job: Job) -> Calculation:
            return Calculation(expression=act.expression, value="2", exact=True)

        @offers(Index)
        async def index(self, act: Index, job: Job) -> AsyncIterator[Element]:
            for done, name in enumerate(act.names, 1):
                ...
                yield Progress(part=done / len(act.names), text=name)
            yield Indexed(count=len(act.names))

An asynchronous generator says how far it is by yielding :class:`~ontology.expressions.Progress`; the other element
that it yields is the result. Progress reaches only those who asked to hear of it.
"""

import functools
import inspect
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from behaviours.services import Job, Service
from ontology.content import AgentAction, Element
from ontology.expressions import Bid, Progress

A = TypeVar("A", bound=AgentAction)
M = TypeVar("M", bound=Callable[..., Any])

Bidding = Bid | Callable[[Any, A], Awaitable[Bid]]
"""The bid for every action of a kind, or a method that makes one for each."""

_DECLARED: Final = "_offers"


@dataclass(frozen=True, slots=True)
class _Declared:
    action: type[AgentAction]
    name: str
    bid: "Bidding[Any] | None"


def offers(action: type[A], *, name: str = "", bid: "Bidding[A] | None" = None) -> Callable[[M], M]:
    """Declare that a method performs an action, as a service of its agent.

    Args:
        action: the action. The method is given it and the :class:`~behaviours.services.Job`, and returns the value of
            the result, or None where there is none; it may raise ``Refuse`` or ``Fail``.
        name: the service's name in the directory; it tells providers of the same action apart.
        bid: how it bids in contract nets; None: it does not.
    """

    def declare(method: M) -> M:
        setattr(method, _DECLARED, _Declared(action, name, bid))
        return method

    return declare


def declared(agent: object) -> tuple[Service[Any], ...]:
    """Return the services that an agent's class declares, those of its base classes first."""
    names = dict.fromkeys(name for cls in reversed(type(agent).__mro__) for name in vars(cls))
    found = []
    for name in names:
        declaration = getattr(getattr(type(agent), name, None), _DECLARED, None)
        if isinstance(declaration, _Declared):
            found.append(_service(agent, getattr(agent, name), declaration))
    return tuple(found)


def _service(agent: object, method: Callable[..., Any], declaration: _Declared) -> Service[Any]:
    perform = functools.partial(_streamed, method) if inspect.isasyncgenfunction(method) else method
    bid = declaration.bid
    if bid is None:
        return Service(declaration.action, perform, name=declaration.name)
    if isinstance(bid, Bid):
        return Service(declaration.action, perform, functools.partial(_always, bid), declaration.name)
    return Service(declaration.action, perform, functools.partial(bid, agent), declaration.name)


async def _always(bid: Bid, _: AgentAction) -> Bid:
    return bid


async def _streamed(
    method: Callable[[AgentAction, Job], AsyncIterator[Element]], act: AgentAction, job: Job
) -> Element | None:
    result: Element | None = None
    async for element in method(act, job):
        if isinstance(element, Progress):
            job.report(element)
        else:
            result = element
    return result
