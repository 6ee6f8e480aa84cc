"""``doctor``: what is installed, what is missing, and what that costs."""

import argparse
import importlib.util
import os
import sys
from dataclasses import dataclass
from pathlib import Path

from launching.clients import Home
from launching.console import add_data, add_json, print_json
from system_packages import SYSTEM_PACKAGES, SystemPackage

HELP = "say what is installed, what is missing, and what that costs"
_ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: whether it is there, and what its lack costs or how it was found."""

    name: str
    there: bool
    said: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_data(parser)
    add_json(parser)


def run(arguments: argparse.Namespace) -> int:
    """Print the findings; 0 when nothing is missing."""
    findings = examine(Home(arguments.data))
    for finding in findings:
        if arguments.json:
            print_json({"name": finding.name, "there": finding.there, "said": finding.said})
        else:
            print(f"{'ok     ' if finding.there else 'missing'}  {finding.name}: {finding.said}")
    return 0 if all(finding.there for finding in findings) else 1


def examine(home: Home) -> tuple[Finding, ...]:
    """Look at everything that the assistant uses."""
    return (
        Finding("python", sys.version_info >= (3, 11), f"{sys.version.split()[0]} at {sys.executable}"),
        *(_package(package) for package in SYSTEM_PACKAGES if "run" in package.needed),
        _rasa(),
        _model(),
        _screen(),
        _language_model(home),
        Finding(
            "local language models",
            True,
            "installed" if importlib.util.find_spec("transformers") else "not installed (extra `local`), not needed",
        ),
        Finding("data folder", True, str(home.folder.root)),
    )


def _package(package: SystemPackage) -> Finding:
    there = package.present()
    cost = f"needed for {package.serves}; `make run` installs {package.name()} where it may"
    return Finding(package.probe, there, package.serves if there else cost)


def _rasa() -> Finding:
    python = _ROOT / "nlu" / ".venv" / "bin" / "python"
    there = python.exists()
    cost = "the rule parser understands instead. `make run` installs it where Python 3.10 can be had."
    return Finding("rasa", there, str(python) if there else cost)


def _model() -> Finding:
    models = sorted((_ROOT / "nlu" / "assistant" / "models").glob("*.tar.gz"))
    said = models[-1].name if models else "none is trained; `launcher.py train` does it"
    return Finding("nlu model", bool(models), said)


def _screen() -> Finding:
    display = os.environ.get("DISPLAY")
    return Finding("screen", display is not None, f"DISPLAY {display}" if display else "none; I cannot look at it")


def _language_model(home: Home) -> Finding:
    llm = home.configuration.llm
    if not llm.configured:
        return Finding("language model", True, "none configured; everything works that is not open-ended")
    if llm.key_env and not os.environ.get(llm.key_env):
        return Finding("language model", False, f"its key is missing: set the variable {llm.key_env}")
    return Finding("language model", True, f"{llm.model} at {llm.url}")
