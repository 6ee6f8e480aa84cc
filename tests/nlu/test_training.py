"""When the model is trained, and what happens when it cannot be."""

import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from nlu import training
from nlu.errors import NluSetupError, TrainingError


def quiet(_: str) -> None:
    """Take a line of progress and show nothing."""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Give a copy of the project, without a model."""
    leave = shutil.ignore_patterns("models", ".rasa", "__pycache__")
    return Path(shutil.copytree(training.PROJECT, tmp_path / "assistant", ignore=leave))


def pretend_trained(project: Path) -> None:
    model = training.model_path(project)
    model.parent.mkdir(parents=True, exist_ok=True)
    model.write_bytes(b"a model")
    (model.parent / "parley.fingerprint").write_text(training.fingerprint(project) + "\n")


def test_stale_until_trained(project: Path) -> None:
    assert training.is_stale(project)
    pretend_trained(project)
    assert not training.is_stale(project)


@pytest.mark.parametrize(
    "source", ["config.yml", "domain.yml", "rules.yml", "regexes.yml", "grammar/talk.yml", "components/tokens.py"]
)
def test_a_changed_source_makes_it_stale(project: Path, source: str) -> None:
    pretend_trained(project)
    with (project / source).open("a") as file:
        file.write("\n# changed\n")
    assert training.is_stale(project)


def test_what_is_read_at_the_start_of_rasa_does_not(project: Path) -> None:
    pretend_trained(project)
    (project / "components" / "spans.py").unlink()
    (project / "endpoints.yml").unlink()
    assert not training.is_stale(project)


@pytest.mark.parametrize(
    "change",
    [
        lambda project: (project / "grammar" / "more.yml").write_text("lists: {}\n"),
        lambda project: (project / "grammar" / "talk.yml").unlink(),
        lambda project: training.model_path(project).unlink(),
        lambda project: (project / "models" / "parley.fingerprint").unlink(),
        lambda project: (project / "models" / "parley.fingerprint").write_bytes(b"\xff\xfe"),
    ],
)
def test_stale_after(project: Path, change: Callable[[Path], object]) -> None:
    pretend_trained(project)
    change(project)
    assert training.is_stale(project)


def test_where_it_lies_does_not_matter(project: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(project, tmp_path / "elsewhere"))
    assert training.fingerprint(other) == training.fingerprint(project)


def test_training_data_is_what_rasa_reads(project: Path, tmp_path: Path) -> None:
    count = training.write_training_data(project, tmp_path / "data")
    written = yaml.safe_load((tmp_path / "data" / "nlu.yml").read_text())
    assert sum(len(part["examples"].splitlines()) for part in written["nlu"]) == count > 3000
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["nlu.yml", "regexes.yml", "rules.yml"]


async def test_without_rasas_environment(project: Path, tmp_path: Path) -> None:
    with pytest.raises(NluSetupError, match="environment is missing"):
        await training.train(tmp_path / "none", project, quiet)


async def test_a_failed_training_leaves_the_old_model(project: Path) -> None:
    pretend_trained(project)
    (project / "rules.yml").write_text((project / "rules.yml").read_text() + "\n# newer\n")
    with pytest.raises(TrainingError, match="could not train"):
        await training.train(Path(sys.executable), project, quiet)  # a Python without Rasa
    assert training.model_path(project).read_bytes() == b"a model"
    assert training.is_stale(project)
    assert not list((project / "models").glob(".training-*"))


async def test_training_has_a_deadline(project: Path) -> None:
    with pytest.raises(TrainingError, match="more than 0 seconds"):
        await training.train(training.PYTHON, project, quiet, deadline=0.2)
    assert not list((project / "models").glob(".training-*"))


def test_up_to_date_is_not_trained_again(project: Path) -> None:
    pretend_trained(project)
    lines: list[str] = []
    assert not training.train_if_stale(Path("/nonexistent"), project, lines.append)
    assert lines == []


def test_command_reports_failure_in_one_sentence(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(training, "PROJECT", project)
    monkeypatch.setattr(training, "PYTHON", project / "no-python")
    assert training.main([]) == 1
    assert capsys.readouterr().err.count("\n") == 1


def test_command_says_when_nothing_is_to_do(
    project: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    pretend_trained(project)
    monkeypatch.setattr(training, "PROJECT", project)
    assert training.main([]) == 0
    assert "up to date" in capsys.readouterr().out
