"""What the assistant's agents have in common: settings, a share of the work, load, and consent.

An agent acts only as far as the person's policy allows: before an action that does something outside, the agent
that would do it asks the policy; *ask* becomes a proposal (FIPA Propose) that the dialogue agent puts to the person.
"""

import logging
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import replace
from typing import Any, ClassVar

from actuation.policy import Decision
from agents.context import AgentContext
from behaviours.outcomes import Refuse
from behaviours.services import Job, Service
from ontology.assistant import ASSISTANT, ConsentTo
from ontology.content import AgentAction, Element
from ontology.expressions import Bid, Declined, InternalError, NotPermitted, Reason
from xmpp.agent import FipaAgent

logger = logging.getLogger(__name__)


class UnknownServiceError(Exception):
    """An agent set gives an agent a service that agents of its kind do not have."""


class AssistantAgent(FipaAgent):
    """An agent of the assistant.

    Args:
        context: what it is given.

    Attributes:
        errors: the exceptions of its library whose text is a sentence for people.
        capacity: how many pieces of work at once count as fully loaded.
    """

    errors: ClassVar[tuple[type[Exception], ...]] = ()
    capacity: ClassVar[int] = 4

    def __init__(self, context: AgentContext) -> None:
        super().__init__(
            context.account,
            context.platform,
            ontologies=(ASSISTANT,),
            recording=context.settings.recording,
            tracer=context.tracer,
        )
        self.context = context
        self._working = 0

    def skills(self) -> Iterable[Service[Any]]:
        """Return everything that the agent could offer."""
        return ()

    def services(self) -> Iterable[Service[Any]]:
        """Return the share of its skills that the agent set gives to this agent.

        Where two skills perform the same action, the agent offers the first one that it is given.

        Raises:
            UnknownServiceError: the set gives it a service that it does not have.
        """
        skills = {skill.name or skill.action.wire_name: skill for skill in self.skills()}
        offers = self.context.offers
        unknown = sorted((offers or frozenset()) - set(skills))
        if unknown:
            raise UnknownServiceError(
                f"Agents of kind {self.kind} have no service called {', '.join(unknown)}; "
                f"they have {', '.join(skills)}."
            )
        chosen: dict[type[AgentAction], Service[Any]] = {}
        for name, skill in skills.items():
            if offers is None or name in offers:
                chosen.setdefault(skill.action, replace(skill, perform=self._counted(skill.perform)))
        return chosen.values()

    def explain(self, error: Exception) -> Reason | None:
        """Give the sentence of a library's own exception as the reason."""
        return InternalError(explanation=str(error)) if isinstance(error, self.errors) else None

    def bid(self, *, seconds: float, confidence: float, cost: float = 0.0) -> Bid:
        """Return a bid under these conditions and the present load."""
        return Bid(
            seconds=seconds,
            confidence=confidence,
            cost=cost,
            load=min(1.0, self._working / self.capacity),
        )

    async def consent(
        self, person: str, act: AgentAction, question: str, *, count: int = 1, always: bool = False
    ) -> None:
        """Make sure that the person's policy allows an action, asking the person where it says so.

        Args:
            person: the person's bare JID.
            act: what would be done.
            question: what would be done, as a question to the person.
            count: how many things it touches; many are asked about where one is not.
            always: whether to ask also where the policy allows it.

        Raises:
            Refuse: it is not allowed, or the person said no.
        """
        decision = self.context.settings.actuation.policy.decide_all(act.effects, count=count)
        if decision is Decision.DENY:
            raise Refuse(
                NotPermitted(
                    explanation="Your settings do not allow that "
                    f"({', '.join(sorted(act.effects))}). `actuation.policy` in the configuration can change that."
                )
            )
        if decision is Decision.ASK or always:
            await self.ask_person(person, question)

    async def ask_person(self, person: str, question: str) -> None:
        """Put a question to a person, and go on only after their yes.

        Raises:
            Refuse: they said no.
        """
        dialogue = await self.find_one(ConsentTo)
        timeout = self.context.settings.planning.step_seconds  # who has the step done waits no longer
        if not await self.propose(dialogue, ConsentTo(person=person, question=question), timeout=timeout):
            raise Refuse(Declined(explanation="All right, I leave it."))

    def _counted(
        self, perform: Callable[[Any, Job], Awaitable[Element | None]]
    ) -> Callable[[Any, Job], Awaitable[Element | None]]:
        async def counted(act: AgentAction, job: Job) -> Element | None:
            self._working += 1
            try:
                return await perform(act, job)
            finally:
                self._working -= 1

        return counted
