"""Who may look at the pages, and may change something by them.

A browser opens the link with the token once; it gets a session, in a cookie that no script reads and no other site
makes it send, and forgets the token. A program sends the token with each request (``Authorization: Bearer ...``).

=====================================  ==========================================================================
what is tried                          what stands against it
=====================================  ==========================================================================
a program without the token            401 without one, 403 with a wrong one; compared in constant time
another site's form or script          cookie SameSite=Strict; a change wants a POST with the session's own token
                                       against forgery, and an Origin that is ours (403)
a name that points to this machine     the Host must be the address that is served (DNS rebinding; 403)
a script in a name or a content        every value is escaped; the Content-Security-Policy allows no script
a frame around the pages               frame-ancestors 'none'
=====================================  ==========================================================================
"""

import hmac
import secrets
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType
from typing import Final
from urllib.parse import urlencode

from aiohttp import web

LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})
"""The hosts at which pages may be served."""
FIELD: Final = "csrf_token"
"""The field of a form with the token against forgery; also the value's name in templates."""
HEADER: Final = "X-CSRF-Token"
"""The header in its place, for what is no form."""

_SESSIONS: Final = 32
_SAFE: Final = frozenset({"GET", "HEAD"})
_HEADERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "Content-Security-Policy": "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; "
        "base-uri 'none'; frame-ancestors 'none'",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        # With no-referrer a browser would send a form's Origin as null.
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "Cross-Origin-Resource-Policy": "same-origin",
        "Cache-Control": "no-store",
    }
)
_Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]
CSRF: Final = web.RequestKey("csrf", str)
"""The token against forgery of the session in which a request comes; empty for programs, which need none."""


class Access:
    """Lets those in who know the token.

    Args:
        root: the path of the first page, without a slash at its end.

    Attributes:
        token: the token; whoever knows it may do everything that the pages offer.
    """

    def __init__(self, root: str = "") -> None:
        self._root = root
        self.token = secrets.token_urlsafe(32)
        self._sessions: OrderedDict[str, str] = OrderedDict()
        self._port = 0

    def serve_at(self, port: int) -> None:
        """Take note of the port on which the pages are served."""
        self._port = port

    @property
    def url(self) -> str:
        """Where the pages are."""
        return f"http://127.0.0.1:{self._port}{self._root}/"

    @property
    def link(self) -> str:
        """The link that lets a browser in; it holds the token."""
        return f"{self.url}?{urlencode({'token': self.token})}"

    @web.middleware
    async def middleware(self, request: web.Request, handler: _Handler) -> web.StreamResponse:
        """Let a request through, or refuse it; put the headers on whatever is answered."""
        try:
            self._check_host(request)
            response: web.StreamResponse | None = self._enter(request)
            if response is None:
                await self._check(request)
                response = await handler(request)
        except web.HTTPException as answer:
            answer.headers.update(_HEADERS)
            raise
        response.headers.update(_HEADERS)
        return response

    @property
    def _hosts(self) -> frozenset[str]:
        return frozenset(f"[{host}]:{self._port}" if ":" in host else f"{host}:{self._port}" for host in LOOPBACK)

    @property
    def _cookie(self) -> str:
        # Cookies do not know ports, so that two dashboards of one machine need two names.
        return f"parley-dashboard-{self._port}"

    def _check_host(self, request: web.Request) -> None:
        if request.headers.get("Host", "").lower() not in self._hosts:
            raise web.HTTPForbidden(text="These pages are not served under this name.")

    def _enter(self, request: web.Request) -> web.Response | None:
        """Begin a session where a browser opens the link."""
        given = request.query.get("token")
        if given is None or request.method not in _SAFE:
            return None
        if not _same(given, self.token):
            raise web.HTTPForbidden(text="This is not the token.")
        session = secrets.token_urlsafe(32)
        self._sessions[session] = secrets.token_urlsafe(32)
        if len(self._sessions) > _SESSIONS:
            self._sessions.popitem(last=False)
        response = web.Response(status=303, headers={"Location": f"/{request.path.lstrip('/')}"})
        response.set_cookie(self._cookie, session, httponly=True, samesite="Strict", path="/")
        return response

    async def _check(self, request: web.Request) -> None:
        changes = request.method not in _SAFE
        if changes and (origin := request.headers.get("Origin")) is not None:
            scheme, _, host = origin.partition("://")
            if scheme != "http" or host.lower() not in self._hosts:
                raise web.HTTPForbidden(text="Another site may not change anything here.")
        kind, _, given = request.headers.get("Authorization", "").partition(" ")
        if kind.lower() == "bearer":
            if not _same(given.strip(), self.token):
                raise web.HTTPForbidden(text="This is not the token.")
            request[CSRF] = ""
            return
        csrf = self._csrf(request.cookies.get(self._cookie, ""))
        if csrf is None:
            raise web.HTTPUnauthorized(
                text="Open the link with the token: `launcher.py status` or the log says it.",
                headers={"WWW-Authenticate": "Bearer"},
            )
        request[CSRF] = csrf
        if changes and not _same(request.headers.get(HEADER) or await _field(request), csrf):
            raise web.HTTPForbidden(text="The form is not of this session: load the page again.")

    def _csrf(self, session: str) -> str | None:
        found = None
        for known, csrf in self._sessions.items():
            if _same(session, known):
                found = csrf
        return found


async def _field(request: web.Request) -> str:
    value = (await request.post()).get(FIELD, "")
    return value if isinstance(value, str) else ""


def _same(given: str, known: str) -> bool:
    return hmac.compare_digest(given.encode(errors="replace"), known.encode())
