from pathlib import Path

import pytest

from bench import measures
from bench.eval_tasks import report
from bench.eval_tasks.running import Result
from bench.measures import Measure


def results(kind: str, *done: bool) -> list[Result]:
    return [Result(kind, f"t{n}", None if ok else "no", (0.1, 0.3), ()) for n, ok in enumerate(done)]


def test_rates_and_times() -> None:
    found = report.rows([*results("a", True, True, False), *results("b", True)])
    assert [(row.kind, row.done, row.tasks) for row in found] == [("a", 2, 3), ("b", 1, 1), ("all", 3, 4)]
    assert found[-1].rate == 75.0
    assert found[-1].median == pytest.approx(200)
    assert found[-1].p99 == pytest.approx(300)
    assert "2/3" in report.table(found)


def test_a_fall_against_the_baseline_is_told(tmp_path: Path) -> None:
    path = tmp_path / "eval_tasks.json"
    report.keep("rules", [*results("a", True, True, True), *results("b", *[True] * 60)], {"cores": 2}, path)
    baseline = report.kept("rules", path)
    assert report.kept("rasa", path) == {}

    one_less = report.rows([*results("a", True, True, False), *results("b", *[True] * 60)])
    assert report.falls(one_less, baseline, whole=True) == []

    two_less = report.rows([*results("a", True, False, False), *results("b", *[True] * 60)])
    assert report.falls(two_less, baseline, whole=False) == ["a: 1 of 3, was 3 of 3"]
    assert report.falls(two_less, baseline, whole=True)[-1] == "all: 96.8 %, was 100.0 %"


def test_only_what_is_worse_than_half_as_good_falls(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "x.json"
    measures.report("x", [Measure("time", 10, "ms"), Measure("rate", 10, "/s", True)], save=True, path=path)
    fine = [Measure("time", 19, "ms"), Measure("rate", 6, "/s", True), Measure("new", 1, "ms")]
    assert measures.report("x", fine, save=False, path=path) == []
    slow = [Measure("time", 21, "ms", target=20), Measure("rate", 4, "/s", True)]
    assert len(measures.report("x", slow, save=False, path=path)) == 2
    assert "MISSES 20" in capsys.readouterr().out
    left_out = [Measure("time", 99, "ms", compared=False)]
    assert measures.report("x", left_out, save=False, path=path) == []
