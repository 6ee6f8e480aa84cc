"""What steps read and change, and which wait for which."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ontology.assistant import (
    AnswerQuestion,
    Calculate,
    CancelReminder,
    IngestDocuments,
    ListReminders,
    PlanStep,
    RememberFact,
)
from ontology.content import AgentAction
from planning import graph
from planning.dependencies import conflict, join, step_for

SUM = Calculate(expression="1")
LIST = ListReminders(owner="a")
CANCEL = CancelReminder(owner="a", which="1")
REMEMBER = RememberFact(owner="a", fact="x")
INGEST = IngestDocuments(owner="a", paths=("/a",))
ASK_ALL = AnswerQuestion(owner="a", question="x")
ASK_PERSON = AnswerQuestion(owner="a", question="x", about="person")
ACTIONS = [SUM, LIST, CANCEL, REMEMBER, INGEST, ASK_ALL, ASK_PERSON]


@pytest.mark.parametrize(
    ("earlier", "later", "waits"),
    [
        (SUM, SUM, False),
        (LIST, LIST, False),
        (LIST, CANCEL, True),
        (CANCEL, LIST, True),
        (INGEST, INGEST, False),
        (INGEST, ASK_ALL, True),
        (ASK_ALL, INGEST, True),
        (INGEST, ASK_PERSON, False),
        (REMEMBER, REMEMBER, True),
        (REMEMBER, ASK_ALL, True),
        (REMEMBER, INGEST, False),
    ],
)
def test_what_reads_waits_for_what_changes(earlier: AgentAction, later: AgentAction, waits: bool) -> None:
    assert conflict(earlier, later) is waits


@given(st.lists(st.lists(st.sampled_from(ACTIONS), min_size=1, max_size=3), max_size=4), st.data())
def test_joined_steps_keep_order_and_wait_directly_or_not(groups: list[list[AgentAction]], data: st.DataObject) -> None:
    number = 0
    numbered: list[list[PlanStep]] = []
    for group in groups:
        numbered.append([step_for(number + place, action) for place, action in enumerate(group, 1)])
        number += len(group)
    pairs = [(a, b) for b in range(len(groups)) for a in range(b)]
    follows = frozenset(data.draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else [])

    joined = join(numbered, follows=follows)

    assert [step.id for step in joined] == [step.id for group in numbered for step in group]
    assert graph.order(joined) == joined
    place = {step.id: n for n, group in enumerate(numbered) for step in group}
    for earlier in joined:
        behind = graph.dependants(joined, earlier.id)
        for later in joined:
            apart = place[earlier.id] < place[later.id]
            wanted = (place[earlier.id], place[later.id]) in follows or conflict(earlier.action, later.action)
            if apart and wanted:
                assert later.id in behind
            # nothing waits directly for what it waits for through another
            if earlier.id in later.after:
                others = [graph.dependants(joined, name) for name in later.after if name in behind]
                assert not any(later.id in other for other in others)
