"""What a task is: steps that a person takes, and outcomes that must hold, as read from YAML.

A file holds one kind of use::

    kind: reminders-relative
    about: A reminder after so many seconds.
    tasks:
      - name: three seconds, plain
        steps:
          - say: remind me in 3 seconds to stretch     # a message; what is answered may be checked
            has: [stretch]
          - fires: stretch                             # a message that comes unasked, at that time +- 1 s
            in: 3s
          - reminders: []                              # all reminders that the person then has

Texts may hold ``{...}``; see :mod:`bench.eval_tasks.moments`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal

import yaml
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

KINDS: Final = Path(__file__).parent / "kinds"
HOME: Final = Path(__file__).parent / "home.yaml"
SURROUNDINGS: Final = Path(__file__).parent / "surroundings.yaml"

ME: Final = "me"
STRANGER: Final = "stranger"
"""The person of this name has an account on the server, and is not on the assistant's allow-list."""


def _as_list(value: Any) -> Any:
    return [value] if isinstance(value, str) else value


Texts = Annotated[tuple[str, ...], BeforeValidator(_as_list)]


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", populate_by_name=True)


class _Step(_Part):
    person: str = Field(default=ME, alias="as", description="who takes the step; each task has people of its own")
    device: str = Field(default="", alias="from", description="which of their clients, where there are several")


class _Answered(_Step):
    """A step that is answered.

    Capitals do not count in what is checked.
    """

    has: Texts = Field(default=(), description="all of these are in the answer")
    any: Texts = Field(default=(), description="one of these is in the answer")
    lacks: Texts = Field(default=(), description="none of these is in the answer")
    clock: str | None = Field(default=None, description="the time of the clock in this zone is in the answer")
    within: float = Field(default=15, gt=0, description="seconds in which the turn must end")
    alone: bool = Field(default=True, description="whether others wait for the answer; no for what is meant to last")


class Say(_Answered):
    """The person writes something."""

    say: str


class SendFile(_Answered):
    """The person sends a file in chat."""

    send_file: str = Field(description="path below the home")


class Silent(_Step):
    """The person writes something, and is not answered."""

    silent: str


class Fires(_Step):
    """A reminder arrives."""

    fires: Texts = Field(description="its text, or the texts that it may have")
    after: str | None = Field(default=None, alias="in", description="so long after the person's last message")
    at: Literal["minute"] | None = Field(default=None, description="at the full minute that {minute} was")
    late: bool = Field(default=False, description="whether it is late and says so; its time is not checked then")
    within: float = Field(default=45, gt=0, description="seconds to wait for it at most")


class Quiet(_Step):
    """For so many seconds nothing arrives unasked, and nothing has that no step was about."""

    quiet: float


class Expected(_Part):
    """A reminder that must be there."""

    text: Texts
    at: Texts = Field(default=(), description="when it is due, or the times that are right")
    clock: str | None = Field(default=None, description="of a recurring reminder, the time of the clock")
    rule: str | None = Field(default=None, description="of a recurring reminder, an RRULE with the same occurrences")


class HasReminders(_Step):
    """The person has these reminders, and no others."""

    reminders: tuple[Expected, ...]


class Gone(_Step):
    """No file in which the assistant keeps what it knows holds these words."""

    gone: str


class Exists(_Step):
    """A file is still there."""

    exists: str = Field(description="path below the home")


class Write(_Step):
    """The person changes a file."""

    write: str = Field(description="path below the home")
    text: str


class Show(_Step):
    """The person has something on the screen."""

    show: str


class Fetched(_Step):
    """So many pages have been fetched from the web server since the task began."""

    fetched: int


class Restart(_Step):
    """The power goes (kill -9), and the assistant is started again."""

    restart: Literal[True]


Step = Say | SendFile | Silent | Fires | Quiet | HasReminders | Gone | Exists | Write | Show | Fetched | Restart


class Task(_Part):
    """One whole task."""

    name: str
    steps: tuple[Step, ...] = Field(min_length=1)
    life: Literal[1, 2] = Field(
        default=1, description="2: after the restart, from which on the web is allowed (local server only)"
    )

    @property
    def restarts(self) -> bool:
        """Whether it goes on after the restart."""
        return any(isinstance(step, Restart) for step in self.steps)


class Kind(_Part):
    """A kind of use, with its tasks."""

    kind: str
    about: str
    ingested: tuple[str, ...] = Field(default=(), description="files below the home that have been taken in before")
    serial: bool = Field(default=False, description="whether its tasks must not run at the same time")
    tasks: tuple[Task, ...]


def read_kinds(folder: Path = KINDS) -> Sequence[Kind]:
    """Read all kinds, in the order of their files' names."""
    return [Kind.model_validate(yaml.safe_load(path.read_text("utf-8"))) for path in sorted(folder.glob("*.yaml"))]
