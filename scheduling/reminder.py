"""The reminder, and the states it goes through.

::

                      cancel
        +--------------------------------------+
        |                     cancel           v
    PENDING --claim--> CLAIMED ----------> CANCELLED
      ^  ^              |  | ^
      |  +---release----+  | +--claim (lease over: the holder died)
      |                    deliver
      |                    v
      +-----repeat---- DELIVERED

A recurring reminder is delivered and made pending for its next occurrence in one transaction; it rests in
DELIVERED only when its rule has no further occurrence. What is not in :data:`TRANSITIONS` is refused.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from scheduling.errors import IllegalTransitionError
from scheduling.walltime import WallTime


class ReminderState(StrEnum):
    """Where a reminder stands."""

    PENDING = "pending"
    CLAIMED = "claimed"  # somebody is delivering it
    DELIVERED = "delivered"
    CANCELLED = "cancelled"


class ReminderEvent(StrEnum):
    """What can happen to a reminder."""

    CLAIM = "claim"
    DELIVER = "deliver"
    RELEASE = "release"
    REPEAT = "repeat"
    CANCEL = "cancel"


TRANSITIONS: Mapping[tuple[ReminderState, ReminderEvent], ReminderState] = {
    (ReminderState.PENDING, ReminderEvent.CLAIM): ReminderState.CLAIMED,
    (ReminderState.CLAIMED, ReminderEvent.CLAIM): ReminderState.CLAIMED,
    (ReminderState.CLAIMED, ReminderEvent.DELIVER): ReminderState.DELIVERED,
    (ReminderState.CLAIMED, ReminderEvent.RELEASE): ReminderState.PENDING,
    (ReminderState.DELIVERED, ReminderEvent.REPEAT): ReminderState.PENDING,
    (ReminderState.PENDING, ReminderEvent.CANCEL): ReminderState.CANCELLED,
    (ReminderState.CLAIMED, ReminderEvent.CANCEL): ReminderState.CANCELLED,
}
"""Every step there is; a pair that is missing is illegal."""

WAITING = (ReminderState.PENDING, ReminderState.CLAIMED)
"""The states of a reminder that is still to be delivered."""


def after_event(state: ReminderState, event: ReminderEvent) -> ReminderState:
    """Return the state that follows when ``event`` happens in ``state``.

    Raises:
        IllegalTransitionError: the event is not allowed in that state.
    """
    try:
        return TRANSITIONS[state, event]
    except KeyError:
        raise IllegalTransitionError(state.value, event.value) from None


@dataclass(frozen=True, slots=True)
class Reminder:
    """What somebody wants to be told, and when.

    Attributes:
        id: unique, opaque.
        owner: bare JID of the person.
        text: what to say.
        due: the occurrence that comes next, or came last when the state is final.
        due_at: instant of ``due``, in UTC.
        start: where the recurrence is counted from; equals the first ``due`` of a reminder without a rule.
        rrule: RFC 5545 recurrence rule, or None.
        created: when it was set, in UTC.
        state: where it stands.
        attempts: deliveries begun for this occurrence.
        missed: earlier occurrences that this one stands in for.
    """

    id: str
    owner: str
    text: str
    due: WallTime
    due_at: datetime
    start: WallTime
    rrule: str | None
    created: datetime
    state: ReminderState
    attempts: int = 0
    missed: int = 0

    @property
    def delivery_id(self) -> str:
        """Name of the delivery of this occurrence; the same at every attempt, so a receiver can tell."""
        return f"{self.id}@{self.due_at.astimezone(UTC).isoformat()}"


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to deliver one occurrence until the lease is over.

    Attributes:
        reminder: as it stands with the claim.
        token: proves that the claim is ours.
        lease_until: after this instant another may claim it.
        maybe_delivered: an earlier attempt ended without anybody knowing whether it got through.
    """

    reminder: Reminder
    token: str
    lease_until: datetime
    maybe_delivered: bool
