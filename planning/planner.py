"""Goals into plans: by templates, and by a language model for what is open."""

from collections.abc import Sequence

from ontology.assistant.actions import Compose
from ontology.assistant.goals import Goal, Plan, PlanStep
from ontology.content import AgentAction
from planning.dependencies import join, step_for
from planning.errors import LlmInvalid
from planning.llm.model import LanguageModel
from planning.llm_planner import LlmPlanner
from planning.templates import action_for, make_plan
from planning.templates.plans import following


class Planner:
    """Makes plans.

    Args:
        model: the language model that plans what is open; None: what is open becomes one step, to compose.
    """

    def __init__(self, *, model: LanguageModel | None = None) -> None:
        self._llm = LlmPlanner(model) if model is not None else None

    async def plan(self, goal: Goal, actions: Sequence[type[AgentAction]] = ()) -> Plan:
        """Return the plan for a goal.

        Args:
            goal: what the person wants.
            actions: what a language model may plan with: the actions that some agent offers.

        Raises:
            ImpossibleWish: a wish cannot become an action; the text tells the person why.
            LlmUnavailable: the language model is needed and does not answer.
            LlmRefused: the language model is needed and does not take the request.
        """
        plain = tuple(action_for(wish, goal) for wish in goal.wishes)
        if self._llm is None or not actions or not any(isinstance(action, Compose) for action in plain):
            return make_plan(goal)
        if all(isinstance(action, Compose) for action in plain):
            # The wishes may belong together, so the model sees the whole of what the person said.
            return Plan(goal=goal, steps=await self._open(self._llm, goal, plain, actions, 1))
        groups: list[Sequence[PlanStep]] = []
        number = 1
        for wish, action in zip(goal.wishes, plain, strict=True):
            if isinstance(action, Compose):
                part = goal.model_copy(update={"text": action.instruction, "wishes": (wish,)})
                groups.append(await self._open(self._llm, part, (action,), actions, number))
            else:
                groups.append((step_for(number, action),))
            number += len(groups[-1])
        return Plan(goal=goal, steps=join(groups, follows=following(goal)))

    @staticmethod
    async def _open(
        llm: LlmPlanner, goal: Goal, plain: Sequence[AgentAction], actions: Sequence[type[AgentAction]], first: int
    ) -> tuple[PlanStep, ...]:
        """Return the model's plan; where it can make none, have the model write the answer at once."""
        try:
            return (await llm.plan(goal, actions, first=first)).steps
        except LlmInvalid:
            return join([(step_for(number, action),) for number, action in enumerate(plain, first)])
