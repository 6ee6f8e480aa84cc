"""Rasa as a child: it is started again when it dies, ends with its parent, and is stopped in time."""

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest
import pytest_asyncio

from nlu import training
from nlu.action_server import ActionServer
from nlu.errors import NluSetupError
from nlu.rasa_process import ADDRESS_FILE, RasaProcess
from tests.nlu.conftest import ACTION_TOKEN, process

pytestmark = [pytest.mark.xdist_group("rasa"), pytest.mark.timeout(1200)]

PARENT = """
import asyncio, sys
from pathlib import Path
from nlu import training
from nlu.rasa_process import RasaProcess

async def main():
    rasa = RasaProcess(python=training.PYTHON, project=training.PROJECT, model=Path(sys.argv[1]),
                       folder=Path(sys.argv[2]), action_url="http://127.0.0.1:9/", action_token="t", start_seconds=60)
    rasa.start()
    while rasa.pid is None:
        await asyncio.sleep(0.01)
    print(rasa.pid, flush=True)
    await asyncio.sleep(600)

asyncio.run(main())
"""


async def until(true: Callable[[], bool], *, seconds: float = 30) -> None:
    async with asyncio.timeout(seconds):
        while not true():  # noqa: ASYNC110 - the kernel tells no event of this
            await asyncio.sleep(0.02)


def gone(pid: int) -> bool:
    return not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE


@pytest_asyncio.fixture
async def rasa(rasa_model: Path, tmp_path: Path) -> AsyncIterator[RasaProcess]:
    """Give a process that has begun to start."""
    actions = ActionServer(token=ACTION_TOKEN)
    await actions.start()
    server = process(tmp_path, rasa_model, actions)
    server.start()
    await until(lambda: server.pid is not None)
    yield server
    await server.stop()
    await actions.stop()


async def test_it_is_started_again_when_it_dies(rasa: RasaProcess) -> None:
    first = rasa.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await until(lambda: rasa.pid not in {None, first})
    assert gone(first)


async def test_it_stops_in_time_while_it_starts(rasa: RasaProcess, tmp_path: Path) -> None:
    pid = rasa.pid
    assert pid is not None
    async with asyncio.timeout(30):
        await rasa.stop()
    assert gone(pid)
    assert not rasa.ready.is_set()
    assert not (tmp_path / ADDRESS_FILE).exists()


async def test_its_secrets_are_not_on_its_command_line_and_its_log_is_private(
    rasa: RasaProcess, tmp_path: Path
) -> None:
    assert rasa.pid is not None
    assert psutil.Process(rasa.pid).cmdline()[1:] == ["serve.py"]
    assert (tmp_path / "rasa.log").stat().st_mode & 0o077 == 0


async def test_it_dies_with_its_parent(rasa_model: Path, tmp_path: Path) -> None:
    parent = await asyncio.create_subprocess_exec(
        sys.executable,
        "-c",
        PARENT,
        str(rasa_model),
        str(tmp_path),
        cwd=Path(training.__file__).parents[1],
        stdout=asyncio.subprocess.PIPE,
    )
    assert parent.stdout is not None
    child = int(await asyncio.wait_for(parent.stdout.readline(), 60))
    # The child asks for this in its first lines; before, its name is still that of the parent's copy.
    await until(lambda: gone(child) or "serve.py" in psutil.Process(child).cmdline())
    parent.kill()
    await parent.wait()
    await until(lambda: gone(child))


@pytest.mark.parametrize("missing", ["python", "model"])
def test_what_is_missing_is_told(rasa_model: Path, tmp_path: Path, missing: str) -> None:
    with pytest.raises(NluSetupError):
        RasaProcess(
            python=tmp_path / "python" if missing == "python" else training.PYTHON,
            project=training.PROJECT,
            model=tmp_path / "model" if missing == "model" else rasa_model,
            folder=tmp_path,
            action_url="http://127.0.0.1:9/",
            action_token="x",
            start_seconds=1,
        )
