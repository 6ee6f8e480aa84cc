"""``account``: the people whom the assistant answers."""

import argparse
import asyncio
import re
import sys

from launching.clients import Home
from launching.console import add_data
from launching.errors import LaunchError
from xmpp.allow_list import AllowList
from xmpp.server.connect_info import connect_info

HELP = "add, list and remove the people whom the assistant answers"
_JID = re.compile(r"[^\s@/\"&'<>:]{1,255}@[A-Za-z0-9.-]{1,255}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the command's arguments."""
    parser.add_argument("do", choices=("add", "list", "remove"), help="what to do")
    parser.add_argument("jid", nargs="?", help="whom: a name, or a whole JID")
    add_data(parser)


def run(arguments: argparse.Namespace) -> int:
    """Do it."""
    if (arguments.jid is None) != (arguments.do == "list"):
        raise LaunchError(f"Say `account {arguments.do}{'' if arguments.do == 'list' else ' JID'}`.")
    return asyncio.run(_run(Home(arguments.data), arguments.do, arguments.jid))


async def _run(home: Home, do: str, name: str | None) -> int:
    home.folder.create()
    server = home.server()
    domain = server.address.domain
    people = AllowList(home.folder.root / "people.json")
    if name is None:
        for jid in sorted(people.members()):
            print(jid)
        return 0
    jid = (name if "@" in name else f"{name}@{domain}").lower()
    if not _JID.fullmatch(jid):
        raise LaunchError(f"{name} is no JID: write a name, or name@domain.")
    ours = jid.endswith(f"@{domain}")
    if do == "add":
        if ours:
            if await server.accounts.exists(jid) and jid not in people.members():
                raise LaunchError(f"{jid} is an account of the assistant itself: choose another name.")
            made = (await server.accounts.ensure([jid]))[0]
            print(connect_info(server.address, made, qr=sys.stdout.isatty()))
        else:
            print(f"{jid} is now answered. Their own server must be able to reach this one.")
        people.add(jid)
        return 0
    if not people.remove(jid):
        raise LaunchError(f"{jid} is not on the list; `account list` shows who is.")
    if ours:
        await server.accounts.remove(jid)
    print(f"{jid} is no longer answered.")
    return 0
