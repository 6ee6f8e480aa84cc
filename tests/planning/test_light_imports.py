"""What is needed for every message is light to import; what is heavy waits until it is used."""

import subprocess
import sys

import pytest

HEAVY = ("openai", "httpx2", "sqlalchemy", "alembic", "aiohttp")


@pytest.mark.parametrize(
    "module",
    [
        "planning.templates",
        "planning.graph",
        "planning.award",
        "planning.state",
        "planning.planner",
        "planning.composing",
        "planning.discovery",
        "planning.llm",
        "planning.settings",
    ],
)
def test_a_module_loads_nothing_heavy(module: str) -> None:
    program = f"import sys, {module}; print([name for name in {HEAVY!r} if name in sys.modules])"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.strip() == "[]"
