from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from tests.xmpp.server.client import PlainClient, logged_in
from xmpp.errors import AccountError, InviteError
from xmpp.server.account_book import Credentials
from xmpp.server.invites import Invites, JoinFile
from xmpp.server.prosody import Prosody

pytestmark = pytest.mark.asyncio(loop_scope="module")

NOW = dt.datetime(2026, 3, 1, 12, tzinfo=dt.UTC)


class Clock:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> dt.datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def invites(prosody: Prosody, clock: Clock) -> Invites:
    return Invites(prosody, now=clock)


async def test_file_holds_all_that_joining_takes(invites: Invites, prosody: Prosody, tmp_path: Path) -> None:
    path = tmp_path / "join.json"
    (await invites.invite(hours=2)).write(path)
    assert path.stat().st_mode & 0o777 == 0o600
    read = JoinFile.read(path, now=NOW)
    assert read.expires == NOW + dt.timedelta(hours=2)
    assert read.jid.endswith("@agents.localhost")
    assert read.password not in repr(read)
    # With nothing but the file: its certificate is written out for a client that wants a path.
    certificate = tmp_path / "server.pem"
    certificate.write_text(read.certificate or "")
    client = PlainClient(read.jid, read.password, certificate)
    client.connect(read.host, read.port)
    assert await client.outcome == "online"
    await client.disconnect(wait=2.0)
    assert read.address.for_clients.tls is prosody.address.for_clients.tls


async def test_invitation_is_redeemed_once_for_agents_accounts(invites: Invites, prosody: Prosody) -> None:
    join = await invites.invite()
    made = await invites.redeem(join.jid, ["far-1@agents.localhost", "far-2@agents.localhost"])
    assert [c.jid for c in made] == ["far-1@agents.localhost", "far-2@agents.localhost"]
    async with logged_in(prosody.address, made[0]):
        pass
    with pytest.raises(InviteError, match="used before"):
        await invites.redeem(join.jid, ["far-3@agents.localhost"])
    await invites.remove(join.jid)
    gone = Credentials(jid=join.jid, password=join.password)
    async with logged_in(prosody.address, gone, expect="refused"):
        pass


async def test_invitation_that_is_over_is_refused_and_later_removed(
    invites: Invites, clock: Clock, prosody: Prosody, tmp_path: Path
) -> None:
    join = await invites.invite(hours=1)
    join.write(tmp_path / "join.json")
    clock.now += dt.timedelta(hours=1)
    with pytest.raises(InviteError, match="is over"):
        JoinFile.read(tmp_path / "join.json", now=clock.now)
    with pytest.raises(InviteError, match="is over"):
        await invites.redeem(join.jid, ["late@agents.localhost"])
    assert await prosody.accounts.exists(join.jid), "whoever asked must still get the answer"
    await invites.invite()
    assert not await prosody.accounts.exists(join.jid)


async def test_those_that_are_over_are_cleared_away(invites: Invites, clock: Clock, prosody: Prosody) -> None:
    old = await invites.invite(hours=1)
    used = await invites.invite(hours=9)
    good = await invites.invite(hours=9)
    await invites.redeem(used.jid, [])
    clock.now += dt.timedelta(hours=2)
    removed = await invites.remove_expired()
    assert {old.jid, used.jid} <= set(removed)
    assert await prosody.accounts.exists(good.jid)


@pytest.mark.parametrize("name", ["taken@agents.localhost", "mia@localhost", "a b@agents.localhost"])
async def test_agents_cannot_take_other_names(invites: Invites, prosody: Prosody, name: str) -> None:
    await prosody.accounts.ensure(["taken@agents.localhost"])
    join = await invites.invite()
    with pytest.raises(AccountError):
        await invites.redeem(join.jid, [name])
    # A wrong name does not use the invitation up.
    await invites.redeem(join.jid, ["good-" + join.jid])
    await invites.remove(join.jid)


async def test_ordinary_account_is_no_invitation(invites: Invites, prosody: Prosody) -> None:
    (agent,) = await prosody.accounts.ensure(["plain@agents.localhost"])
    with pytest.raises(InviteError, match="unknown"):
        await invites.redeem(agent.jid, ["x@agents.localhost"])
    await invites.remove(agent.jid)
    assert await prosody.accounts.exists(agent.jid)


async def test_time_must_be_some(invites: Invites) -> None:
    with pytest.raises(InviteError, match="above 0"):
        await invites.invite(hours=0)


@pytest.mark.parametrize("content", [None, "", "{}", '{"password": "s3cret"}'])
async def test_file_that_is_no_invitation(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "join.json"
    if content is not None:
        path.write_text(content)
    with pytest.raises(InviteError, match="is no invitation") as caught:
        JoinFile.read(path, now=NOW)
    assert caught.value.__cause__ is None
