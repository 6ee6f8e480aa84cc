"""The locks: complete, without an address, and of one mind."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.setup.conftest import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
EXTRAS: dict[str, list[str]] = PROJECT["optional-dependencies"]
LOCKS = {"run": "requirements.lock"} | {extra: f"requirements-{extra}.lock" for extra in EXTRAS}


def normal(name: str) -> str:
    """Return a package's name as locks write it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def pins(lock: Path) -> set[tuple[str, str]]:
    """Return the packages of a lock with their versions; a package may have several, for different systems."""
    return set(re.findall(r"^([a-z0-9-]+)(?:\[[^\]]*\])?==([^ ;\\]+)", lock.read_text(), re.MULTILINE))


def wanted(requirements: list[str]) -> set[str]:
    return {normal(re.split(r"[\[<>=!~; ]", requirement, maxsplit=1)[0]) for requirement in requirements}


@pytest.mark.parametrize("name", [*LOCKS.values(), "nlu/requirements.lock"])
def test_a_lock_names_no_address_and_has_a_hash_for_each_package(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert "index-url" not in text
    assert "find-links" not in text
    blocks = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert blocks
    assert not [block.split("\n")[0] for block in blocks if "--hash=sha256:" not in block]


@pytest.mark.parametrize("extra", LOCKS)
def test_a_lock_holds_every_dependency_that_the_project_names(extra: str) -> None:
    names = {name for name, _ in pins(ROOT / LOCKS[extra])}
    assert wanted(PROJECT["dependencies"]) <= names, "run `make lock`"
    assert wanted(EXTRAS.get(extra, [])) <= names, "run `make lock`"


@pytest.mark.parametrize("extra", EXTRAS)
def test_every_lock_holds_the_run_set_with_the_same_versions(extra: str) -> None:
    assert pins(ROOT / LOCKS["run"]) <= pins(ROOT / LOCKS[extra]), "run `make lock`"


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-test.lock", "nlu/requirements.lock"])
def test_the_default_install_holds_no_torch(name: str) -> None:
    names = {package for package, _ in pins(ROOT / name)}
    assert not {package for package in names if package in {"torch", "ultralytics"} or package.startswith("nvidia-")}
