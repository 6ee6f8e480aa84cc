"""Figures: printed side by side, kept as a baseline, and compared with it.

Benchmarks print; machines differ and are busy with other things. Only what has become worse than half as good as the
baseline fails a run.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from bench import conditions

BASELINES: Final = Path(__file__).parent / "baselines"
WORST: Final = 2.0
"""How many times as bad as the baseline a figure may be."""


@dataclass(frozen=True)
class Measure:
    """One figure.

    Args:
        name: what was measured.
        value: the figure.
        unit: its unit; ``x`` for a ratio.
        more_is_better: whether larger figures are better, as those of rates are.
        target: what it should be, if there is such a thing.
        compared: whether it is compared with the baseline.
    """

    name: str
    value: float
    unit: str
    more_is_better: bool = False
    target: float | None = None
    compared: bool = True

    @property
    def said(self) -> str:
        """The figure as text, with whether the target is met."""
        value = f"{self.value:.2f}" if abs(self.value) < 10 else f"{self.value:,.0f}"
        if self.target is None:
            return f"{value} {self.unit}"
        met = self.value >= self.target if self.more_is_better else self.value <= self.target
        return f"{value} {self.unit} ({'meets' if met else 'MISSES'} {self.target:g})"


def report(benchmark: str, measures: Sequence[Measure], *, save: bool, path: Path | None = None) -> list[str]:
    """Print figures, keep them where asked to, and return what has fallen.

    Args:
        benchmark: its name; the baseline's file is named after it.
        measures: the figures.
        save: whether they become the baseline.
        path: the baseline's file, where it is not the usual one.
    """
    path = path or BASELINES / f"{benchmark}.json"
    before: dict[str, Any] = json.loads(path.read_text("utf-8")) if path.exists() else {}
    known = before.get("measures", {})
    print(f"\n{benchmark}")
    for measure in measures:
        kept = f"   baseline {known[measure.name]:.4g}" if measure.name in known else ""
        print(f"  {measure.name:<58}{measure.said:>26}{kept}")
    found = conditions.conditions()
    print(f"  {conditions.line(found)}")
    if save:
        every = {**known, **{measure.name: round(measure.value, 3) for measure in measures}}
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps({"conditions": found, "measures": every}, indent=2) + "\n", "utf-8")
        return []
    return [f"{benchmark}: {problem}" for problem in falls(measures, known)]


def falls(measures: Sequence[Measure], baseline: Mapping[str, float]) -> list[str]:
    """Return which figures are worse than half as good as the baseline's."""
    fallen = []
    for measure in measures:
        before = baseline.get(measure.name)
        if before is None or not measure.compared or measure.value <= 0 or before <= 0:
            continue
        worse = before / measure.value if measure.more_is_better else measure.value / before
        if worse > WORST:
            fallen.append(f"{measure.name} is {measure.value:.4g} {measure.unit}, was {before:.4g}")
    return fallen


def quantile(values: Sequence[float], part: float) -> float:
    """Return the value below which that part of the values lies."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(part * len(ordered)))]
