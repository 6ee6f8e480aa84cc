from __future__ import annotations

import json
import ssl
from pathlib import Path

import pytest

from tests.xmpp.server.client import logged_in
from tests.xmpp.server.conftest import free_ports
from xmpp.errors import AccountError, ServerError
from xmpp.server.external import ExternalXmpp
from xmpp.server.prosody import Prosody
from xmpp.server.settings import ExternalServer, XmppSettings

_MODULE = pytest.mark.asyncio(loop_scope="module")


def _settings(prosody: Prosody, **more: object) -> XmppSettings:
    certificate = prosody.address.certificate
    assert certificate is not None
    external = {"host": "127.0.0.1", "port": prosody.address.port, "ca_file": certificate.path, **more}
    return XmppSettings(server="external", external=ExternalServer.model_validate(external))


@_MODULE
async def test_it_is_found_and_its_accounts_are_used(prosody: Prosody, tmp_path: Path) -> None:
    made = await prosody.accounts.ensure(["assistant@localhost", "planner@agents.localhost"])
    given = tmp_path / "given.json"
    given.write_text(json.dumps({c.jid: c.password for c in made}))
    server = ExternalXmpp(_settings(prosody, credentials_file=given), folder=tmp_path / "xmpp")
    await server.start()
    assert await server.accounts.ensure([c.jid for c in made]) == made
    assert await server.accounts.list("localhost") == ("assistant@localhost",)
    async with logged_in(server.address, made[0]):
        pass
    await server.stop()
    async with logged_in(prosody.address, made[0]):
        pass


@_MODULE
async def test_making_and_removing_accounts_says_what_to_do(prosody: Prosody, tmp_path: Path) -> None:
    given = tmp_path / "given.json"
    given.write_text('{"a@localhost": "x"}')
    server = ExternalXmpp(_settings(prosody, credentials_file=given), folder=tmp_path / "xmpp")
    with pytest.raises(AccountError, match=r"administrator.*b@localhost.*given\.json"):
        await server.accounts.create("b@localhost")
    with pytest.raises(AccountError, match=r"administrator.*b@localhost.*given\.json"):
        await server.accounts.ensure(["a@localhost", "b@localhost"])
    with pytest.raises(AccountError, match="administrator"):
        await server.accounts.remove("a@localhost")
    assert await server.accounts.credentials("b@localhost") is None


async def test_account_taken_out_of_the_file_is_forgotten(tmp_path: Path) -> None:
    given = tmp_path / "xmpp" / "credentials.json"
    given.parent.mkdir()
    settings = XmppSettings(server="external", external=ExternalServer(host="127.0.0.1"))
    for names in (["a@localhost", "b@localhost"], ["b@localhost"]):
        given.write_text(json.dumps(dict.fromkeys(names, "x")))
        assert list(await ExternalXmpp(settings, folder=given.parent).accounts.list()) == names


async def test_server_that_is_not_there(tmp_path: Path) -> None:
    port, _ = free_ports()
    settings = XmppSettings(server="external", external=ExternalServer(host="127.0.0.1", port=port))
    server = ExternalXmpp(settings, folder=tmp_path)
    assert server.address.certificate is None
    assert server.address.for_clients.tls.verify_mode == ssl.CERT_REQUIRED
    with pytest.raises(ServerError, match=f"No XMPP server answers at 127.0.0.1:{port}"):
        await server.start()


@pytest.mark.parametrize("content", ["", "[]", '{"a": "s3cret"}', '{"a@b": {"s3cret": 1}}'])
def test_damaged_credentials_are_reported_without_their_passwords(tmp_path: Path, content: str) -> None:
    given = tmp_path / "given.json"
    given.write_text(content)
    settings = XmppSettings(server="external", external=ExternalServer(host="127.0.0.1", credentials_file=given))
    with pytest.raises(ServerError, match=r"given\.json.*of the form") as caught:
        ExternalXmpp(settings, folder=tmp_path / "xmpp")
    assert caught.value.__cause__ is None
    assert "s3cret" not in str(caught.value)
