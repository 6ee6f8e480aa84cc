import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest

from knowledge import milvus
from knowledge.errors import StoreBusyError, StoreError

OPEN_AND_DIE = """
import os, sys, signal
from knowledge import milvus
milvus.connect(sys.argv[1])
print("open", flush=True)
os.kill(os.getpid(), signal.SIGKILL)
"""


def servers(path: Path) -> list[psutil.Process]:
    return milvus._servers_of(path)


def test_a_file_is_private_and_its_server_ends_with_the_last_client(tmp_path: Path) -> None:
    path = tmp_path / "sub" / "store.db"
    first = milvus.connect(str(path))
    second = milvus.connect(str(path))
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    milvus.disconnect(first, str(path))
    assert second.list_collections() == []
    (server,) = servers(path)
    milvus.disconnect(second, str(path))
    assert not server.is_running() or server.status() == psutil.STATUS_ZOMBIE
    assert servers(path) == []


def test_control_c_in_the_terminal_does_not_end_the_server(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    client = milvus.connect(str(path))
    for number in (signal.SIGINT, signal.SIGHUP):
        servers(path)[0].send_signal(number)
    assert client.list_collections(timeout=5) == []
    assert signal.SIGINT not in signal.pthread_sigmask(signal.SIG_BLOCK, [])
    milvus.disconnect(client, str(path))


def test_a_file_open_in_another_process_is_refused_and_left_unharmed(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    client = milvus.connect(str(path))
    program = (
        "import sys\nfrom knowledge import milvus, errors\n"
        "try: milvus.connect(sys.argv[1], timeout_s=0.2)\n"
        "except errors.StoreBusyError as e: print(e)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(path)], capture_output=True, text=True, timeout=60, check=True
    )
    assert "Another running program has store.db open" in done.stdout
    assert client.list_collections(timeout=5) == []
    milvus.disconnect(client, str(path))


def test_a_file_whose_owner_was_killed_opens_at_once(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    done = subprocess.run(
        [sys.executable, "-c", OPEN_AND_DIE, str(path)], stdout=subprocess.PIPE, timeout=60, check=False
    )
    assert done.returncode == -signal.SIGKILL
    client = milvus.connect(str(path))
    assert len(servers(path)) == 1
    milvus.disconnect(client, str(path))


def test_a_server_that_no_one_owns_is_ended_before_a_file_is_opened(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    # Held by nobody, yet running: its lock file is another one.
    from milvus_lite.server import BIN_PATH

    binary = Path(BIN_PATH) / "milvus"
    other = tmp_path / "other.lock"
    holder = os.open(other, os.O_CREAT | os.O_RDWR)
    os.lockf(holder, os.F_LOCK, 0)
    stray = subprocess.Popen(
        [str(binary), str(path), f"unix:{tmp_path}/stray.sock", "ERROR", str(other)],
        env={**os.environ, "LD_LIBRARY_PATH": str(BIN_PATH)},
    )
    deadline = time.monotonic() + 10
    while not (tmp_path / "stray.sock").exists() and time.monotonic() < deadline:
        os.sched_yield()
    assert [server.pid for server in servers(path)] == [stray.pid]
    client = milvus.connect(str(path))
    stray.wait(timeout=5)
    assert [server.pid for server in servers(path)] != [stray.pid]
    milvus.disconnect(client, str(path))
    os.close(holder)


def test_a_server_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(StoreError, match=r"http://127\.0\.0\.1:9 does not answer") as caught:
        milvus.connect("http://root:secret@127.0.0.1:9", timeout_s=0.5)
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize("name", ["bad name!.db", "x" * 60 + ".db"])
def test_a_name_that_cannot_be_opened_gets_a_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(StoreError, match="cannot be opened"):
        milvus.connect(str(tmp_path / name))


def test_a_file_that_is_no_store_gets_a_sentence(tmp_path: Path) -> None:
    path = tmp_path / "store.db"
    path.write_bytes(b"this is not a database" * 100)
    with pytest.raises(StoreError, match="damaged"):
        milvus.connect(str(path), timeout_s=3)
    assert path.read_bytes().startswith(b"this is not")


def test_a_folder_in_the_way_gets_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    with pytest.raises(StoreError, match="cannot be written"):
        milvus.connect(str(tmp_path / "file" / "store.db"))


def test_errors_are_of_one_family() -> None:
    assert issubclass(StoreBusyError, StoreError)
