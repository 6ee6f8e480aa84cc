"""Code of every bad kind is held, and plain code does what it says. Runs real bubblewrap."""

import asyncio
import os
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from actuation.bubblewrap import isolations
from actuation.errors import SandboxUnavailable
from actuation.sandbox import CodeResult, Sandbox
from actuation.settings import CodeLimits, SandboxSettings

QUICK = CodeLimits(wall_seconds=1.0, cpu_seconds=5, folder_bytes=2**20, file_bytes=4 * 2**20)

PLAIN = {
    "2**10": "1024\n",
    "x = 1\nx + 1": "2\n",
    "print('hi')": "hi\n",
    "print('hi')\n'there'": "hi\n'there'\n",
    "None": "",
    "": "",
    "x = 5": "",
    "def f(n):\n    return n * 2\nf(21)": "42\n",
    "print('käse \N{EURO SIGN}')": "käse \N{EURO SIGN}\n",
    "import os\nos.listdir('.')": "[]\n",
    "with open('a', 'w') as f: f.write('hello')\nopen('a').read()": "'hello'\n",
    "import json, sqlite3, zlib, decimal, datetime\njson.dumps([1])": "'[1]'\n",
    "import asyncio\nasyncio.run(asyncio.sleep(0, result=5))": "5\n",
    "import threading\nt = threading.Thread(target=print, args=('in a thread',)); t.start(); t.join()": "in a thread\n",
    "len(str(2**20000))": "6021\n",
    "__name__": "'__main__'\n",
    "import dataclasses\n@dataclasses.dataclass\nclass P:\n    x: int\nP(1)": "P(x=1)\n",
}

# Code, and what its errors must mention.
HELD = {
    "open('/etc/shadow').read()": "No such file",
    "open('/etc/passwd').read()": "No such file",
    "import os\nos.listdir('/root')": "No such file",
    "import os\nos.listdir('/home')": "No such file",
    "import os\nos.listdir('/proc')": "No such file",
    f"open({str(Path(__file__))!r}).read()": "No such file",
    "open('/x', 'w')": "Read-only file system",
    "open('/tmp/x', 'w')": "No such file",
    "open('/dev/shm/x', 'w')": "No such file",
    "open('/usr/lib/x', 'w')": "Read-only file system",
    "import os\nopen(os.__file__, 'a')": "Read-only file system",
    "import os\nos.fork()": "Operation not permitted",
    "import os\nwhile True:\n    os.fork()": "Operation not permitted",
    "import subprocess, sys\nsubprocess.run([sys.executable, '-c', '1'])": "Operation not permitted",
    "import multiprocessing\nmultiprocessing.Process(target=print).start()": "Operation not permitted",
    "import socket\nsocket.create_connection(('1.1.1.1', 80), 1)": "Permission denied",
    "import socket\nsocket.socket(40, socket.SOCK_STREAM)": "Permission denied",
    "import os\nos.memfd_create('x')": "Operation not permitted",
    "with open('big', 'wb') as f:\n    while True: f.write(bytes(65536))": "No space left on device",
    "import resource\nresource.setrlimit(resource.RLIMIT_AS, (-1, -1))": "not allowed to raise maximum limit",
    "open('/dev/sda').read()": "No such file",
    "handles = []\nwhile True: handles.append(open('/dev/null'))": "Too many open files",
    "import os\nos.mknod('n', 0o60600, os.makedev(8, 0))\nopen('n')": "not permitted",
    "import ctypes\nassert ctypes.CDLL(None).unshare(0x10000000) == 0": "AssertionError",
}


@pytest.fixture
def sandbox() -> Sandbox:
    return Sandbox()


@pytest.mark.parametrize(("code", "printed"), PLAIN.items())
async def test_plain_code(sandbox: Sandbox, code: str, printed: str) -> None:
    result = await sandbox.run_python(code)
    assert result.stderr == ""
    assert result.stdout == printed
    assert result.exit_status == 0
    assert result.problem is None


@pytest.mark.parametrize(("code", "said"), HELD.items())
async def test_bad_code_is_held(sandbox: Sandbox, code: str, said: str) -> None:
    result = await sandbox.run_python(code, limits=QUICK.model_copy(update={"wall_seconds": 10.0}))
    assert said in result.stderr
    assert result.exit_status == 1


@pytest.mark.parametrize(
    "code",
    [
        "while True: pass",
        "import time\ntime.sleep(1000)",
        "from signal import *\nfor s in set(range(1, 32)) - {SIGKILL, SIGSTOP}: signal(s, SIG_IGN)\nwhile True: pass",
        "import threading, time\nfor _ in range(5): threading.Thread(target=time.sleep, args=(1000,)).start()",
    ],
)
async def test_code_that_does_not_end_is_ended(sandbox: Sandbox, code: str) -> None:
    async with asyncio.timeout(60):
        result = await sandbox.run_python(code, limits=QUICK)
    assert result.timed_out
    assert result.problem is not None
    assert not _sandboxes_of(os.getpid())


async def test_processor_time_is_held_apart_from_the_clock(sandbox: Sandbox) -> None:
    limits = CodeLimits(wall_seconds=30, cpu_seconds=1)
    result = await sandbox.run_python("while True: pass", limits=limits)
    assert result.timed_out
    assert result.seconds < 20


@pytest.mark.parametrize(
    "code",
    [
        "bytearray(10**10)",
        "x = []\nwhile True: x.append(bytearray(10**6))",
        "x = 'a'\nwhile True: x += x",
        "[0] * 10**10",
    ],
)
async def test_memory_eaters_are_held(sandbox: Sandbox, code: str) -> None:
    result = await sandbox.run_python(code)
    assert result.memory_exceeded
    assert not result.timed_out
    assert "memory" in (result.problem or "")


async def test_what_was_printed_before_the_end_is_kept(sandbox: Sandbox) -> None:
    result = await sandbox.run_python("print('before')\nwhile True: pass", limits=QUICK)
    assert result.stdout == "before\n"
    assert result.timed_out


async def test_long_output_is_cut(sandbox: Sandbox) -> None:
    result = await sandbox.run_python("print('x' * 50_000)\n1/0")
    assert result.stdout == "x" * 10_000
    assert result.truncated
    assert "ZeroDivisionError" in result.stderr
    assert result.problem is None


async def test_endless_output_is_stopped(sandbox: Sandbox) -> None:
    result = await sandbox.run_python("while True: print('x' * 10_000)")
    assert result.truncated
    assert len(result.stdout) == 10_000
    assert "without end" in (result.problem or "")
    assert result.seconds < 8


async def test_errors_show_the_program_alone(sandbox: Sandbox) -> None:
    result = await sandbox.run_python("def f():\n    return 1 / 0\n\nf()")
    assert "runner" not in result.stderr
    assert "    return 1 / 0\n" in result.stderr
    assert result.stderr.endswith("ZeroDivisionError: division by zero\n")


@pytest.mark.parametrize(
    ("code", "status"),
    [("import sys\nsys.exit(3)", 3), ("def f(:", 1), ("import os\nos.kill(os.getpid(), 11)", 139), ("input()", 1)],
)
async def test_exit_statuses(sandbox: Sandbox, code: str, status: int) -> None:
    result = await sandbox.run_python(code)
    assert result.exit_status == status
    assert result.problem is None


async def test_a_server_on_this_machine_is_out_of_reach(sandbox: Sandbox) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        result = await sandbox.run_python(f"import socket\nsocket.create_connection(('127.0.0.1', {port}), 2)")
    assert result.exit_status == 1


async def test_the_environment_is_empty(sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SECRET_KEY", "hunter2")
    result = await sandbox.run_python("import os\nsorted(os.environ)")
    assert result.stdout == "['HOME', 'LANG', 'LD_LIBRARY_PATH', 'PWD']\n"


async def test_runs_do_not_see_one_another(sandbox: Sandbox) -> None:
    await sandbox.run_python("open('left', 'w').close()")
    assert (await sandbox.run_python("import os\nos.path.exists('left')")).stdout == "False\n"


async def test_runs_beyond_the_limit_wait_their_turn() -> None:
    sandbox = Sandbox(SandboxSettings(concurrent=2))
    results = await asyncio.gather(*(sandbox.run_python(f"{n} * 2") for n in range(6)))
    assert [result.stdout for result in results] == [f"{n * 2}\n" for n in range(6)]


async def test_a_cancelled_run_is_ended(sandbox: Sandbox) -> None:
    await sandbox.check()
    run = asyncio.create_task(sandbox.run_python("import time\ntime.sleep(1000)"))
    await _until(lambda: bool(_sandboxes_of(os.getpid())))
    run.cancel()
    with pytest.raises(asyncio.CancelledError):
        await run
    await _until(lambda: not _sandboxes_of(os.getpid()))


async def test_code_dies_with_the_program_that_runs_it() -> None:
    program = (
        "import asyncio\nfrom actuation.sandbox import Sandbox\n"
        "asyncio.run(Sandbox().run_python('import time\\nprint(1)\\ntime.sleep(1000)'))"
    )
    root = Path(__file__).parents[2]
    parent = await asyncio.create_subprocess_exec(sys.executable, "-c", program, cwd=root)
    try:
        await _until(lambda: any(p.name().startswith("python3") for p in _sandboxes_of(parent.pid)))
        held = _sandboxes_of(parent.pid)
    finally:
        parent.kill()
        await asyncio.wait_for(parent.wait(), 10)
    _, alive = psutil.wait_procs(held, timeout=10)
    assert not alive


@pytest.mark.parametrize("isolation", isolations(as_root=os.geteuid() == 0))
async def test_every_way_to_isolate_holds(isolation: tuple[str, ...]) -> None:
    class Chosen(Sandbox):
        async def _find_isolation(self) -> tuple[str, ...]:
            return isolation

    for code, said in HELD.items():
        result: CodeResult = await Chosen().run_python(code, limits=QUICK.model_copy(update={"wall_seconds": 10.0}))
        assert said in result.stderr, code


async def test_without_bubblewrap_code_is_refused() -> None:
    with pytest.raises(SandboxUnavailable, match="install the package “bubblewrap”"):
        await Sandbox(SandboxSettings(bubblewrap="no-such-program")).run_python("1")


async def test_with_a_bubblewrap_that_does_not_work_code_is_refused(tmp_path: Path) -> None:
    broken = tmp_path / "bwrap"
    broken.write_text("#!/bin/sh\necho 'setting up uid map: Permission denied' >&2\nexit 1\n")
    broken.chmod(0o755)
    with pytest.raises(SandboxUnavailable, match="uid map: Permission denied"):
        await Sandbox(SandboxSettings(bubblewrap=str(broken))).run_python("1")


def _sandboxes_of(pid: int) -> list[psutil.Process]:
    """Give the processes of this process's sandboxes, bubblewrap and what it holds."""
    return [process for process in psutil.Process(pid).children(recursive=True) if _is_held(process)]


def _is_held(process: psutil.Process) -> bool:
    try:
        return process.status() != psutil.STATUS_ZOMBIE and "/runner.py" in " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return False


async def _until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - what other processes do sends no event here
            await asyncio.sleep(0.02)
