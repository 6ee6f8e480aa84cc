"""``agent.web``: SPADE's web interface of one agent, closed.

What SPADE's documentation says of it goes on working: ``start``, ``add_get``, ``add_post``, ``add_menu_entry`` and
``add_template_path``, templates that extend ``internal_tpl_base.html`` (in the blocks ``content_title`` and
``content``), and controllers that return the values of a template or of a JSON answer. What is otherwise:

- SPADE's own pages are not there, nor their GETs that change something; ours are, at the same place (``/spade``).
- Whatever is served wants the token. ``start`` logs the link that holds it, once.
- It is served on 127.0.0.1, whatever host was asked for.
- A form that changes something must hold ``{{ csrf_token }}`` in a field of that name.
- Pages may load what this server serves, and run no scripts.
"""

import logging
from typing import TYPE_CHECKING, Any, Final

import aiohttp_jinja2
import jinja2
from aiohttp import web
from spade.web import WebApp

from xmpp.dashboard.access import CSRF, FIELD, LOOPBACK, Access
from xmpp.dashboard.pages import TEMPLATES, Pages
from xmpp.dashboard.server import new_runner, serve

if TYPE_CHECKING:
    import asyncio

    from xmpp.agent import FipaAgent

logger = logging.getLogger(__name__)

ROOT: Final = "/spade"
"""Where our pages are, as SPADE's were; every other path is the agent's own to give."""


class AgentWeb(WebApp):  # type: ignore[misc] # SPADE is untyped
    """The web interface of one agent.

    Args:
        agent: the agent.

    Attributes:
        access: who may look: the link and the token.
    """

    def __init__(self, agent: "FipaAgent") -> None:
        self.access = Access(ROOT)
        super().__init__(agent)
        self.app.middlewares.insert(0, self.access.middleware)

    def start(
        self, hostname: str | None = None, port: int | str | None = None, templates_path: str | None = None
    ) -> "asyncio.Task[None]":
        """Begin to serve.

        Args:
            hostname: must be this machine's own; any other is not listened on, and a warning says so.
            port: the port; None: a free one.
            templates_path: a folder with templates.

        Returns:
            A task that ends when the pages are served; it raises OSError where the port is taken.
        """
        if hostname is not None and hostname not in LOOPBACK:
            logger.warning("The pages of %s are served on this machine alone, not at %s.", self.agent.jid, hostname)
        if templates_path:
            self.add_template_path(templates_path)
        Pages(lambda: (self.agent,), root=ROOT, menu=self._menu).add_to(self.app)
        self.hostname = "127.0.0.1"
        self.runner: web.AppRunner | None = new_runner(self.app)
        serving: asyncio.Task[None] = self.agent.submit(self._serve(self.runner, int(port or 0)))
        return serving

    async def _serve(self, runner: web.AppRunner, port: int) -> None:
        try:
            self.port = await serve(runner, self.access, port)
        except OSError:
            self.runner = None
            logger.exception("The pages of %s cannot be served on port %s.", self.agent.jid, port)
            raise
        logger.warning("The pages of %s: %s", self.agent.jid, self.access.link)

    def add_template_path(self, templates_path: str) -> None:
        """Look for templates in this folder before any other."""
        self.loaders.insert(0, jinja2.FileSystemLoader(templates_path))

    def _set_loaders(self) -> None:
        """Set templates up; SPADE calls this once, and the list of loaders goes on growing."""
        self.loaders[:] = [jinja2.FileSystemLoader(TEMPLATES), jinja2.FileSystemLoader(".")]
        aiohttp_jinja2.setup(
            self.app,
            loader=jinja2.ChoiceLoader(self.loaders),
            autoescape=True,
            context_processors=[self.agent_processor, aiohttp_jinja2.request_processor],
        )

    def setup_routes(self) -> None:
        """Do nothing: none of SPADE's own pages are served."""

    async def agent_processor(self, request: web.Request) -> dict[str, Any]:
        """Return what every template knows."""
        return {
            "agent": self.agent,
            "root": ROOT,
            "menu": self._menu(),
            "active": request.path,
            "title": str(self.agent.jid),
            "field": FIELD,
            FIELD: request[CSRF],
        }

    def _menu(self) -> dict[str, str]:
        return {name: url for name, (url, _) in self.menu_entries.items()}
