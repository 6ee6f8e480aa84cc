"""What the assistant's agents can be asked to do: the actions of which plans are made.

The docstring of an action and the descriptions of its slots are what a language model is shown when it plans,
so they are written to be read on their own.
"""

from datetime import datetime
from typing import ClassVar, Literal

from pydantic import Field

from ontology.content import AgentAction, Effect


class SetReminder(AgentAction):
    """Remind the person of something at a time, once or again and again."""

    effects: ClassVar[frozenset[Effect]] = frozenset({Effect.CHANGE_REMINDERS})

    owner: str = Field(description="the person's bare JID")
    text: str = Field(min_length=1, max_length=2000, description="what to be reminded of")
    due: datetime = Field(description="when, ISO 8601 with offset; of a recurring reminder the first time")
    zone: str = Field(description="IANA time zone of the wall time that is meant")
    rrule: str | None = Field(default=None, description="RFC 5545 recurrence rule, for recurring reminders")
    instead_of: str | None = Field(default=None, description="id of a reminder of theirs that it takes the place of")


class ListReminders(AgentAction):
    """List the reminders that the person has set and that are still to come."""

    owner: str = Field(description="the person's bare JID")


class CancelReminder(AgentAction):
    """Cancel reminders of the person."""

    effects: ClassVar[frozenset[Effect]] = frozenset({Effect.CHANGE_REMINDERS})

    owner: str = Field(description="the person's bare JID")
    which: str = Field(description="words of the reminder, its number in the list, or 'all'")


class RememberFact(AgentAction):
    """Remember something that the person says about themselves or their world."""

    effects: ClassVar[frozenset[Effect]] = frozenset({Effect.REMEMBER})

    owner: str = Field(description="the person's bare JID")
    fact: str = Field(min_length=1, max_length=2000, description="the fact, in the person's own words")


class ForgetFact(AgentAction):
    """Forget something that was remembered for the person."""

    effects: ClassVar[frozenset[Effect]] = frozenset({Effect.REMEMBER})

    owner: str = Field(description="the person's bare JID")
    fact: str = Field(min_length=1, max_length=2000, description="words of the fact")


class AnswerQuestion(AgentAction):
    """Answer a question from what is known: the person's documents, or what they asked to remember."""

    owner: str = Field(description="the person's bare JID")
    question: str = Field(min_length=1, max_length=2000)
    about: Literal["person", "documents", "anything"] = Field(
        default="anything", description="where the answer is expected"
    )


class RetrievePassages(AgentAction):
    """Find the passages of the person's documents that bear on a question."""

    question: str = Field(min_length=1, max_length=2000)
    limit: int = Field(default=5, ge=1, le=50)


class IngestDocuments(AgentAction):
    """Read files or folders of the person, so that questions can be answered from them."""

    effects: ClassVar[frozenset[Effect]] = frozenset({Effect.READ_FILES})

    owner: str = Field(description="the person's bare JID")
    paths: tuple[str, ...] = Field(min_length=1, description="files or folders")


class Calculate(AgentAction):
    """Work out a sum."""

    expression: str = Field(min_length=1, max_length=1000, description="as people write it: 17% of 2340")


class RunCode(AgentAction):
    """Run a program in a sandbox without network or files, and show what it prints."""

    effects: ClassVar[frozenset[Effect]] = frozenset({Effect.RUN_CODE})

    owner: str = Field(description="the person's bare JID")
    code: str = Field(min_length=1, max_length=100_000)
    language: Literal["python"] = "python"


class FindFiles(AgentAction):
    """Find files of the person by kind, name, folder and time of the last change."""

    effects: ClassVar[frozenset[Effect]] = frozenset({Effect.READ_FILES})

    owner: str = Field(description="the person's bare JID")
    kind: str | None = Field(default=None, description="pdf, markdown, image, document, code ...")
    name: str | None = Field(default=None, description="words of the name or of the text")
    folder: str | None = Field(default=None, description="a folder's name or path")
    changed_after: datetime | None = None
    changed_before: datetime | None = None
    limit: int = Field(default=20, ge=1, le=200)


class ReadScreen(AgentAction):
    """Say what is on the person's screen, or on a part of it."""

    effects: ClassVar[frozenset[Effect]] = frozenset({Effect.READ_SCREEN})

    owner: str = Field(description="the person's bare JID")
    region: str | None = Field(default=None, description="'window', 'error', 'top left' ...; unset: all")


class ReadPage(AgentAction):
    """Fetch a page of the web and read it."""

    effects: ClassVar[frozenset[Effect]] = frozenset({Effect.WEB})

    owner: str = Field(description="the person's bare JID")
    url: str = Field(min_length=1, max_length=2000)
    question: str | None = Field(default=None, description="what to look for on the page")


class TellTime(AgentAction):
    """Say what time it is, here or at another place."""

    zone: str = Field(description="IANA time zone of the person")
    place: str | None = Field(default=None, description="a city or an IANA time zone")


class Compose(AgentAction):
    """Write a text: an answer from general knowledge, a summary, a draft. Needs a language model."""

    owner: str = Field(description="the person's bare JID")
    instruction: str = Field(min_length=1, max_length=20_000, description="what to write")
