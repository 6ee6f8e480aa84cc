"""What can go wrong in planning. The text of each error is a sentence that can be shown to the person."""


class PlanningError(Exception):
    """Base of the errors of this package."""


class ImpossibleWish(PlanningError):
    """A wish that no action can be made of, such as a reminder for a day that does not exist."""


class MalformedPlan(PlanningError):
    """Steps that are no plan: an unknown or repeated id, or steps that wait for one another."""


class IllegalTransition(PlanningError):
    """A step or a plan was to go where its state machine does not lead."""


class StoreError(PlanningError):
    """Plans could not be read or written, or a plan is not there."""


class LlmError(PlanningError):
    """Base of what goes wrong with a language model."""


class LlmUnavailable(LlmError):
    """The endpoint did not answer, not in time or not fully. Trying later may help."""


class LlmRefused(LlmError):
    """The endpoint does not take our requests: a bad key, an unknown model. Only a change of settings helps."""


class LlmInvalid(LlmError):
    """The model's answer is not what was asked for.

    Args:
        problem: what is wrong, in words that the model can be given back.
        text: what the model said.
    """

    def __init__(self, problem: str, text: str = "") -> None:
        super().__init__(f"The language model gave an answer that cannot be used: {problem}")
        self.problem = problem
        self.text = text
