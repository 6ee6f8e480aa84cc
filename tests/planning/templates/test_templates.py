"""Every intent's template, as a table: what was understood and the action that comes of it."""

import pytest

from ontology.assistant import (
    ACTIONS,
    AnswerQuestion,
    Calculate,
    CancelReminder,
    Compose,
    FindFiles,
    ForgetFact,
    IngestDocuments,
    ListReminders,
    ReadPage,
    ReadScreen,
    RememberFact,
    RetrievePassages,
    RunCode,
    SetReminder,
    TellTime,
    Wish,
)
from ontology.content import AgentAction
from planning.errors import ImpossibleWish
from planning.templates import action_for, intents, make_plan, template
from tests.planning.goals import PERSON, at, goal, span, wish

CASES: list[tuple[Wish, AgentAction]] = [
    (
        wish(
            "set_reminder",
            "remind me tomorrow at 9 to call John",
            {"what": "call John", "when": "tomorrow at 9"},
            [span("tomorrow at 9", "2026-11-21T09:00")],
        ),
        SetReminder(owner=PERSON, text="call John", due=at("2026-11-21T09:00"), zone="Europe/Berlin"),
    ),
    (
        wish(
            "set_reminder",
            "remind me every monday at 8 to water the plants",
            {"what": "water the plants", "when": "every monday at 8"},
            [span("every monday at 8", "2026-11-23T08:00", rrule="FREQ=WEEKLY;BYDAY=MO")],
        ),
        SetReminder(
            owner=PERSON,
            text="water the plants",
            due=at("2026-11-23T08:00"),
            zone="Europe/Berlin",
            rrule="FREQ=WEEKLY;BYDAY=MO",
        ),
    ),
    (wish("list_reminders", "what are my reminders"), ListReminders(owner=PERSON)),
    (wish("cancel_reminder", "cancel 2", {"which": "2"}), CancelReminder(owner=PERSON, which="2")),
    (
        wish("remember_fact", "remember that ...", {"fact": "my sister's name is Mia"}),
        RememberFact(owner=PERSON, fact="my sister's name is Mia"),
    ),
    (wish("forget_fact", "forget it", {"fact": "my sister's name"}), ForgetFact(owner=PERSON, fact="my sister's name")),
    (
        wish("ask_fact", "what is my sister's name?"),
        AnswerQuestion(owner=PERSON, question="what is my sister's name?", about="person"),
    ),
    (
        wish("ask_documents", "what do my notes say about x?", {"question": "what about x"}),
        AnswerQuestion(owner=PERSON, question="what about x", about="documents"),
    ),
    (
        wish("ingest", "read it", {"path": "'~/my notes/a b.pdf'"}),
        IngestDocuments(owner=PERSON, paths=("~/my notes/a b.pdf",)),
    ),
    (wish("ingest", "read them", {"path": "/a\n/b c\n"}), IngestDocuments(owner=PERSON, paths=("/a", "/b c"))),
    (wish("calculate", "17%", {"expression": " 17% of 2340 "}), Calculate(expression="17% of 2340")),
    (wish("run_code", "run", {"code": "print(1)"}), RunCode(owner=PERSON, code="print(1)")),
    (
        wish("run_code", "run", {"code": "this:\n```python\nfor i in x:\n    print(i)\n```\nplease"}),
        RunCode(owner=PERSON, code="for i in x:\n    print(i)"),
    ),
    (wish("run_code", "run", {"code": "`print(2)`"}), RunCode(owner=PERSON, code="print(2)")),
    (
        wish("find_files", "find", {"kind": "pdf", "name": "budget", "folder": "documents"}),
        FindFiles(owner=PERSON, kind="pdf", name="budget", folder="documents"),
    ),
    (wish("read_screen", "what is on my screen?"), ReadScreen(owner=PERSON)),
    (wish("read_screen", "read it", {"region": "error"}), ReadScreen(owner=PERSON, region="error")),
    (
        wish("read_page", "read", {"url": "example.org/a", "question": "who"}),
        ReadPage(owner=PERSON, url="https://example.org/a", question="who"),
    ),
    (wish("read_page", "read", {"url": "localhost:8080/a"}), ReadPage(owner=PERSON, url="https://localhost:8080/a")),
    (wish("read_page", "read", {"url": "<http://example.org>"}), ReadPage(owner=PERSON, url="http://example.org")),
    (wish("ask_time", "what time is it"), TellTime(zone="Europe/Berlin")),
    (wish("ask_time", "and there?", {"place": "Tokyo"}), TellTime(zone="Europe/Berlin", place="Tokyo")),
    (wish("open_goal", "write me a poem"), Compose(owner=PERSON, instruction="write me a poem")),
    (wish("open_goal", "please", {"goal": "a poem"}), Compose(owner=PERSON, instruction="a poem")),
    (
        wish("open_goal", "who repairs the boiler?", {"goal": "who?", "question": "who repairs the boiler"}),
        AnswerQuestion(owner=PERSON, question="who repairs the boiler", about="anything"),
    ),
]


@pytest.mark.parametrize(("said", "action"), CASES, ids=[f"{case[0].intent}-{n}" for n, case in enumerate(CASES)])
def test_each_intent_becomes_its_action(said: Wish, action: AgentAction) -> None:
    plan = make_plan(goal(said))

    assert [step.id for step in plan.steps] == ["s1"]
    assert plan.steps[0].action == action
    assert plan.steps[0].after == ()
    assert set(plan.steps[0].effects) == action.effects


def test_the_table_covers_every_intent_and_every_action() -> None:
    assert {said.intent for said, _ in CASES} == intents()
    # passages are what others build answers from, nobody asks for them in so many words
    assert {type(action) for _, action in CASES} == set(ACTIONS) - {RetrievePassages}


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        (wish("greet", "hello"), "I do not know how to do this: hello"),
        (wish("set_reminder", "remind me", {"when": "tomorrow"}), "Please say what I should remind you of."),
        (wish("set_reminder", "remind me", {"what": "x"}), "Please say when, for example"),
        (wish("cancel_reminder", "cancel"), "Please say which reminder to cancel"),
        (wish("calculate", "work out", {"expression": "   "}), "Please say what I should work out."),
        (wish("calculate", "work out", {"expression": "1+" * 600}), "I cannot use this expression"),
        (wish("remember_fact", "remember"), "Please say what I should remember."),
        (wish("forget_fact", "forget"), "Please say what I should forget."),
        (wish("ingest", "read"), "Please name the file or folder"),
        (wish("ingest", "read", {"path": "''"}), "I cannot use this paths"),
        (wish("run_code", "run"), "Please send the Python code"),
        (wish("run_code", "run", {"code": "```\n\n```"}), "is empty"),
        (wish("run_code", "run", {"code": "```bash\nls\n```"}), "I can run Python only, not bash."),
        (wish("read_page", "read", {"url": "file:///etc/passwd"}), "I read web pages only"),
        (wish("read_page", "read", {"url": "javascript:alert(1)"}), "I read web pages only"),
    ],
)
def test_what_cannot_be_done_is_said_in_one_sentence(said: Wish, sentence: str) -> None:
    with pytest.raises(ImpossibleWish, match=r"^[A-Z]") as caught:
        make_plan(goal(said))

    assert sentence in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_intent_has_one_template() -> None:
    with pytest.raises(ValueError, match="two templates"):
        template("calculate")(lambda _wish, _goal: Calculate(expression="1"))

    assert action_for(wish("calculate", "2", {"expression": "2"}), goal(wish("x", "y"))) == Calculate(expression="2")
