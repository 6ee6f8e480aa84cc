"""Templates of the intents that have something done: sums, code, files, the screen, web pages."""

import re

from ontology.assistant.actions import Calculate, FindFiles, ReadPage, ReadScreen, RunCode
from ontology.assistant.goals import Goal, Wish
from planning.errors import ImpossibleWish
from planning.templates.registry import needed, optional, template
from planning.templates.spans import window

_FENCE = re.compile(r"```[ \t]*([\w+#.-]*)[ \t]*\n(.*?)\n?[ \t]*```", re.DOTALL)
_PYTHON = frozenset({"", "python", "python3", "py", "py3"})
_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(?!\d+(?:/|$))", re.IGNORECASE)


@template("calculate")
def calculate(wish: Wish, _goal: Goal) -> Calculate:
    """Work out ``expression``."""
    return Calculate(expression=needed(wish, "expression", "Please say what I should work out."))


@template("run_code")
def run_code(wish: Wish, goal: Goal) -> RunCode:
    """Run the Python program ``code``, which may stand in a fenced block."""
    code = needed(wish, "code", "Please send the Python code that I should run.")
    fenced = _FENCE.search(code)
    if fenced:
        language, code = fenced.groups()
        if language.lower() not in _PYTHON:
            raise ImpossibleWish(f"I can run Python only, not {language}.")
    code = code if fenced else code.strip("`")
    if not code.strip():
        raise ImpossibleWish("The program that I should run is empty; please send its code.")
    return RunCode(owner=goal.person, code=code)


@template("find_files")
def find_files(wish: Wish, goal: Goal) -> FindFiles:
    """Find files by ``kind``, ``name``, ``folder`` and the time of their last change, ``when``."""
    changed = window(wish, goal)
    return FindFiles(
        owner=goal.person,
        kind=optional(wish, "kind"),
        name=optional(wish, "name"),
        folder=optional(wish, "folder"),
        changed_after=changed.start,
        changed_before=changed.end,
    )


@template("read_screen")
def read_screen(wish: Wish, goal: Goal) -> ReadScreen:
    """Read the screen, or its ``region``."""
    return ReadScreen(owner=goal.person, region=optional(wish, "region"))


@template("read_page")
def read_page(wish: Wish, goal: Goal) -> ReadPage:
    """Read the page at ``url``, with ``question`` in mind."""
    url = needed(wish, "url", "Please give the address of the page that I should read.").strip("<>")
    scheme = _SCHEME.match(url)
    if scheme is None:
        url = f"https://{url}"
    elif scheme[1].lower() not in {"http", "https"}:
        raise ImpossibleWish(f"I read web pages only (http and https), not {scheme[1]} addresses.")
    return ReadPage(owner=goal.person, url=url, question=optional(wish, "question"))
