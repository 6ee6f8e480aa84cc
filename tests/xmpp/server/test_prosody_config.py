from __future__ import annotations

import subprocess
from pathlib import Path

import aiohttp
import pytest
from slixmpp import JID

from tests.xmpp.server.client import PATIENCE, logged_in
from tests.xmpp.server.conftest import settings_with_ports
from xmpp.server.ports import Ports
from xmpp.server.prosody import Prosody, public_host
from xmpp.server.prosody_config import listen_addresses, upload_url
from xmpp.server.settings import XmppSettings


@pytest.mark.parametrize(
    ("listen", "addresses", "url"),
    [
        ("127.0.0.1", ("127.0.0.1",), "http://127.0.0.1:8/"),
        ("::1", ("::1", "127.0.0.1"), "http://[::1]:8/"),
        ("192.0.2.7", ("192.0.2.7", "127.0.0.1"), "https://192.0.2.7:8/"),
        ("0.0.0.0", ("0.0.0.0",), "https://phone.example:8/"),
        ("::", ("::", "0.0.0.0"), "https://phone.example:8/"),
    ],
)
def test_addresses_follow_the_setting(listen: str, addresses: tuple[str, ...], url: str) -> None:
    settings = XmppSettings(listen=listen, public_host="phone.example" if listen in {"0.0.0.0", "::"} else None)
    assert listen_addresses(settings) == addresses
    assert upload_url(settings, ports=Ports(client=7, upload=8), public_host=public_host(settings)) == url


def test_machines_own_address_is_found_where_all_are_listened_on() -> None:
    assert public_host(XmppSettings(listen="0.0.0.0")) not in {"0.0.0.0", ""}


def test_prosodys_own_check_finds_nothing_wrong(tmp_path: Path) -> None:
    Prosody(settings_with_ports(), folder=tmp_path / "xmpp")
    command = ["prosodyctl", "--config", str(tmp_path / "xmpp" / "prosody.cfg.lua"), "check", "config"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    assert "syntax" not in done.stdout.lower()
    assert "unknown" not in done.stdout.lower()
    assert done.returncode == 0, done.stdout


async def test_beyond_this_machine_files_go_by_https_with_the_same_certificate(tmp_path: Path) -> None:
    settings = settings_with_ports(listen="0.0.0.0", public_host="127.0.0.1")
    server = Prosody(settings, folder=tmp_path / "xmpp")
    (one,) = await server.accounts.ensure(["mia@localhost"])
    await server.start()
    try:
        async with logged_in(server.address, one) as client, aiohttp.ClientSession() as http:
            slot = await client.plugin["xep_0363"].request_slot(JID("upload.localhost"), "a.txt", 2, timeout=PATIENCE)
            put, get = slot["http_upload_slot"]["put"], slot["http_upload_slot"]["get"]["url"]
            assert get.startswith(f"https://127.0.0.1:{settings.upload_port}/")
            tls = server.address.for_clients.tls
            headers = {header["name"]: header["value"] for header in put["headers"]}
            async with http.put(put["url"], data=b"hi", headers=headers, ssl=tls) as answer:
                assert answer.status == 201
            async with http.get(get, ssl=tls) as answer:
                assert await answer.read() == b"hi"
    finally:
        await server.stop()
