"""The pages of all agents that a process runs, on one port of this machine."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from aiohttp import web

from xmpp.dashboard.access import Access
from xmpp.dashboard.pages import Pages

if TYPE_CHECKING:
    from xmpp.agent import FipaAgent


class Dashboard:
    """Serves the pages.

    Args:
        agents: returns the agents, as they are at the time.

    Attributes:
        access: who may look: the link and the token.
    """

    def __init__(self, agents: "Callable[[], Iterable[FipaAgent]]") -> None:
        self.access = Access()
        self._pages = Pages(agents)
        self._runner: web.AppRunner | None = None

    async def start(self, port: int = 0) -> None:
        """Begin to serve; a free port is taken where none is given.

        Raises:
            OSError: the port is taken.
        """
        app = web.Application(middlewares=[self.access.middleware])
        self._pages.add_to(app)
        runner = new_runner(app)
        await serve(runner, self.access, port)
        self._runner = runner

    async def stop(self) -> None:
        """Serve no more."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None


async def serve(runner: web.AppRunner, access: Access, port: int) -> int:
    """Serve on loopback, and return the port.

    Raises:
        OSError: the port is taken.
    """
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
    except OSError:
        await runner.cleanup()
        raise
    taken: int = runner.addresses[0][1]
    access.serve_at(taken)
    return taken


def new_runner(app: web.Application) -> web.AppRunner:
    """Return what serves an application: it logs no requests, for they may hold the token, and ends soon."""
    return web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
