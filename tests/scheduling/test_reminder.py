import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduling.errors import IllegalTransitionError
from scheduling.reminder import TRANSITIONS, WAITING, ReminderEvent, ReminderState, after_event
from tests.scheduling.helpers import reminder


@pytest.mark.parametrize(("state", "event"), [*itertools.product(ReminderState, ReminderEvent)])
def test_every_pair_is_a_step_or_is_refused(state: ReminderState, event: ReminderEvent) -> None:
    if (state, event) in TRANSITIONS:
        assert after_event(state, event) is TRANSITIONS[state, event]
    else:
        with pytest.raises(IllegalTransitionError, match=state.value):
            after_event(state, event)


@given(st.lists(st.sampled_from(ReminderEvent)))
def test_cancelled_is_for_good(events: list[ReminderEvent]) -> None:
    state, was_cancelled = ReminderState.PENDING, False
    for event in events:
        try:
            state = after_event(state, event)
        except IllegalTransitionError:
            continue
        was_cancelled = was_cancelled or event is ReminderEvent.CANCEL
        assert (state is ReminderState.CANCELLED) == was_cancelled
        assert (state in WAITING) == (state not in {ReminderState.DELIVERED, ReminderState.CANCELLED})


def test_delivery_id_names_the_occurrence() -> None:
    assert reminder("x", "2026-11-21T09:00").delivery_id == "id of x@2026-11-21T08:00:00+00:00"
