"""Pages are fetched from a real server on this machine, which the settings must list."""

import asyncio
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field

import pytest
from aiohttp import web
from aiohttp.abc import AbstractResolver, ResolveResult

from actuation.addresses import check_host, is_listed, is_public
from actuation.errors import PageUnavailable, WebNeedsApproval, WebNotAllowed
from actuation.resolver import CheckedResolver
from actuation.settings import WebMode, WebSettings
from actuation.web import fetch_page

LOCAL = WebSettings(mode=WebMode.ON, hosts=("127.0.0.1",), seconds=10)

ARTICLE = """<!doctype html><html><head><meta charset="utf-8"><title> The  garden </title>
<script>alert("no")</script><style>p {color: red}</style></head>
<body><nav><a href="/menu">Menu</a></nav><div hidden>unseen</div>
<article><h1>The garden</h1><p>Roses need <b>sun</b> and water.<br>Käse too.</p>
<p>Long enough to be taken for the main part of the page, since it goes on and on about the many things that
grow there: beans, peas, lettuce, onions, leeks, carrots, apples, pears, plums and a single quince.</p>
<ul><li>Beans</li><li>Peas</li></ul>
<p><a href="more?x=1#top">More about peas</a> <a href="javascript:alert(1)">Bad</a> <a href="">Here</a>
<a href="https://example.org/">Elsewhere</a> <a href="http://[bad">Broken</a></p></article>
<footer>Imprint</footer></body></html>"""


@dataclass
class Server:
    """A server on this machine, and what it was asked for."""

    port: int
    asked: list[str] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    here = Server(0)

    @web.middleware
    async def note(
        request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
    ) -> web.StreamResponse:
        here.asked.append(request.path)
        here.headers.append(dict(request.headers))
        return await handler(request)

    never = asyncio.Event()

    async def slow(request: web.Request) -> web.StreamResponse:
        await never.wait()
        return web.Response()

    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/plain"})
        await response.prepare(request)
        while True:
            await response.write(b"word " * 10_000)

    async def redirect(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound(request.query["to"])

    async def loop(request: web.Request) -> web.StreamResponse:
        raise web.HTTPFound("/loop")

    async def send(request: web.Request) -> web.StreamResponse:
        body, kind = SENT[request.match_info["name"]]
        return web.Response(body=body, headers={"Content-Type": kind})

    app = web.Application(middlewares=[note])
    app.router.add_get("/slow", slow)
    app.router.add_get("/endless", endless)
    app.router.add_get("/redirect", redirect)
    app.router.add_get("/loop", loop)
    app.router.add_get("/send/{name}", send)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    here.port = runner.addresses[0][1]
    yield here
    never.set()
    await runner.cleanup()


SENT: dict[str, tuple[bytes, str]] = {
    "article": (ARTICLE.encode(), "text/html"),
    "latin": ("<title>Käse</title><p>Größe".encode("latin-1"), "text/html; charset=iso-8859-1"),
    "plain": ("Just text \N{EURO SIGN}".encode(), "text/plain; charset=utf-8"),
    "markdown": (b"# Plan\n\nBuy beans.", "text/markdown"),
    "json": (b'{"a": [1, "\xc3\xa9"]}', "application/json"),
    "broken-json": (b"{nope", "application/json"),
    "strange-charset": (b"text", "text/plain; charset=klingon"),
    "image": (b"\x89PNG", "image/png"),
    "empty": (b"", "text/html"),
    "nested": (b"<div>" * 20_000 + b"deep", "text/html"),
}


async def test_an_article(server: Server) -> None:
    page = await fetch_page(server.url("/send/article"), settings=LOCAL)
    assert page.title == "The garden"
    assert page.text.startswith("The garden\nRoses need sun and water.\nKäse too.\nLong enough")
    assert "\n\N{BULLET} Beans\n\N{BULLET} Peas\n" in page.text
    assert not any(word in page.text for word in ("alert", "color", "Menu", "unseen", "Imprint"))
    assert [(link.text, link.url) for link in page.links] == [
        ("More about peas", server.url("/send/more?x=1")),
        ("Elsewhere", "https://example.org/"),
    ]
    assert not page.truncated


TEXTS = [
    ("latin", "Käse", "Größe"),
    ("plain", "", "Just text \N{EURO SIGN}"),
    ("markdown", "Plan", "# Plan\n\nBuy beans."),
    ("json", "", '{\n  "a": [\n    1,\n    "é"\n  ]\n}'),
    ("broken-json", "", "{nope"),
    ("strange-charset", "", "text"),
    ("empty", "", ""),
]


@pytest.mark.parametrize(("name", "title", "text"), TEXTS)
async def test_kinds_of_text(server: Server, name: str, title: str, text: str) -> None:
    page = await fetch_page(server.url(f"/send/{name}"), settings=LOCAL)
    assert (page.title, page.text) == (title, text)


async def test_a_page_nested_without_end_does_no_harm(server: Server) -> None:
    page = await fetch_page(server.url("/send/nested"), settings=LOCAL)
    assert page.url.endswith("/nested")


async def test_redirects_are_followed(server: Server) -> None:
    page = await fetch_page(server.url("/redirect?to=/send/plain"), settings=LOCAL)
    assert page.url == server.url("/send/plain")


async def test_no_credentials_or_cookies_are_sent(server: Server) -> None:
    await fetch_page(f"http://me:secret@127.0.0.1:{server.port}/send/plain", settings=LOCAL)
    assert "Authorization" not in server.headers[0]
    assert "Cookie" not in server.headers[0]


FAILURES = [
    ("/send/image", PageUnavailable, "image/png"),
    ("/missing", PageUnavailable, "404"),
    ("/loop", PageUnavailable, "more than 5 times"),
    ("/redirect?to=file:///etc/passwd", WebNotAllowed, "not a web page"),
    ("/redirect?to=http://127.0.0.2/", WebNotAllowed, r"127\.0\.0\.2"),
    ("/redirect?to=http://169.254.169.254/latest/meta-data", WebNotAllowed, r"169\.254\.169\.254"),
    ("/redirect?to=http://localhost:1/", WebNotAllowed, "localhost"),
]


@pytest.mark.parametrize(("path", "kind", "said"), FAILURES)
async def test_failures(server: Server, path: str, kind: type[Exception], said: str) -> None:
    with pytest.raises(kind, match=said):
        await fetch_page(server.url(path), settings=LOCAL)


async def test_a_server_that_does_not_answer(server: Server) -> None:
    settings = LOCAL.model_copy(update={"seconds": 0.3})
    with pytest.raises(PageUnavailable, match=r"within 0\.3 s"):
        await fetch_page(server.url("/slow"), settings=settings)


async def test_a_page_without_end_is_cut(server: Server) -> None:
    settings = LOCAL.model_copy(update={"page_bytes": 100_000})
    page = await fetch_page(server.url("/endless"), settings=settings)
    assert page.truncated
    assert len(page.text) <= 50_000


async def test_nobody_listens() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    with pytest.raises(PageUnavailable, match=r"127\.0\.0\.1"):
        await fetch_page(f"http://127.0.0.1:{port}/", settings=LOCAL)


async def test_the_web_is_off_by_default(server: Server) -> None:
    with pytest.raises(WebNotAllowed, match=r"actuation\.web\.mode"):
        await fetch_page(server.url("/send/plain"), settings=WebSettings())
    assert not server.asked


async def test_ask_needs_a_yes_for_each_page(server: Server) -> None:
    settings = LOCAL.model_copy(update={"mode": WebMode.ASK})
    with pytest.raises(WebNeedsApproval):
        await fetch_page(server.url("/send/plain"), settings=settings)
    assert not server.asked
    assert (await fetch_page(server.url("/send/plain"), settings=settings, approved=True)).text


async def test_this_machine_is_closed_unless_listed(server: Server) -> None:
    anywhere = WebSettings(mode=WebMode.ON)
    for host in ("127.0.0.1", "localhost", "[::1]", "0.0.0.0", "2130706433", "0x7f.1", "127.1", "[::ffff:127.0.0.1]"):
        with pytest.raises((WebNotAllowed, PageUnavailable)):
            await fetch_page(f"http://{host}:{server.port}/send/plain", settings=anywhere)
    assert not server.asked


async def test_a_listed_name_may_have_a_private_address(server: Server) -> None:
    settings = WebSettings(mode=WebMode.ON, hosts=("localhost",))
    page = await fetch_page(f"http://localhost:{server.port}/send/plain", settings=settings)
    assert page.text


class _Names(AbstractResolver):
    """Gives fixed addresses for names."""

    def __init__(self, addresses: dict[str, list[str]]) -> None:
        self.addresses = addresses

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [
            ResolveResult(hostname=host, host=address, port=port, family=family, proto=0, flags=0)
            for address in self.addresses[host]
        ]

    async def close(self) -> None:
        self.addresses = {}


async def test_names_are_judged_by_their_addresses() -> None:
    names = _Names({"good.org": ["93.184.216.34"], "evil.org": ["93.184.216.34", "10.0.0.1"], "nas.lan": ["10.0.0.2"]})
    resolver = CheckedResolver(names, ("*", "nas.lan"))
    assert (await resolver.resolve("good.org"))[0]["host"] == "93.184.216.34"
    assert (await resolver.resolve("nas.lan"))[0]["host"] == "10.0.0.2"
    with pytest.raises(WebNotAllowed, match="private network"):
        await resolver.resolve("evil.org")
    await resolver.close()
    assert not names.addresses


ADDRESSES = {
    "93.184.216.34": True,
    "2606:4700::1111": True,
    "127.0.0.1": False,
    "0.0.0.0": False,
    "10.1.2.3": False,
    "172.16.0.1": False,
    "192.168.1.1": False,
    "169.254.169.254": False,
    "100.64.0.1": False,
    "224.0.0.1": False,
    "255.255.255.255": False,
    "::1": False,
    "::": False,
    "fe80::1%eth0": False,
    "fd00::1": False,
    "ff02::1": False,
    "::ffff:127.0.0.1": False,
    "::ffff:8.8.8.8": True,
    "64:ff9b::7f00:1": False,
    "2002:7f00:1::": False,
    "not an address": False,
}


@pytest.mark.parametrize(("address", "public"), ADDRESSES.items())
def test_public_addresses(address: str, public: bool) -> None:
    assert is_public(address) is public


LISTINGS = [
    ("example.org", ("example.org",), True),
    ("Example.ORG.", ("example.org",), True),
    ("www.example.org", ("example.org",), False),
    ("www.example.org", ("*.example.org",), True),
    ("example.org", ("*.example.org",), False),
    ("badexample.org", ("*.example.org",), False),
    ("example.org", ("*",), False),
]


@pytest.mark.parametrize(("host", "hosts", "listed"), LISTINGS)
def test_listings(host: str, hosts: tuple[str, ...], listed: bool) -> None:
    assert is_listed(host, hosts) is listed


def test_hosts_that_are_not_allowed() -> None:
    check_host("example.org", ("*",))
    with pytest.raises(WebNotAllowed, match=r"actuation\.web\.hosts"):
        check_host("example.org", ("example.com",))


@pytest.mark.parametrize(
    "url", ["", "ftp://example.org/", "file:///etc/passwd", "http://", "javascript:alert(1)", "a b"]
)
async def test_what_is_not_a_web_address(url: str) -> None:
    with pytest.raises(WebNotAllowed):
        await fetch_page(url, settings=LOCAL)


def test_yaml_reads_on_and_off_as_truth_values() -> None:
    assert WebSettings.model_validate({"mode": True}).mode is WebMode.ON
    assert WebSettings.model_validate({"mode": False}).mode is WebMode.OFF
