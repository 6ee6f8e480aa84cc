"""What the pages show of consoles and chats is what happens."""

import asyncio
import re
from pathlib import Path

import pytest

from tests.docs.conftest import Home
from tests.docs.pages import Block, blocks, fits
from xmpp.address import Account
from xmpp.person import Person
from xmpp.server.settings import XmppSettings
from xmpp.server.start import make_server

pytestmark = [pytest.mark.xdist_group("docs"), pytest.mark.timeout(300)]


_SECONDS = re.compile(r"\bin \d+ seconds")
"""What is said of a reminder counts from when it is said, which on a busy machine may be a second later."""


@pytest.mark.parametrize("page", sorted({block.page for block in blocks("run")}), ids=lambda page: page.name)
def test_commands_print_what_the_page_says(home: Home, page: Path) -> None:
    for block in blocks("run"):
        if block.page == page:
            try:
                for command, expected in block.commands():
                    home.run(command, expected)
            finally:
                home.stop(keep=1)


@pytest.mark.parametrize("block", blocks("chat"), ids=lambda block: block.name)
async def test_a_chat_goes_as_the_page_says(home: Home, block: Block) -> None:
    runtime = home.runtime
    server = make_server(XmppSettings(port=runtime["xmpp"]["port"]), folder=home.data / "xmpp")
    account = Account(runtime["user"]["jid"], runtime["user"]["password"])
    person = Person(account, server.address.for_clients, runtime["xmpp"]["assistant"], presence=True)
    await person.open()
    try:
        for said, expected in re.findall(r"^> (.*)\n((?:(?!> ).*\n)*)", block.text, re.MULTILINE):
            heard: list[str] = []
            person.send(said)
            while not fits(_SECONDS.sub("in seconds", expected), _SECONDS.sub("in seconds", "\n".join(heard))):
                try:
                    text = (await asyncio.wait_for(person.hear(), 20)).text
                except TimeoutError:
                    pytest.fail(f"{said}\nwas answered:\n{heard}")
                heard += [text] if text else []
    finally:
        await person.close()
