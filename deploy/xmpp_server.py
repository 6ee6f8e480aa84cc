"""Runs the XMPP server as a service of its own, for an assistant in another container.

It starts Prosody with the same generated configuration as a local assistant does, makes the accounts that the
agents and people of a set need, and leaves in a shared folder what the assistant must know of it::

    certificate.pem     what proves the server (``xmpp.external.ca_file``)
    credentials.json    {jid: password} of every account (``xmpp.external.credentials_file``), mode 0600

Settings come from the environment (``PARLEY_XMPP__DOMAIN``, ``PARLEY_XMPP__LISTEN``, ...), as the assistant's do.
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

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from launching.agent_sets import DEFAULT, AgentSet
from launching.errors import LaunchError
from xmpp.errors import AccountError, ServerError
from xmpp.server.files import private_folder, write_private
from xmpp.server.prosody import Prosody
from xmpp.server.server import Server, ServerEvent
from xmpp.server.settings import XmppSettings

logger = logging.getLogger("xmpp_server")


class ServerSettings(BaseSettings):
    """The part of the assistant's settings that its server needs, from the environment."""

    model_config = SettingsConfigDict(env_prefix="PARLEY_", env_nested_delimiter="__", extra="ignore")

    xmpp: XmppSettings = Field(default_factory=XmppSettings, description="The XMPP server.")


def addresses(settings: XmppSettings, agents: AgentSet, *, assistant: str, people: Sequence[str]) -> list[str]:
    """Return the bare JIDs of all accounts that a set needs: the assistant's, people's, and one for each agent."""
    return [
        *(f"{name}@{settings.domain}" for name in (assistant, *people)),
        *(f"{entry.name}@{settings.agents_domain}" for entry in agents.agents),
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
    parser.add_argument("--assistant", default="parley", help="name of the account that people write to")
    parser.add_argument("--person", action="append", default=[], help="name of a person's account; may be repeated")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(levelname)s %(name)s: %(message)s")
    try:
        settings = ServerSettings().xmpp
        agents = AgentSet.read(options.set)
        jids = addresses(settings, agents, assistant=options.assistant, people=options.person)
        server = Prosody(settings, folder=options.data, on_event=report)
        asyncio.run(serve(server, jids=jids, folder=options.share))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        place = "__".join(str(part) for part in first["loc"]).upper()
        sys.stderr.write(f"The setting PARLEY_{place} is not in order: {first['msg']}.\n")
        return 1
    except (ServerError, AccountError, LaunchError) as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
