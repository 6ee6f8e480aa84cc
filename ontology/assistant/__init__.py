"""The assistant's ontology: what its agents can ask of one another, and what they answer."""

from ontology.assistant.actions import (
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
)
from ontology.assistant.goals import (
    AchieveGoal,
    CancelGoals,
    Goal,
    GoalReport,
    ListGoals,
    MakePlan,
    Plan,
    PlanStep,
    RunningGoals,
    StepReport,
    TimeSpan,
    Wish,
)
from ontology.assistant.people import ConsentTo, Delivered, Notify
from ontology.assistant.results import (
    Answer,
    Calculation,
    CodeOutcome,
    FactRemembered,
    FactsForgotten,
    FileFound,
    FilesFound,
    IngestedFile,
    IngestReport,
    Passage,
    Passages,
    Reminder,
    Reminders,
    RemindersCancelled,
    ScreenText,
    Source,
    Text,
)
from ontology.content import AgentAction, Ontology
from ontology.expressions import EXPRESSIONS

ACTIONS: tuple[type[AgentAction], ...] = (
    SetReminder, ListReminders, CancelReminder, RememberFact, ForgetFact, AnswerQuestion, RetrievePassages,
    IngestDocuments, Calculate, RunCode, FindFiles, ReadScreen, ReadPage, TellTime, Compose,
)  # fmt: skip
"""The actions that steps of a plan may hold."""

ASSISTANT = Ontology(
    "parley-assistant",
    classes=(
        *ACTIONS,
        Goal, Wish, TimeSpan, PlanStep, Plan, StepReport, GoalReport, RunningGoals,
        AchieveGoal, MakePlan, ListGoals, CancelGoals,
        Notify, Delivered, ConsentTo,
        Reminder, Reminders, RemindersCancelled, FactRemembered, FactsForgotten, Source, Answer, Passage,
        Passages, IngestedFile, IngestReport, Calculation, CodeOutcome, FileFound, FilesFound, ScreenText,
        Text,
    ),
    includes=(EXPRESSIONS,),
)  # fmt: skip
