from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from xmpp.errors import WireError
from xmpp.inbox import Inbox, InboxError

NOW = datetime(2026, 11, 20, 9, tzinfo=UTC)
LARGEST = 100_000


@dataclass
class Files:
    """A server of files; ``seen`` are the paths that were asked for."""

    origin: str = ""
    seen: list[str] = field(default_factory=list)
    sending: asyncio.Event = field(default_factory=asyncio.Event)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.seen.append(request.path)
        name = request.path.rpartition("/")[2]
        match request.match_info["kind"]:
            case "gone":
                raise web.HTTPNotFound
            case "moved":
                raise web.HTTPFound(f"{self.origin}/ok/{name}")
            case "large":
                return web.Response(body=b"x" * (LARGEST + 1))
            case "largest":
                return web.Response(body=b"x" * LARGEST)
            case "slow":
                self.sending.set()
                await self.go_on.wait()
        return web.Response(body=f"content of {request.match_info['kind']}".encode())


@pytest_asyncio.fixture
async def files() -> AsyncIterator[Files]:
    files = Files()
    application = web.Application()
    application.router.add_get(r"/{kind}/{name:[\s\S]*}", files.answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    files.origin = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield files
    await runner.cleanup()


@pytest.fixture
def inbox(files: Files, tmp_path: Path) -> Inbox:
    async def origin() -> str:
        return files.origin

    return Inbox(tmp_path / "inbox", tls=ssl.create_default_context(), origin=origin, largest=LARGEST)


def everything(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


async def test_a_file_is_fetched_into_the_folder_of_its_day(inbox: Inbox, files: Files, tmp_path: Path) -> None:
    path = await inbox.fetch(f"{files.origin}/ok/notes.pdf", now=NOW)
    assert path == tmp_path / "inbox" / "2026-11-20" / "notes.pdf"
    assert path.read_bytes() == b"content of ok"
    assert path.stat().st_mode & 0o777 == 0o600
    assert path.parent.stat().st_mode & 0o777 == 0o700


async def test_files_of_one_name_do_not_take_each_others_place(inbox: Inbox, files: Files, tmp_path: Path) -> None:
    first = await inbox.fetch(f"{files.origin}/ok/notes.pdf", now=NOW)
    second = await inbox.fetch(f"{files.origin}/largest/notes.pdf", now=NOW)
    assert (first.name, second.name) == ("notes.pdf", "notes-2.pdf")
    assert first.read_bytes() == b"content of ok"
    assert len(second.read_bytes()) == LARGEST
    assert len(everything(tmp_path)) == 2


async def test_nor_when_they_come_at_once(inbox: Inbox, files: Files, tmp_path: Path) -> None:
    slow = asyncio.create_task(inbox.fetch(f"{files.origin}/slow/notes.pdf", now=NOW))
    await files.sending.wait()
    quick = await inbox.fetch(f"{files.origin}/ok/notes.pdf", now=NOW)
    files.go_on.set()
    assert quick.read_bytes() == b"content of ok"
    assert (await slow).read_bytes() == b"content of slow"
    assert everything(tmp_path / "inbox") == ["2026-11-20/notes-2.pdf", "2026-11-20/notes.pdf"]


@pytest.mark.parametrize(
    "link",
    [
        "http://127.0.0.1:1/ok/notes.pdf",
        "http://example.org/notes.pdf",
        "file:///etc/passwd",
        "https://{host}/ok/notes.pdf",
        "http://{host}@evil.example/ok/notes.pdf",
        "http://{host}.evil.example/ok/notes.pdf",
        "http://evil.example\\@{host}/ok/notes.pdf",
        "//{host}/ok/notes.pdf",
        "/ok/notes.pdf",
        "http://[",
        "",
        "aesgcm://{host}/ok/notes.pdf",
    ],
)
async def test_links_to_other_places_are_not_followed(inbox: Inbox, files: Files, tmp_path: Path, link: str) -> None:
    host = files.origin.removeprefix("http://")
    with pytest.raises(InboxError, match="through our own server"):
        await inbox.fetch(link.replace("{host}", host), now=NOW)
    assert files.seen == []
    assert everything(tmp_path) == []


async def test_a_redirect_is_not_followed(inbox: Inbox, files: Files, tmp_path: Path) -> None:
    with pytest.raises(InboxError, match="could not fetch"):
        await inbox.fetch(f"{files.origin}/moved/notes.pdf", now=NOW)
    assert files.seen == ["/moved/notes.pdf"]
    assert everything(tmp_path) == []


@pytest.mark.parametrize(("kind", "said"), [("gone", "send it again"), ("large", "larger than")])
async def test_what_cannot_be_taken_leaves_nothing(
    inbox: Inbox, files: Files, tmp_path: Path, kind: str, said: str
) -> None:
    with pytest.raises(InboxError, match=said):
        await inbox.fetch(f"{files.origin}/{kind}/notes.pdf", now=NOW)
    assert everything(tmp_path) == []


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("..%2F..%2F..%2Fetc%2Fpasswd", "_.._.._etc_passwd"),
        ("..%5C..%5Cwindows", "_.._windows"),
        ("...", "file"),
        ("%00notes.pdf", "_notes.pdf"),
        (".bashrc", "bashrc"),
        ("a%0Ab%1B.txt", "a_b_.txt"),
        ("%20%20notes.txt%20", "notes.txt"),
        ("Übersicht%20Öl.pdf", "Übersicht Öl.pdf"),
        ("", "file"),
        ("~%2Fnotes", "__notes"),
        ("%F0%9F%98%80.pdf", "_.pdf"),
    ],
)
async def test_names_lead_nowhere_else(inbox: Inbox, files: Files, tmp_path: Path, name: str, kept: str) -> None:
    path = await inbox.fetch(f"{files.origin}/ok/{name}", now=NOW)
    assert path == tmp_path / "inbox" / "2026-11-20" / kept
    assert everything(tmp_path / "inbox") == [f"2026-11-20/{kept}"]


async def test_long_names_are_cut_and_keep_their_ending(inbox: Inbox, files: Files) -> None:
    path = await inbox.fetch(f"{files.origin}/ok/{'%F0%90%8D%88' * 300}.pdf", now=NOW)
    assert path.suffix == ".pdf"
    assert len(path.name.encode()) <= 250


async def test_a_folder_that_cannot_be_made_is_said(files: Files, tmp_path: Path) -> None:
    async def origin() -> str:
        return files.origin

    (tmp_path / "inbox").write_text("in the way")
    inbox = Inbox(tmp_path / "inbox", tls=ssl.create_default_context(), origin=origin)
    with pytest.raises(WireError, match="could not fetch"):
        await inbox.fetch(f"{files.origin}/ok/notes.pdf", now=NOW)


async def test_a_server_that_is_gone_is_said(inbox: Inbox, files: Files, tmp_path: Path) -> None:
    files.origin = "http://127.0.0.1:1"
    with pytest.raises(InboxError, match="could not fetch"):
        await inbox.fetch("http://127.0.0.1:1/ok/notes.pdf", now=NOW)
    assert everything(tmp_path) == []
