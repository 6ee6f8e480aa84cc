"""What can go wrong in understanding. Each text is one sentence that says what to do."""


class NluError(Exception):
    """Base of the errors of this package."""


class NluUnavailable(NluError):
    """Rasa does not answer: it is starting, it has died, or it took too long."""


class NluSetupError(NluError):
    """Rasa, its environment or its project is not installed as it should be."""


class TrainingError(NluError):
    """The model could not be trained."""


class GrammarError(TrainingError):
    """A file of the grammar is malformed."""
