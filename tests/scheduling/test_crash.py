"""kill -9 at any point loses nothing, and shows nothing twice to a receiver that looks at delivery ids."""

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

from tests.scheduling.crash_lab import ONE_OFFS

ROOT = Path(__file__).parents[2]


async def lab(mode: str, folder: Path, *numbers: int) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.scheduling.crash_lab", mode, str(folder), *map(str, numbers),
        cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    try:
        out, err = await asyncio.wait_for(process.communicate(), 100)
    finally:
        if process.returncode is None:
            process.kill()
    assert process.returncode == 0, err.decode()
    result: dict[str, Any] = json.loads(out)
    return result


def check(result: dict[str, Any]) -> None:
    """Each reminder that was told to be set has arrived, once by delivery id."""
    assert result["first"] in {0, -9}
    assert result["last"] == 0
    told = {line["reminder"] for line in result["told"]}
    assert len(told) == ONE_OFFS + 1, "a key made two reminders"
    shown: dict[str, dict[str, Any]] = {}
    for line in result["inbox"]:
        if line["id"] in shown:
            assert line["maybe"], "delivered again without saying so"
            assert line["attempt"] > 1
        shown.setdefault(line["id"], line)
    times = {one: sum(1 + line["missed"] for line in shown.values() if line["reminder"] == one) for one in told}
    assert sorted(times.values()) == [1] * ONE_OFFS + [3], "an occurrence was lost, or came twice"


async def test_kill_at_every_point(tmp_path: Path) -> None:
    found = await lab("points", tmp_path, 7)
    assert found["points"] > 20
    for result in found["results"]:
        check(result)


async def test_kill_at_any_time(tmp_path: Path) -> None:
    found = await lab("times", tmp_path, 8, 2026)
    for result in found["results"]:
        check(result)


async def test_processes_side_by_side_claim_each_reminder_once(tmp_path: Path) -> None:
    found = await lab("race", tmp_path, 3, 60)
    assert set(found["statuses"]) == {0}
    claimed = [line["id"] for claims in found["claims"] for line in claims]
    assert len(claimed) == len(set(claimed)) == 60
