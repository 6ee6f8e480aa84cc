"""What the tests of understanding share: the tables, and the moment at which all is said."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import yaml

DATA = Path(__file__).parent / "data"
BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 11, 10, 0, tzinfo=BERLIN)


def table(name: str) -> Any:
    return yaml.safe_load((DATA / name).read_text(encoding="utf-8"))
