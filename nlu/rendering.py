"""Saying results to people: what became of a goal, in the language of chat.

Each kind of value has one short renderer; lines stay narrow enough for a chat window.
"""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from ontology.assistant import (
    Answer,
    Calculation,
    CodeOutcome,
    FactRemembered,
    FactsForgotten,
    FilesFound,
    GoalReport,
    IngestReport,
    Passages,
    Reminder,
    Reminders,
    RemindersCancelled,
    ScreenText,
    Source,
    StepReport,
    Text,
)
from ontology.content import Element

_LISTED = 20


def render(report: GoalReport) -> str:
    """Return what to say about a goal: a paragraph for each step, in order."""
    said = [_step(step) for step in report.steps]
    return "\n\n".join(text for text in said if text)


def sources(report: GoalReport) -> tuple[Source, ...]:
    """Return where the answers of a goal come from, each once."""
    found: dict[tuple[str, int | None], Source] = {}
    for step in report.steps:
        if isinstance(step.value, Answer | Text):
            for source in step.value.sources:
                found.setdefault((source.location, source.page), source)
    return tuple(found.values())


def _step(step: StepReport) -> str:
    if step.state != "done":
        return step.problem or "That did not work."
    value = step.value
    if value is None:
        return "Done."
    renderer = _RENDERERS.get(type(value))
    return renderer(value) if renderer else str(value)


def _reminder(value: Reminder) -> str:
    return f"I'll remind you {value.said}: {value.text}"


def _reminders(value: Reminders) -> str:
    if not value.items:
        return "You have no reminders."
    lines = [f"{number}. {item.said}: {item.text}" for number, item in enumerate(value.items, 1)]
    return "Your reminders:\n" + "\n".join(lines)


def _cancelled(value: RemindersCancelled) -> str:
    if not value.items:
        return "There was nothing to cancel."
    if len(value.items) == 1:
        item = value.items[0]
        return f"Cancelled: {item.text} ({item.said})"
    return "Cancelled:\n" + "\n".join(f"- {item.text}" for item in value.items)


def _remembered(value: FactRemembered) -> str:
    said = f"I'll remember that: {value.fact}"
    if value.replaced:
        said += "\nIt takes the place of: " + "; ".join(value.replaced)
    return said


def _forgotten(value: FactsForgotten) -> str:
    if not value.facts:
        return "I know nothing of that, so there is nothing to forget."
    return "Forgotten:\n" + "\n".join(f"- {fact}" for fact in value.facts)


def _answer(value: Answer) -> str:
    return value.text + _cited(value.sources)


def _text(value: Text) -> str:
    return value.text + _cited(value.sources)


def _cited(found: Sequence[Source]) -> str:
    named = [f"{source.title}, page {source.page}" if source.page else source.title for source in found]
    distinct = list(dict.fromkeys(named))
    return f"\n(from {'; '.join(distinct[:3])})" if distinct else ""


def _passages(value: Passages) -> str:
    if not value.items:
        return "I found nothing about that in your documents."
    return "\n\n".join(f"{item.text}\n({item.title})" for item in value.items)


def _ingested(value: IngestReport) -> str:
    if not value.files:
        return "There was no file that I can read."
    lines = []
    for outcome, said in (("added", "Read"), ("updated", "Read again"), ("unchanged", "Known already")):
        names = [Path(file.path).name for file in value.files if file.outcome == outcome]
        if names:
            more = f" and {len(names) - _LISTED} more" if len(names) > _LISTED else ""
            lines.append(f"{said}: {', '.join(names[:_LISTED])}{more}")
    failed = [file for file in value.files if file.outcome == "failed"]
    lines += [file.problem or f"{Path(file.path).name} could not be read." for file in failed[:_LISTED]]
    return "\n".join(lines)


def _calculation(value: Calculation) -> str:
    return f"{value.expression} {'=' if value.exact else '≈'} {value.value}"


def _code(value: CodeOutcome) -> str:
    parts = [value.stdout.rstrip(), value.stderr.rstrip()]
    shown = "\n".join(part for part in parts if part)
    said = f"```\n{shown}\n```" if shown else ""
    if value.problem:
        return f"{value.problem}\n{said}".strip()
    return said or "It ran, and printed nothing."


def _files(value: FilesFound) -> str:
    if not value.items:
        where = f" in {', '.join(value.folders)}" if value.folders else ""
        return f"I found no such file{where}."
    lines = [f"- {item.path} ({item.changed:%Y-%m-%d})" for item in value.items[:_LISTED]]
    count = len(value.items)
    head = "I found 1 file:" if count == 1 else f"I found {count} files:"
    if not value.complete:
        head = f"I found these {count} files; there may be more:"
    return "\n".join([head, *lines])


def _screen(value: ScreenText) -> str:
    return value.description


_RENDERERS: dict[type[Element], Callable[[Any], str]] = {
    Reminder: _reminder,
    Reminders: _reminders,
    RemindersCancelled: _cancelled,
    FactRemembered: _remembered,
    FactsForgotten: _forgotten,
    Answer: _answer,
    Text: _text,
    Passages: _passages,
    IngestReport: _ingested,
    Calculation: _calculation,
    CodeOutcome: _code,
    FilesFound: _files,
    ScreenText: _screen,
}
