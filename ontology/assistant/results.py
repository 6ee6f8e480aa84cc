"""What the assistant's actions give: the values of their results."""

from datetime import datetime

from pydantic import Field

from ontology.content import Concept


class Source(Concept):
    """Where something is known from."""

    title: str
    location: str = Field(description="path, URL, or 'what you told me'")
    page: int | None = None
    score: float | None = None


class Reminder(Concept):
    """A reminder that is set; ``said`` is when it comes, in words, such as *tomorrow at 9:00*."""

    id: str
    text: str
    due: datetime
    zone: str
    said: str
    rrule: str | None = None


class Reminders(Concept):
    """Reminders that are set, the next one first."""

    items: tuple[Reminder, ...] = ()


class RemindersCancelled(Concept):
    """Reminders that were cancelled just now."""

    items: tuple[Reminder, ...] = ()


class FactRemembered(Concept):
    """A fact was stored; ``replaced`` are facts that it takes the place of."""

    fact: str
    replaced: tuple[str, ...] = ()


class FactsForgotten(Concept):
    """Facts that were removed."""

    facts: tuple[str, ...] = ()


class Answer(Concept):
    """An answer and what it rests on."""

    text: str
    sources: tuple[Source, ...] = ()
    confidence: float = Field(ge=0, le=1)


class Passage(Concept):
    """A passage of a document."""

    text: str
    source: str
    title: str
    page: int | None = None
    heading: str | None = None
    score: float


class Passages(Concept):
    """Passages that bear on a question, the best one first."""

    items: tuple[Passage, ...] = ()


class IngestedFile(Concept):
    """What became of one file: added, updated, unchanged or failed (``problem`` then says why)."""

    path: str
    outcome: str
    problem: str | None = None


class IngestReport(Concept):
    """What became of the files that were to be read."""

    files: tuple[IngestedFile, ...] = ()


class Calculation(Concept):
    """The value of an expression; ``exact`` tells whether ``value`` is not rounded."""

    expression: str
    value: str
    exact: bool


class CodeOutcome(Concept):
    """How a program ended and what it printed."""

    stdout: str
    stderr: str
    exit_status: int
    problem: str | None = Field(default=None, description="why it was stopped, in a sentence")


class FileFound(Concept):
    """One file."""

    path: str
    changed: datetime
    size: int = Field(description="bytes")


class FilesFound(Concept):
    """Files that match; ``complete`` is False where there are more or the search was cut short."""

    items: tuple[FileFound, ...] = ()
    folders: tuple[str, ...] = Field(default=(), description="where it was looked")
    complete: bool = True


class ScreenText(Concept):
    """What is on the screen, in words, and the text read from it."""

    description: str
    text: str


class Text(Concept):
    """A text, and what it rests on."""

    text: str
    sources: tuple[Source, ...] = ()
