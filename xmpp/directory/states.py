"""The life cycle of an agent, as the AMS keeps it (FIPA 00023, section 5.1).

::

    unknown                       --create-->   initiated
    unknown                       --register--> active
    initiated                     --invoke-->   active
    active                        --suspend-->  suspended
    suspended                     --resume-->   active
    active                        --wait-->     waiting
    waiting                       --wake up-->  active
    active                        --move-->     transit
    transit                       --execute-->  active
    every state but unknown       --quit, destroy--> unknown

Who may ask the AMS for it: an agent for every step of its own, but that of *resume*, which belongs to whoever
suspended it; whoever had the AMS start the agent, for *suspend*, *resume* and *destroy*. An agent whose state is
*unknown* has no entry.
"""

from enum import StrEnum
from typing import Final


class State(StrEnum):
    """The states of FIPA 00023."""

    INITIATED = "initiated"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    WAITING = "waiting"
    TRANSIT = "transit"
    UNKNOWN = "unknown"


STEPS: Final = frozenset(
    {
        (State.UNKNOWN, State.INITIATED),
        (State.UNKNOWN, State.ACTIVE),
        (State.INITIATED, State.ACTIVE),
        (State.ACTIVE, State.SUSPENDED),
        (State.SUSPENDED, State.ACTIVE),
        (State.ACTIVE, State.WAITING),
        (State.WAITING, State.ACTIVE),
        (State.ACTIVE, State.TRANSIT),
        (State.TRANSIT, State.ACTIVE),
    }
)
"""From which state one gets to which, beside leaving."""

MANAGED: Final = frozenset({(State.ACTIVE, State.SUSPENDED), (State.SUSPENDED, State.ACTIVE)})
"""The steps that whoever had an agent started may ask for."""


def leads(before: State, after: State) -> bool:
    """Tell whether an agent gets from a state to another in one step, or stays."""
    return before is after or (before, after) in STEPS
