"""What is needed for every message is light to import; what is heavy waits until it is used."""

import subprocess
import sys

HEAVY = ("openai", "httpx2", "sqlalchemy", "alembic", "aiohttp")
LIGHT = (
    "planning.templates",
    "planning.graph",
    "planning.award",
    "planning.state",
    "planning.settings",
    "planning.planner",
    "planning.composing",
    "planning.discovery",
    "planning.llm",
)


def test_nothing_heavy_is_loaded() -> None:
    program = f"""
import importlib, sys
for name in {LIGHT!r}:
    importlib.import_module(name)
    print(name, *[heavy for heavy in {HEAVY!r} if heavy in sys.modules])
"""
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert run.stdout.splitlines() == list(LIGHT)
