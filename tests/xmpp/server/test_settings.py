from __future__ import annotations

import pytest
from pydantic import ValidationError

from xmpp.server.settings import XmppSettings


def test_defaults_are_closed_and_local() -> None:
    settings = XmppSettings()
    assert (settings.domain, settings.agents_domain) == ("localhost", "agents.localhost")
    assert settings.upload_domain == "upload.localhost"
    assert settings.listen == "127.0.0.1"
    assert not settings.beyond_this_machine


def test_agents_domain_follows_the_domain_unless_it_is_set() -> None:
    assert XmppSettings(domain="Home.Example").agents_domain == "agents.home.example"
    assert XmppSettings(domain="home.example", agents_domain="bots.example").agents_domain == "bots.example"


@pytest.mark.parametrize(
    ("listen", "kept", "beyond"),
    [
        ("127.0.0.1", "127.0.0.1", False),
        ("localhost", "127.0.0.1", False),
        ("::1", "::1", False),
        ("0.0.0.0", "0.0.0.0", True),
        ("192.168.1.5", "192.168.1.5", True),
    ],
)
def test_listen_is_an_address(listen: str, kept: str, *, beyond: bool) -> None:
    settings = XmppSettings(listen=listen)
    assert (settings.listen, settings.beyond_this_machine) == (kept, beyond)


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"listen": "my-laptop"}, "not an IP address"),
        ({"domain": ""}, "not a host name"),
        ({"domain": 'a"b'}, "not a host name"),
        ({"agents_domain": "-x.example"}, "not a host name"),
        ({"port": 0}, "greater than or equal to 1"),
        ({"port": 5222, "upload_port": 5222}, "must differ"),
        ({"server": "external"}, "needs `external`"),
        ({"server": "ejabberd"}, "'auto'"),
        ({"listening": "0.0.0.0"}, "Extra inputs"),
    ],
)
def test_wrong_settings_say_what_is_wrong(wrong: dict[str, object], says: str) -> None:
    with pytest.raises(ValidationError, match=says):
        XmppSettings.model_validate(wrong)


def test_every_setting_is_documented() -> None:
    assert all(field.description for field in XmppSettings.model_fields.values())
