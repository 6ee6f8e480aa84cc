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


def steps_of(
    actions: Sequence[AgentAction], *, follows: AbstractSet[tuple[int, int]] = frozenset()
) -> tuple[PlanStep, ...]:
    """Return the steps ``s1``, ``s2`` ... that do the actions in an order that is right.

    Args:
        actions: the actions, in the order asked for.
        follows: pairs of positions (earlier, later) that wait for one another for another reason.
    """
    steps: list[PlanStep] = []
    reached: list[set[int]] = []  # for each step, the positions of all that come before it
    for later, action in enumerate(actions):
        direct: list[int] = []
        behind: set[int] = set()
        for earlier in reversed(range(later)):
            wanted = (earlier, later) in follows or conflict(actions[earlier], action)
            if wanted and earlier not in behind:
                direct.append(earlier)
                behind |= {earlier} | reached[earlier]
        reached.append(behind)
        steps.append(
            PlanStep(
                id=f"s{later + 1}",
                action=action,
                after=tuple(f"s{earlier + 1}" for earlier in sorted(direct)),
                effects=tuple(sorted(action.effects)),
            )
        )
    return tuple(steps)
