"""Several wishes in one message: which steps run side by side and which wait."""

import pytest

from ontology.assistant import SetReminder, Wish
from planning import graph
from planning.templates import make_plan
from tests.planning.goals import at, goal, span, wish

REMIND = wish(
    "set_reminder",
    "remind me tomorrow at 9 to tidy them",
    {"what": "tidy them", "when": "tomorrow at 9"},
    [span("tomorrow at 9", "2026-11-21T09:00")],
)
FIND = wish("find_files", "find the markdown files in my documents", {"kind": "markdown", "folder": "documents"})
SUM = wish("calculate", "work out 12 * 7", {"expression": "12 * 7"})
TELL = wish("remember_fact", "remember that my sister's name is Mia", {"fact": "my sister's name is Mia"})
TELL_MORE = wish("remember_fact", "remember that my brother is Tom", {"fact": "my brother is Tom"})
ASK = wish("ask_fact", "what is my sister's name?")
ASK_NOTES = wish("ask_documents", "what do my notes say about the budget?")
INGEST = wish("ingest", "read ~/notes", {"path": "~/notes"})
LIST = wish("list_reminders", "list my reminders")
CANCEL = wish("cancel_reminder", "cancel all reminders", {"which": "all"})


@pytest.mark.parametrize(
    ("text", "wishes", "after"),
    [
        ("{0} and {1}", [FIND, REMIND], [(), ()]),
        ("{0} and then {1}", [FIND, REMIND], [(), ("s1",)]),
        ("{0}. After that, {1}", [FIND, SUM], [(), ("s1",)]),
        ("{0}; once that's done {1}", [FIND, SUM], [(), ("s1",)]),
        ("{0}, {1}, finally {2}", [FIND, SUM, REMIND], [(), (), ("s2",)]),
        ("{0} next week, {1}", [FIND, SUM], [(), ()]),
        ("{0}. Then {0}", [SUM, SUM], [(), ("s1",)]),
        ("{0} and {1}", [TELL, ASK], [(), ("s1",)]),
        ("{0} and {1}", [TELL, ASK_NOTES], [(), ()]),
        ("{0} and {1}", [INGEST, ASK_NOTES], [(), ("s1",)]),
        ("{0} and {1}", [REMIND, REMIND], [(), ()]),
        ("{0}, {1} and {2}", [REMIND, LIST, CANCEL], [(), ("s1",), ("s2",)]),
        ("{0}, {1} and {2}", [TELL, TELL_MORE, ASK], [(), ("s1",), ("s2",)]),
        ("{0}, {1}, {2}", [SUM, FIND, ASK], [(), (), ()]),
    ],
)
def test_steps_wait_only_for_what_they_need(text: str, wishes: list[Wish], after: list[tuple[str, ...]]) -> None:
    plan = make_plan(goal(*wishes, text=text.format(*(wish.text for wish in wishes))))

    assert [step.id for step in plan.steps] == [f"s{n}" for n in range(1, len(wishes) + 1)]
    assert [step.after for step in plan.steps] == after
    assert graph.order(plan.steps) == plan.steps


@pytest.mark.parametrize(
    "text", ["then work out 12 * 7", "and then work out 7", "Next, add 5", "add 5 to the result", "finally add 5"]
)
def test_the_words_of_order_may_stand_in_the_wish(text: str) -> None:
    later = wish("calculate", text, {"expression": "7"})
    assert make_plan(goal(FIND, later, text=f"{FIND.text} {text}")).steps[1].after == ("s1",)


def test_a_wish_that_is_no_part_of_the_text_is_planned_all_the_same() -> None:
    plan = make_plan(goal(FIND, SUM, text="do both"))
    assert [step.after for step in plan.steps] == [(), ()]


def test_the_order_of_the_words_is_the_order_of_the_steps() -> None:
    plan = make_plan(goal(REMIND, FIND))
    assert plan.steps[0].action == SetReminder(
        owner="ann@people.example", text="tidy them", due=at("2026-11-21T09:00"), zone="Europe/Berlin"
    )
    assert [effect.value for step in plan.steps for effect in step.effects] == ["change_reminders", "read_files"]
