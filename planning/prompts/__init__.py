"""Prompts for language models, as files: what is said to a model can be read and changed without code.

In a prompt ``$name`` stands for a value. Examples are sections that begin with ``## Goal``, ``## Now`` (the
person's time and zone) and ``## Plan``.
"""

import json
import re
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from string import Template

_EXAMPLE = re.compile(
    r"^## Goal\s*\n(?P<goal>.*?)\n## Now\s*\n(?P<now>.*?)\n## Plan\s*\n```json\n(?P<plan>.*?)\n```",
    re.DOTALL | re.MULTILINE,
)


@dataclass(frozen=True, slots=True)
class Example:
    """A goal and a good plan for it. ``actions`` are the wire names that the plan uses."""

    goal: str
    now: str
    plan: str
    actions: frozenset[str]


@cache
def _read(name: str) -> str:
    return files(__name__).joinpath(name).read_text(encoding="utf-8")


def prompt(name: str, **values: str) -> str:
    """Return the prompt in the file ``<name>.md`` with its values.

    Raises:
        KeyError: the prompt names a value that is not given.
    """
    return Template(_read(f"{name}.md")).substitute(values).strip()


@cache
def examples(name: str) -> tuple[Example, ...]:
    """Return the examples in the file ``<name>.md``."""
    return tuple(
        Example(
            goal=match["goal"].strip(),
            now=match["now"].strip(),
            plan=match["plan"].strip(),
            actions=frozenset(step["action"] for step in json.loads(match["plan"])["steps"]),
        )
        for match in _EXAMPLE.finditer(_read(name + ".md"))
    )
