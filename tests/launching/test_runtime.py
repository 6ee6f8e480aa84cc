import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psutil
import pytest

from launching.errors import NotRunningError
from launching.runtime import HttpRuntime, NluRuntime, Runtime, UserRuntime, XmppRuntime


def runtime(**more: Any) -> Runtime:
    values: dict[str, Any] = {
        "pid": os.getpid(),
        "xmpp": XmppRuntime(host="127.0.0.1", port=5222, domain="localhost", assistant="assistant@localhost"),
        "http": HttpRuntime(),
        "nlu": NluRuntime(url="http://127.0.0.1:5005"),
        "user": UserRuntime(jid="me@localhost", password="secret"),
    }
    return Runtime(**(values | more))


def test_what_is_written_is_read_and_private(tmp_path: Path) -> None:
    path = tmp_path / "runtime.json"
    before = os.umask(0)
    try:
        runtime().write(path)
    finally:
        os.umask(before)
    assert path.stat().st_mode & 0o777 == 0o600
    assert Runtime.read(path) == runtime()
    assert list(tmp_path.iterdir()) == [path]


def test_programs_of_others_find_what_they_look_for(tmp_path: Path) -> None:
    path = tmp_path / "runtime.json"
    runtime().write(path)
    found = json.loads(path.read_text())
    del found["started"]
    assert found == {
        "pid": os.getpid(),
        "xmpp": {"host": "127.0.0.1", "port": 5222, "domain": "localhost", "assistant": "assistant@localhost"},
        "http": {"url": None},
        "nlu": {"url": "http://127.0.0.1:5005"},
        "user": {"jid": "me@localhost", "password": "secret"},
    }


def test_without_a_file_none_runs(tmp_path: Path) -> None:
    with pytest.raises(NotRunningError, match=r"start it with `launcher\.py up`"):
        Runtime.read(tmp_path / "runtime.json")


@pytest.mark.parametrize("content", ["", "{", "[]", '{"pid": 1}', "\x00\xff"])
def test_a_damaged_file_counts_as_none(tmp_path: Path, content: str) -> None:
    path = tmp_path / "runtime.json"
    path.write_text(content)
    with pytest.raises(NotRunningError):
        Runtime.read(path)


def test_a_process_that_is_gone_does_not_run(tmp_path: Path) -> None:
    path = tmp_path / "runtime.json"
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        runtime(pid=process.pid, started=psutil.Process(process.pid).create_time()).write(path)
        assert Runtime.read(path).pid == process.pid
        process.kill()
        process.wait(10)
    with pytest.raises(NotRunningError, match="ended without a word"):
        Runtime.read(path)


def test_a_pid_that_another_program_has_now_does_not_count(tmp_path: Path) -> None:
    path = tmp_path / "runtime.json"
    runtime(started=psutil.Process().create_time() - 3600).write(path)
    with pytest.raises(NotRunningError, match="ended without a word"):
        Runtime.read(path)


def test_a_dead_process_whose_parent_has_not_looked_does_not_run(tmp_path: Path) -> None:
    path = tmp_path / "runtime.json"
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as process:
        runtime(pid=process.pid, started=psutil.Process(process.pid).create_time()).write(path)
        process.kill()
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        assert psutil.Process(process.pid).status() == psutil.STATUS_ZOMBIE
        with pytest.raises(NotRunningError):
            Runtime.read(path)


def test_the_password_is_in_no_text_about_it() -> None:
    assert "secret" not in repr(runtime())
    assert "secret" not in str(runtime().user)
