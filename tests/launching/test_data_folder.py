import os
import subprocess
import sys
from pathlib import Path

import pytest

from launching.data_folder import DataFolder
from launching.errors import LaunchError

HOLD = """
import sys
from pathlib import Path
from launching.data_folder import DataFolder
lock = DataFolder(Path(sys.argv[1])).lock()
print("held", flush=True)
sys.stdin.read()
"""


def mode(path: Path) -> int:
    return path.stat().st_mode & 0o777


def test_the_folder_is_the_persons_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        folder = DataFolder(tmp_path / "deep" / "data")
        folder.create()
        folder.create()
    finally:
        os.umask(before)
    for path in (folder.root, folder.server, folder.inbox, folder.logs):
        assert mode(path) == 0o700


def test_a_folder_that_was_open_to_others_is_closed(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir(mode=0o755)
    DataFolder(tmp_path / "data").create()
    assert mode(tmp_path / "data") == 0o700


def test_without_a_name_it_is_the_platforms_own(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert DataFolder().root == tmp_path / "parley"


def test_a_name_may_begin_with_a_tilde_or_be_relative(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    assert DataFolder(Path("~/mine")).root == tmp_path / "mine"
    assert DataFolder(Path("mine")).root == tmp_path / "mine"


def test_a_folder_that_cannot_be_made_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(LaunchError, match=r"cannot be used: .*--data"):
        DataFolder(tmp_path / "file" / "data").create()


def test_one_assistant_at_a_time(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    with folder.lock():
        assert mode(tmp_path / "lock") == 0o600
        with pytest.raises(LaunchError, match="already running"):
            folder.lock()
    folder.lock().close()


def test_the_lock_ends_with_its_process_however_that_ends(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(LaunchError, match=r"launcher\.py chat"):
            folder.lock()
        holder.kill()
        holder.wait(10)
        folder.lock().close()
