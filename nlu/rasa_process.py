"""Rasa as a child process: started, watched, started again when it dies, and stopped with its parent."""

import asyncio
import json
import logging
import os
import secrets
import socket
from contextlib import suppress
from pathlib import Path
from typing import Final

from nlu.errors import NluSetupError
from nlu.rasa_client import RasaAddress, RasaClient

logger = logging.getLogger(__name__)

ADDRESS_FILE: Final = "rasa.json"
"""Where the running server's address and token are kept for programs of the same person (mode 0600)."""

_FIRST_PAUSE: Final = 1.0
_LONGEST_PAUSE: Final = 60.0
_POLL: Final = 0.25
_STOP_WITHIN: Final = 1.0
"""Seconds that it gets to end by itself. It keeps nothing, so nothing is lost by not waiting longer."""


class RasaProcess:
    """Rasa's server for nlu/assistant.

    Args:
        python: the Python of Rasa's environment.
        project: the folder of the Rasa project.
        model: the trained model.
        folder: where its log and its address are kept.
        action_url: where its custom actions are.
        action_token: the token to send there.
        start_seconds: how long it may take to start.

    Raises:
        NluSetupError: the environment or the model is missing.
    """

    def __init__(
        self,
        *,
        python: Path,
        project: Path,
        model: Path,
        folder: Path,
        action_url: str,
        action_token: str,
        start_seconds: float,
    ) -> None:
        if not python.exists():
            raise NluSetupError("Rasa is not installed (`make run` installs it); the rule parser understands instead.")
        if not model.exists():
            raise NluSetupError("Rasa has no model yet (`launcher.py train`); the rule parser understands instead.")
        self._python, self._project, self._model, self._folder = python, project, model, folder
        self._action_url, self._action_token = action_url, action_token
        self._start_seconds = start_seconds
        self._port = _free_port()
        self._address = RasaAddress(f"http://127.0.0.1:{self._port}", secrets.token_urlsafe(32))
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self.ready = asyncio.Event()

    @property
    def address(self) -> RasaAddress:
        """Where it answers when ``ready`` is set."""
        return self._address

    @property
    def pid(self) -> int | None:
        """The process id of the server, while it runs."""
        return self._process.pid if self._process is not None else None

    def start(self) -> None:
        """Begin to start it; ``ready`` is set when it answers."""
        self._watch = asyncio.create_task(self._keep_running())

    async def stop(self) -> None:
        """Stop it for good."""
        if self._watch is not None:
            self._watch.cancel()
            with suppress(asyncio.CancelledError):
                await self._watch
            self._watch = None
        await self._end()
        (self._folder / ADDRESS_FILE).unlink(missing_ok=True)

    async def _keep_running(self) -> None:
        pause = _FIRST_PAUSE
        while True:
            began = asyncio.get_running_loop().time()
            try:
                await self._launch()
                await self._await_ready()
                assert self._process is not None
                status = await self._process.wait()
                logger.warning("Rasa ended by itself (exit status %s); it is started again", status)
            except (OSError, TimeoutError) as error:
                logger.warning("Rasa did not start (%s); see %s", type(error).__name__, self._folder / "rasa.log")
            finally:
                self.ready.clear()
            await self._end()
            if asyncio.get_running_loop().time() - began > _LONGEST_PAUSE:
                pause = _FIRST_PAUSE
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LONGEST_PAUSE)

    async def _launch(self) -> None:
        environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "PARLEY_"))},
            "PARLEY_RASA_PORT": str(self._port),
            "PARLEY_RASA_MODEL": str(self._model),
            "PARLEY_RASA_TOKEN": self._address.token,
            "PARLEY_CHANNEL_TOKEN": self._address.token,
            "PARLEY_ACTION_URL": self._action_url,
            "PARLEY_ACTION_TOKEN": self._action_token,
            "PARLEY_PARENT": str(os.getpid()),
            "RASA_TELEMETRY_ENABLED": "false",
            "HOME": str(self._folder),
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "SQLALCHEMY_SILENCE_UBER_WARNING": "1",
        }
        log = os.open(self._folder / "rasa.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        try:
            self._process = await asyncio.create_subprocess_exec(
                str(self._python),
                "serve.py",
                cwd=self._project,
                env=environment,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )
        finally:
            os.close(log)

    async def _await_ready(self) -> None:
        assert self._process is not None
        client = RasaClient(self._address, timeout=2)
        try:
            async with asyncio.timeout(self._start_seconds):
                while not await client.is_up():
                    if self._process.returncode is not None:
                        raise OSError(f"exit status {self._process.returncode}")
                    await asyncio.sleep(_POLL)
        finally:
            await client.close()
        _write_private(
            self._folder / ADDRESS_FILE, json.dumps({"url": self._address.url, "token": self._address.token})
        )
        self.ready.set()
        logger.info("Rasa is ready at %s", self._address.url)

    async def _end(self) -> None:
        process, self._process = self._process, None
        if process is None or process.returncode is not None:
            return
        with suppress(ProcessLookupError):
            process.terminate()
        try:
            async with asyncio.timeout(_STOP_WITHIN):
                await process.wait()
        except TimeoutError:
            with suppress(ProcessLookupError):
                process.kill()
            await process.wait()


def kept_address(folder: Path) -> RasaAddress | None:
    """Return the address of the server that another process of the same person runs, or None."""
    try:
        kept = json.loads((folder / ADDRESS_FILE).read_text(encoding="utf-8"))
        return RasaAddress(str(kept["url"]), str(kept["token"]))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _write_private(path: Path, text: str) -> None:
    temporary = path.with_suffix(".tmp")
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(text)
    temporary.replace(path)
