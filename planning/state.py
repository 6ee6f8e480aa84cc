"""The state machines of a step and of a plan. Pure: what a state means is kept elsewhere.

A step::

    pending -> announced -> awarded -> running -> done
       |           |           |          |
       |           |           |          +-> failed
       |           |           |          +-> awarded     the next bidder takes over
       |           |           +-> awarded, failed        the bidder withdrew
       |           +-> failed                             nobody offered to do it
       +-> skipped                                        a step before it failed, or the person stopped it

Each of announced, awarded and running may also go back to pending (it is announced anew, also after a
restart, when nobody knows how far it came) and on to skipped (the person stopped it). Done, failed and
skipped are final.

A plan is running until all its steps have ended; then it is failed if any step failed, cancelled if any was
skipped, and done otherwise.
"""

from collections.abc import Collection, Mapping
from enum import StrEnum
from types import MappingProxyType

from planning.errors import IllegalTransition


class StepState(StrEnum):
    """Where a step stands."""

    PENDING = "pending"
    ANNOUNCED = "announced"
    AWARDED = "awarded"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    SKIPPED = "skipped"


class PlanState(StrEnum):
    """Where a plan stands."""

    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


_S = StepState

TRANSITIONS: Mapping[StepState, frozenset[StepState]] = MappingProxyType(
    {
        _S.PENDING: frozenset({_S.ANNOUNCED, _S.SKIPPED}),
        _S.ANNOUNCED: frozenset({_S.AWARDED, _S.FAILED, _S.PENDING, _S.SKIPPED}),
        _S.AWARDED: frozenset({_S.RUNNING, _S.AWARDED, _S.FAILED, _S.PENDING, _S.SKIPPED}),
        _S.RUNNING: frozenset({_S.DONE, _S.FAILED, _S.AWARDED, _S.PENDING, _S.SKIPPED}),
        _S.DONE: frozenset(),
        _S.FAILED: frozenset(),
        _S.SKIPPED: frozenset(),
    }
)
"""To which states each state of a step leads."""

FINAL: frozenset[StepState] = frozenset(state for state, following in TRANSITIONS.items() if not following)
"""States that a step does not leave."""


def sources(target: StepState) -> frozenset[StepState]:
    """Return the states that lead to ``target``."""
    return frozenset(state for state, following in TRANSITIONS.items() if target in following)


def advance(current: StepState, target: StepState) -> StepState:
    """Return ``target`` if a step may go there from ``current``.

    Raises:
        IllegalTransition: it may not.
    """
    if target not in TRANSITIONS[current]:
        raise IllegalTransition(f"A step that is {current} cannot become {target}.")
    return target


def interrupted(state: StepState) -> StepState:
    """Return where a step stands after a restart: what was under way has to be announced anew."""
    return state if state in FINAL else StepState.PENDING


def outcome(states: Collection[StepState]) -> PlanState:
    """Return the state of a plan whose steps are in ``states``."""
    if any(state not in FINAL for state in states):
        return PlanState.RUNNING
    if StepState.FAILED in states:
        return PlanState.FAILED
    return PlanState.CANCELLED if StepState.SKIPPED in states else PlanState.DONE
