"""``up``: run the assistant in the foreground."""

import argparse
import asyncio
import logging
import os
import sys
from logging.handlers import RotatingFileHandler
from pathlib import Path

from launching.agent_sets import DEFAULT, AgentSet
from launching.clients import Home
from launching.console import add_data, progress
from launching.data_folder import DataFolder
from launching.platform import ASSISTANT, HomePlatform
from launching.runtime import HttpRuntime, NluRuntime, Runtime, UserRuntime, WebRuntime, XmppRuntime
from launching.stopping import end_by_deadline, stop_signal

HELP = "run the assistant in the foreground"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    add_data(parser)
    parser.add_argument("--config", type=Path, metavar="FILE", help="configuration (default: config.yaml in DIR)")
    parser.add_argument("--set", type=Path, default=DEFAULT, metavar="FILE", help="agent set (default: %(default)s)")
    parser.add_argument("--no-nlu", action="store_true", help="without Rasa: the rule parser understands")


def run(arguments: argparse.Namespace) -> int:
    """Run until SIGINT or SIGTERM."""
    home = Home(arguments.data, arguments.config)
    home.folder.create()
    agent_set = AgentSet.read(arguments.set)
    lock = home.folder.lock()
    try:
        configure_logging(home.folder, home.configuration.log_level)
        asyncio.run(_run(home, agent_set, nlu=not arguments.no_nlu))
    finally:
        home.folder.runtime.unlink(missing_ok=True)
        lock.close()
    return 0


def configure_logging(folder: DataFolder, level: str, name: str = "parley") -> None:
    """Log to a file in the data folder, and warnings to stderr too."""
    path = folder.logs / f"{name}.log"
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
    file = RotatingFileHandler(path, maxBytes=5_000_000, backupCount=3, encoding="utf-8")
    file.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    console = logging.StreamHandler(sys.stderr)
    console.setLevel(logging.WARNING)
    console.setFormatter(logging.Formatter("%(message)s"))
    logging.basicConfig(level=level, handlers=[file, console], force=True)
    for noisy in ("slixmpp", "spade", "alembic", "asyncio", "pymilvus"):
        logging.getLogger(noisy).setLevel(logging.ERROR)


async def _run(home: Home, agent_set: AgentSet, *, nlu: bool) -> None:
    stop = stop_signal()
    platform = HomePlatform(home.folder, home.configuration, progress)
    starting = asyncio.create_task(platform.start(agent_set, nlu=nlu))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({starting, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if not starting.done():
        starting.cancel()
    try:
        await starting
    except asyncio.CancelledError:
        return
    except Exception as error:
        end_by_deadline(str(error))
        raise
    try:
        (await _runtime(platform)).write(home.folder.runtime)
        print("ready", flush=True)
        await stopping
        progress("Stopping ...")
    finally:
        home.folder.runtime.unlink(missing_ok=True)
        await platform.stop()


async def _runtime(platform: HomePlatform) -> Runtime:
    address = platform.server.address
    owner = await platform.server.accounts.credentials(platform.owner)
    understanding = next(
        (agent.understanding for agent in platform.agents.running if hasattr(agent, "understanding")), None
    )
    access = platform.dashboard.access if platform.dashboard is not None else None
    return Runtime(
        pid=os.getpid(),
        xmpp=XmppRuntime(
            host=address.host,
            port=address.port,
            domain=address.domain,
            assistant=f"{ASSISTANT}@{address.domain}",
        ),
        http=HttpRuntime(url=understanding.actions_url if understanding else None),
        nlu=NluRuntime(url=understanding.nlu_url if understanding else None),
        web=None if access is None else WebRuntime(url=access.url, token=access.token, link=access.link),
        user=UserRuntime(jid=platform.owner, password=owner.password if owner else ""),
    )
