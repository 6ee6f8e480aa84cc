from __future__ import annotations

from pathlib import Path

import pytest

from tests.xmpp.server.conftest import settings_with_ports
from xmpp.errors import ServerMissingError
from xmpp.server.settings import ExternalServer, XmppSettings
from xmpp.server.start import make_server


@pytest.mark.parametrize(("asked", "got"), [("auto", "prosody"), ("prosody", "prosody"), ("pyjabber", "pyjabber")])
def test_settings_name_the_server(tmp_path: Path, asked: str, got: str) -> None:
    assert make_server(settings_with_ports(server=asked), folder=tmp_path / "xmpp").kind == got


def test_external(tmp_path: Path) -> None:
    settings = XmppSettings(server="external", external=ExternalServer(host="127.0.0.1"))
    assert make_server(settings, folder=tmp_path).kind == "external"


def test_where_prosody_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    server = make_server(settings_with_ports(), folder=tmp_path / "xmpp")
    assert server.kind == "pyjabber"
    assert server.weaknesses
    with pytest.raises(ServerMissingError, match="install the Debian package prosody"):
        make_server(settings_with_ports(server="prosody"), folder=tmp_path / "xmpp")
