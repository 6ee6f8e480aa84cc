import inspect

import pytest

from scheduling import errors

SAMPLES: list[errors.SchedulingError] = [
    errors.UnknownZoneError("Mars"),
    errors.PastTimeError("today at 9:00"),
    errors.TimeTooFarError(50),
    errors.EmptyTextError(),
    errors.TextTooLongError(2000, 1000),
    errors.TooManyRemindersError(200),
    errors.UnknownReminderError("7"),
    errors.AlreadyDeliveredError("stretch"),
    errors.RecurrenceError("FREQ=X", "FREQ is wrong"),
    errors.TooOftenError(10),
    errors.IllegalTransitionError("delivered", "cancel"),
    errors.ClaimLostError("7"),
    errors.StoreError("The disk is full; make room."),
    errors.UnknownPlaceError("I know no place named Atlantis; name a larger town near it."),
]


@pytest.mark.parametrize("error", SAMPLES, ids=lambda error: type(error).__name__)
def test_every_error_is_one_plain_sentence(error: errors.SchedulingError) -> None:
    said = str(error)
    assert said[0].isupper()
    assert said.endswith(".")
    assert "\n" not in said


def test_every_error_is_among_the_samples() -> None:
    ours = {kind for _, kind in inspect.getmembers(errors, inspect.isclass)} - {errors.SchedulingError}
    assert {type(error) for error in SAMPLES} == ours
