from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from scheduling.store import ReminderStore


@pytest.fixture
def database(tmp_path: Path) -> Path:
    return tmp_path / "data" / "schedule.db"


@pytest.fixture
async def store(database: Path) -> AsyncIterator[ReminderStore]:
    opened = await ReminderStore.open(database)
    yield opened
    await opened.close()
