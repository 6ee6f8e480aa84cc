"""What is said of a run, and how it compares with the one that was kept."""

import json
import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench.eval_tasks.running import Result

BASELINE: Final = Path(__file__).parent.parent / "baselines" / "eval_tasks.json"
SPARE_TASKS: Final = 1
"""A kind may lose so many tasks against the baseline."""
SPARE_POINTS: Final = 2.0
"""The rate of all may fall by so many points (per cent) against the baseline."""


@dataclass(frozen=True)
class Row:
    """The figures of one kind, or of all; times are in milliseconds."""

    kind: str
    done: int
    tasks: int
    median: float
    p99: float

    @property
    def rate(self) -> float:
        """Per cent done right."""
        return 100 * self.done / self.tasks if self.tasks else 100.0


def quantile(values: Sequence[float], part: float) -> float:
    """Return the value below which that part of the values lies; 0 where there are none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))] if ordered else 0.0


def row(kind: str, results: Sequence[Result]) -> Row:
    """Return the figures of some results."""
    turns = [seconds * 1000 for result in results for seconds in result.turns]
    done = sum(result.problem is None for result in results)
    return Row(kind, done, len(results), statistics.median(turns) if turns else 0.0, quantile(turns, 0.99))


def rows(results: Sequence[Result]) -> list[Row]:
    """Return the figures of each kind, and of all together last."""
    kinds = dict.fromkeys(result.kind for result in results)
    each = [row(kind, [result for result in results if result.kind == kind]) for kind in kinds]
    return [*each, row("all", results)]


def table(found: Sequence[Row]) -> str:
    """Return the figures as text."""
    lines = [f"{'kind':<24}{'done':>9}{'rate':>8}{'median':>11}{'p99':>11}"]
    for each in found:
        counted = f"{each.done}/{each.tasks}"
        lines.append(f"{each.kind:<24}{counted:>9}{each.rate:>7.1f}%{each.median:>8.0f} ms{each.p99:>8.0f} ms")
    return "\n".join(lines)


def falls(found: Sequence[Row], baseline: Mapping[str, Any], *, whole: bool) -> list[str]:
    """Return where the rates have fallen against the baseline by more than is let pass.

    Args:
        found: the figures of this run.
        baseline: what was kept of an earlier one, as :func:`kept` returns it.
        whole: whether all kinds were run, so that the figure for all can be compared.
    """
    fallen = []
    for each in found:
        before = baseline.get("kinds", {}).get(each.kind)
        if each.kind == "all" or before is None or not each.tasks:
            continue
        expected = before["done"] / before["tasks"] * each.tasks
        if expected - each.done > SPARE_TASKS:
            fallen.append(f"{each.kind}: {each.done} of {each.tasks}, was {before['done']} of {before['tasks']}")
    total = baseline.get("rate")
    if whole and total is not None and total - found[-1].rate > SPARE_POINTS:
        fallen.append(f"all: {found[-1].rate:.1f} %, was {total:.1f} %")
    return fallen


def kept(parser: str, path: Path = BASELINE) -> dict[str, Any]:
    """Return what was kept for a parser (rasa or rules); empty where nothing was."""
    if not path.exists():
        return {}
    found: dict[str, Any] = json.loads(path.read_text("utf-8")).get(parser, {})
    return found


def keep(parser: str, results: Sequence[Result], conditions: Mapping[str, Any], path: Path = BASELINE) -> None:
    """Keep a run as the baseline for a parser."""
    every: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    found = rows(results)
    every[parser] = {
        "conditions": dict(conditions),
        "rate": round(found[-1].rate, 1),
        "done": found[-1].done,
        "tasks": found[-1].tasks,
        "median_ms": round(found[-1].median),
        "p99_ms": round(found[-1].p99),
        "kinds": {
            each.kind: {
                "done": each.done,
                "tasks": each.tasks,
                "median_ms": round(each.median),
                "p99_ms": round(each.p99),
            }
            for each in found[:-1]
        },
        "failed": {f"{r.kind}: {r.name}": r.problem for r in results if r.problem is not None},
    }
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(every, indent=2, ensure_ascii=False) + "\n", "utf-8")
