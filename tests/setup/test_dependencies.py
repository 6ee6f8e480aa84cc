"""docs/dependencies.md: a line for each direct dependency."""

from __future__ import annotations

import re

import pytest

from system_packages import SYSTEM_PACKAGES
from tests.setup.conftest import ROOT
from tests.setup.test_locks import EXTRAS, PROJECT, wanted

TEXT = (ROOT / "docs" / "dependencies.md").read_text()
PACKAGES = TEXT.partition("## Programs from outside Python")[0]
LISTED = {name for row in re.findall(r"^\| ([a-z][^|]*) \|", PACKAGES, re.MULTILINE) for name in row.split(", ")}
REQUIREMENTS = [*PROJECT["dependencies"], *(requirement for extra in EXTRAS.values() for requirement in extra)]


@pytest.mark.parametrize("name", sorted(wanted(REQUIREMENTS)))
def test_a_direct_dependency_has_its_line(name: str) -> None:
    assert name in LISTED


def test_nothing_is_listed_that_is_gone() -> None:
    rasa = wanted(
        [line for line in (ROOT / "nlu" / "requirements.in").read_text().splitlines() if line and line[0] != "#"]
    )
    assert LISTED - {"package"} <= wanted(REQUIREMENTS) | rasa


def test_every_system_package_is_named() -> None:
    names = TEXT.lower()
    for package in SYSTEM_PACKAGES:
        word = {"tesseract-ocr": "tesseract", "fonts-dejavu-core": "dejavu", "fonts-liberation": "liberation"}.get(
            package.apt, package.apt
        )
        assert (word in names) or (word.startswith("libxcb-") and word[7:-1] in names), package.apt
