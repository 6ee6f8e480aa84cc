"""Files are found by what people say of them, within the allowed folders alone."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from actuation.errors import FolderNotAllowed, FolderNotFound
from actuation.file_kinds import endings_of
from actuation.files import FileQuery, find_files
from actuation.folders import allowed_folders, platform_folder, resolve_folder
from actuation.settings import FilesSettings

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)

# Each file: its path, its text, and how many days before NOW it was changed.
FILES: list[tuple[str, str, int]] = [
    ("Documents/Q3-budget.pdf", "%PDF", 2),
    ("Documents/taxes/2025 tax return.pdf", "%PDF", 40),
    ("Documents/notes/ideas.md", "# Ideas\nThe budget for the garden is small.", 1),
    ("Documents/notes/budgetPlan.md", "# Plan", 3),
    ("Documents/notes/meeting.txt", "We talked about stories.", 10),
    ("Documents/Recipes/soup.docx", "PK", 5),
    ("Documents/.hidden/secret budget.md", "budget", 1),
    ("Documents/.budget.md", "budget", 1),
    ("Downloads/invoice_42.pdf", "%PDF", 6),
    ("Downloads/holiday.JPG", "jpeg", 8),
    ("Downloads/script.py", "print('budget')", 0),
    ("Private/budget.md", "budget", 1),
]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    for name, text, days in FILES:
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        changed = (NOW - timedelta(days=days)).timestamp()
        os.utime(path, (changed, changed))
    return tmp_path


@pytest.fixture
def allowed(home: Path) -> tuple[Path, ...]:
    return (home / "Documents", home / "Downloads")


QUERIES: list[tuple[FileQuery, list[str]]] = [
    (FileQuery(kind="pdf", changed_after=NOW - timedelta(days=7)), ["Q3-budget.pdf", "invoice_42.pdf"]),
    (FileQuery(kind="PDF files"), ["Q3-budget.pdf", "invoice_42.pdf", "2025 tax return.pdf"]),
    (FileQuery(kind="pdf", changed_before=NOW - timedelta(days=7)), ["2025 tax return.pdf"]),
    (FileQuery(kind="markdown", folders=("documents",)), ["ideas.md", "budgetPlan.md"]),
    (FileQuery(kind="markdown", folders=("my documents",), limit=1), ["ideas.md"]),
    (FileQuery(kind="notes", words=("budget",)), ["Q3-budget.pdf", "budgetPlan.md", "ideas.md"]),
    (FileQuery(kind="notes", words=("the budget",), folders=("notes",)), ["budgetPlan.md", "ideas.md"]),
    (FileQuery(words=("garden budget",)), ["ideas.md"]),
    (FileQuery(words=("story",)), ["meeting.txt"]),
    (FileQuery(words=("recipe",)), ["soup.docx"]),
    (FileQuery(words=("taxes",)), ["2025 tax return.pdf"]),
    (FileQuery(words=("invoices",)), ["invoice_42.pdf"]),
    (FileQuery(kind="photos"), ["holiday.JPG"]),
    (FileQuery(kind="code"), ["script.py"]),
    (FileQuery(kind=".docx"), ["soup.docx"]),
    (FileQuery(words=("dget",)), []),
    (FileQuery(words=("nothing like it",)), []),
    (FileQuery(kind="spreadsheet"), []),
]


@pytest.mark.parametrize(("query", "names"), QUERIES)
async def test_queries(query: FileQuery, names: list[str], allowed: tuple[Path, ...]) -> None:
    matches = await find_files(query, allowed=allowed)
    assert [match.path.name for match in matches.files] == names


async def test_a_match_tells_size_and_time(allowed: tuple[Path, ...]) -> None:
    (match,) = (await find_files(FileQuery(words=("invoice",)), allowed=allowed)).files
    assert match.size == 4
    assert match.changed == NOW - timedelta(days=6)


async def test_files_that_fit_every_word_come_alone(allowed: tuple[Path, ...], home: Path) -> None:
    (home / "Documents/budget garden.txt").write_text("")
    matches = await find_files(FileQuery(words=("budget", "garden")), allowed=allowed)
    assert [match.path.name for match in matches.files] == ["budget garden.txt", "ideas.md"]


async def test_a_limit_that_cuts_is_told(allowed: tuple[Path, ...]) -> None:
    assert not (await find_files(FileQuery(kind="pdf", limit=1), allowed=allowed)).complete
    assert (await find_files(FileQuery(kind="pdf", limit=3), allowed=allowed)).complete


async def test_folders_within_one_another_give_each_file_once(home: Path) -> None:
    matches = await find_files(FileQuery(kind="markdown"), allowed=(home / "Documents/notes", home / "Documents"))
    assert [match.path.name for match in matches.files] == ["ideas.md", "budgetPlan.md"]
    assert matches.folders == (home / "Documents",)


ESCAPES = ["/etc", "{home}/Private", "{home}/Documents/../Private", "{home}", "~/../..", "../Private", "home"]


@pytest.mark.parametrize("folder", ESCAPES)
async def test_other_folders_are_refused(folder: str, home: Path, allowed: tuple[Path, ...]) -> None:
    with pytest.raises(FolderNotAllowed, match=r"actuation\.files\.folders"):
        await find_files(FileQuery(folders=(folder.format(home=home),)), allowed=allowed)


async def test_a_link_out_of_the_allowed_folders_is_refused(home: Path, allowed: tuple[Path, ...]) -> None:
    (home / "Documents/way out").symlink_to(home / "Private")
    (home / "Documents/copied budget.md").symlink_to(home / "Private/budget.md")
    (home / "Documents/loop").symlink_to(home / "Documents")
    (home / "Documents/gone.md").symlink_to(home / "nowhere.md")
    with pytest.raises(FolderNotAllowed):
        await find_files(FileQuery(folders=(str(home / "Documents/way out"),)), allowed=allowed)
    matches = await find_files(FileQuery(kind="markdown"), allowed=allowed)
    assert sorted(match.path.name for match in matches.files) == ["budgetPlan.md", "ideas.md"]


async def test_a_link_within_the_allowed_folders_counts_once(home: Path, allowed: tuple[Path, ...]) -> None:
    (home / "Downloads/ideas too.md").symlink_to(home / "Documents/notes/ideas.md")
    matches = await find_files(FileQuery(kind="markdown"), allowed=allowed)
    assert [match.path.name for match in matches.files] == ["ideas.md", "budgetPlan.md"]


async def test_a_folder_that_is_not_there(allowed: tuple[Path, ...]) -> None:
    with pytest.raises(FolderNotFound, match="holiday plans"):
        await find_files(FileQuery(folders=("holiday plans",)), allowed=allowed)


async def test_with_no_folder_allowed_it_says_so() -> None:
    with pytest.raises(FolderNotFound, match="no folder I may look in"):
        await find_files(FileQuery(), allowed=())


async def test_a_search_is_bounded_in_names(allowed: tuple[Path, ...]) -> None:
    matches = await find_files(FileQuery(), allowed=allowed, settings=FilesSettings(search_entries=3))
    assert not matches.complete
    assert len(matches.files) <= 3


async def test_a_search_is_bounded_in_time(allowed: tuple[Path, ...]) -> None:
    ticks: Iterator[int] = count()
    settings = FilesSettings(search_seconds=4)
    matches = await find_files(FileQuery(), allowed=allowed, settings=settings, clock=lambda: float(next(ticks)))
    assert not matches.complete


async def test_what_is_inside_large_or_binary_files_is_not_read(home: Path, allowed: tuple[Path, ...]) -> None:
    (home / "Documents/large.txt").write_text("zebra " * 100)
    (home / "Documents/binary.txt").write_bytes(b"\0zebra")
    settings = FilesSettings(content_bytes=100)
    assert not (await find_files(FileQuery(words=("zebra",)), allowed=allowed, settings=settings)).files


async def test_special_files_are_passed_over(home: Path, allowed: tuple[Path, ...]) -> None:
    os.mkfifo(home / "Documents/pipe.md")
    matches = await find_files(FileQuery(kind="markdown", words=("anything",)), allowed=allowed)
    assert not matches.files


KINDS: list[tuple[str | None, str, bool]] = [
    ("pdf", "pdf", True),
    ("PDFs", "pdf", True),
    ("pictures", "png", True),
    ("photo", "jpg", True),
    ("Excel sheets", "xlsx", True),
    ("slides", "pptx", True),
    ("python files", "py", True),
    ("documents", "docx", True),
    ("note", "md", True),
    ("movies", "mkv", True),
    (".tex", "tex", True),
    ("*.log", "log", True),
    ("markdown", "pdf", False),
]


@pytest.mark.parametrize(("kind", "ending", "meant"), KINDS)
def test_kinds(kind: str, ending: str, meant: bool) -> None:
    endings = endings_of(kind)
    assert endings is not None
    assert (ending in endings) is meant


@pytest.mark.parametrize("kind", [None, "", "files", "file", "anything"])
def test_any_kind(kind: str | None) -> None:
    assert endings_of(kind) is None


def test_the_platform_s_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / ".config"))
    for name in ("DOCUMENTS", "DOWNLOAD", "DESKTOP"):
        monkeypatch.delenv(f"XDG_{name}_DIR", raising=False)
    (tmp_path / ".config").mkdir()
    (tmp_path / ".config/user-dirs.dirs").write_text('XDG_DOCUMENTS_DIR="$HOME/Dokumente"\n')
    (tmp_path / "Dokumente").mkdir()
    (tmp_path / "elsewhere").mkdir()
    assert platform_folder("documents") == tmp_path / "Dokumente"
    allowed = allowed_folders(("documents", "downloads", "~/elsewhere", str(tmp_path / "elsewhere")))
    assert allowed == (tmp_path / "Dokumente", tmp_path / "elsewhere")
    assert resolve_folder("my documents", allowed=allowed) == tmp_path / "Dokumente"
    assert resolve_folder("the elsewhere folder", allowed=allowed) == tmp_path / "elsewhere"
    with pytest.raises(FolderNotAllowed):
        resolve_folder("downloads", allowed=allowed)
