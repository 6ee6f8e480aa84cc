import os
from pathlib import Path

import pytest

from knowledge.errors import DocumentNotAllowedError
from knowledge.files import select_files
from knowledge.settings import KnowledgeSettings


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "open"
    for name in ("a.txt", "b.md", "c.bin", ".hidden.txt", "sub/d.pdf", "sub/deeper/e.html", ".git/f.txt"):
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x")
    (tmp_path / "closed").mkdir()
    (tmp_path / "closed" / "secret.txt").write_text("x")
    (root / "link.txt").symlink_to(tmp_path / "closed" / "secret.txt")
    (root / "loop").symlink_to(root)
    return root


def settings(tree: Path, **changes: object) -> KnowledgeSettings:
    return KnowledgeSettings.model_validate({"folders": (tree,), **changes})


def names(paths: tuple[Path, ...], root: Path) -> list[str]:
    return [str(path.relative_to(root)) for path in paths]


def test_a_folder_is_walked_without_what_is_hidden_linked_away_or_unreadable(tree: Path) -> None:
    found = select_files([tree], settings=settings(tree))
    assert names(found.files, tree) == ["a.txt", "b.md", "sub/d.pdf", "sub/deeper/e.html"]
    assert not found.problems


def test_files_are_taken_once(tree: Path) -> None:
    found = select_files([tree / "a.txt", tree, tree / "sub" / ".." / "a.txt"], settings=settings(tree))
    assert names(found.files, tree)[0] == "a.txt"
    assert len(found.files) == 4


def test_depth_and_number_are_bounded(tree: Path) -> None:
    found = select_files([tree], settings=settings(tree, max_depth=1))
    assert names(found.files, tree) == ["a.txt", "b.md", "sub/d.pdf"]
    found = select_files([tree], settings=settings(tree, max_files=2))
    assert not found.files
    assert "more than 2 files" in str(found.problems[0])


@pytest.mark.parametrize(
    "path", ["../closed/secret.txt", "link.txt", ".hidden.txt", ".git/f.txt", ".git", "/etc/passwd", "../closed"]
)
def test_places_that_were_not_opened_stay_closed(tree: Path, path: str) -> None:
    found = select_files([tree / path], settings=settings(tree))
    assert not found.files
    assert isinstance(found.problems[0], DocumentNotAllowedError)
    assert "knowledge.folders" in str(found.problems[0])


def test_the_one_who_runs_the_platform_may_name_any_place(tree: Path) -> None:
    found = select_files([tree / "link.txt", tree / ".hidden.txt"], settings=settings(tree), anywhere=True)
    assert len(found.files) == 2


@pytest.mark.parametrize("path", ["x" * 5000, "a\0b", "~nobody-of-that-name/x"])
def test_impossible_paths_get_a_sentence(tree: Path, path: str) -> None:
    found = select_files([Path(path)], settings=settings(tree), anywhere=True)
    assert len(found.problems) + len(found.files) == 1
    assert all(str(problem).endswith(".") for problem in found.problems)


def test_an_empty_folder_is_said_to_be_so(tmp_path: Path) -> None:
    found = select_files([tmp_path], settings=settings(tmp_path))
    assert "no files of a kind that can be read" in str(found.problems[0])


def test_a_folder_of_another_user_is_said_to_be_so(tmp_path: Path) -> None:
    folder = tmp_path / "closed"
    folder.mkdir(mode=0o000)
    if not os.access(folder, os.R_OK):
        found = select_files([folder], settings=settings(tmp_path))
        assert "may not be read" in str(found.problems[0])
