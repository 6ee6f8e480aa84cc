"""Every package that the code imports is one that the project names: what another package brings may go."""

from __future__ import annotations

import ast
import importlib.metadata
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from tests.setup.conftest import ROOT
from tests.setup.test_locks import EXTRAS, PROJECT, normal, wanted

RUN = wanted(PROJECT["dependencies"])
ALL = RUN | {name for extra in EXTRAS.values() for name in wanted(extra)}
# The Rasa project runs in an environment of its own, with a lock of its own.
ELSEWHERE = "nlu/assistant/"


def sources() -> list[Path]:
    """Return the Python files that are under version control or about to be."""
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.py"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [ROOT / name for name in listed.stdout.split() if not name.startswith(ELSEWHERE) and (ROOT / name).exists()]


def imported(source: Path) -> Iterator[str]:
    """Yield the top-level names that a file imports, wherever in it."""
    for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0]


def test_every_import_is_of_a_dependency_that_the_project_names() -> None:
    files = sources()
    ours = {path.relative_to(ROOT).parts[0].removesuffix(".py") for path in files}
    holders = importlib.metadata.packages_distributions()
    wrong = set()
    for source in files:
        place = source.relative_to(ROOT)
        allowed = ALL if place.parts[0] in {"tests", "bench"} else RUN
        for name in imported(source):
            if name not in ours and name not in sys.stdlib_module_names:
                packages = {normal(holder) for holder in holders.get(name, [name])}
                if not packages & allowed:
                    wrong.add(f"{place}: {name} ({', '.join(packages)})")
    assert not wrong
