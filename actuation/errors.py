"""What can go wrong in the hands: each error's text is one plain sentence that can be shown to a person."""


class ActuationError(Exception):
    """The base of every error that leaves this folder."""


class ArithmeticProblem(ActuationError):
    """An expression that has no answer here.

    `position` counts characters from 0 in the expression as given; -1 where no place is to blame.
    """

    def __init__(self, sentence: str, *, position: int = -1) -> None:
        super().__init__(sentence)
        self.position = position


class NotUnderstood(ArithmeticProblem):
    """A part of the expression that the grammar has no reading for."""


class DivisionByZero(ArithmeticProblem):
    """A division, a remainder or a negative power of nothing."""


class NumberTooLarge(ArithmeticProblem):
    """A result (or a step on the way to it) with more digits than is worth writing out."""


class NoRealAnswer(ArithmeticProblem):
    """A root, logarithm or factorial of a number that has none among the real numbers."""


class SandboxUnavailable(ActuationError):
    """Code cannot be run, because nothing here would hold it."""


class FolderNotAllowed(ActuationError):
    """A folder was named that the settings do not open."""


class FolderNotFound(ActuationError):
    """A folder was named that is not there."""


class WebError(ActuationError):
    """The base of what can go wrong with fetching a page."""


class WebNotAllowed(WebError):
    """The settings do not allow the web, this host, or this address."""


class WebNeedsApproval(WebError):
    """The settings want the person's yes for every page, and none was given."""


class PageUnavailable(WebError):
    """The page could not be had: no such host, no answer in time, an error status, or not a text."""
