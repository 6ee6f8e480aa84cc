from __future__ import annotations

import asyncio
import itertools
from pathlib import Path

import psutil
import pytest

from tests.xmpp.server.client import logged_in
from tests.xmpp.server.conftest import settings_with_ports
from xmpp.errors import AccountError
from xmpp.server.account_book import AccountBook, Credentials
from xmpp.server.accounts import Accounts, strong_password
from xmpp.server.fallback import PyjabberAccounts
from xmpp.server.prosody import Prosody
from xmpp.server.prosody_accounts import ProsodyAccounts

_RUNNING = pytest.mark.asyncio(loop_scope="module")


@pytest.fixture(params=["prosody, stopped", "pyjabber, stopped"])
def accounts(request: pytest.FixtureRequest, tmp_path: Path) -> Accounts:
    """Accounts of a server that does not run, of each kind."""
    if str(request.param).startswith("prosody"):
        return Prosody(settings_with_ports(), folder=tmp_path / "xmpp").accounts
    return Accounts(
        store=PyjabberAccounts(tmp_path / "pyjabber.db"),
        book=AccountBook(tmp_path / "accounts.json"),
        domains=("localhost",),
    )


async def test_created_account_is_there_and_its_password_is_remembered(accounts: Accounts) -> None:
    made = await accounts.create("Mia@localhost/phone")
    assert made.jid == "mia@localhost"
    assert await accounts.exists("mia@localhost")
    assert await accounts.list() == ("mia@localhost",)
    assert await accounts.credentials("mia@localhost") == made
    assert made.password not in repr(made)


async def test_account_that_exists_is_not_made_again(accounts: Accounts) -> None:
    await accounts.create("mia@localhost")
    with pytest.raises(AccountError, match="mia@localhost exists already"):
        await accounts.create("mia@localhost")


async def test_ensure_makes_what_is_missing_and_keeps_what_is_there(accounts: Accounts) -> None:
    first = await accounts.ensure(["a@localhost", "b@localhost", "a@localhost"])
    second = await accounts.ensure(["b@localhost", "c@localhost"])
    assert [c.jid for c in first] == ["a@localhost", "b@localhost", "a@localhost"]
    assert second[0] == first[1]
    assert await accounts.list("localhost") == ("a@localhost", "b@localhost", "c@localhost")


async def test_ensure_gives_a_new_password_where_the_old_is_not_known(accounts: Accounts) -> None:
    (old,) = await accounts.ensure(["a@localhost"])
    accounts._book.drop(old.jid)
    (new,) = await accounts.ensure(["a@localhost"])
    assert new.password != old.password
    assert await accounts.list() == ("a@localhost",)


async def test_removed_account_is_gone_and_forgotten(accounts: Accounts) -> None:
    await accounts.create("mia@localhost")
    await accounts.remove("mia@localhost")
    assert not await accounts.exists("mia@localhost")
    assert await accounts.remembered() == ()
    for change in (accounts.remove, accounts.set_password):
        with pytest.raises(AccountError, match="no account mia@localhost"):
            await change("mia@localhost")


@pytest.mark.parametrize(
    "jid",
    ["", "mia", "@localhost", "mia@", "a b@localhost", 'a"b@localhost', "a@b@localhost", "a'@localhost", "a&@b"],
)
async def test_malformed_address_is_refused(accounts: Accounts, jid: str) -> None:
    with pytest.raises(AccountError, match="name@host"):
        await accounts.create(jid)


async def test_address_of_another_server_is_refused(accounts: Accounts) -> None:
    with pytest.raises(AccountError, match="not on this server"):
        await accounts.create("mia@example.org")


@pytest.mark.parametrize("password", ["", "a\nb", "a\x00b"])
async def test_password_that_cannot_be_typed_is_refused(accounts: Accounts, password: str) -> None:
    with pytest.raises(AccountError, match="choose another"):
        await accounts.create("mia@localhost", password=password)


async def test_names_outside_ascii_come_back_from_the_servers_files(tmp_path: Path) -> None:
    accounts = Prosody(settings_with_ports(), folder=tmp_path / "xmpp").accounts
    names = ("jürgen@localhost", "o.hara-1@localhost", "数@localhost")
    await accounts.ensure(names)
    assert set(await accounts.list()) == set(names)


async def test_password_is_not_shown_in_the_list_of_processes(tmp_path: Path) -> None:
    server = Prosody(settings_with_ports(), folder=tmp_path / "xmpp")
    password = strong_password()
    seen: list[str] = []

    async def look() -> None:
        while True:
            seen.extend(" ".join(p.info["cmdline"] or ()) for p in psutil.process_iter(["cmdline"]))
            await asyncio.sleep(0)

    looking = asyncio.create_task(look())
    await server.accounts.create("mia@localhost", password=password)
    looking.cancel()
    assert any("adduser" in line for line in seen)
    assert not any(password in line for line in seen)


@_RUNNING
async def test_account_made_before_the_start_and_one_made_after_log_in(tmp_path: Path) -> None:
    server = Prosody(settings_with_ports(), folder=tmp_path / "xmpp")
    before = await server.accounts.create("before@localhost", password="ö \"quoted\" \\ 'pass' & <word>")
    await server.start()
    try:
        after = await server.accounts.create("after@localhost", password=before.password)
        for one in (before, after):
            async with logged_in(server.address, one):
                pass
    finally:
        await server.stop()


@_RUNNING
async def test_a_dozen_agents_get_accounts_in_one_go(prosody: Prosody) -> None:
    made = await prosody.accounts.ensure([f"agent-{n}@agents.localhost" for n in range(12)])
    assert len({c.password for c in made}) == 12


@_RUNNING
async def test_account_made_by_another_process_works_at_once(prosody: Prosody) -> None:
    other = Accounts(
        store=ProsodyAccounts(files=prosody._files),
        book=AccountBook(prosody._files.folder / "accounts.json"),
        domains=("localhost", "agents.localhost"),
    )
    made = await other.create("outside@localhost")
    assert await prosody.accounts.credentials(made.jid) == made
    async with logged_in(prosody.address, made):
        pass


def _put_many(path: Path, start: int) -> None:
    for number in range(start, start + 20):
        AccountBook(path).put(Credentials(jid=f"u{number}@localhost", password="x"))


def test_book_keeps_what_several_writers_add_at_once(tmp_path: Path) -> None:
    import multiprocessing

    path = tmp_path / "xmpp" / "accounts.json"
    context = multiprocessing.get_context("spawn")
    writers = [context.Process(target=_put_many, args=(path, start)) for start in (0, 20, 40)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(60)
    assert {e.jid for e in AccountBook(path).all()} == {f"u{n}@localhost" for n in range(60)}
    assert path.stat().st_mode & 0o777 == 0o600


def test_damaged_book_is_reported_without_its_passwords(tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    path.write_text('[{"jid": "a@b", "password": {"s3cret": 1}}]')
    with pytest.raises(AccountError, match=r"accounts\.json can't be read") as caught:
        AccountBook(path).all()
    chain = [str(e) for e in (caught.value, caught.value.__cause__) if e is not None]
    assert not any("s3cret" in text for text in itertools.chain(chain))


def test_new_passwords_are_long_and_never_the_same() -> None:
    made = {strong_password() for _ in range(100)}
    assert len(made) == 100
    assert min(map(len, made)) >= 43
