"""Who gets in, and what their browser is told: over real HTTP, with one page that counts what is changed."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
from aiohttp import ClientSession, CookieJar, web

from xmpp.dashboard.access import CSRF, FIELD, HEADER, Access
from xmpp.dashboard.server import new_runner, serve


@dataclass
class Site:
    """A page at ``/`` that shows the token against forgery, and notes what is changed."""

    access: Access = field(default_factory=Access)
    changed: list[str] = field(default_factory=list)

    async def show(self, request: web.Request) -> web.Response:
        return web.Response(text=request[CSRF])

    async def change(self, request: web.Request) -> web.Response:
        form = await request.post()
        self.changed.append(str(form.get("what", "")))
        return web.Response(text="changed")


@pytest.fixture
async def site() -> AsyncIterator[Site]:
    site = Site()
    app = web.Application(middlewares=[site.access.middleware])
    app.router.add_get("/", site.show)
    app.router.add_post("/", site.change)
    app.router.add_delete("/", site.change)
    runner = new_runner(app)
    await serve(runner, site.access, 0)
    yield site
    await runner.cleanup()


@pytest.fixture
async def browser() -> AsyncIterator[ClientSession]:
    """Give a client that keeps cookies."""
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        yield session


async def entered(site: Site, browser: ClientSession) -> str:
    """Open the link; return the token against forgery."""
    async with browser.get(site.access.link) as page:
        assert page.status == 200
        assert site.access.token not in str(page.url)
        return await page.text()


@pytest.mark.parametrize(
    ("headers", "query", "status"),
    [
        ({}, "", 401),
        ({}, "?token=wrong", 403),
        ({}, "?token=", 403),
        ({"Authorization": "Bearer wrong"}, "", 403),
        ({"Authorization": "Bearer "}, "", 403),
        ({"Authorization": "Bearer \u00e9"}, "", 403),
        ({"Authorization": "Basic {token}"}, "", 401),
        ({"Authorization": "Bearer {token}"}, "", 200),
        ({"Authorization": "bearer {token}"}, "", 200),
        ({"Cookie": "parley-dashboard-{port}={token}"}, "", 401),
        ({"Cookie": "parley-dashboard-{port}="}, "", 401),
        ({"Authorization": "Bearer {token}", "Host": "evil.example:{port}"}, "", 403),
        ({"Authorization": "Bearer {token}", "Host": "127.0.0.1"}, "", 403),
        ({"Authorization": "Bearer {token}", "Host": "127.0.0.1.evil.example:{port}"}, "", 403),
        ({"Authorization": "Bearer {token}", "Host": "localhost:{port}"}, "", 200),
        ({"Host": "evil.example:{port}"}, "?token={token}", 403),
    ],
)
async def test_who_gets_in(
    site: Site, browser: ClientSession, headers: dict[str, str], query: str, status: int
) -> None:
    filled = {"token": site.access.token, "port": site.access.url.rpartition(":")[2].strip("/")}
    sent = {name: value.format_map(filled) for name, value in headers.items()}
    async with browser.get(site.access.url + query.format_map(filled), headers=sent) as page:
        assert page.status == status
        assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert "script-src" not in page.headers["Content-Security-Policy"]
        assert page.headers["X-Frame-Options"] == "DENY"
        assert page.headers["Cache-Control"] == "no-store"


async def test_the_link_begins_a_session_and_is_forgotten(site: Site, browser: ClientSession) -> None:
    async with browser.get(site.access.link, allow_redirects=False) as page:
        assert (page.status, page.headers["Location"]) == (303, "/")
        cookie = page.headers["Set-Cookie"]
        assert "HttpOnly" in cookie
        assert "SameSite=Strict" in cookie
        assert site.access.token not in cookie
    async with browser.get(site.access.url) as page:
        assert page.status == 200
    async with browser.get(site.access.link.replace("/?", "//evil.example/?"), allow_redirects=False) as page:
        assert page.headers["Location"] == "/evil.example/"


@pytest.mark.parametrize("method", ["POST", "DELETE"])
async def test_a_change_wants_the_token_against_forgery(site: Site, browser: ClientSession, method: str) -> None:
    csrf = await entered(site, browser)
    url = site.access.url
    async with browser.request(method, url, data={"what": "a"}) as page:
        assert page.status == 403
    async with browser.request(method, url, data={"what": "b", FIELD: "wrong"}) as page:
        assert page.status == 403
    async with browser.request(method, url, data={"what": "c"}, headers={HEADER: "wrong"}) as page:
        assert page.status == 403
    assert site.changed == []
    async with browser.request(method, url, data={"what": "d", FIELD: csrf}) as page:
        assert page.status == 200
    async with browser.request(method, url, data={"what": "e"}, headers={HEADER: csrf}) as page:
        assert page.status == 200
    assert site.changed == ["d", "e"]


async def test_the_token_against_forgery_is_of_one_session(site: Site, browser: ClientSession) -> None:
    await entered(site, browser)
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as other:
        of_other = await entered(site, other)
    async with browser.post(site.access.url, data={FIELD: of_other}) as page:
        assert page.status == 403
    assert site.changed == []


@pytest.mark.parametrize(
    ("origin", "status"),
    [
        ("http://127.0.0.1:{port}", 200),
        ("http://localhost:{port}", 200),
        ("http://127.0.0.1:1", 403),
        ("https://127.0.0.1:{port}", 403),
        ("http://evil.example", 403),
        ("null", 403),
        ("", 403),
    ],
)
async def test_another_site_changes_nothing(site: Site, browser: ClientSession, origin: str, status: int) -> None:
    csrf = await entered(site, browser)
    port = site.access.url.rpartition(":")[2].strip("/")
    headers = {"Origin": origin.format(port=port)}
    async with browser.post(site.access.url, data={"what": "a", FIELD: csrf}, headers=headers) as page:
        assert page.status == status
    assert site.changed == (["a"] if status == 200 else [])


async def test_a_program_with_the_token_may_change_something(site: Site, browser: ClientSession) -> None:
    headers = {"Authorization": f"Bearer {site.access.token}"}
    async with browser.post(site.access.url, data={"what": "a"}, headers=headers) as page:
        assert page.status == 200
    assert site.changed == ["a"]


async def test_sessions_are_bounded(site: Site, browser: ClientSession) -> None:
    await entered(site, browser)
    for _ in range(40):
        async with ClientSession() as other, other.get(site.access.link, allow_redirects=False) as page:
            assert page.status == 303
    async with browser.get(site.access.url) as page:
        assert page.status == 401


def test_tokens_are_long_and_new_each_time() -> None:
    assert Access().token != Access().token
    assert len(Access().token) >= 43
