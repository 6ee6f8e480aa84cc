from pathlib import Path

import pytest

from storage.schema import Schema
from tests.storage.notes import notes


@pytest.fixture
def schema(tmp_path: Path) -> Schema:
    return notes(tmp_path / "migrations of 100% notes")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "deep" / "data" / "notes.db"
