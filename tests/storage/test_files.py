import sqlite3
import stat
from pathlib import Path

import pytest

from storage.files import prepare_file


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_new_files_and_folders_are_for_their_owner_alone(path: Path) -> None:
    prepare_file(path, timeout_s=1)
    assert [mode(place) for place in (path, path.parent, path.parent.parent)] == [0o600, 0o700, 0o700]


def test_a_file_that_was_open_to_others_is_closed_to_them_and_its_folder_left_alone(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    path = tmp_path / "notes.db"
    path.touch(mode=0o644)
    prepare_file(path, timeout_s=1)
    assert mode(path) == 0o600
    assert mode(tmp_path) == 0o755


def test_what_a_process_left_in_the_log_is_taken_in(path: Path) -> None:
    prepare_file(path, timeout_s=1)
    open_still = sqlite3.connect(path)
    open_still.execute("CREATE TABLE notes (text)")
    log = path.with_name(f"{path.name}-wal")
    copies = {file: file.read_bytes() for file in (path, log)}
    open_still.close()
    for file, content in copies.items():  # as they were while it was open
        file.write_bytes(content)

    prepare_file(path, timeout_s=1)
    assert not log.exists()
    assert b"CREATE TABLE notes" in path.read_bytes()


def test_a_file_that_stays_locked_is_given_up(path: Path) -> None:
    path.parent.mkdir(parents=True)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        prepare_file(path, timeout_s=0.05)
    other.close()


def test_what_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.db"
    path.write_text("no database at all" * 100)
    with pytest.raises(sqlite3.DatabaseError, match="not a database"):
        prepare_file(path, timeout_s=1)
    assert path.read_text().startswith("no database")
    with pytest.raises(IsADirectoryError):
        prepare_file(tmp_path, timeout_s=1)
