from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from xmpp.server.account_book import Credentials
from xmpp.server.accounts import strong_password
from xmpp.server.certificate import keep_certificate
from xmpp.server.connect_info import connect_info, xmpp_uri
from xmpp.server.server import ServerAddress


@pytest.fixture
def address(tmp_path: Path) -> ServerAddress:
    certificate = keep_certificate(tmp_path, hosts=["home.example"], now=dt.datetime.now(dt.UTC))
    return ServerAddress(
        host="127.0.0.1",
        port=5222,
        domain="home.example",
        agents_domain="agents.home.example",
        public_host="192.168.1.5",
        certificate=certificate,
    )


MIA = Credentials(jid="mia@home.example", password=strong_password())


@pytest.mark.parametrize("width", [60, 80, 120])
def test_all_that_a_client_asks_for_is_there_and_fits(address: ServerAddress, width: int) -> None:
    text = connect_info(address, MIA, width=width)
    assert address.certificate is not None
    for part in (MIA.jid, MIA.password, "192.168.1.5, port 5222", "xmpp:mia@home.example"):
        assert part in text
    shown = "".join(text.split())
    assert address.certificate.fingerprint[:23] in text
    assert address.certificate.fingerprint.replace(":", "") in shown.replace(":", "")
    assert max(map(len, text.splitlines())) <= width
    assert "\x1b" not in text


def test_code_is_a_square_in_characters(address: ServerAddress) -> None:
    lines = [line for line in connect_info(address, MIA).splitlines() if line and set(line) <= set(" ▀▄█")]
    assert len(lines) >= 10
    assert len({len(line) for line in lines}) == 1
    assert abs(2 * len(lines) - len(lines[0])) <= 1
    assert "█" not in connect_info(address, MIA, qr=False)


def test_code_that_does_not_fit_is_left_out(address: ServerAddress) -> None:
    assert "█" not in connect_info(address, MIA, width=20)


def test_loopback_says_how_to_let_a_phone_in(address: ServerAddress) -> None:
    local = address.model_copy(update={"public_host": "127.0.0.1"})
    assert "xmpp.listen" in connect_info(local, MIA)
    assert "xmpp.listen" not in connect_info(address, MIA)


@pytest.mark.parametrize(
    ("jid", "uri"),
    [("mia@a.b", "xmpp:mia@a.b"), ("o'hara#1@a.b", "xmpp:o%27hara%231@a.b"), ("jür@a.b", "xmpp:j%C3%BCr@a.b")],
)
def test_uri_escapes_what_it_must(jid: str, uri: str) -> None:
    assert xmpp_uri(jid) == uri
