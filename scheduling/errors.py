"""What can go wrong with reminders; the text of each error is a sentence that may be shown to a person."""


class SchedulingError(Exception):
    """Base of all errors of this package."""


class UnknownZoneError(SchedulingError):
    """A time zone that the IANA database does not have."""

    def __init__(self, zone: str) -> None:
        super().__init__(f"I know no time zone named {zone!r}; use a name such as Europe/Berlin.")


class PastTimeError(SchedulingError):
    """The time asked for has gone by."""

    def __init__(self, when: str) -> None:
        super().__init__(f"That time ({when}) has already passed; give me a later one.")


class TimeTooFarError(SchedulingError):
    """The time asked for is further away than the settings allow."""

    def __init__(self, years: int) -> None:
        super().__init__(f"That is more than {years} years away; give me an earlier time.")


class EmptyTextError(SchedulingError):
    """A reminder of nothing."""

    def __init__(self) -> None:
        super().__init__("The reminder has no text; tell me what to remind you of.")


class TextTooLongError(SchedulingError):
    """The text is longer than the settings allow."""

    def __init__(self, length: int, limit: int) -> None:
        super().__init__(f"The reminder is {length} characters long, and {limit} is the most; please shorten it.")


class TooManyRemindersError(SchedulingError):
    """The person has as many reminders waiting as the settings allow."""

    def __init__(self, limit: int) -> None:
        super().__init__(f"You have {limit} reminders waiting, the most there may be; cancel some first.")


class UnknownReminderError(SchedulingError):
    """No reminder of this person has that id."""

    def __init__(self, reminder_id: str) -> None:
        super().__init__(f"There is no reminder {reminder_id!r}; list your reminders to see which there are.")


class AlreadyDeliveredError(SchedulingError):
    """The reminder was delivered, so there is nothing left to cancel."""

    def __init__(self, text: str) -> None:
        super().__init__(f"The reminder {text!r} was already delivered; there is nothing left to cancel.")


class RecurrenceError(SchedulingError):
    """A recurrence rule that cannot be used."""

    def __init__(self, rule: str, reason: str) -> None:
        super().__init__(f"I cannot repeat by the rule {rule[:100]!r}: {reason}.")


class TooOftenError(SchedulingError):
    """A recurrence with less time between two occurrences than the settings allow."""

    def __init__(self, shortest_s: float) -> None:
        super().__init__(f"That is too often; {shortest_s:g} seconds is the shortest time between two.")


class IllegalTransitionError(SchedulingError):
    """An event that the state of a reminder does not allow."""

    def __init__(self, state: str, event: str) -> None:
        super().__init__(f"A reminder that is {state} cannot take the step {event!r}; read it again first.")


class ClaimLostError(SchedulingError):
    """The claim on a reminder is no longer ours: it was cancelled, or its lease ran out."""

    def __init__(self, reminder_id: str) -> None:
        super().__init__(f"The claim on reminder {reminder_id!r} is gone; claim it again if it is still due.")


class StoreError(SchedulingError):
    """The database of reminders cannot be read or written."""


class UnknownPlaceError(SchedulingError):
    """A place whose time zone is not known, or that has several."""
