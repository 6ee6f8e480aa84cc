import yaml

from bench.eval_tasks.surroundings import HomeFile, WindowSpec
from bench.eval_tasks.tasks import HOME, SURROUNDINGS, Show, read_kinds


def test_there_are_enough_kinds_and_tasks() -> None:
    kinds = read_kinds()
    assert len(kinds) >= 20
    assert sum(len(kind.tasks) for kind in kinds) >= 100
    assert all(len(kind.tasks) >= 5 for kind in kinds)


def test_names_are_given_once() -> None:
    kinds = read_kinds()
    assert len({kind.kind for kind in kinds}) == len(kinds)
    for kind in kinds:
        assert len({task.name for task in kind.tasks}) == len(kind.tasks), kind.kind


def test_what_tasks_speak_of_is_there() -> None:
    files = {HomeFile.model_validate(entry).path for entry in yaml.safe_load(HOME.read_text("utf-8"))}
    around = yaml.safe_load(SURROUNDINGS.read_text("utf-8"))
    for windows in around["screens"].values():
        assert [WindowSpec.model_validate(window) for window in windows]
    for kind in read_kinds():
        assert files.issuperset(kind.ingested), kind.kind
        shown = {step.show for task in kind.tasks for step in task.steps if isinstance(step, Show)}
        assert shown <= set(around["screens"])
