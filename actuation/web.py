"""Fetches a page and reads it, where the person allows the web at all.

Only http and https, only hosts that the settings allow, and never an address of this machine or a private
network unless it is listed: checked for the address that is really connected to, and again on every redirect.
Time, size and redirects have limits; cookies, proxies and credentials are neither sent nor kept.
"""

import asyncio
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING

from actuation.addresses import check_host
from actuation.errors import PageUnavailable, WebError, WebNeedsApproval, WebNotAllowed
from actuation.page_text import Link, ReadableText, readable_html, readable_json, readable_plain
from actuation.settings import WebMode, WebSettings

if TYPE_CHECKING:
    from aiohttp import ClientResponse, ClientSession
    from yarl import URL

_HTML = frozenset({"text/html", "application/xhtml+xml"})
_PLAIN = frozenset({"text/plain", "text/markdown", "text/x-markdown"})
_JSON = frozenset({"application/json", "application/ld+json", "text/json"})
_REDIRECTS = frozenset(
    {
        HTTPStatus.MOVED_PERMANENTLY,
        HTTPStatus.FOUND,
        HTTPStatus.SEE_OTHER,
        HTTPStatus.TEMPORARY_REDIRECT,
        HTTPStatus.PERMANENT_REDIRECT,
    }
)
_HEADERS = {
    "Accept": "text/html,text/plain,text/markdown,application/json;q=0.9",
    "User-Agent": "Parley/0.1 (personal assistant)",
}
_CHUNK = 65536


@dataclass(frozen=True, slots=True)
class Page:
    """A page as read: where it was found in the end, its title, its text, and its links.

    `truncated` says that there was more text than is kept.
    """

    url: str
    title: str
    text: str
    links: tuple[Link, ...]
    truncated: bool


async def fetch_page(url: str, *, settings: WebSettings, approved: bool = False) -> Page:
    """Fetch a page of the web and read it.

    Args:
        url: an http or https address; without a scheme, https is meant.
        settings: what may be fetched, and how much of it.
        approved: the person has said yes to this page; needed in mode `ask`.

    Raises:
        WebNotAllowed: the settings allow neither the web, nor this host, nor the address it has.
        WebNeedsApproval: the person must be asked first.
        PageUnavailable: it could not be had in time, or is not a text.
    """
    if settings.mode is WebMode.OFF:
        raise WebNotAllowed(
            "I may not open web pages; set actuation.web.mode to “ask” or “on” in the configuration to allow it."
        )
    target = _parse(url)
    check_host(target.raw_host or "", settings.hosts)
    if settings.mode is WebMode.ASK and not approved:
        raise WebNeedsApproval(f"I open pages only when you say so: may I open {target}?")
    try:
        async with asyncio.timeout(settings.seconds):
            return await _fetch(target, settings)
    except TimeoutError:
        raise PageUnavailable(
            f"{target.host} did not send the page within {settings.seconds:g} s; try again later."
        ) from None


def _parse(url: str) -> "URL":
    from yarl import URL

    written = url.strip()
    try:
        parsed = URL(written if "://" in written else f"https://{written}")
        known = parsed.scheme in {"http", "https"} and bool(parsed.raw_host) and parsed.port is not None
    except ValueError:
        known = False
    if not known:
        raise WebNotAllowed(f"“{written[:100]}” is not a web address; write one such as https://example.org/page.")
    return parsed.with_user(None).with_fragment(None)


async def _fetch(target: "URL", settings: WebSettings) -> Page:
    from aiohttp import ClientSession, ClientTimeout, DummyCookieJar, TCPConnector, ThreadedResolver

    from actuation.resolver import CheckedResolver

    connector = TCPConnector(
        resolver=CheckedResolver(ThreadedResolver(), settings.hosts), use_dns_cache=False, force_close=True
    )
    async with ClientSession(
        connector=connector,
        cookie_jar=DummyCookieJar(),
        headers=_HEADERS,
        timeout=ClientTimeout(total=settings.seconds),
        trust_env=False,
    ) as session:
        return await _follow(session, target, settings)


async def _follow(session: "ClientSession", target: "URL", settings: WebSettings) -> Page:
    import aiohttp

    for _ in range(settings.redirects + 1):
        check_host(target.raw_host or "", settings.hosts)
        try:
            async with session.get(target, allow_redirects=False) as response:
                if response.status not in _REDIRECTS:
                    return await _read(response, settings)
                location = response.headers.get("Location", "")
        except (WebError, TimeoutError):
            raise
        except aiohttp.ClientConnectorDNSError:
            raise PageUnavailable(f"There is no host called “{target.host}”, or no network to find it.") from None
        except (aiohttp.ClientError, OSError, ValueError) as error:
            cause = error.__cause__ or error.__context__
            if isinstance(cause, WebError):
                raise cause from None
            raise PageUnavailable(f"I could not get the page from {target.host} ({_reason(error)}).") from error
        target = _redirected(target, location)
    raise PageUnavailable(f"The page leads from one address to another more than {settings.redirects} times.")


def _redirected(target: "URL", location: str) -> "URL":
    from yarl import URL

    try:
        following = target.join(URL(location))
    except ValueError:
        following = URL()
    if not location or following.scheme not in {"http", "https"}:
        raise WebNotAllowed(f"{target.host} leads on to something that is not a web page.")
    return _parse(str(following))


def _reason(error: BaseException) -> str:
    text = str(error) or type(error).__name__
    return text.splitlines()[0][:150]


async def _read(response: "ClientResponse", settings: WebSettings) -> Page:
    host = response.url.host
    if response.status >= HTTPStatus.BAD_REQUEST:
        raise PageUnavailable(f"{host} answered {response.status} {response.reason or ''}".rstrip() + ".")
    kind = response.content_type
    if kind not in _HTML | _PLAIN | _JSON:
        raise PageUnavailable(f"The page is of the kind {kind}, which I cannot read as text.")
    body = bytearray()
    async for chunk in response.content.iter_chunked(_CHUNK):
        body += chunk
        if len(body) > settings.page_bytes:
            break
    cut = len(body) > settings.page_bytes
    del body[settings.page_bytes :]
    read = await asyncio.to_thread(_readable, bytes(body), kind, str(response.url), response.charset, settings.links)
    text = read.text[: settings.text_characters]
    return Page(str(response.url), read.title, text, read.links, truncated=cut or len(text) < len(read.text))


def _readable(body: bytes, kind: str, url: str, encoding: str | None, most_links: int) -> ReadableText:
    if kind in _HTML:
        return readable_html(body, url=url, encoding=encoding, most_links=most_links)
    try:
        text = body.decode(encoding or "utf-8", errors="replace")
    except LookupError:
        text = body.decode(errors="replace")
    return readable_json(text) if kind in _JSON else readable_plain(text)
