"""Runs the XMPP server as a service of its own, for an assistant in another container.

It starts Prosody with the same generated configuration as a local assistant does, makes the accounts that the
agents and people of a set need, and leaves in a shared folder what the assistant must know of it::

    certificate.pem     what proves the server (``xmpp.external.ca_file``)
    credentials.json    {jid: password} of every account (``xmpp.external.credentials_file``), mode 0600

It reads the assistant's configuration: ``config.yaml`` in its data folder, the environment over it
(``PARLEY_XMPP__DOMAIN``, ``PARLEY_USER``, ...).
"""

from __future__ import annotations

import argparse
import asyncio
import json
import logging
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from launching.agent_sets import DEFAULT, AgentSet
from launching.configuration import Configuration
from launching.data_folder import DataFolder
from launching.errors import LaunchError
from launching.platform import ASSISTANT
from xmpp.errors import AccountError, ServerError
from xmpp.operator import NAME as OPERATOR
from xmpp.server.files import private_folder, write_private
from xmpp.server.prosody import Prosody
from xmpp.server.server import Server, ServerEvent

logger = logging.getLogger("xmpp_server")


def addresses(configuration: Configuration, agents: AgentSet) -> list[str]:
    """Return the bare JIDs of all accounts that an assistant with these agents needs."""
    settings = configuration.xmpp
    return [
        *(f"{name}@{settings.domain}" for name in (ASSISTANT, configuration.user)),
        *(f"{name}@{settings.agents_domain}" for name in (OPERATOR, *(entry.name for entry in agents.agents))),
    ]


async def share(server: Server, *, jids: Sequence[str], folder: Path) -> None:
    """Make the accounts that are missing, and write what the assistant needs into `folder`.

    Raises:
        AccountError: the server refused an account.
    """
    credentials = await server.accounts.ensure(jids)
    certificate = server.address.certificate
    private_folder(folder)
    if certificate is not None:
        write_private(folder / "certificate.pem", certificate.pem.encode())
    known = {entry.jid: entry.password for entry in credentials}
    # Last: once it is there, so is the rest, and the service counts as healthy.
    write_private(folder / "credentials.json", json.dumps(known, indent=1).encode())


async def serve(server: Server, *, jids: Sequence[str], folder: Path) -> None:
    """Run the server until SIGTERM or SIGINT.

    Raises:
        ServerError: it can't be started.
        AccountError: it refused an account.
    """
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    await server.start()
    try:
        await share(server, jids=jids, folder=folder)
        logger.info("%d accounts are ready on %s:%d", len(jids), server.address.host, server.address.port)
        await stopped.wait()
    finally:
        await server.stop()


def report(event: ServerEvent) -> None:
    """Log what happened to the server."""
    logger.warning("%s: %s", event.kind, event.text)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the server as a command; return the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.xmpp_server", description="Run the assistant's XMPP server."
    )
    parser.add_argument("--data", type=Path, required=True, help="folder that the server keeps its data in")
    parser.add_argument("--share", type=Path, required=True, help="folder that the assistant reads")
    parser.add_argument("--set", type=Path, default=DEFAULT, help="the agent set that accounts are made for")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        folder = DataFolder(options.data)
        configuration = Configuration.load(folder.configuration, required=False)
        jids = addresses(configuration, AgentSet.read(options.set))
        server = Prosody(configuration.xmpp, folder=folder.server, on_event=report)
        asyncio.run(serve(server, jids=jids, folder=options.share))
    except (ServerError, AccountError, LaunchError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
