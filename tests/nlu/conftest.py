"""A trained model and a running Rasa, shared by all tests that need them (group "rasa": one process, one server)."""

from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from nlu import training
from nlu.action_server import ActionServer
from nlu.rasa_client import RasaAddress, RasaClient, RasaInterpreter, RasaReader
from nlu.rasa_process import RasaProcess

ACTION_TOKEN = "the actions' token"
START_SECONDS = 300.0


@dataclass(frozen=True)
class RunningRasa:
    """A Rasa server with all that talks to it."""

    address: RasaAddress
    actions: ActionServer
    client: RasaClient
    reader: RasaReader
    interpreter: RasaInterpreter


def process(folder: Path, model: Path, actions: ActionServer) -> RasaProcess:
    return RasaProcess(
        python=training.PYTHON,
        project=training.PROJECT,
        model=model,
        folder=folder,
        action_url=actions.url,
        action_token=ACTION_TOKEN,
        start_seconds=START_SECONDS,
    )


@pytest.fixture(scope="session")
def rasa_model() -> Path:
    """Give the trained model; it is trained if its sources changed, while other test processes wait."""
    with ThreadPoolExecutor(1) as thread:  # away from the event loops of the tests
        thread.submit(training.train_if_stale, training.PYTHON, training.PROJECT, lambda _: None).result()
    return training.model_path(training.PROJECT)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def rasa_server(rasa_model: Path, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RunningRasa]:
    """Give a running server."""
    actions = ActionServer(token=ACTION_TOKEN)
    await actions.start()
    server = process(tmp_path_factory.mktemp("rasa"), rasa_model, actions)
    server.start()
    await server.ready.wait()
    client = RasaClient(server.address, timeout=30)
    yield RunningRasa(server.address, actions, client, RasaReader(client), RasaInterpreter(client, actions))
    await client.close()
    await server.stop()
    await actions.stop()
