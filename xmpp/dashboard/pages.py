"""The pages: a list of agents, an agent, one of its conversations; and the one change, stopping an agent."""

import asyncio
import logging
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from xmpp.dashboard.access import CSRF, FIELD
from xmpp.dashboard.views import (
    agent_view,
    behaviours_of,
    conversations_of,
    messages_of,
    services_of,
    traces_of,
)
from xmpp.message_lines import gist
from xmpp.sequence_chart import text_chart
from xmpp.sightings import Sightings

if TYPE_CHECKING:
    from xmpp.agent import FipaAgent

logger = logging.getLogger(__name__)

TEMPLATES: Final = Path(__file__).parent / "templates"
_STATIC: Final = Path(__file__).parent / "static"


class Pages:
    """The pages of some agents.

    Args:
        agents: returns the agents, as they are at the time.
        root: the path of the first page, without a slash at its end.
        menu: returns further entries of the menu, as names and addresses.
    """

    def __init__(
        self,
        agents: "Callable[[], Iterable[FipaAgent]]",
        *,
        root: str = "",
        menu: Callable[[], dict[str, str]] = dict,
    ) -> None:
        self._agents = agents
        self._root = root
        self._menu = menu
        self._stopping: set[asyncio.Task[None]] = set()
        self._templates = Environment(
            loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True
        )
        self._templates.filters["gist"] = gist

    def add_to(self, app: web.Application) -> None:
        """Give an application the pages' routes."""
        agent = self._root + "/agents/{name:[^/]+}"
        app.router.add_get(f"{self._root}/", self._list)
        app.router.add_get(agent, self._agent)
        app.router.add_get(f"{agent}/conversation", self._conversation)
        app.router.add_post(f"{agent}/stop", self._stop)
        app.router.add_static(f"{self._root}/static/", _STATIC)

    async def _list(self, request: web.Request) -> web.Response:
        agents = sorted((agent_view(agent) for agent in self._agents()), key=lambda view: view.name)
        return self._page(request, "agents.html", agents=agents)

    async def _agent(self, request: web.Request) -> web.Response:
        agent = self._find(request)
        services, problem = await services_of(agent)
        return self._page(
            request,
            "agent.html",
            agent=agent_view(agent),
            behaviours=behaviours_of(agent),
            conversations=conversations_of(agent),
            services=services,
            services_problem=problem,
            messages=messages_of(agent),
            traces=list(traces_of(agent)),
        )

    async def _conversation(self, request: web.Request) -> web.Response:
        agent = self._find(request)
        conversation = request.query.get("id", "")
        messages = messages_of(agent, conversation=conversation)
        if not messages:
            raise web.HTTPNotFound(text="Nothing is recorded of such a conversation.")
        sightings = Sightings()
        seen = [sightings.add(agent.identifier.name, message) for message in messages]
        return self._page(
            request,
            "conversation.html",
            agent=agent_view(agent),
            conversation=conversation,
            chart=text_chart([each for each in seen if each is not None]),
            messages=messages,
        )

    async def _stop(self, request: web.Request) -> web.Response:
        agent = self._find(request)
        logger.warning("%s is stopped from its page", agent.identifier)
        # Where the page is the agent's own, it stops only when this request has been answered.
        stopping = asyncio.get_running_loop().create_task(agent.stop())
        self._stopping.add(stopping)
        stopping.add_done_callback(self._stopped)
        return self._page(request, "stopping.html", agent=agent_view(agent))

    def _stopped(self, task: "asyncio.Task[None]") -> None:
        self._stopping.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            logger.error("an agent did not stop cleanly", exc_info=error)

    def _find(self, request: web.Request) -> "FipaAgent":
        name = request.match_info["name"]
        for agent in self._agents():
            if agent.identifier.name == name:
                return agent
        raise web.HTTPNotFound(text="There is no such agent here.")

    def _page(self, request: web.Request, template: str, **values: Any) -> web.Response:
        values |= {FIELD: request[CSRF], "field": FIELD, "root": self._root, "menu": self._menu(), "title": "Agents"}
        text = self._templates.get_template(template).render(values)
        return web.Response(text=text, content_type="text/html")
