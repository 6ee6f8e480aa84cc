"""Agent sets: which agents run, as YAML.

A set is a list of agents. Each has a ``kind``, a ``name`` (its account; the kind, unless two of a kind run) and, where
it is to do only a part of what it can, the services it ``offers``::

    agents:
      - kind: actuator
        name: calculator
        offers: [exact-arithmetic]

A kind is the name of a file in ``agents/``, or with dots in it the module of an agent that lives elsewhere:
``mine.dice`` is ``mine/dice.py``, and its agents are called ``dice`` unless the set says otherwise.
"""

import importlib
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from launching.errors import LaunchError

if TYPE_CHECKING:
    from agents.base import AssistantAgent
    from agents.directory import DirectoryAgent

DEFAULT = Path(__file__).parent.parent / "sets" / "default.yaml"

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,62}")
_KIND = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*")


class AgentEntry(BaseModel):
    """One agent of a set."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: str = Field(description="a file in agents/ without its ending, or the dotted name of a module elsewhere")
    name: str = Field(default="", description="local part of the agent's JID; unset: the last part of its kind")
    offers: frozenset[str] | None = Field(default=None, description="names of its services; unset: all it can")

    @model_validator(mode="after")
    def _named(self) -> Self:
        if not self.name:
            object.__setattr__(self, "name", self.kind.rpartition(".")[2])
        if not _NAME.fullmatch(self.name):
            raise ValueError(f"{self.name!r} is no name for an agent: use a-z, 0-9, '.', '_' and '-'")
        return self

    def load(self) -> "type[AssistantAgent | DirectoryAgent]":
        """Return the class of the agent.

        Raises:
            LaunchError: there is no such kind.
        """
        from agents.base import AssistantAgent
        from agents.directory import DirectoryAgent

        if not _KIND.fullmatch(self.kind):
            raise LaunchError(f"There is no kind of agent called {self.kind!r}.")
        place = self.kind if "." in self.kind else f"agents.{self.kind}"
        try:
            module = importlib.import_module(place)
        except ModuleNotFoundError as error:
            if error.name is None or not f"{place}.".startswith(f"{error.name}."):
                raise  # the file is there, and something that it imports is not
            raise LaunchError(
                f"There is no kind of agent called {self.kind!r}: a kind is a file in agents/, such as planner, "
                "or the dotted name of a module, such as mine.dice."
            ) from error
        for value in vars(module).values():
            if (
                isinstance(value, type)
                and issubclass(value, AssistantAgent | DirectoryAgent)
                and value.__module__ == module.__name__
            ):
                return value
        raise LaunchError(f"The file of agent kind {self.kind!r} holds no agent.")


class AgentSet(BaseModel):
    """The agents that one process is to run."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    agents: tuple[AgentEntry, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _distinct(self) -> Self:
        names = [entry.name for entry in self.agents]
        double = sorted({name for name in names if names.count(name) > 1})
        if double:
            raise ValueError(f"two agents are called {', '.join(double)}: give one of them another name")
        return self

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read a set.

        Raises:
            LaunchError: it can't be read, or is not a set.
        """
        return cls._validated(path, read_yaml(path, "The agent set"))

    @classmethod
    def _validated(cls, path: Path, tree: Any) -> Self:
        if not isinstance(tree, dict):
            raise LaunchError(f"The agent set {path} must hold a list called `agents`.")
        try:
            return cls.model_validate(tree)
        except ValidationError as error:
            raise LaunchError(f"The agent set {path} is not in order: {first_problem(error)}.") from error


def read_yaml(path: Path, what: str) -> Any:
    """Return what a YAML file holds.

    Raises:
        LaunchError: it can't be read; the text says where it is wrong.
    """
    try:
        return yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise LaunchError(f"{what} {path} cannot be read: {error.strerror}.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f" in line {mark.line + 1}" if mark else ""
        problem = getattr(error, "problem", None) or "it is not text in UTF-8"
        raise LaunchError(f"{what} {path} is not YAML{where}: {problem}.") from error


def first_problem(error: ValidationError) -> str:
    """Return the first thing that is wrong, and where, in one clause."""
    first = error.errors(include_url=False, include_input=False)[0]
    place = ".".join(str(part) for part in first["loc"])
    message = first["msg"].removeprefix("Value error, ")
    return f"{place}: {message}" if place else message
