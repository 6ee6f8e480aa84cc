"""Which steps have to wait for which because of what they read and change.

A step that changes reminders, facts or documents and another that reads the same kind keep the order in which
they were asked for; so do two that both change what is there. What only adds (two reminders) may run side by
side.
"""

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from types import MappingProxyType

from ontology.assistant.actions import (
    AnswerQuestion,
    CancelReminder,
    ForgetFact,
    IngestDocuments,
    ListReminders,
    RememberFact,
    RetrievePassages,
    SetReminder,
)
from ontology.assistant.goals import PlanStep
from ontology.content import AgentAction

_NONE: frozenset[str] = frozenset()
_REMINDERS = frozenset({"reminders"})
_FACTS = frozenset({"facts"})
_DOCUMENTS = frozenset({"documents"})


@dataclass(frozen=True, slots=True)
class Access:
    """What of the person's things an action reads and what it writes."""

    reads: frozenset[str] = _NONE
    writes: frozenset[str] = _NONE


_ACCESS: Mapping[type[AgentAction], Access] = MappingProxyType(
    {
        SetReminder: Access(writes=_REMINDERS),
        ListReminders: Access(reads=_REMINDERS),
        CancelReminder: Access(reads=_REMINDERS, writes=_REMINDERS),
        RememberFact: Access(reads=_FACTS, writes=_FACTS),
        ForgetFact: Access(reads=_FACTS, writes=_FACTS),
        AnswerQuestion: Access(reads=_FACTS | _DOCUMENTS),
        RetrievePassages: Access(reads=_DOCUMENTS),
        IngestDocuments: Access(writes=_DOCUMENTS),
    }
)
_ANSWERS: Mapping[str, Access] = MappingProxyType(
    {"person": Access(reads=_FACTS), "documents": Access(reads=_DOCUMENTS)}
)


def access(action: AgentAction) -> Access:
    """Return what an action reads and writes."""
    if isinstance(action, AnswerQuestion) and action.about in _ANSWERS:
        return _ANSWERS[action.about]
    return _ACCESS.get(type(action), Access())


def conflict(earlier: AgentAction, later: AgentAction) -> bool:
    """Tell whether ``later`` has to wait for ``earlier`` when they were asked for in this order."""
    first, second = access(earlier), access(later)
    return not (first.writes.isdisjoint(second.reads) and first.reads.isdisjoint(second.writes))


def step_for(number: int, action: AgentAction) -> PlanStep:
    """Return the step ``s<number>`` that does an action and waits for nothing."""
    return PlanStep(id=f"s{number}", action=action, effects=tuple(sorted(action.effects)))


def join(
    groups: Sequence[Sequence[PlanStep]], *, follows: AbstractSet[tuple[int, int]] = frozenset()
) -> tuple[PlanStep, ...]:
    """Return the steps of all groups, with what each has to wait for in the groups before.

    Args:
        groups: steps in the order asked for; no two have the same id, and within a group each stands behind
            those it waits for.
        follows: pairs of positions (earlier, later) of groups that wait for one another for another reason.
    """
    joined: list[PlanStep] = []
    reached: dict[str, set[str]] = {}  # for each step, all that come before it
    for later, group in enumerate(groups):
        for step in group:
            after = list(step.after)
            behind = {name for direct in after for name in (direct, *reached[direct])}
            for earlier in reversed(range(later)):
                for other in reversed(groups[earlier]):
                    wanted = (earlier, later) in follows or conflict(other.action, step.action)
                    if wanted and other.id not in behind:
                        after.append(other.id)
                        behind |= {other.id} | reached[other.id]
            reached[step.id] = behind
            place = [placed.id for placed in joined]
            joined.append(step.model_copy(update={"after": tuple(sorted(after, key=place.index))}))
    return tuple(joined)
